// Tokens of a text and their hashed features, one token after the other. The same rules stand in
// tools/topics/features.py; model_test.cpp holds the two together. All of it is inline: the model's loop over a
// text is the only user, and spends its time here.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/pseudonym.h"

namespace sluice::sense::topics {

inline constexpr std::size_t kPrefix = 5;
inline constexpr std::uint32_t kSaltPrefix = 0x85EBCA6B, kSaltSuffix = 0xC2B2AE35, kSaltCaps = 0x27D4EB2F,
                               kSaltPair = 0x165667B1, kNamePair = 0xA5A5F00D, kCamel = 0x5EEDBEEF,
                               kGlued = 0x61CE6D51, kSaltInner = 0x38B34AE5, kUnknown = 0x7A3D19C5;
inline constexpr std::uint64_t kHashStart = 0x9E3779B97F4A7C15;

// Takes eight bytes into a hash of a token; a token's hash is the low half at its end.
constexpr std::uint64_t absorb(std::uint64_t hash, std::uint64_t bytes) {
  hash = (hash ^ bytes) * 0xD6E8FEB86659FD93;
  return hash ^ hash >> 32;
}

constexpr std::uint32_t hash_of(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(absorb(kHashStart, bytes));
}

constexpr std::uint32_t pair_of(std::uint32_t before, std::uint32_t hash) {
  std::uint32_t x = (before * 0x9E3779B1u + hash) ^ kSaltPair;
  x ^= x >> 15;
  x *= 0x7FEB352D;
  return x ^ x >> 16;
}

struct Token {
  std::uint32_t start = 0, end = 0;  // bytes
  std::array<std::uint32_t, 8> features;
  std::uint32_t own = 0;     // of features, those of the token itself; the pair with the token before follows
  std::uint32_t count = 0;   // of features
  std::uint32_t before = 0;  // hash of the token before, 0 where a sentence begins
  std::uint32_t joint = 0;   // a feature of how it is joined to the one before, 0: none
  bool word = false;         // three letters or more, or a character that is a word
  bool letters = false;      // three letters or more
};

// What a stretch of text has had of words and pairs, so that each counts once: saying a thing twice adds nothing.
// A hash is known by 15 bits, of which a new one is taken for an old one once in a hundred times at worst.
class Seen {
 public:
  // Forgets all after so many, about 300 tokens: what a page says does not keep the next one from saying it again.
  static constexpr std::uint32_t kMemory = 512;

  void forget_if_full() {
    if (count_ < kMemory) return;
    bits_ = {};
    count_ = 0;
  }
  // True the first time.
  bool first(std::uint32_t hash) {
    std::uint64_t& word = bits_[hash >> 6 & 511];
    const std::uint64_t bit = std::uint64_t(1) << (hash & 63);
    const bool is_new = (word & bit) == 0;
    word |= bit;
    count_ += is_new;
    return is_new;
  }

 private:
  std::array<std::uint64_t, 512> bits_{};
  std::uint32_t count_ = 0;
};

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text.data()), size_(text.size()) {}

  // False at the end of the text.
  bool next(Token& token);

 private:
  enum Kind : unsigned char { kSkip, kBreak, kDigit, kLetter, kWide, kLatin1Sign, kMark };
  struct Word {
    std::uint64_t hash = kHashStart, head = 0;  // head: its first eight bytes
    std::uint32_t suffix = 0;                   // its last four
    std::size_t length = 0;                     // folded
    bool caps = false, camel = false;
  };

  static constexpr std::array<Kind, 256> kinds();
  static const std::array<Kind, 256> kKinds;
  unsigned char byte(std::size_t at) const {
    return at < size_ ? static_cast<unsigned char>(text_[at]) : static_cast<unsigned char>(0);
  }
  static bool is_continuation(unsigned char c) { return (c & 0xC0) == 0x80; }
  bool is_upper(std::size_t at) const;
  // Of the byte before: a number directly behind a word, or a word behind a number, is glued to it ("tea4two").
  Kind kind_before() const { return at_ > 0 ? kKinds[static_cast<unsigned char>(text_[at_ - 1])] : kSkip; }

  void line_break(Token& token);
  void number(Token& token);
  void word(Token& token);
  bool short_word(Word& word, std::size_t& end) const;
  void any_word(Word& word, std::size_t& end) const;
  void mark(Token& token, std::size_t size);
  void skip_pseudonym_tail();
  void finish(Token& token, std::size_t end, std::uint32_t hash, bool capital, std::uint32_t joint = 0) {
    token.end = static_cast<std::uint32_t>(end);
    token.own = token.count;
    token.before = previous_;
    token.features[token.count++] = pair_of(previous_, hash);
    token.features[token.count] = kNamePair;
    token.count += capital && previous_capital_ ? 1u : 0u;
    token.joint = joint;
    previous_ = hash;
    previous_capital_ = capital;
    at_ = end + (end < size_ && text_[end] == ' ' ? 1 : 0);  // a blank is skipped anyway
  }

  const char* text_;
  std::size_t size_, at_ = 0;
  std::uint32_t previous_ = 0;  // hash of the token before
  bool previous_capital_ = false;
};

