// Bytes by the sixty-four: one bit each that says which of them belong to a class, so that a pass over a text
// looks only at the places that matter. SSE2 where there is such a thing (every x86-64), plain C++ elsewhere; both
// give the same bits. Pure.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::sense::scan {

// Sixteen bytes, or for each of them whether something holds.
class Bytes16 {
 public:
#if defined(__SSE2__)
  static Bytes16 load(const char* from) {
    return Bytes16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }
  Bytes16 is(char c) const { return Bytes16(_mm_cmpeq_epi8(v_, _mm_set1_epi8(c))); }
  // From `first` to `last`, as unsigned bytes.
  Bytes16 between(char first, char last) const {
    const __m128i above = _mm_sub_epi8(v_, _mm_set1_epi8(first));
    const __m128i most = _mm_set1_epi8(static_cast<char>(last - first));
    return Bytes16(_mm_cmpeq_epi8(_mm_min_epu8(above, most), above));
  }
  // 'A' to 'Z' become 'a' to 'z', and some other bytes change, none of which becomes a letter.
  Bytes16 folded() const { return Bytes16(_mm_or_si128(v_, _mm_set1_epi8(0x20))); }
  // Where both have the same byte.
  Bytes16 same_as(Bytes16 other) const { return Bytes16(_mm_cmpeq_epi8(v_, other.v_)); }
  friend Bytes16 operator|(Bytes16 a, Bytes16 b) { return Bytes16(_mm_or_si128(a.v_, b.v_)); }
  std::uint64_t bits() const { return static_cast<std::uint64_t>(_mm_movemask_epi8(v_)); }

 private:
  explicit Bytes16(__m128i v) : v_(v) {}
  __m128i v_;
#else
  static Bytes16 load(const char* from) {
    Bytes16 bytes;
    std::memcpy(bytes.v_.data(), from, bytes.v_.size());
    return bytes;
  }
  Bytes16 is(char c) const { return between(c, c); }
  Bytes16 between(char first, char last) const {
    const auto low = static_cast<unsigned char>(first);
    const auto most = static_cast<unsigned char>(last - first);
    return map([&](unsigned char b) { return static_cast<unsigned char>(b - low) <= most ? 0xFF : 0; });
  }
  Bytes16 folded() const {
    return map([](unsigned char b) { return b | 0x20; });
  }
  Bytes16 same_as(Bytes16 other) const {
    for (std::size_t i = 0; i < v_.size(); ++i) other.v_[i] = v_[i] == other.v_[i] ? 0xFF : 0;
    return other;
  }
  friend Bytes16 operator|(Bytes16 a, Bytes16 b) {
    for (std::size_t i = 0; i < a.v_.size(); ++i) a.v_[i] |= b.v_[i];
    return a;
  }
  std::uint64_t bits() const {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < v_.size(); ++i) bits |= static_cast<std::uint64_t>(v_[i] >> 7) << i;
    return bits;
  }

 private:
  template <class F>
  Bytes16 map(F f) const {
    Bytes16 out;
    for (std::size_t i = 0; i < v_.size(); ++i) out.v_[i] = static_cast<unsigned char>(f(v_[i]));
    return out;
  }
  std::array<unsigned char, 16> v_;
#endif
};

// Bit i: what `holds` says of byte i of the 64 at `from`.
template <class Holds>
inline std::uint64_t bits64(const char* from, Holds holds) {
  return holds(Bytes16::load(from)).bits() | holds(Bytes16::load(from + 16)).bits() << 16 |
         holds(Bytes16::load(from + 32)).bits() << 32 | holds(Bytes16::load(from + 48)).bits() << 48;
}

// The 64 bytes at `at` and `kMore` after them: the text itself, or near its end a copy with zeros behind.
class Block {
 public:
  static constexpr std::size_t kMore = 24;
  const char* of(std::string_view text, std::size_t at) {
    if (at < text.size() && text.size() - at >= copy_.size()) return text.data() + at;
    copy_.fill(0);
    if (at < text.size()) std::memcpy(copy_.data(), text.data() + at, text.size() - at);
    return copy_.data();
  }

 private:
  std::array<char, 64 + kMore> copy_;
};

inline std::uint64_t ascii_alnum_bits(const char* from) {
  return bits64(from, [](Bytes16 b) { return b.folded().between('a', 'z') | b.between('0', '9'); });
}

// Calls visit(index) for each bit, from the lowest.
template <class Visit>
inline void for_each_bit(std::uint64_t bits, Visit visit) {
  for (; bits != 0; bits &= bits - 1) visit(static_cast<std::size_t>(std::countr_zero(bits)));
}

// Calls visit(place) for each byte of the text of which `holds` says so, from the first. It must not say so of a
// zero byte.
template <class Holds, class Visit>
inline void for_each_byte(std::string_view text, Holds holds, Visit visit) {
  Block block;
  for (std::size_t at = 0; at < text.size(); at += 64)
    for_each_bit(bits64(block.of(text, at), holds), [&](std::size_t bit) { visit(at + bit); });
}

// One flag for each byte: what among(c, "...") asks of a list, without a search.
using ByteTable = std::array<bool, 256>;
constexpr ByteTable byte_table(std::string_view characters, bool alnum = false) {
  ByteTable table{};
  for (const char c : characters) table[static_cast<unsigned char>(c)] = true;
  for (std::size_t i = 0; alnum && i < 26; ++i) table['a' + i] = table['A' + i] = true;
  for (std::size_t i = 0; alnum && i < 10; ++i) table['0' + i] = true;
  return table;
}
constexpr bool among(char c, const ByteTable& table) { return table[static_cast<unsigned char>(c)]; }

inline bool is_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

}  // namespace sluice::sense::scan
