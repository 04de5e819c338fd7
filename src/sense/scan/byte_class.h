// Byte classes: which bytes of a text belong to a set of ASCII characters, one bit a byte, for a whole text at a
// time: with AVX2 nine instructions for thirty-two bytes whatever the set, plain C++ elsewhere. (bits64 in
// byte_bits.h asks character by character, which is as good for two or three.) Not thread-safe; a text is read
// from its beginning.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace sluice::sense::scan {

// A set of characters from 0 to 0x7F.
class ByteClass {
 public:
  // With letters and digits, if `alnum`.
  constexpr explicit ByteClass(std::string_view characters, bool alnum = false) {
    for (const char c : characters) add(c);
    for (char c = 0; alnum && c < 26; ++c) add(static_cast<char>('a' + c)), add(static_cast<char>('A' + c));
    for (char c = '0'; alnum && c <= '9'; ++c) add(c);
  }
  constexpr bool has(char c) const {
    const auto b = static_cast<unsigned char>(c);
    return b < 0x80 && (rows_[b & 15] >> (b >> 4) & 1) != 0;
  }

  // Bit i of out[k]: whether byte 64 k + i from `from` on belongs to the class; of `blocks` times 64 bytes.
  using Fill = void (*)(const char* from, std::size_t blocks, const ByteClass& characters, std::uint64_t* out);
  static void fill_plain(const char* from, std::size_t blocks, const ByteClass& characters, std::uint64_t* out);
  static void fill_avx2(const char* from, std::size_t blocks, const ByteClass& characters, std::uint64_t* out);
  static bool has_avx2();

 private:
  constexpr void add(char c) {
    rows_[static_cast<unsigned char>(c) & 15] |=
        static_cast<std::uint8_t>(1u << (static_cast<unsigned char>(c) >> 4));
  }

  std::array<std::uint8_t, 16> rows_{};  // by the low half of a byte: a bit for each high half
};

class ClassBits {
 public:
  ClassBits(std::string_view text, const ByteClass& characters) : text_(text), class_(characters) {}

  // Of the 64 bytes at `at`, a multiple of 64 that is no less than the one asked about before; none behind the
  // end.
  std::uint64_t of(std::size_t at) {
    if (at >= end_) fill(at);
    return bits_[(at - first_) / 64];
  }

  // Calls visit(place) for each byte that belongs to the class, from the first.
  template <class Visit>
  void for_each(Visit visit) {
    for (std::size_t at = 0; at < text_.size(); at += 64)
      for (std::uint64_t bits = of(at); bits != 0; bits &= bits - 1)
        visit(at + static_cast<std::size_t>(std::countr_zero(bits)));
  }

 private:
  void fill(std::size_t at);

  static constexpr std::size_t kBlocks = 32;  // at a time
  std::string_view text_;
  const ByteClass& class_;
  std::size_t first_ = 0, end_ = 0;  // bytes that bits_ stands for
  std::array<std::uint64_t, kBlocks> bits_;
};

}  // namespace sluice::sense::scan