// By first byte. Letters of other scripts than Latin, Greek, Cyrillic and their like (lead bytes E2 to ED, Chinese
// among them) are tokens by themselves, and so are the signs of the Latin-1 block (lead byte C2).
constexpr std::array<Tokens::Kind, 256> Tokens::kinds() {
  std::array<Kind, 256> table{};
  for (std::size_t b = 0; b < 256; ++b) {
    Kind kind = kMark;
    if (b == ' ' || b == '\t' || b == '\r' || b == '\'' || b == '`') kind = kSkip;
    if (b == '\n') kind = kBreak;
    if (b >= '0' && b <= '9') kind = kDigit;
    if ((b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || b >= 0x80) kind = kLetter;
    if (b >= 0xE2 && b <= 0xED) kind = kWide;
    if (b == 0xC2) kind = kLatin1Sign;
    table[b] = kind;
  }
  return table;
}
inline constexpr std::array<Tokens::Kind, 256> Tokens::kKinds = Tokens::kinds();

inline bool Tokens::is_upper(std::size_t at) const {
  const unsigned char first = byte(at), second = byte(at + 1);
  if (first < 0x80) return first >= 'A' && first <= 'Z';
  if (first == 0xC3) return second >= 0x80 && second <= 0x9E;
  return first == 0xD0 && second >= 0x90 && second <= 0xAF;
}

inline void Tokens::line_break(Token& token) {
  std::size_t end = at_ + 1, breaks = 1;
  while (end < size_ && (text_[end] == ' ' || text_[end] == '\t' || text_[end] == '\r' || text_[end] == '\n')) {
    breaks += text_[end++] == '\n';
  }
  const char last = text_[end - 1];
  const std::uint64_t key = breaks > 1 ? 0x0A0A : last == ' ' || last == '\t' ? 0x200A : 0x0A;
  const std::uint32_t hash = hash_of(key);
  token.features[token.count++] = hash;
  finish(token, end, hash, false);
}

inline void Tokens::number(Token& token) {
  std::size_t end = at_ + 1;
  while (end < size_ && text_[end] >= '0' && text_[end] <= '9') ++end;
  const std::size_t digits = end - at_;
  const std::uint64_t shown = '0' + (digits <= 4 ? digits : digits <= 8 ? 6 : 9);
  const std::uint32_t hash = hash_of(shown << 8 | '#');
  token.features[token.count++] = hash;
  finish(token, end, hash, false, kind_before() == kLetter ? kGlued : 0);
}

// A word of at most 15 ASCII letters, with 16 bytes to read: nearly every one of most texts.
[[gnu::always_inline]] inline bool Tokens::short_word([[maybe_unused]] Word& word,
                                                      [[maybe_unused]] std::size_t& end) const {
#if defined(__SSE2__)
  if (size_ - at_ < 16) return false;
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text_ + at_));
  const __m128i folded = _mm_or_si128(bytes, _mm_set1_epi8(0x20));
  const __m128i place = _mm_sub_epi8(folded, _mm_set1_epi8('a'));
  const auto letters =
      static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(place, _mm_set1_epi8(25)), place)));
  const auto length = static_cast<unsigned>(std::countr_one(letters));
  if (length == 16 || length == 0 || kKinds[byte(at_ + length)] == kLetter) return false;
  const unsigned all = (1u << length) - 1;
  // Bit 5 of a letter says that it is a small one.
  const unsigned upper = ~static_cast<unsigned>(_mm_movemask_epi8(_mm_slli_epi16(bytes, 2))) & all;
  word.caps = upper == all && length >= 3;
  word.camel = ((~upper & all) << 1 & upper) != 0;
  std::array<std::uint64_t, 2> halves;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(halves.data()), folded);
  word.length = length;
  word.head = length >= 8 ? halves[0] : halves[0] & ((std::uint64_t(1) << 8 * length) - 1);
  // Without branches, which the length of a word makes unpredictable.
  const std::uint64_t first = absorb(kHashStart, word.head);
  const std::uint64_t rest = absorb(first, halves[1] & ((std::uint64_t(1) << 8 * (length & 7)) - 1));
  word.hash = length > 8 ? rest : first;
  std::uint32_t tail = 0;  // of a word of four letters at least, else not used
  std::memcpy(&tail, text_ + at_ + (length >= 4 ? length - 4 : 0), 4);
  word.suffix = tail | 0x20202020;
  end = at_ + length;
  return true;
#else
  return false;
#endif
}

