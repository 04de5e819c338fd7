// Character classes of RFC 9110 and RFC 9112, and whole-string checks on them. Private to this room.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace sluice::http {

enum : std::uint8_t {
  kToken = 1,   // tchar (RFC 9110, section 5.6.2)
  kValue = 2,   // HTAB, SP, VCHAR, obs-text (section 5.5)
  kTarget = 4,  // VCHAR but '#', '"', '<', '>', '\\', '^', '`', '{', '|', '}' (RFC 3986 excludes them)
  kHost = 8,    // letters, digits, "-._~%"
  kHex = 16,
};

constexpr std::array<std::uint8_t, 256> make_classes() {
  std::array<std::uint8_t, 256> table{};
  for (int c = 0; c < 256; ++c) {
    bool digit = c >= '0' && c <= '9';
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    auto in = [c](std::string_view set) { return set.find(char(c)) != set.npos; };
    std::uint8_t bits = 0;
    if (digit || letter || (c > 0x20 && c < 0x7f && in("!#$%&'*+-.^_`|~"))) bits |= kToken;
    if (c == '\t' || (c >= 0x20 && c != 0x7f)) bits |= kValue;
    if (c > 0x20 && c < 0x7f && !in("#\"<>\\^`{|}")) bits |= kTarget;
    if (digit || letter || (c > 0x20 && c < 0x7f && in("-._~%"))) bits |= kHost;
    if (digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) bits |= kHex;
    table[std::size_t(c)] = bits;
  }
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kClasses = make_classes();

constexpr bool is(char c, std::uint8_t kind) { return kClasses[std::uint8_t(c)] & kind; }

constexpr bool all(std::string_view text, std::uint8_t kind) {
  for (char c : text)
    if (!is(c, kind)) return false;
  return true;
}

// all(text, kValue), eight bytes at a time: a head has some thirty fields on its way through here.
inline bool all_value(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ull, kHighs = 0x8080808080808080ull;
  // The high bit of some byte is set if one of the eight is a control character; none is if none is. (A byte's
  // borrow can only come from one below it that is found itself.)
  auto odd = [](std::uint64_t word) {
    auto zero = [](std::uint64_t w) { return (w - kOnes) & ~w & kHighs; };
    const std::uint64_t low = (word - kOnes * 0x20) & ~word & kHighs;  // below 0x20
    return low | zero(word ^ (kOnes * 0x7f));
  };
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t found = 0, word = 0;
  for (; left >= 8; at += 8, left -= 8) {
    std::memcpy(&word, at, 8);
    found |= odd(word);
  }
  word = kOnes * ' ';
  if (left > 0) std::memcpy(&word, at, left);
  found |= odd(word);
  return found == 0 || all(text, kValue);  // a tab is allowed
}

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool all_digits(std::string_view text) {
  for (char c : text)
    if (!is_digit(c)) return false;
  return !text.empty();
}
constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; }
constexpr int hex_value(char c) { return c <= '9' ? c - '0' : lower(c) - 'a' + 10; }

// "host", "host:port", "[v6]" or "[v6]:port" (RFC 9110, section 7.2), without user information.
bool valid_authority(std::string_view text);

}  // namespace sluice::http
