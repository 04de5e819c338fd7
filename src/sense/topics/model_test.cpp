#include <doctest/doctest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "sense/topics/model.h"

namespace sluice::sense::topics {
namespace {

struct Expected {
  Scores scores{};
  std::string text;
};

// Written by tools/topics/train.py and train_secrets.py: a score a topic, a tab, the text with \n and \\ escaped.
std::vector<Expected> expected(const char* path, std::size_t topics) {
  std::ifstream file(path);
  REQUIRE(file);
  std::vector<Expected> all;
  for (std::string line; std::getline(file, line);) {
    Expected e;
    const std::size_t tab = line.find('\t');
    REQUIRE(tab != std::string::npos);
    std::istringstream numbers(line.substr(0, tab));
    for (std::size_t t = 0; t < topics; ++t) numbers >> e.scores[t];
    REQUIRE(!numbers.fail());
    for (std::size_t i = tab + 1; i < line.size(); ++i) {
      if (line[i] == '\\' && i + 1 < line.size()) {
        ++i;
        e.text += line[i] == 'n' ? '\n' : line[i] == 't' ? '\t' : line[i] == 'r' ? '\r' : line[i];
      } else {
        e.text += line[i];
      }
    }
    all.push_back(e);
  }
  return all;
}

void check_scores(const Model& model, const char* path, std::size_t topics) {
  const std::vector<Expected> all = expected(path, topics);
  REQUIRE(all.size() >= 50);
  for (const Expected& e : all) {
    std::vector<Window> windows;
    model.score(e.text, windows);
    REQUIRE_MESSAGE(!windows.empty(), e.text);
    for (std::size_t t = 0; t < topics; ++t) {
      float top = windows[0].scores[t];
      for (const Window& w : windows) top = std::max(top, w.scores[t]);
      CHECK_MESSAGE(top + model.thresholds()[t] == doctest::Approx(e.scores[t]).epsilon(0.002).scale(1),
                    "topic " << t << ": " << e.text);
    }
  }
}

}  // namespace

TEST_CASE("the models give each stored text the scores their trainers gave") {
  check_scores(builtin(), "src/sense/topics/scores.txt", kTopics);
  check_scores(secrets(), "src/sense/topics/secret_scores.txt", 1);
}

TEST_CASE("windows cover the text, in order, and none is left out") {
  std::string text;
  for (int i = 0; i < 1000; ++i) {  // words that it has not had
    for (int rest = i + 26 * 26; rest > 0; rest /= 26) text += static_cast<char>('a' + rest % 26);
    text += ", ";
  }
  std::vector<Window> windows;
  builtin().score(text, windows);
  for (const bool large : {false, true}) {
    std::uint32_t covered = 0;
    for (const Window& w : windows) {
      if (w.large != large) continue;
      CHECK(w.start < w.end);
      CHECK(w.start <= covered + 1);
      covered = w.end;
    }
    CHECK(covered == text.size() - 1);
  }
}

TEST_CASE("what is said again belongs to the last window and changes no score") {
  const std::string once = "The vestry roof leaks above the organ. Bring two buckets, and call the slater!";
  std::vector<Window> expected, windows;
  for (const Model* model : {&builtin(), &secrets()}) {
    expected.clear();
    windows.clear();
    model->score(once, expected);
    model->score(once + " " + once + " " + once, windows);
    REQUIRE(windows.size() == expected.size());
    for (std::size_t i = 0; i < windows.size(); ++i) CHECK(windows[i].scores == expected[i].scores);
    const auto ends = [&](const Window& w) { return w.end == once.size() * 3 + 2; };
    CHECK(std::any_of(windows.begin(), windows.end(), ends));
  }
}

TEST_CASE("a text without a token has no window, and odd bytes do no harm") {
  std::vector<Window> windows;
  builtin().score("", windows);
  builtin().score(" \t ' ` ", windows);
  CHECK(windows.empty());
  for (int b = 0; b < 256; ++b) {
    const std::string odd(3, static_cast<char>(b));
    builtin().score(odd, windows);
    builtin().score("a" + odd + "\xE2\x80", windows);
    secrets().score("a1" + odd + "2\xE2\x80", windows);
  }
  CHECK(!windows.empty());
}

TEST_CASE("what is not a topic model is refused") {
  const std::string good(builtin_bytes());
  CHECK(Model::open(good).has_value());
  CHECK(!Model::open("").has_value());
  CHECK(!Model::open(std::string_view(good).substr(0, good.size() - 1)).has_value());
  std::string other = good;
  other[8] = 1;  // the number of rows
  CHECK(!Model::open(other).has_value());
  other = good;
  other[0] = 'X';
  const auto refused = Model::open(other);
  REQUIRE(!refused.has_value());
  CHECK(refused.error().code == "sense.topic_model");
}

TEST_CASE("the models in the program are the committed files, of at most 4 MB together") {
  const auto content = [](const char* path) {
    std::ifstream file(path, std::ios::binary);
    return std::string{std::istreambuf_iterator<char>(file), {}};
  };
  CHECK(builtin_bytes() == content("src/sense/topics/topics.model"));
  CHECK(secrets_bytes() == content("src/sense/topics/secrets.model"));
  CHECK(builtin_bytes().size() + secrets_bytes().size() <= 4u << 20);
}

}  // namespace sluice::sense::topics