[[gnu::noinline]] inline void Tokens::any_word(Word& word, std::size_t& end) const {
  bool ascii = true, all_upper = true, camel = false;
  unsigned char before = 0;
  std::uint64_t chunk = 0;
  const auto put = [&](unsigned byte) {
    chunk |= std::uint64_t(byte) << 8 * (word.length % 8);
    word.suffix = word.suffix >> 8 | std::uint32_t(byte) << 24;
    if (word.length < 8) word.head = chunk;
    if (++word.length % 8 == 0) {
      word.hash = absorb(word.hash, chunk);
      chunk = 0;
    }
  };
  std::size_t i = at_;
  for (; i < size_; ++i) {
    const unsigned char c = byte(i), after = byte(i + 1);
    if (kKinds[c] != kLetter) break;
    if (c < 0x80) {
      const bool upper = c <= 'Z';
      all_upper &= upper;
      camel |= upper && before >= 'a' && before <= 'z';
      put(c | 0x20u);
    } else {
      ascii = false;
      if ((c == 0xC3 && after >= 0x80 && after <= 0x9E) || (c == 0xD0 && after >= 0x90 && after <= 0x9F)) {
        put(c);
        put(after + 32u);
        ++i;
      } else if (c == 0xD0 && after >= 0xA0 && after <= 0xAF) {
        put(0xD1);
        put(after - 32u);
        ++i;
      } else {
        put(c);
      }
    }
    before = c;
  }
  if (word.length % 8 != 0) word.hash = absorb(word.hash, chunk);
  word.caps = ascii && all_upper && word.length >= 3;
  word.camel = ascii && camel;
  end = i;
}

[[gnu::always_inline]] inline void Tokens::word(Token& token) {
  Word w;
  std::size_t end = 0;
  if (!short_word(w, end)) any_word(w, end);
  const auto hash = static_cast<std::uint32_t>(w.hash);
  auto& out = token.features;
  std::uint32_t n = 0;  // each is written, and kept by counting it
  out[n++] = hash;
  out[n] = hash_of(w.head & 0xFFFFFFFFFF) ^ kSaltPrefix;
  n += w.length > kPrefix;
  out[n] = hash_of(w.suffix) ^ kSaltSuffix;
  n += w.length > 6;
  out[n] = hash ^ kSaltCaps;
  n += w.caps;
  out[n] = kCamel;
  n += w.camel;
  token.count = n;
  token.word = token.letters = w.length >= 3;
  finish(token, end, hash, is_upper(at_), kind_before() == kDigit ? kGlued : 0);
}

// A sentence begins as a text does: its first word has none before it.
inline void Tokens::mark(Token& token, std::size_t size) {
  const unsigned char first = byte(at_), after = byte(at_ + 1);
  const bool ends =
      (first == '.' || first == '!' || first == '?') && (after == ' ' || after == '\n' || at_ + 1 == size_);
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < size; ++i) key |= std::uint64_t(byte(at_ + i)) << 8 * i;
  const std::uint32_t hash = hash_of(key);
  token.features[token.count++] = hash;
  const Kind left = kind_before(), right = kKinds[after];
  const bool inner = size == 1 && first > 0x20 && first < 0x7F && at_ + 1 < size_ &&
                     (left == kLetter || left == kDigit) && (right == kLetter || right == kDigit);
  finish(token, at_ + size, hash, false, inner ? hash ^ kSaltInner : 0);
  if (ends) previous_ = 0;
  if (first == '_') skip_pseudonym_tail();
}

// Behind "EMAIL_": seven random characters that say nothing.
inline void Tokens::skip_pseudonym_tail() {
  if (at_ < 2 || text_[at_ - 1] != '_' || text_[at_ - 2] < 'A' || text_[at_ - 2] > 'Z') return;
  const std::size_t end = at_ + kPseudonymTail;
  if (end > size_ || !has_pseudonym_tail({text_ + at_, kPseudonymTail})) return;
  if (kKinds[byte(end)] == kLetter || kKinds[byte(end)] == kDigit) return;
  at_ = end;
}

[[gnu::always_inline]] inline bool Tokens::next(Token& token) {
  while (at_ < size_) {
    token.start = static_cast<std::uint32_t>(at_);
    token.count = 0;
    token.word = token.letters = false;
    const Kind kind = kKinds[static_cast<unsigned char>(text_[at_])];
    if (kind == kLetter) [[likely]] {
      word(token);
      return true;
    }
    switch (kind) {
      case kSkip:
        ++at_;
        continue;
      case kBreak:
        line_break(token);
        return true;
      case kDigit:
        number(token);
        return true;
      case kLetter:
        break;
      case kWide: {
        const bool whole = is_continuation(byte(at_ + 1)) && is_continuation(byte(at_ + 2));
        if (whole && byte(at_) == 0xE2 && byte(at_ + 1) == 0x80 && (byte(at_ + 2) & 0xFE) == 0x98) {
          at_ += 3;  // a curly apostrophe is skipped like a straight one
          continue;
        }
        token.word = whole && byte(at_) >= 0xE3;  // from the kana on: a character that is a word
        mark(token, whole ? 3 : 1);
        return true;
      }
      case kLatin1Sign:
        mark(token, is_continuation(byte(at_ + 1)) ? 2 : 1);
        return true;
      case kMark:
        mark(token, 1);
        return true;
    }
  }
  return false;
}

}  // namespace sluice::sense::topics
