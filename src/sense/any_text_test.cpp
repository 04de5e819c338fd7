// Whatever a text is, judging it ends, shows places inside of it, and says the same the next time. The texts are
// made of the words and signs of all cases, torn and put together at random, so that each detector begins what it
// cannot finish.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <vector>

#include "base/pseudonym.h"
#include "sense/test_text.h"
#include "text/utf8.h"

namespace sluice::sense::testing {
namespace {

// Words of all cases, and what tears them.
std::vector<std::string> pieces() {
  std::vector<std::string> all = {
      " ",      " ",      " ", "\n", "\t", ":", "=",  ",",    ";",   "|",       "\"",    "'",  "(",   ")",
      "/",      "@",      "#", "-",  "–",  "—", "。", "は",   "是",  "€",       "é",     "É",  "Ł",   "ß",
      "\u0301", "\u200B", "𝒜", "１", "٣",  "0", "19", "4711", "%20", "\\u0034", "&#52;", "..", "****"};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator("tests/cases/sense")) {
    if (entry.path().extension() == ".case") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  REQUIRE(files.size() > 20);
  for (const auto& file : files) {
    for (const Case& c : read_cases(file.string())) {
      for (std::size_t at = 0; at < c.text.size();) {
        const std::size_t end = std::min(c.text.find(' ', at), c.text.size());
        if (end > at && end - at <= 60) all.push_back(c.text.substr(at, end - at));
        at = end + 1;
      }
    }
  }
  return all;
}

}  // namespace

TEST_CASE("any text is judged to its end, with places inside of it, and alike each time") {
  const std::vector<std::string> all = pieces();
  REQUIRE(all.size() > 5000);
  std::mt19937 random(2026);
  JudgeOptions options;
  options.time_limit = std::chrono::hours(1);  // a detector that does not end makes this test not end
  for (int round = 0; round < 30000; ++round) {
    std::string text;
    for (std::size_t parts = 1 + random() % 60; parts > 0; --parts) {
      text += all[random() % all.size()];
      if (random() % 2 == 0) text += ' ';
    }
    const Judgement once = standard_judge().judge_text(text, options);
    const std::size_t points = text::count_code_points(text);
    for (const Finding& f : once.findings) {
      CAPTURE(text);
      CHECK(f.start < f.end);
      CHECK(f.end <= points);
    }
    if (round % 10 == 0) {
      const Judgement again = standard_judge().judge_text(text, options);
      CHECK(again.label.cls == once.label.cls);
      CHECK(again.findings.size() == once.findings.size());
    }
  }
}

// A masked request is judged again: were the letters of its tokens heard, one conversation in some hundred would
// be refused for what chance had spelled.
TEST_CASE("the random letters of a pseudonym change no judgement") {
  std::mt19937 random(5);
  const auto tail = [&] {
    std::string made;
    while (made.size() < kPseudonymTail) made += kPseudonymAlphabet[random() % kPseudonymAlphabet.size()];
    return made;
  };
  for (const std::string type : {"EMAIL", "PERSON", "PHONE", "IBAN", "CREDITCARD", "DOB", "ADDRESS", "USSSN"}) {
    for (const std::string form :
         {"Hello, I am @", "Other: @", "@", "My name is @, reach me at @.", "Please write to @",
          "| @ | @ |\n| @ | 7 |", "Hello, I am @\nHello, I am @\nAnd again: @",
          "Ask @ for the code of the door and the password (@).",
          "Charge @ and tell {\"owner\": \"@\", \"second\": [\"@\"]}", "Der Wert ist @; schreib ihn an @!",
          "The dose for @ is on the label, @ says.", "int main() { return f(@, \"@\"); }"}) {
      std::string first;
      for (int round = 0; round < 200; ++round) {
        std::string text;
        for (const char c : form) text += c == '@' ? type + "_" + tail() : std::string(1, c);
        const std::string label = standard_judge().judge_text(text, {}).label.to_string();
        if (round == 0) first = label;
        CAPTURE(text);
        REQUIRE(label == first);
      }
    }
  }
}

}  // namespace sluice::sense::testing
