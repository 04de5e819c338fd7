#include "sense/own/tokens.h"

#include <doctest/doctest.h>

#include <utility>

#include "sense/scan/phrases.h"
#include "text/normalise.h"

namespace sluice::sense::own {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  const std::string lower = scan::lower_case(text::normalise(text).text);
  std::vector<std::string> words;
  for (const Token& token : WordHash("a key of the test").tokens(lower))
    words.push_back(lower.substr(token.start, token.end - token.start));
  return words;
}

std::vector<std::uint64_t> hashes_of(const WordHash& hash, std::string_view text) {
  std::vector<std::uint64_t> all;
  for (const Token& token : hash.tokens(scan::lower_case(text::normalise(text).text))) all.push_back(token.hash);
  return all;
}

}  // namespace

TEST_CASE("SipHash-2-4 gives the values of its paper and reference") {
  const std::array<std::uint64_t, 2> key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::string input;
  for (char c = 0; c < 15; ++c) input += c;
  CHECK(sip_hash(key, "") == 0x726fdb47dd0e0e31);
  CHECK(sip_hash(key, input.substr(0, 1)) == 0x74f839c593dc67fd);
  CHECK(sip_hash(key, input.substr(0, 8)) == 0x93f5f5799a932462);
  CHECK(sip_hash(key, input) == 0xa129ca6149be45e5);  // the paper's appendix A
}

TEST_CASE("a text is cut into words, and into characters where a script sets no blanks") {
  using Words = std::vector<std::string>;
  CHECK(words_of("The R&D-budget_2026, v2.") == Words{"the", "r", "d", "budget", "2026", "v2"});
  CHECK(words_of("Größe naïve ŁÓDŹ") == Words{"größe", "naïve", "łódź"});  // folded when hashed
  CHECK(words_of("see密码 here") == Words{"see", "密", "码", "here"});
  CHECK(words_of("…—“”  \n").empty());
  CHECK(words_of("").empty());
}

TEST_CASE("hashes know no case, spelling of accents or punctuation, but the key") {
  const WordHash hash("a key of the test");
  CHECK(hashes_of(hash, "Straße, ŁÓDŹ: ＡＢＣ") == hashes_of(hash, "STRAßE łódź\nabc"));
  CHECK(hashes_of(hash, "cafe\u0301") == hashes_of(hash, "CAFÉ"));
  CHECK(hashes_of(hash, "ΟΔΟΣ") == hashes_of(hash, "οδος"));
  CHECK(hashes_of(hash, "ab") != hashes_of(hash, "a b"));
  CHECK(hashes_of(hash, "ab") == hashes_of(WordHash("a key of the test"), "ab"));
  CHECK(hashes_of(hash, "ab") != hashes_of(WordHash("another key of it"), "ab"));
  CHECK(hashes_of(WordHash(), "ab") != hashes_of(WordHash(), "ab"));
  CHECK(hash.key_check() == WordHash("a key of the test").key_check());
  CHECK(hash.key_check() != WordHash("another key of it").key_check());
}

TEST_CASE("a run's hash is that of its words, wherever it stands") {
  const WordHash hash;
  const auto here = hash.tokens("one two three four five six");
  const auto there = hash.tokens("zero three, four five; nine two three");
  const WordHash::Runs a(hash, here), b(hash, there);
  CHECK(a.of(2, 3) == b.of(1, 3));
  CHECK(a.of(1, 2) == b.of(5, 2));
  CHECK(a.of(2, 3) != b.of(1, 2));
  CHECK(a.of(2, 3) != b.of(2, 3));
  CHECK(WordHash::Runs(hash, hash.tokens("two one")).of(0, 2) != a.of(0, 2));
}

TEST_CASE("blanks, line breaks and joints are one blank in the folded form") {
  CHECK(folded("project \n falcon") == "project falcon");
  CHECK(folded("project-falcon_x") == "project falcon x");
  CHECK(folded(" c++ ") == "c++");
  CHECK(folded("ŁÓdŹ") == "łódź");
}

}  // namespace sluice::sense::own
