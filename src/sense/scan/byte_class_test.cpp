#include "sense/scan/byte_class.h"

#include <doctest/doctest.h>

#include <random>
#include <string>
#include <vector>

namespace sluice::sense::scan {
namespace {

TEST_CASE("a class has the characters it was made of, with each set of instructions") {
  std::mt19937 random(23);
  for (int round = 0; round < 200; ++round) {
    std::string characters;
    for (std::size_t count = random() % 40; count > 0; --count) characters += static_cast<char>(random() % 0x80);
    const bool alnum = round % 3 == 0;
    const ByteClass set(characters, alnum);
    const auto belongs = [&](char c) {
      const bool ascii_alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      return characters.find(c) != characters.npos || (alnum && ascii_alnum);
    };
    std::string text(256, 0);
    for (std::size_t b = 0; b < text.size(); ++b) text[b] = static_cast<char>(b);
    for (std::size_t more = random() % 5000; more > 0; --more) text += static_cast<char>(random());
    for (const char c : text) CHECK(set.has(c) == belongs(c));
    std::vector<ByteClass::Fill> fills = {ByteClass::fill_plain};
    if (ByteClass::has_avx2()) fills.push_back(ByteClass::fill_avx2);
    for (const auto fill : fills) {
      std::vector<std::uint64_t> bits(text.size() / 64);
      fill(text.data(), bits.size(), set, bits.data());
      for (std::size_t i = 0; i < 64 * bits.size(); ++i) CHECK((bits[i / 64] >> i % 64 & 1) == belongs(text[i]));
    }
    std::vector<std::size_t> expected, found;
    for (std::size_t i = 0; i < text.size(); ++i)
      if (belongs(text[i])) expected.push_back(i);
    ClassBits places(text, set);
    places.for_each([&](std::size_t at) { found.push_back(at); });
    CHECK(found == expected);
    ClassBits behind(text, set);
    const std::size_t last = text.size() / 64 * 64;
    behind.of(last);
    CHECK(behind.of(last + 64) == 0);
    CHECK(behind.of(last + 6400) == 0);
  }
}

}  // namespace
}  // namespace sluice::sense::scan
