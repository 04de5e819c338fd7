#include "text/utf8.h"

#include <doctest/doctest.h>

#include <random>
#include <vector>

namespace sluice::text {
namespace {

using namespace std::string_literals;

// Table 3-7 of The Unicode Standard, written as a plain automaton of its own: the reference for everything here.
std::size_t reference_length(std::string_view s) {
  const auto at = [&s](std::size_t i) { return i < s.size() ? static_cast<unsigned char>(s[i]) : 0; };
  const auto in = [&at](std::size_t i, int low, int high) { return at(i) >= low && at(i) <= high; };
  if (in(0, 0x00, 0x7F)) return s.empty() ? 0 : 1;
  if (in(0, 0xC2, 0xDF)) return in(1, 0x80, 0xBF) ? 2 : 0;
  if (in(0, 0xE0, 0xE0)) return in(1, 0xA0, 0xBF) && in(2, 0x80, 0xBF) ? 3 : 0;
  if (in(0, 0xE1, 0xEC) || in(0, 0xEE, 0xEF)) return in(1, 0x80, 0xBF) && in(2, 0x80, 0xBF) ? 3 : 0;
  if (in(0, 0xED, 0xED)) return in(1, 0x80, 0x9F) && in(2, 0x80, 0xBF) ? 3 : 0;
  if (in(0, 0xF0, 0xF0)) return in(1, 0x90, 0xBF) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  if (in(0, 0xF1, 0xF3)) return in(1, 0x80, 0xBF) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  if (in(0, 0xF4, 0xF4)) return in(1, 0x80, 0x8F) && in(2, 0x80, 0xBF) && in(3, 0x80, 0xBF) ? 4 : 0;
  return 0;
}

std::string random_bytes(std::mt19937& rng) {
  static const std::vector<std::string> kPieces = {"a",
                                                   "plain words of ASCII ",
                                                   "\xC3\xA9",
                                                   "\xE4\xBD\xA0",
                                                   "\xF0\x9F\x98\x80",
                                                   "\xC0\x80",
                                                   "\xE0\x80\x80",
                                                   "\xED\xA0\x80",
                                                   "\xF4\x90\x80\x80",
                                                   "\x80",
                                                   "\xFF",
                                                   "\xE4\xBD",
                                                   "\xF0\x9F",
                                                   "\xF0",
                                                   "\xC3",
                                                   "\xEF\xBF\xBD",
                                                   "\0"s};
  std::string out;
  for (unsigned n = rng() % 12; n > 0; --n) {
    if (rng() % 5 == 0) {
      out.push_back(static_cast<char>(rng()));
    } else {
      out += kPieces[rng() % kPieces.size()];
    }
  }
  return out;
}

TEST_CASE("every code point is written and read back, and surrogates become U+FFFD") {
  for (std::uint32_t c = 0; c <= 0x110000; ++c) {
    std::string bytes;
    append_utf8(bytes, c);
    const bool scalar = c <= 0x10FFFF && (c < 0xD800 || c > 0xDFFF);
    std::size_t pos = 0;
    REQUIRE(next_code_point(bytes, pos) == (scalar ? c : 0xFFFD));
    REQUIRE(pos == bytes.size());
    REQUIRE(reference_length(bytes) == bytes.size());
  }
}

TEST_CASE("validation finds the first byte that Table 3-7 of Unicode does not allow") {
  std::mt19937 rng(1);
  for (int round = 0; round < 20000; ++round) {
    const std::string bytes = random_bytes(rng);
    std::size_t expected = 0;
    while (expected < bytes.size()) {
      const std::size_t length = reference_length(std::string_view(bytes).substr(expected));
      if (length == 0) break;
      expected += length;
    }
    REQUIRE(first_invalid(bytes) == expected);
    REQUIRE(valid_utf8(bytes) == (expected == bytes.size()));
  }
}

TEST_CASE("repair keeps the valid characters and replaces each other byte") {
  CHECK(repair_utf8("a\xFF\xE4\xBD"
                    "b") ==
        "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
        "b");
  CHECK(repair_utf8("") == "");
  std::mt19937 rng(2);
  for (int round = 0; round < 20000; ++round) {
    const std::string bytes = random_bytes(rng);
    const std::string repaired = repair_utf8(bytes);
    REQUIRE(valid_utf8(repaired));
    if (valid_utf8(bytes)) REQUIRE(repaired == bytes);
    std::string decoded;
    for (std::size_t pos = 0; pos < bytes.size();) append_utf8(decoded, next_code_point(bytes, pos));
    REQUIRE(decoded == repaired);
  }
}

TEST_CASE("a stream that holds back its incomplete tail delivers whole characters at every cut") {
  const std::string text = "z\xC3\xA9\xE4\xBD\xA0\xF0\x9F\x98\x80!";
  CHECK(count_code_points(text) == 5);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const std::string_view head = std::string_view(text).substr(0, cut);
    const std::size_t tail = incomplete_tail(head);
    REQUIRE(tail <= 3);
    REQUIRE(valid_utf8(head.substr(0, head.size() - tail)));
  }
  CHECK(incomplete_tail("") == 0);
  CHECK(incomplete_tail("abc") == 0);
  CHECK(incomplete_tail("\xF0\x9F\x98") == 3);
  CHECK(incomplete_tail("\xE4\xBD\xA0") == 0);
  CHECK(incomplete_tail("\xC0") == 0);          // can never become a character
  CHECK(incomplete_tail("\xE0\x80") == 0);      // neither can an overlong one
  CHECK(incomplete_tail("\x80\x80\x80") == 0);  // nor continuation bytes alone
}

}  // namespace
}  // namespace sluice::text
