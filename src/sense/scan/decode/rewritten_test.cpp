#include "sense/scan/decode/rewritten.h"

#include <doctest/doctest.h>

#include <random>

namespace sluice::sense::scan {
namespace {

// The text with all edits made, without what is left out around them.
std::string made(std::string_view text, const std::vector<Edit>& edits) {
  std::string all;
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    all += std::string(text.substr(at, edit.start - at)) + (edit.blank ? " " : "");
    at = edit.end;
  }
  return all + std::string(text.substr(at));
}

std::string numbers(std::string_view text) { return made(text, gaps_in_numbers(text)); }
std::string strings(std::string_view text) { return made(text, joints_of_strings(text)); }
std::string words(std::string_view text) { return made(text, breaks_in_words(text)); }

}  // namespace

TEST_CASE("what no number has between its groups becomes a blank") {
  CHECK(numbers("DE89,3704|0044\n0532\t0130;00") == "DE89 3704 0044 0532 0130 00");
  CHECK(numbers("<b>4111</b>1111<i>1111</i> 1112") == "<b>4111 1111 1111 1112");
  CHECK(numbers("41&zwnj;11&#8203;11 11&#x200B;1111**1111**") == "41 11 11 11 1111 1111**");
  CHECK(numbers("\"4111\" + \"1111\" + \"1111\"") == "\"4111 1111 1111\"");
  CHECK(numbers("4539 5787 6362 1486") == "4539 5787 6362 1486");  // nothing to do
}

TEST_CASE("lists, amounts and times stay as they are") {
  for (const char* text :
       {"1,234,567,890", "1.5,2.5,3.5,4.5", "12:30:45", "2026-01-19T12:30:45,123", "4539,5787,6362,1487",
        "4539,5787,6362,1486,4539,5787,6362", "45,39,57,8,76,362,14,86", "{1, 2}", "a,b", "", "1", "4111,"})
    CHECK_MESSAGE(numbers(text) == text, text);
  CHECK(numbers("4539,5787,6362,1486") == "4539 5787 6362 1486");
  const std::string page = "4539,5787,6362,1486\n4539,5787,6362,1487\n4539,5787,6362,1488\n";
  CHECK(numbers(page) == page);  // one of three passes its check
}

TEST_CASE("string literals that are put together become one") {
  CHECK(strings(R"(key = "ghp_ab" + "cd12")") == R"(key = "ghp_abcd12")");
  CHECK(strings("'ab1' .\n   'cd2'") == "'ab1cd2'");
  CHECK(strings("\"ab1\"\n  f\"cd2\"") == "\"ab1cd2\"");
  CHECK(strings(R"(["ab", "cd"].join(""))") == R"(["abcd"].join(""))");
  for (const char* text :
       {R"(["ab", "cd"])", R"({"a": "b"})", R"("ab " + "cd")", R"("ab" - "cd")", R"("ab" + cd)", "\""})
    CHECK_MESSAGE(strings(text) == text, text);
}

TEST_CASE("words of letters and digits go on in the next line") {
  CHECK(words("ghp_4x0Yijn\n  SsWNOOmC1\n> x9Q.") == "ghp_4x0YijnSsWNOOmC1x9Q.");
  CHECK(words("AKIAIOSF\\\nODNN7EXA") == "AKIAIOSFODNN7EXA");
  for (const char* text :
       {"and then\nsomething", "in 2026\nand 2027", "ab1\ncd2", "id_of_it\nother", "x\n", "\n\n\n"})
    CHECK_MESSAGE(words(text) == text, text);
}

TEST_CASE("readings keep their places, and random bytes do no harm") {
  std::mt19937 random(5);
  const std::string alphabet = "0123456789ABab \n\t,;:<>b/&#;\"'+*`\\.-_\xC2\xB7\xE2\x80\x8B";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t size = random() % 300; size > 0; --size) text += alphabet[random() % alphabet.size()];
    for (const auto find : {gaps_in_numbers, joints_of_strings, breaks_in_words}) {
      const std::vector<Edit> edits = find(text);
      std::size_t last = 0, total = 0;
      for (const Edit& edit : edits) {
        CHECK((edit.start >= last && edit.start < edit.end && edit.end < text.size()));
        last = edit.end;
      }
      for (const Piece& piece : rewritten(text, edits)) {
        CHECK(piece.rearranged);
        REQUIRE(piece.origin.size() == piece.text.size() + 1);
        for (std::size_t i = 0; i < piece.text.size(); ++i) {
          CHECK(piece.origin[i] <= piece.origin[i + 1]);
          CHECK((piece.text[i] == ' ' || piece.text[i] == text[piece.origin[i]]));
        }
        total += piece.text.size();
      }
      CHECK(total <= text.size() + edits.size());
    }
  }
}

}  // namespace sluice::sense::scan
