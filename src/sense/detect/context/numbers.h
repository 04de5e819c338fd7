// Reading a NumberRun: group sizes, the separators between groups, and the bare digits of some of its groups.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

#include "sense/scan/document.h"

namespace sluice::sense::detect {

// Whether at least so many digits stand in [from, to): what a pattern with digits in it can be spared without.
inline bool has_digits(const scan::Document& doc, std::size_t from, std::size_t to, std::size_t least) {
  auto group = std::partition_point(doc.groups.begin(), doc.groups.end(), [&](const scan::DigitGroup& g) {
    return std::size_t{g.start} + g.size <= from;
  });
  std::size_t count = 0;
  for (; count < least && group != doc.groups.end() && group->start < to; ++group)
    count += std::min<std::size_t>(group->start + std::size_t{group->size}, to) -
             std::max<std::size_t>(group->start, from);
  return count >= least;
}

class Groups {
 public:
  Groups(const scan::Document& doc, const scan::NumberRun& run) : doc_(&doc), run_(&run) {}

  std::size_t count() const { return run_->groups; }
  std::size_t size(std::size_t i) const { return group(i).size; }
  std::size_t start(std::size_t i) const { return group(i).start; }
  std::size_t end(std::size_t i) const { return group(i).start + group(i).size; }
  std::string_view digits(std::size_t i) const { return doc_->slice(start(i), end(i)); }
  // What stands between group i and i + 1.
  std::string_view separator(std::size_t i) const { return doc_->slice(end(i), start(i + 1)); }

  bool shaped(std::size_t first, std::initializer_list<std::size_t> sizes) const {
    if (first + sizes.size() > count()) return false;
    std::size_t i = first;
    for (const std::size_t s : sizes) {
      if (size(i++) != s) return false;
    }
    return true;
  }
  // The separators inside [first, last] are all the same single character.
  bool uniform(std::size_t first, std::size_t last) const {
    for (std::size_t i = first; i < last; ++i) {
      if (separator(i).size() != 1 || separator(i) != separator(first)) return false;
    }
    return true;
  }
  std::string joined(std::size_t first, std::size_t last) const {
    std::string all;
    for (std::size_t i = first; i <= last; ++i) all += digits(i);
    return all;
  }
  // A letter, digit or sign that makes the number part of something longer stands directly beside it.
  bool glued_before(std::size_t first) const {
    return start(first) > 0 && scan::is_word_byte(doc_->text[start(first) - 1]) && !cjk(start(first) - 1);
  }
  // A part of "42821614-9264-4761-acfc-5772c3286f76".
  bool in_uuid(std::size_t first, std::size_t last) const {
    constexpr std::size_t kSize = 36;
    const std::string& text = doc_->text;
    const auto part = [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == '-';
    };
    std::size_t from = start(first), to = end(last);
    while (from > 0 && to - from <= kSize && part(text[from - 1])) --from;
    while (to < text.size() && to - from <= kSize && part(text[to])) ++to;
    if (to - from != kSize) return false;
    for (std::size_t i = 0; i < kSize; ++i) {
      const bool hyphen = i == 8 || i == 13 || i == 18 || i == 23;
      if ((text[from + i] == '-') != hyphen) return false;
    }
    return true;
  }
  bool glued_after(std::size_t last) const {
    const std::size_t at = end(last);
    if (at >= doc_->text.size() || !scan::is_word_byte(doc_->text[at])) return false;
    const auto lead = static_cast<unsigned char>(doc_->text[at]);
    // Signs of two bytes: « ° and their like, the comma and the semicolon of Arabic.
    return lead < 0xE2 && lead != 0xC2 && !(lead == 0xD8 && static_cast<unsigned char>(doc_->text[at + 1]) < 0xA0);
  }
  // A letter of a script beyond Latin, Greek and Cyrillic within two bytes of the run.
  bool beside_other_script() const {
    const std::string& t = doc_->text;
    for (std::size_t i = run_->start, n = 0; i > 0 && n < 3; --i, ++n) {
      if (static_cast<unsigned char>(t[i - 1]) >= 0x80) return true;
    }
    for (std::size_t i = run_->end, n = 0; i < t.size() && n < 3; ++i, ++n) {
      if (static_cast<unsigned char>(t[i]) >= 0xD6) return true;
    }
    return false;
  }
  char before(std::size_t first) const { return start(first) > 0 ? doc_->text[start(first) - 1] : '\n'; }

 private:
  const scan::DigitGroup& group(std::size_t i) const { return doc_->groups[run_->first_group + i]; }
  // Whether the byte belongs to a three-byte character (CJK, punctuation), which is no part of a number.
  bool cjk(std::size_t at) const {
    while (at > 0 && (static_cast<unsigned char>(doc_->text[at]) & 0xC0) == 0x80) --at;
    return static_cast<unsigned char>(doc_->text[at]) >= 0xE2;
  }

  const scan::Document* doc_;
  const scan::NumberRun* run_;
};

}  // namespace sluice::sense::detect
