#include "sense/scan/document.h"

#include <array>
#include <cstdint>
#include <utility>

#include "sense/scan/byte_bits.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kMaxSeparators = 3;
constexpr std::size_t kMaxGroups = 48;  // bounds the work of a validator on a page full of digits

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_separator(char c) {
  return c == ' ' || c == '-' || c == '.' || c == '/' || c == '(' || c == ')' || c == '_';
}
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

// What an anchor begins with.
std::uint64_t anchor_bits(const char* from) {
  return bits64(from, [](Bytes16 b) { return b.between('A', 'Z') | b.between('0', '9') | b.is('@'); });
}

class Anchors {
 public:
  explicit Anchors(Document& doc) : doc_(doc), text_(doc.text) {}

  void run() {
    for (std::size_t at = 0, next = 0; at < text_.size(); at += 64) {
      for_each_bit(anchor_bits(block_.of(text_, at)), [&](std::size_t bit) {
        if (at + bit >= next) next = take(at + bit);
      });
    }
  }

 private:
  // What begins at i, where an anchor may; returns where to go on.
  std::size_t take(std::size_t i) {
    const char c = text_[i];
    if (is_digit(c)) return take_number(i);
    if (is_upper(c) && (i == 0 || !is_word_byte(text_[i - 1]))) return take_name(i);
    if (c == '@') doc_.at_signs.push_back(static_cast<std::uint32_t>(i));
    return i + 1;
  }

  std::size_t digits_end(std::size_t i) const {
    while (i < text_.size() && is_digit(text_[i])) ++i;
    return i;
  }

  std::size_t take_number(std::size_t i) {
    NumberRun run;
    run.start = static_cast<std::uint32_t>(i);
    run.first_group = static_cast<std::uint32_t>(doc_.groups.size());
    while (true) {
      const std::size_t end = digits_end(i);
      doc_.groups.push_back(DigitGroup{static_cast<std::uint32_t>(i),
                                       static_cast<std::uint16_t>(end - i > 0xFFFF ? 0xFFFF : end - i)});
      ++run.groups;
      run.digits += static_cast<std::uint32_t>(end - i);
      run.end = static_cast<std::uint32_t>(end);
      std::size_t next = end;
      while (next < text_.size() && next - end < kMaxSeparators && is_separator(text_[next])) ++next;
      if (next == end || next >= text_.size() || !is_digit(text_[next]) || run.groups == kMaxGroups) break;
      i = next;
    }
    doc_.numbers.push_back(run);
    return run.end;
  }

  // End of a capitalised word of at least two letters that begins at i; i if there is none. Letters beyond ASCII
  // count as letters: "Lucía", "Łukasz" (after its first letter).
  std::size_t capitalised_end(std::size_t i) const {
    if (i >= text_.size() || !(is_upper(text_[i]) || static_cast<unsigned char>(text_[i]) >= 0xC3)) return i;
    std::size_t end = i + 1;
    bool lower = false;
    while (end < text_.size()) {
      const char c = text_[end];
      const bool joint = (c == '-' || c == '\'') && end + 1 < text_.size() && is_upper(text_[end + 1]);
      if (is_lower(c)) lower = true;
      if (!is_lower(c) && !is_upper(c) && static_cast<unsigned char>(c) < 0x80 && !joint) break;
      ++end;
    }
    return lower && end - i >= 2 ? end : i;
  }

  std::size_t take_name(std::size_t i) {
    const std::size_t first = capitalised_end(i);
    if (first == i) return i + 1;
    std::size_t second = first;
    if (second + 3 < text_.size() && text_[second] == ' ' && is_upper(text_[second + 1]) &&
        text_[second + 2] == '.') {
      second += 3;  // a middle initial
    }
    if (second < text_.size() && text_[second] == ' ' && capitalised_end(second + 1) != second + 1) {
      doc_.names.push_back(static_cast<std::uint32_t>(i));
    }
    return first;
  }

  Document& doc_;
  const std::string& text_;
  Block block_;
};

// The lists of documents that are gone, which hold places and no text: a small document would spend more time on
// the memory of its lists than on itself.
struct Lists {
  std::vector<std::vector<PhraseHit>> phrases;
  std::vector<NumberRun> numbers;
  std::vector<DigitGroup> groups;
  std::vector<std::uint32_t> at_signs, names;

  std::size_t room() const {
    std::size_t entries = numbers.capacity() + groups.capacity() + at_signs.capacity() + names.capacity();
    for (const auto& list : phrases) entries += list.capacity();
    return entries;
  }
  void trade(Document& doc) {
    phrases.swap(doc.phrases);
    numbers.swap(doc.numbers);
    groups.swap(doc.groups);
    at_signs.swap(doc.at_signs);
    names.swap(doc.names);
  }
  void clear() {
    for (auto& list : phrases) list.clear();
    numbers.clear();
    groups.clear();
    at_signs.clear();
    names.clear();
  }
};
// Of one thread. Documents that are there at once: a text, a reading of it, one more.
struct Spare {
  static constexpr std::size_t kMostRoom = 64 * 1024;  // entries of one that are kept
  std::array<Lists, 3> lists;
  std::size_t count = 0;
};
thread_local Spare spare;

}  // namespace

Document::~Document() {
  if (phrases.empty() || spare.count == spare.lists.size()) return;
  Lists& lists = spare.lists[spare.count];
  lists.trade(*this);
  lists.clear();
  if (lists.room() <= Spare::kMostRoom)
    ++spare.count;
  else
    lists = Lists();
}

Document Document::of(std::string_view utf8, const PhraseSet& set) {
  if (is_ascii(utf8)) return Document(text::Normalised{std::string(utf8), {}}, set);
  return Document(text::normalise(utf8), set);
}

Document::Document(text::Normalised canonical, const PhraseSet& set)
    : text(std::move(canonical.text)), lower(lower_case(text)), origins(std::move(canonical.origin)) {
  if (spare.count > 0) spare.lists[--spare.count].trade(*this);
  set.find(lower, phrases);
  Anchors(*this).run();
}

std::size_t Document::original_end(std::string_view original, std::size_t end) const {
  std::size_t at = origin(end);
  if (end > 0 && at == origin(end - 1)) {  // the end falls inside what one character became
    ++at;
    while (at < original.size() && (static_cast<unsigned char>(original[at]) & 0xC0) == 0x80) ++at;
  }
  return at;
}

}  // namespace sluice::sense::scan
