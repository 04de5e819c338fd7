#include "text/normalise.h"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <random>

#include "text/utf8.h"

namespace sluice::text {
namespace {

std::string from_hex(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return out;
}

void check_origins(const Normalised& n, std::string_view original) {
  REQUIRE(n.origin.size() == n.text.size() + 1);
  REQUIRE(n.origin.back() == original.size());
  for (std::size_t i = 0; i < n.text.size(); ++i) {
    REQUIRE(n.origin[i] <= n.origin[i + 1]);
    REQUIRE(n.origin[i] < original.size());
  }
  if (valid_utf8(original)) {  // every offset is the first byte of a character
    for (std::size_t i = 0; i < n.text.size(); ++i) {
      REQUIRE((static_cast<unsigned char>(original[n.origin[i]]) & 0xC0) != 0x80);
    }
  }
}

// The characters of the original that stand behind `part` of the normalised text.
std::string original_of(std::string_view original, std::string_view part) {
  const Normalised n = normalise(original);
  const std::size_t at = n.text.find(part);
  REQUIRE(at != std::string::npos);
  return std::string(original.substr(n.origin[at], n.origin[at + part.size()] - n.origin[at]));
}

TEST_CASE("normalisation agrees with Python's Unicode tables") {
  std::ifstream file("tests/golden/normalise.txt");
  REQUIRE(file.good());
  std::string line;
  int rows = 0;
  while (std::getline(file, line)) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    REQUIRE(second != std::string::npos);
    const std::string text = from_hex(line.substr(0, first));
    CAPTURE(line);
    const Normalised n = normalise(text);
    REQUIRE(n.text == from_hex(line.substr(second + 1)));
    REQUIRE(nfc(text) == from_hex(line.substr(first + 1, second - first - 1)));
    check_origins(n, text);
    REQUIRE(normalise(n.text).text == n.text);
    ++rows;
  }
  CHECK(rows > 3000);
}

TEST_CASE("disguised numbers read as plain ones") {
  CHECK(normalise("\uFF14\uFF11\uFF11\uFF11").text == "4111");    // full width
  CHECK(normalise("4\u00AD1\u200B1\u20601").text == "4111");      // soft hyphen, zero width, word joiner
  CHECK(normalise("\u202E4\u202C1\u2066\u20691").text == "411");  // bidirectional controls
  CHECK(normalise("\u0664\u0661\u0967\u09EA").text == "4114");    // Arabic, Devanagari, Bengali digits
  CHECK(normalise("\U0001D7D2\U0001D7F7").text == "41");          // mathematical digits
  CHECK(normalise("12\u20113\u20124\u2013"
                  "5\u20146\u22127")
            .text == "12-3-4-5-6-7");
  CHECK(normalise("a\u00A0b\u2003c\u3000d\u202Fe").text == "a b c d e");
  CHECK(normalise("\uFEFFsecret").text == "secret");
}

TEST_CASE("offsets lead back to the original characters") {
  CHECK(original_of("id \uFF14\uFF11 end", "41") == "\uFF14\uFF11");
  CHECK(original_of("id 4\u200B1 end", "41") == "4\u200B1");
  CHECK(original_of("caf\u00E9 4111 x", "4111") == "4111");
  CHECK(original_of("cafe\u0301 \u2460", "caf\u00E9") == "cafe\u0301");
  CHECK(original_of("\uFB01ne", "fine") == "\uFB01ne");
  CHECK(original_of("plain ascii", "ascii") == "ascii");
}

TEST_CASE("an invisible character stays with what it hides behind") {
  const std::string original = "a\u200B\u200Bb";
  const Normalised n = normalise(original);
  CHECK(n.text == "ab");
  CHECK(n.origin == std::vector<std::uint32_t>{0, 7, 8});
}

TEST_CASE("random text, broken or not, is normalised once and for all") {
  std::mt19937 rng(7);
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (unsigned n = rng() % 16; n > 0; --n) {
      if (rng() % 8 == 0) {
        text.push_back(static_cast<char>(rng()));
      } else {
        append_utf8(text, rng() % 3 == 0 ? rng() % 0x110000 : rng() % 0x400);
      }
    }
    const Normalised n = normalise(text);
    REQUIRE(valid_utf8(n.text));
    check_origins(n, text);
  }
}

TEST_CASE("a million combining marks take no more than linear time and a bit") {
  std::string marks = "a";
  for (int i = 0; i < 500000; ++i)
    marks += i % 2 == 0 ? "\u0301" : "\u0316";  // classes 230 and 220, always to be swapped
  const auto before = std::chrono::steady_clock::now();
  const Normalised n = normalise(marks);
  CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds(20));
  CHECK(n.text.substr(0, 2) == "\u00E1");
}

}  // namespace
}  // namespace sluice::text
