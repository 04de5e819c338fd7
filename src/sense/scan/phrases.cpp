#include "sense/scan/phrases.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <utility>

#include "base/check.h"
#include "sense/scan/byte_bits.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kLongestPhrase = 60;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Letters and digits of scripts that separate words; the bytes of CJK characters (three-byte sequences from E3 on)
// do not continue a word, so that "密码abc" and "卡号4111" have their boundaries.
bool joins_word(std::string_view text, std::size_t at) {
  const auto b = static_cast<unsigned char>(text[at]);
  if (b < 0x80) return is_word_byte(text[at]);
  std::size_t lead = at;
  while (lead > 0 && at - lead < 3 && (static_cast<unsigned char>(text[lead]) & 0xC0) == 0x80) --lead;
  // Two-byte sequences from C3 on hold the letters of Europe and the Near East; E1 and E2 also hold punctuation.
  const auto first = static_cast<unsigned char>(text[lead]);
  return first >= 0xC3 && first <= 0xE0;
}

bool is_ascii_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool edges_hold(std::string_view text, std::size_t start, std::size_t end, bool joined_after, Edge edge) {
  const auto joined_before = [&] { return start > 0 && joins_word(text, start - 1); };
  switch (edge) {
    case Edge::Any:
      return true;
    case Edge::Start:
      return !joined_before();
    case Edge::End:
      return !joined_after;
    case Edge::Word:
      return !joined_after && !joined_before();
    case Edge::Name: {
      const bool before = start > 0 && text[start - 1] != '_' && joins_word(text, start - 1);
      return !before && (!joined_after || text[end] == '_');
    }
    case Edge::AfterDigit:
      if (joined_after || start == 0) return false;
      return is_digit(text[start - 1]) || (start > 1 && text[start - 1] == ' ' && is_digit(text[start - 2]));
    case Edge::BehindDigit:
      return start > 0 && is_digit(text[start - 1]);
    case Edge::Fresh:
      return start == 0 || !is_ascii_alnum(text[start - 1]);
  }
  return false;
}

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

constexpr int kHashBits = 16, kSlotBits = 14;
constexpr std::uint64_t kThreeBytes = 0xFFFFFF, kFourBytes = 0xFFFFFFFF, kFiveBytes = 0xFFFFFFFFFF;
constexpr std::size_t kLongWord = 16;  // from here on a word is known by its beginning
constexpr std::size_t kBehind = 3;     // bytes behind a word that are looked at with it
constexpr std::size_t kMostBack = 7;   // bytes of a phrase before its anchor

bool is_blank(char c) { return c == ' ' || c == '\n'; }

constexpr std::uint64_t kMultiplier = 0x9E3779B97F4A7C15;

std::uint32_t hash_of(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(bytes * kMultiplier >> (64 - kHashBits));
}

constexpr std::array<std::uint64_t, kLongWord + 1> first_bytes() {
  std::array<std::uint64_t, kLongWord + 1> masks{};
  for (std::size_t size = 0; size < masks.size(); ++size)
    masks[size] = size >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * size) - 1;
  return masks;
}
constexpr auto kFirstBytes = first_bytes();

// A word of `size` bytes, at most kLongWord, that begins with these eight: a number of which the highest bits are
// its hash.
std::uint64_t word_key(std::uint64_t eight, std::size_t size) {
  return ((eight & kFirstBytes[size]) + (std::uint64_t{size} << 56)) * kMultiplier;
}

// The same of the word and what stands behind it.
std::uint64_t key_with(std::uint64_t word, std::uint32_t behind) {
  return word + (behind & kThreeBytes) * 0xC2B2AE3D27D4EB4Fu;
}

std::uint32_t highest_of(std::uint64_t key) { return static_cast<std::uint32_t>(key >> (64 - kHashBits)); }

}  // namespace

std::uint16_t PhraseSet::add(Owner owner, std::string_view phrase, Edge edge) {
  SLUICE_CHECK(!built_ && owner < owners_, "phrases are added before build() and by a known owner");
  SLUICE_CHECK(!phrase.empty() && phrase.size() <= kLongestPhrase, "phrases are short constants of our own");
  next_id_.resize(owners_, 0);
  const std::uint16_t id = next_id_[owner]++;
  phrases_.push_back(Phrase{std::string(phrase), owner, id, edge});
  return id;
}

