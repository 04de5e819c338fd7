// Saying a thing twice is no more evidence of what it is about, and harmless texts side by side are harmless: over
// all harmless texts that the other tests read.
#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "sense/test_text.h"

namespace sluice::sense::testing {
namespace {

// What is about a topic. Code is by its length, so that more of it is more; names and numbers are no topic.
constexpr Category kTopics[] = {Category::Health, Category::Legal, Category::Business, Category::Restricted,
                                Category::Financial};

std::vector<std::string> harmless_texts() {
  std::vector<std::string> texts = {"Autumn leaves cover the path behind the school."};
  for (const char* set : {"held", "blind", "fresh", "sealed"}) {
    for (Labelled& l : read_labelled(std::string("tests/cases/sense/topics.") + set)) {
      if (l.label == "public") texts.push_back(std::move(l.text));
    }
  }
  for (Case& c : read_cases("tests/cases/sense/public.texts")) texts.push_back(std::move(c.text));
  return texts;
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const std::string& part : parts) {
    if (!out.empty()) out += between;
    out += part;
  }
  return out;
}

// Whether the whole is about a topic that none of its parts is about.
bool more_than_its_parts(const std::string& whole, const std::vector<std::string>& parts) {
  const auto about = [](const std::string& text) {
    return standard_judge().judge_text(text, {}).label.categories;
  };
  const auto all = about(whole);
  return std::any_of(std::begin(kTopics), std::end(kTopics), [&](Category topic) {
    return all.has(topic) && std::none_of(parts.begin(), parts.end(),
                                          [&](const std::string& part) { return about(part).has(topic); });
  });
}

bool is_sentence(const std::string& text) {
  return text.ends_with('.') || text.ends_with('!') || text.ends_with('?');
}

}  // namespace

TEST_CASE("sentences said again are about nothing that they are not about once") {
  const std::vector<std::string> texts = harmless_texts();
  REQUIRE(texts.size() > 500);
  for (const std::string& text : texts) {
    if (!is_sentence(text)) continue;
    for (const std::size_t times : {2u, 3u, 10u}) {
      const std::string again = joined(std::vector<std::string>(times, text), " ");
      CHECK_MESSAGE(!more_than_its_parts(again, {text}), times << " times: " << text);
    }
  }
}

TEST_CASE("texts of any form said again, on lines of their own too, are hardly ever about more") {
  int more = 0, all = 0;
  for (const std::string& text : harmless_texts()) {
    for (const std::size_t times : {2u, 3u, 10u}) {
      for (const char* between : {" ", "\n", "\n\n"}) {
        more += more_than_its_parts(joined(std::vector<std::string>(times, text), between), {text});
        ++all;
      }
    }
  }
  CHECK(more <= all / 100);
}

TEST_CASE("harmless texts one after the other are hardly ever about what none of them is about") {
  const std::vector<std::string> texts = harmless_texts();
  std::mt19937 random(7);
  int more = 0;
  constexpr int kJoined = 3000;
  for (int i = 0; i < kJoined; ++i) {
    std::vector<std::string> parts;
    for (std::size_t n = 2 + random() % 2; n > 0; --n) parts.push_back(texts[random() % texts.size()]);
    more += more_than_its_parts(joined(parts, i % 2 == 0 ? " " : "\n\n"), parts);
  }
  CHECK(more <= kJoined * 3 / 200);
}

}  // namespace sluice::sense::testing
