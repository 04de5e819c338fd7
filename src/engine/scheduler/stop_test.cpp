#include "engine/scheduler/stop.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace sluice::engine {
namespace {

// The text up to the stop string that is complete first (the longest of those), by brute force.
std::string expected_text(const std::string& text, const std::vector<std::string>& stops) {
  for (std::size_t end = 1; end <= text.size(); ++end) {
    std::size_t longest = 0;
    for (const std::string& stop : stops)
      if (!stop.empty() && text.substr(0, end).ends_with(stop)) longest = std::max(longest, stop.size());
    if (longest > 0) return text.substr(0, end - longest);
  }
  return text;
}

}  // namespace

TEST_CASE("whatever the pieces, the text ends before the first complete stop string") {
  std::mt19937 random(1);
  const auto word = [&](int most) {
    std::string out;
    for (int i = static_cast<int>(random() % static_cast<unsigned>(most)); i >= 0; --i)
      out += static_cast<char>('a' + random() % 2);
    return out;
  };
  for (int round = 0; round < 5000; ++round) {
    std::vector<std::string> stops;
    for (unsigned i = 0; i < random() % 4; ++i) stops.push_back(word(5));
    const std::string text = word(30);
    StopMatcher matcher(stops);
    std::string got;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t size = 1 + random() % 5;
      got += matcher.feed(std::string_view(text).substr(at, size));
      // Nothing is sent that a stop string would take back later.
      REQUIRE(expected_text(text, stops).starts_with(got));
      at += size;
    }
    got += matcher.end();
    REQUIRE(got == expected_text(text, stops));
    REQUIRE(matcher.matched() == (got != text));
    REQUIRE(matcher.which().empty() == !matcher.matched());
    REQUIRE(text.substr(got.size()).starts_with(matcher.which()));
  }
}

TEST_CASE("text is held back only while it could begin a stop string") {
  StopMatcher matcher({"END"});
  CHECK(matcher.feed("ab E") == "ab ");
  CHECK(matcher.feed("N") == "");
  CHECK(matcher.feed("x") == "ENx");
  CHECK(matcher.feed("END and more") == "");
  CHECK(matcher.matched());
  CHECK(matcher.feed("more") == "");
  CHECK(matcher.end() == "");
}

TEST_CASE("a long repetitive stop string costs no more than the text") {
  StopMatcher matcher({std::string(200000, 'a') + "b"});
  std::string got;
  for (int i = 0; i < 300000; ++i) got += matcher.feed("a");
  got += matcher.end();
  CHECK(got == std::string(300000, 'a'));
}

}  // namespace sluice::engine
