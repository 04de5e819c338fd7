// The shapes of API tokens, from the vendors' documentation and their pages about secret scanning.
#pragma once

#include <bitset>
#include <cstdint>
#include <span>
#include <string_view>

namespace sluice::sense::detect {

enum class Chars : std::uint8_t {
  Hex,
  LowerHex,
  HexDash,
  Upper32,
  LowerAlnum,
  Alnum,
  Url,
  Base64,
  Dotted,
  Path,
  Visible
};
inline constexpr std::size_t kCharSets = 11;

struct TokenShape {
  std::string_view prefix;  // in its true spelling
  Chars chars;              // of what follows
  std::size_t min, max;     // characters that follow
  double min_entropy;       // bits a character of what follows
};

std::span<const TokenShape> token_shapes();
std::bitset<256> characters_of(Chars chars);

}  // namespace sluice::sense::detect