// The word that the text must have where this phrase stands: how many bytes of the phrase, 0 if it need not have
// one. A word here is letters and digits of ASCII.
std::size_t PhraseSet::first_word(const Phrase& phrase) {
  if (phrase.edge != Edge::Word && phrase.edge != Edge::Start && phrase.edge != Edge::Name) return 0;
  std::size_t size = 0;
  while (size < phrase.text.size() && is_ascii_alnum(phrase.text[size])) ++size;
  if (size == phrase.text.size()) return phrase.edge == Edge::Start ? 0 : size;
  return static_cast<unsigned char>(phrase.text[size]) < 0x80 ? size : 0;
}

PhraseSet::Anchor PhraseSet::anchor_of(const Phrase& phrase) {
  const std::string& text = phrase.text;
  for (std::size_t at = 0; at < text.size() && at <= kMostBack; ++at) {
    const char c = text[at];
    if (is_ascii_alnum(c)) {
      if (at > 0 && !is_ascii_alnum(text[at - 1])) return {Place::WordStart, at};
      if (at > 0) continue;
      if (phrase.edge != Edge::Any && phrase.edge != Edge::End) return {Place::WordStart, 0};
      if (text.size() > 2 && is_ascii_alnum(text[1]) && is_ascii_alnum(text[2])) return {Place::Inside, 0};
    } else if (!is_blank(c) && (static_cast<unsigned char>(c) & 0xC0) != 0x80) {
      return {Place::Sign, at};
    }
  }
  return {Place::Everywhere, 0};
}

PhraseSet::Entry PhraseSet::entry_of(const Phrase& phrase, Numbered which) {
  std::array<char, 16> bytes{}, mask{};
  const std::string_view rest = std::string_view(phrase.text).substr(which.back);
  const std::size_t size = std::min(rest.size(), bytes.size());
  std::memcpy(bytes.data(), rest.data(), size);
  std::memset(mask.data(), 0xFF, size);
  return Entry{load<std::uint64_t>(bytes.data()),
               load<std::uint64_t>(mask.data()),
               load<std::uint64_t>(bytes.data() + 8),
               load<std::uint64_t>(mask.data() + 8),
               which.phrase,
               static_cast<std::uint8_t>(phrase.text.size()),
               static_cast<std::uint8_t>(which.back),
               phrase.edge,
               phrase.owner,
               phrase.id};
}

void PhraseSet::build() {
  std::vector<Keyed> by_word, by_more;
  std::vector<Numbered> at_word_start, inside, signs, after_digit, everywhere;
  for (std::uint32_t p = 0; p < phrases_.size(); ++p) {
    const Phrase& phrase = phrases_[p];
    const std::size_t word = first_word(phrase);
    if (word > 0) {
      const Entry entry = entry_of(phrase, {p, 0});
      const std::size_t size = std::min(word, kLongWord);
      const std::uint64_t key = word_key(entry.begins, size);
      if (phrase.text.size() < size + kBehind) {
        by_word.push_back(Keyed{highest_of(key), entry});
      } else {
        std::uint32_t behind = 0;
        std::memcpy(&behind, phrase.text.data() + size, kBehind);
        by_more.push_back(Keyed{highest_of(key_with(key, behind)), entry});
      }
      continue;
    }
    if (phrase.edge == Edge::AfterDigit || phrase.edge == Edge::BehindDigit) {
      after_digit.push_back({p, 0});
      continue;
    }
    const Anchor anchor = anchor_of(phrase);
    if (anchor.place == Place::Everywhere) everywhere.push_back({p, 0});
    if (anchor.place == Place::Sign) signs.push_back({p, anchor.back});
    if (anchor.place == Place::Inside) inside.push_back({p, 0});
    if (anchor.place == Place::Inside || anchor.place == Place::WordStart)
      at_word_start.push_back({p, anchor.back});
  }
  words_.build(std::move(by_word));
  longer_.build(std::move(by_more));
  at_word_start_.build(phrases_, at_word_start);
  inside_.build(phrases_, inside);
  signs_.build(phrases_, signs);
  after_digit_.build(phrases_, after_digit);
  everywhere_.build(phrases_, everywhere);
  has_everywhere_ = !everywhere.empty();
  built_ = true;
}

void PhraseSet::Slots::build(std::vector<Keyed> keyed) {
  const auto slot = [](const Keyed& k) { return k.hash >> (kHashBits - kSlotBits); };
  const auto before = [&](const Keyed& a, const Keyed& b) {
    return slot(a) != slot(b) ? slot(a) < slot(b) : a.entry.phrase < b.entry.phrase;
  };
  std::sort(keyed.begin(), keyed.end(), before);
  filter_.assign((std::size_t{1} << kHashBits) / 64, 0);
  first_.assign((std::size_t{1} << kSlotBits) + 1, 0);
  for (const Keyed& k : keyed) {
    mark(k.hash);
    ++first_[slot(k) + 1];
    entries_.push_back(k.entry);
  }
  SLUICE_CHECK(entries_.size() < 0x10000, "numbers of entries have sixteen bits");
  for (std::size_t s = 1; s < first_.size(); ++s)
    first_[s] = static_cast<std::uint16_t>(first_[s] + first_[s - 1]);
}

