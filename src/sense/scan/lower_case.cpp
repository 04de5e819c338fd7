#include <cstdint>
#include <string>

#include "sense/scan/byte_bits.h"
#include "sense/scan/phrases.h"

namespace sluice::sense::scan {
namespace {

void fold(char& lead, char& tail, int new_lead, int step) {
  lead = static_cast<char>(new_lead);
  tail = static_cast<char>(tail + step);
}

// Latin Extended-A, U+0100 to U+017E: a capital is followed by its small letter. İ and ı (of Turkish) are no pair,
// and neither ĸ, ŉ nor Ÿ has a partner beside it; Ŀ has its one behind the end of the row.
constexpr bool is_extended_capital(unsigned char lead, unsigned char tail) {
  const bool even = tail % 2 == 0;
  if (lead == 0xC4) return tail < 0xB8 ? even && tail != 0xB0 : !even && tail > 0xB8 && tail < 0xBF;
  return tail < 0x89 ? !even : tail < 0xB8 ? even && tail > 0x89 : !even && tail > 0xB8 && tail < 0xBE;
}

// A letter of two bytes.
void lower_letter(char& c, char& tail) {
  const auto b = static_cast<unsigned char>(c), t = static_cast<unsigned char>(tail);
  if (b == 0xC3 && t >= 0x80 && t <= 0x9E && t != 0x97) tail = static_cast<char>(t + 0x20);  // À..Þ
  if ((b == 0xC4 || b == 0xC5) && t >= 0x80 && t < 0xC0 && is_extended_capital(b, t))
    tail = static_cast<char>(t + 1);
  if (b == 0xCE && t >= 0x91 && t <= 0x9F) tail = static_cast<char>(t + 0x20);  // Α..Ο
  if (b == 0xCE && t == 0x86) tail = static_cast<char>(0xAC);                   // Ά
  if (b == 0xCE && t >= 0x88 && t <= 0x8A) tail = static_cast<char>(t + 0x25);  // Έ..Ί
  if (b == 0xCE && t == 0x8C) fold(c, tail, 0xCF, 0);                           // Ό
  if (b == 0xCE && (t == 0x8E || t == 0x8F)) fold(c, tail, 0xCF, -1);           // Ύ, Ώ
  if (b == 0xD0 && t >= 0x90 && t <= 0x9F) tail = static_cast<char>(t + 0x20);  // А..П
  if (b == 0xCE && t >= 0xA0 && t <= 0xA9) fold(c, tail, 0xCF, -0x20);          // Π..Ω
  if (b == 0xD0 && t >= 0xA0 && t <= 0xAF) fold(c, tail, 0xD1, -0x20);          // Р..Я
  if (b == 0xD0 && t >= 0x80 && t <= 0x8F) fold(c, tail, 0xD1, 0x10);           // Ѐ..Џ
}

}  // namespace

std::string lower_case(std::string_view utf8) {
  std::string out(utf8);
  unsigned char seen = 0;
  for (char& c : out) {
    const auto b = static_cast<unsigned char>(c);
    seen |= b;
    c = static_cast<char>(b + (static_cast<unsigned char>(b - 'A') < 26 ? 32 : 0));
  }
  if (seen < 0x80) return out;
  Block block;
  std::size_t next = 0;
  for (std::size_t at = 0; at < out.size(); at += 64) {
    const std::uint64_t leads = bits64(block.of(out, at), [](Bytes16 b) { return b.between('\xC3', '\xD0'); });
    for_each_bit(leads, [&](std::size_t bit) {
      const std::size_t i = at + bit;
      if (i < next || i + 1 >= out.size()) return;
      next = i + 2;
      lower_letter(out[i], out[i + 1]);
    });
  }
  return out;
}

}  // namespace sluice::sense::scan
