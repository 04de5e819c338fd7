#include "sense/own/tokens.h"

#include <bit>
#include <cstring>

#include "base/id.h"
#include "text/utf8.h"
#include "text/words.h"

namespace sluice::sense::own {
namespace {

bool is_ascii_word(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); }

bool is_gap(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '-' || c == '_'; }

class Sip {
 public:
  explicit Sip(const std::array<std::uint64_t, 2>& key)
      : a_(key[0] ^ 0x736f6d6570736575),
        b_(key[1] ^ 0x646f72616e646f6d),
        c_(key[0] ^ 0x6c7967656e657261),
        d_(key[1] ^ 0x7465646279746573) {}

  void take(std::uint64_t word) {
    d_ ^= word;
    round();
    round();
    a_ ^= word;
  }
  std::uint64_t finish() {
    c_ ^= 0xFF;
    for (int i = 0; i < 4; ++i) round();
    return a_ ^ b_ ^ c_ ^ d_;
  }

 private:
  void round() {
    a_ += b_;
    b_ = std::rotl(b_, 13) ^ a_;
    a_ = std::rotl(a_, 32);
    c_ += d_;
    d_ = std::rotl(d_, 16) ^ c_;
    a_ += d_;
    d_ = std::rotl(d_, 21) ^ a_;
    c_ += b_;
    b_ = std::rotl(b_, 17) ^ c_;
    c_ = std::rotl(c_, 32);
  }
  std::uint64_t a_, b_, c_, d_;
};

}  // namespace

std::uint64_t sip_hash(const std::array<std::uint64_t, 2>& key, std::string_view bytes) {
  Sip sip(key);
  const std::size_t size = bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) {
    std::uint64_t word = 0;
    for (int i = 7; i >= 0; --i) word = word << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    sip.take(word);
  }
  std::uint64_t last = std::uint64_t{size} << 56;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    last |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << 8 * i;
  sip.take(last);
  return sip.finish();
}

WordHash::WordHash() {
  std::array<std::uint64_t, 3> random;
  fill_random({reinterpret_cast<std::uint8_t*>(random.data()), sizeof random});
  set_key(random);
}

WordHash::WordHash(std::string_view secret) {
  const auto digest = sha256("sluice words\n" + std::string(secret));
  std::array<std::uint64_t, 3> random{};
  for (std::size_t i = 0; i < 24; ++i) random[i / 8] |= std::uint64_t{digest[i]} << i % 8 * 8;
  set_key(random);
}

void WordHash::set_key(std::array<std::uint64_t, 3> random) {
  key_ = {random[0], random[1]};
  powers_[0] = 1;
  for (std::size_t i = 1; i < powers_.size(); ++i) powers_[i] = powers_[i - 1] * (random[2] | 1);
}

std::uint64_t WordHash::key_check() const {
  return sip_hash(key_, "which key is this? no word has a blank in it");
}

std::vector<Token> WordHash::tokens(std::string_view lower) const {
  std::vector<Token> found;
  std::string word;  // of letters beyond ASCII, folded
  for (std::size_t i = 0; i < lower.size();) {
    const std::size_t start = i;
    while (i < lower.size() && is_ascii_word(lower[i])) ++i;
    std::string_view letters = lower.substr(start, i - start);
    bool alone = false;
    if (i < lower.size() && static_cast<unsigned char>(lower[i]) >= 0x80) {
      word = letters;
      while (i < lower.size()) {
        std::size_t next = i;
        const std::uint32_t c = text::next_code_point(lower, next);
        const text::WordPart part = text::word_part(c);
        if (part == text::WordPart::Alone) alone = i == start;
        if (part == text::WordPart::None || (part == text::WordPart::Alone && !alone)) break;
        text::append_utf8(word, text::fold_case(c));
        i = next;
        if (alone) break;
      }
      letters = word;
    }
    if (i > start)
      found.push_back({static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(i), sip_hash(key_, letters)});
    else if (static_cast<unsigned char>(lower[i]) < 0x80)
      ++i;
    else
      text::next_code_point(lower, i);
  }
  return found;
}

WordHash::Runs::Runs(const WordHash& hash, const std::vector<Token>& tokens) : hash_(hash) {
  sums_.reserve(tokens.size() + 1);
  sums_.push_back(0);
  for (const Token& token : tokens) sums_.push_back(sums_.back() * hash.powers_[1] + token.hash);
}

std::uint64_t WordHash::Runs::of(std::size_t first, std::size_t count) const {
  std::uint64_t sum = sums_[first + count] - sums_[first] * hash_.powers_[count];
  // The finaliser of MurmurHash3: the low bits of a sum are those of its parts alone.
  sum = (sum ^ sum >> 33) * 0xff51afd7ed558ccd;
  sum = (sum ^ sum >> 33) * 0xc4ceb9fe1a85ec53;
  return sum ^ sum >> 33;
}

std::string folded(std::string_view lower) {
  std::string out;
  bool gap = false;
  for (std::size_t i = 0; i < lower.size();) {
    if (is_gap(lower[i])) {
      gap = true;
      ++i;
      continue;
    }
    if (gap && !out.empty()) out += ' ';
    gap = false;
    text::append_utf8(out, text::fold_case(text::next_code_point(lower, i)));
  }
  return out;
}

}  // namespace sluice::sense::own