inline std::span<const PhraseSet::Entry> PhraseSet::Slots::entries(std::uint32_t hash) const {
  if (!may_have(hash)) return {};
  const std::uint32_t slot = hash >> (kHashBits - kSlotBits);
  return {entries_.data() + first_[slot], std::size_t{first_[slot + 1]} - first_[slot]};
}

void PhraseSet::Beginnings::build(const std::vector<Phrase>& phrases, const std::vector<Numbered>& which) {
  std::vector<Keyed> fives, threes, twos, ones;
  const auto size_of = [&](const Numbered& one) { return phrases[one.phrase].text.size() - one.back; };
  const bool pairs = std::any_of(which.begin(), which.end(), [&](const auto& one) { return size_of(one) == 2; });
  const std::size_t looked_at = pairs ? 3 : 4;
  filtered_bytes = pairs ? kThreeBytes : kFourBytes;
  filter.assign((std::size_t{1} << kHashBits) / 64, 0);
  for (const Numbered& one : which) {
    const Entry entry = entry_of(phrases[one.phrase], one);
    const std::size_t size = size_of(one);
    if (size == 1) {
      ones.push_back(Keyed{hash_of(entry.begins), entry});
      alone[entry.begins] = 1;
      any_alone = true;
      continue;
    }
    std::vector<Keyed>& list = size == 2 ? twos : size < 5 ? threes : fives;
    const std::uint64_t known = size == 2 ? 0xFFFF : size < 5 ? kThreeBytes : kFiveBytes;
    list.push_back(Keyed{hash_of(entry.begins & known), entry});
    // A phrase of fewer bytes than are looked at is found whatever follows it.
    const bool open = size < looked_at;
    for (std::uint64_t last = 0; last < (open ? 256u : 1u); ++last) {
      const std::uint64_t begins = open ? entry.begins | last << 8 * size : entry.begins;
      const std::uint32_t hash = hash_of(begins & filtered_bytes);
      filter[hash / 64] |= std::uint64_t{1} << hash % 64;
    }
  }
  five.build(std::move(fives));
  three.build(std::move(threes));
  two.build(std::move(twos));
  one.build(std::move(ones));
}

inline std::uint64_t PhraseSet::Beginnings::may_begin(std::uint64_t eight) const {
  const std::uint32_t hash = hash_of(eight & filtered_bytes);
  return filter[hash / 64] >> hash % 64 & 1;
}

inline std::uint64_t PhraseSet::Beginnings::likely(std::uint64_t eight) const {
  return five.may_have(hash_of(eight & kFiveBytes)) | three.may_have(hash_of(eight & kThreeBytes)) |
         two.may_have(hash_of(eight & 0xFFFF)) | alone[eight & 0xFF];
}

// One search through one text. What is done for each 64 bytes stands in one function, so that its bits stay in
// registers; shifts of newer processors (BMI2) gain nothing then.
class PhraseSet::Pass {
 public:
  Pass(const PhraseSet& set, std::string_view text, std::vector<std::vector<PhraseHit>>& hits)
      : set_(set), text_(text), hits_(hits) {}

  void run() {
    word_ = word_bits(0);
    for (std::size_t at = 0; at < text_.size(); at += 64) {
      enter(at);
      filter();
      for_each_bit(found_.all(), [&](std::size_t i) { look(i); });
      leave();
    }
  }

  // The phrases that begin at one place, and some that begin near it.
  void run_near(std::size_t at) {
    word_before_ = at > 0 && is_ascii_alnum(text_[at - 1]);
    digit_before_ = at > 0 && is_digit(text_[at - 1]);
    space_before_ = at > 1 && text_[at - 1] == ' ' && is_digit(text_[at - 2]);
    word_ = word_bits(at);
    enter(at);
    filter();
    for (std::size_t i = 0; i <= kMostBack && at + i < text_.size(); ++i) look(i);
  }

 private:
  [[gnu::always_inline]] std::uint64_t word_bits(std::size_t at) {
    Block block;
    return ascii_alnum_bits(block.of(text_, at));
  }

