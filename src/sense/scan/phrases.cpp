#include "sense/scan/phrases.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/check.h"

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

constexpr std::array<bool, 256> ascii_word_bytes() {
  std::array<bool, 256> table{};
  for (std::size_t b = 0; b < 0x80; ++b) table[b] = is_word_byte(static_cast<char>(b));
  return table;
}
constexpr auto kAsciiWord = ascii_word_bytes();

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
  }
  return false;
}

template <class T>
T load(const char* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

void fold(char& lead, char& tail, int new_lead, int step) {
  lead = static_cast<char>(new_lead);
  tail = static_cast<char>(tail + step);
}

}  // namespace

std::uint16_t PhraseSet::add(Owner owner, std::string_view phrase, Edge edge) {
  SLUICE_CHECK(!built_ && owner < owners_, "phrases are added before build() and by a known owner");
  SLUICE_CHECK(!phrase.empty() && phrase.size() <= kLongestPhrase, "phrases are short constants of our own");
  next_id_.resize(owners_, 0);
  const std::uint16_t id = next_id_[owner]++;
  phrases_.push_back(Phrase{std::string(phrase), owner, id, edge});
  return id;
}

void PhraseSet::build() {
  at_word_start_.build(phrases_, true);
  anywhere_.build(phrases_, false);
  built_ = true;
}

void PhraseSet::Index::build(const std::vector<Phrase>& phrases, bool at_word_start) {
  constexpr std::size_t kSlots = std::size_t{1} << kBits;
  std::vector<std::vector<Entry>> four(kSlots), two(kSlots);
  for (std::uint32_t p = 0; p < phrases.size(); ++p) {
    const Phrase& phrase = phrases[p];
    const bool word_start = phrase.edge == Edge::Word || phrase.edge == Edge::Start || phrase.edge == Edge::Name;
    if (word_start != at_word_start) continue;
    Entry entry;
    const std::size_t size = std::min<std::size_t>(phrase.text.size(), 8);
    std::memcpy(&entry.begins, phrase.text.data(), size);
    std::memset(&entry.mask, 0xFF, size);
    entry.phrase = p;
    if (size >= 4) {
      four[slot(static_cast<std::uint32_t>(entry.begins))].push_back(entry);
      continue;
    }
    // A phrase of one byte stands under all pairs that begin with it.
    std::size_t key = entry.begins & 0xFFFF;
    for (int second = 0; second < (size == 1 ? 256 : 1); ++second, key += 256) two[key].push_back(entry);
  }
  lay_out(four, four_filter_, four_first_, four_);
  lay_out(two, two_filter_, two_first_, two_);
}

void PhraseSet::Index::lay_out(const std::vector<std::vector<Entry>>& slots, std::vector<std::uint64_t>& filter,
                               std::vector<std::uint32_t>& first, std::vector<Entry>& entries) {
  filter.assign(slots.size() / 64, 0);
  for (std::size_t s = 0; s < slots.size(); ++s) {
    first.push_back(static_cast<std::uint32_t>(entries.size()));
    entries.insert(entries.end(), slots[s].begin(), slots[s].end());
    if (!slots[s].empty()) filter[s / 64] |= std::uint64_t{1} << s % 64;
  }
  first.push_back(static_cast<std::uint32_t>(entries.size()));
}

template <class Take>
inline void PhraseSet::Index::candidates(std::uint64_t eight, Take take) const {
  const std::uint32_t two = eight & 0xFFFF, four = slot(static_cast<std::uint32_t>(eight));
  if (two_filter_[two / 64] >> two % 64 & 1) [[unlikely]] {
    for (std::uint32_t e = two_first_[two]; e < two_first_[two + 1]; ++e) {
      if ((eight & two_[e].mask) == two_[e].begins) take(two_[e].phrase);
    }
  }
  if (four_filter_[four / 64] >> four % 64 & 1) [[unlikely]] {
    for (std::uint32_t e = four_first_[four]; e < four_first_[four + 1]; ++e) {
      if ((eight & four_[e].mask) == four_[e].begins) take(four_[e].phrase);
    }
  }
}

void PhraseSet::take(std::uint32_t number, std::string_view lower, std::size_t at,
                     std::vector<std::vector<PhraseHit>>& hits) const {
  const Phrase& phrase = phrases_[number];
  const std::size_t size = phrase.text.size(), end = at + size;
  if (end > lower.size() || std::memcmp(lower.data() + at, phrase.text.data(), size) != 0) return;
  const bool joined_after = end < lower.size() && joins_word(lower, end);
  if (!edges_hold(lower, at, end, joined_after, phrase.edge)) return;
  hits[phrase.owner].push_back(
      PhraseHit{static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(end), phrase.id});
}

void PhraseSet::find(std::string_view lower, std::vector<std::vector<PhraseHit>>& hits) const {
  SLUICE_CHECK(built_, "build() comes before find()");
  hits.resize(owners_);
  for (auto& list : hits) list.clear();
  std::array<char, 8> tail{};  // the last bytes with zeros after them, for the loads of eight
  const std::size_t whole = lower.size() < 8 ? 0 : lower.size() - 7;
  bool word = false;  // an ASCII letter or digit stands before
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const char* from = lower.data() + i;
    if (i >= whole) [[unlikely]] {
      tail.fill(0);
      std::memcpy(tail.data(), from, lower.size() - i);
      from = tail.data();
    }
    const auto eight = load<std::uint64_t>(from);
    const auto take_it = [&](std::uint32_t phrase) { take(phrase, lower, i, hits); };
    anywhere_.candidates(eight, take_it);
    if (!word) at_word_start_.candidates(eight, take_it);
    word = kAsciiWord[static_cast<unsigned char>(lower[i])] && lower[i] != '_';
  }
  const auto by_end = [](const PhraseHit& a, const PhraseHit& b) {
    return a.end != b.end ? a.end < b.end : a.start < b.start;
  };
  for (auto& list : hits) {
    if (!std::is_sorted(list.begin(), list.end(), by_end)) std::sort(list.begin(), list.end(), by_end);
  }
}

std::string lower_case(std::string_view utf8) {
  std::string out(utf8);
  unsigned char seen = 0;
  for (char& c : out) {
    const auto b = static_cast<unsigned char>(c);
    seen |= b;
    c = static_cast<char>(b + (static_cast<unsigned char>(b - 'A') < 26 ? 32 : 0));
  }
  if (seen < 0x80) return out;
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    auto& c = out[i];
    const auto b = static_cast<unsigned char>(c);
    if (b < 0xC3 || b > 0xD0) continue;
    auto& tail = out[i + 1];
    const auto t = static_cast<unsigned char>(tail);
    if (b == 0xC3 && t >= 0x80 && t <= 0x9E && t != 0x97) tail = static_cast<char>(t + 0x20);  // À..Þ
    if (b == 0xCE && t >= 0x91 && t <= 0x9F) tail = static_cast<char>(t + 0x20);               // Α..Ο
    if (b == 0xD0 && t >= 0x90 && t <= 0x9F) tail = static_cast<char>(t + 0x20);               // А..П
    if (b == 0xCE && t >= 0xA0 && t <= 0xA9) fold(c, tail, 0xCF, -0x20);                       // Π..Ω
    if (b == 0xD0 && t >= 0xA0 && t <= 0xAF) fold(c, tail, 0xD1, -0x20);                       // Р..Я
    if (b == 0xD0 && t >= 0x80 && t <= 0x8F) fold(c, tail, 0xD1, 0x10);                        // Ѐ..Џ
    ++i;
  }
  return out;
}

}  // namespace sluice::sense::scan