  // Sets what stands where in the 64 bytes from `at` on.
  [[gnu::always_inline]] void enter(std::size_t at) {
    at_ = at;
    from_ = block_.of(text_, at);
    next_word_ = word_bits(at + 64);
    const std::size_t count = std::min<std::size_t>(64, text_.size() - at);
    valid_ = ~std::uint64_t{0} >> (64 - count);
    const std::uint64_t in_word = word_ << 1 | word_before_;
    starts_ = word_ & ~in_word;
    inside_ = word_ & in_word & (word_ >> 1 | next_word_ << 63) & (word_ >> 2 | next_word_ << 62);
    const std::uint64_t no_sign =
        bits64(from_, [](Bytes16 b) { return b.is(' ') | b.is('\n') | b.between('\x80', '\xBF'); });
    signs_ = valid_ & ~word_ & ~no_sign;
    digit_ = bits64(from_, [](Bytes16 b) { return b.between('0', '9'); });
    space_ = digit_ << 1 | digit_before_;
    after_digit_ = space_;
    space_ &= bits64(from_, [](Bytes16 b) { return b.is(' '); });
    after_digit_ = valid_ & (after_digit_ | space_ << 1 | space_before_);
  }

  [[gnu::always_inline]] void leave() {
    word_before_ = word_ >> 63;
    digit_before_ = digit_ >> 63;
    space_before_ = space_ >> 63;
    word_ = next_word_;
  }

  [[gnu::always_inline]] std::uint64_t eight_at(std::size_t i) const { return load<std::uint64_t>(from_ + i); }

  // Finds the places where phrases may begin.
  [[gnu::always_inline]] void filter() {
    known_words();
    found_.inside = filtered(inside_, set_.inside_);
    found_.signs = filtered(signs_, set_.signs_);
    found_.after_digit = filtered(after_digit_, set_.after_digit_);
    found_.everywhere = set_.has_everywhere_ ? filtered(valid_, set_.everywhere_) : 0;
  }

  // At which of these places a phrase of one byte stands.
  [[gnu::always_inline]] std::uint64_t alone(std::uint64_t places, const Beginnings& phrases) const {
    std::uint64_t bits = 0;
    if (!phrases.any_alone) return bits;
    for_each_bit(places, [&](std::size_t i) {
      bits |= std::uint64_t{phrases.alone[static_cast<unsigned char>(from_[i])]} << i;
    });
    return bits;
  }

  [[gnu::always_inline]] std::uint64_t filtered(std::uint64_t places, const Beginnings& phrases) const {
    std::uint64_t bits = 0, likely = 0;
    for_each_bit(places, [&](std::size_t i) { bits |= phrases.may_begin(load<std::uint32_t>(from_ + i)) << i; });
    bits |= alone(places, phrases);
    for_each_bit(bits, [&](std::size_t i) { likely |= phrases.likely(eight_at(i)) << i; });
    return likely;
  }

  [[gnu::always_inline]] std::size_t word_size(std::size_t i) const {
    const std::uint64_t rest = word_ >> i | next_word_ << 1 << (63 - i);
    return std::min<std::size_t>(static_cast<std::size_t>(std::countr_one(rest)), kLongWord);
  }

  // At which beginnings of words a phrase may stand.
  [[gnu::always_inline]] void known_words() {
    std::uint64_t words = 0, longer = 0, begun = 0, likely = 0;
    for_each_bit(starts_, [&](std::size_t i) {
      const std::size_t size = word_size(i);
      const std::uint64_t eight = eight_at(i), key = word_key(eight, size);
      keys_[i] = key;
      more_keys_[i] = key_with(key, load<std::uint32_t>(from_ + i + size));
      words |= set_.words_.may_have(highest_of(key)) << i;
      longer |= set_.longer_.may_have(highest_of(more_keys_[i])) << i;
      begun |= set_.at_word_start_.may_begin(eight) << i;
    });
    begun |= alone(starts_, set_.at_word_start_);
    for_each_bit(begun, [&](std::size_t i) { likely |= set_.at_word_start_.likely(eight_at(i)) << i; });
    found_.words = words;
    found_.longer = longer;
    found_.at_word_start = likely;
  }

  void look(std::size_t i) {
    const std::uint64_t eight = eight_at(i);
    if (found_.everywhere >> i & 1) beginnings(set_.everywhere_, eight, at_ + i);
    if (found_.after_digit >> i & 1) beginnings(set_.after_digit_, eight, at_ + i);
    if (found_.signs >> i & 1) return beginnings(set_.signs_, eight, at_ + i);
    if (found_.inside >> i & 1) return beginnings(set_.inside_, eight, at_ + i);
    if (found_.at_word_start >> i & 1) beginnings(set_.at_word_start_, eight, at_ + i);
    if (found_.words >> i & 1) try_all(set_.words_.entries(highest_of(keys_[i])), eight, at_ + i);
    if (found_.longer >> i & 1) try_all(set_.longer_.entries(highest_of(more_keys_[i])), eight, at_ + i);
  }

  void beginnings(const Beginnings& phrases, std::uint64_t eight, std::size_t at) {
    if (phrases.alone[eight & 0xFF] != 0) try_all(phrases.one.entries(hash_of(eight & 0xFF)), eight, at);
    try_all(phrases.two.entries(hash_of(eight & 0xFFFF)), eight, at);
    try_all(phrases.three.entries(hash_of(eight & kThreeBytes)), eight, at);
    try_all(phrases.five.entries(hash_of(eight & kFiveBytes)), eight, at);
  }

  void try_all(std::span<const Entry> entries, std::uint64_t eight, std::size_t at) {
    for (const Entry& entry : entries) {
      if ((eight & entry.mask) == entry.begins) compare(entry, at);
    }
  }

  void compare(const Entry& entry, std::size_t anchor) {
    if (anchor < entry.back) return;
    const std::size_t at = anchor - entry.back, size = entry.size, end = at + size;
    if (end > text_.size() || !same(entry, anchor)) return;
    const bool joined_after = end < text_.size() && joins_word(text_, end);
    if (!edges_hold(text_, at, end, joined_after, entry.edge)) return;
    hits_[entry.owner].push_back(
        PhraseHit{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end), entry.id});
  }

  // Whether all of the phrase stands there, of which the first eight bytes from its anchor on do.
  bool same(const Entry& entry, std::size_t anchor) const {
    const char* from = text_.data() + anchor;
    const std::size_t rest = std::size_t{entry.size} - entry.back;
    if (entry.back == 0 && rest <= 16 && text_.size() - anchor >= 16)
      return (load<std::uint64_t>(from + 8) & entry.more_mask) == entry.goes_on;
    return std::memcmp(from - entry.back, set_.phrases_[entry.phrase].text.data(), entry.size) == 0;
  }

  const PhraseSet& set_;
  std::string_view text_;
  std::vector<std::vector<PhraseHit>>& hits_;
  Block block_;
  const char* from_ = nullptr;  // 64 bytes and some more
  // Where phrases of each kind may begin, one bit a byte.
  struct Found {
    std::uint64_t words = 0, longer = 0, at_word_start = 0, inside = 0, signs = 0, after_digit = 0, everywhere = 0;
    std::uint64_t all() const {
      return words | longer | at_word_start | inside | signs | after_digit | everywhere;
    }
  } found_;
  std::array<std::uint64_t, 64> keys_, more_keys_;  // of the words that begin in the 64 bytes
  std::size_t at_ = 0;                              // where they stand in the text
  // One bit a byte of the 64: letters and digits, of the next 64 too; the first bytes of words; places inside of
  // them; signs; digits; a space behind a digit; what stands behind a digit or behind such a space.
  std::uint64_t word_ = 0, next_word_ = 0, starts_ = 0, inside_ = 0, signs_ = 0, digit_ = 0, space_ = 0,
                after_digit_ = 0, valid_ = 0;
  std::uint64_t word_before_ = 0, digit_before_ = 0, space_before_ = 0;  // of the byte before the 64
};

void PhraseSet::find(std::string_view lower, std::vector<std::vector<PhraseHit>>& hits) const {
  SLUICE_CHECK(built_, "build() comes before find()");
  hits.resize(owners_);
  for (auto& list : hits) list.clear();
  Pass(*this, lower, hits).run();
  const auto by_end = [](const PhraseHit& a, const PhraseHit& b) {
    return a.end != b.end ? a.end < b.end : a.start < b.start;
  };
  for (auto& list : hits) {
    if (!std::is_sorted(list.begin(), list.end(), by_end)) std::sort(list.begin(), list.end(), by_end);
  }
}

std::size_t PhraseSet::end_at(std::string_view lower, std::size_t at) const {
  SLUICE_CHECK(built_, "build() comes before end_at()");
  if (at >= lower.size()) return at;
  std::vector<std::vector<PhraseHit>> hits(owners_);
  Pass(*this, lower, hits).run_near(at);
  std::size_t end = lower.size() + 1;
  for (const auto& list : hits) {
    for (const PhraseHit& hit : list) {
      if (hit.start == at) end = std::min<std::size_t>(end, hit.end);
    }
  }
  return end > lower.size() ? at : end;
}

}  // namespace sluice::sense::scan
