#include "text/normalise.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <limits>

#include "base/check.h"
#include "text/utf8.h"

namespace sluice::text {
namespace {

constexpr auto kCanonical = static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_STABLE);
constexpr auto kCompatible =
    static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_IGNORE | UTF8PROC_STABLE);
constexpr auto kCompose = static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE);
// The longest compatibility decomposition of one character is 18 code points (U+FDFA).
constexpr std::size_t kLongestDecomposition = 32;

bool is_mark(const utf8proc_property_t& property) {
  return property.category == UTF8PROC_CATEGORY_MN || property.category == UTF8PROC_CATEGORY_MC ||
         property.category == UTF8PROC_CATEGORY_ME;
}

// Hangul syllables and the jamo they are composed of by rule, which no table lists.
bool is_hangul(std::uint32_t c) { return (c >= 0x1100 && c <= 0x11FF) || (c >= 0xAC00 && c <= 0xD7A3); }

// Composition joins a character only to marks and to the vowel and final jamo that follow it, so any other
// character begins a segment that can be normalised by itself (UAX #15, section 9, with some room to spare).
bool begins_segment(std::uint32_t c) {
  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
  return property.combining_class == 0 && !is_mark(property) && !(c >= 0x1160 && c <= 0x11FF);
}

// Invisible characters that utf8proc does not count as ignorable: reserved code points with the property
// Default_Ignorable_Code_Point, and the interlinear annotation marks. Beside them the marks that strike a
// character through or enclose it (struck-out text, keycaps), which change its looks only.
bool is_more_ignorable(std::uint32_t c) {
  return c == 0x2065 || (c >= 0x334 && c <= 0x338) || (c >= 0x20D0 && c <= 0x20F0) ||
         (c >= 0xFFF0 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE0FFF);
}

// Normal form is itself, whatever stands before or after, and fold() leaves it.
bool is_inert(std::uint32_t c) {
  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
  constexpr auto kNone = std::numeric_limits<utf8proc_uint16_t>::max();
  const auto category = property.category;
  return property.decomp_seqindex == kNone && property.comb_index == kNone && property.combining_class == 0 &&
         !property.ignorable && !is_hangul(c) && !is_mark(property) && category != UTF8PROC_CATEGORY_ND &&
         category != UTF8PROC_CATEGORY_PD && category != UTF8PROC_CATEGORY_ZS && c != 0x85 && c != 0x2028 &&
         c != 0x2029 && c != 0x2043 && c != 0x2212 && c != 0x2D7;
}

bool is_decimal(std::uint32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c)) == UTF8PROC_CATEGORY_ND;
}

// Unicode gives decimal digits as runs of ten from zero to nine (The Unicode Standard, section 4.6), so that the
// distance to the beginning of the run tells the value.
std::uint32_t decimal_value(std::uint32_t c) {
  std::uint32_t distance = 0;
  while (distance < c && is_decimal(c - distance - 1)) ++distance;
  return distance % 10;
}

// Digits, spaces and dashes of every script to their ASCII forms; everything else stays.
std::uint32_t fold(std::uint32_t c) {
  if (c < 0x80) return c;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_ND:
      return '0' + decimal_value(c);
    case UTF8PROC_CATEGORY_PD:
      return '-';
    case UTF8PROC_CATEGORY_ZS:
      return ' ';
    default:
      break;
  }
  if (c == 0x85 || c == 0x2028 || c == 0x2029) return '\n';  // next line, line and paragraph separator
  if (c == 0x2043 || c == 0x2212 || c == 0x2D7) return '-';  // hyphen bullet, minus, modifier minus
  return c;
}

enum class Form { Canonical, Folded };  // NFC; NFKC with everything that normalise() does beyond it

class Normaliser {
 public:
  Normaliser(std::string_view input, Form form) : input_(input), folds_(form == Form::Folded) {
    out_.text.reserve(input.size());
    if (folds_) out_.origin.reserve(input.size() + 1);
  }

  Normalised run() {
    std::size_t pos = 0;
    while (pos < input_.size()) {
      const bool ascii = is_ascii(pos);
      if (ascii && (pos + 1 == input_.size() || is_ascii(pos + 1))) {
        flush();
        put_ascii(pos);
        ++pos;
      } else {
        pos = take(pos);
      }
    }
    flush();
    if (folds_) out_.origin.push_back(static_cast<std::uint32_t>(input_.size()));
    return std::move(out_);
  }

 private:
  bool is_ascii(std::size_t pos) const { return static_cast<unsigned char>(input_[pos]) < 0x80; }

  void put_ascii(std::size_t pos) {
    out_.text.push_back(input_[pos]);
    if (folds_) out_.origin.push_back(static_cast<std::uint32_t>(pos));
  }

  void put(std::uint32_t c, std::size_t from) {
    append_utf8(out_.text, c);
    if (folds_) out_.origin.resize(out_.text.size(), static_cast<std::uint32_t>(from));
  }

  // Reads the character at `pos` into the segment, or straight to the output; returns where the next one stands.
  std::size_t take(std::size_t pos) {
    const std::size_t from = pos;
    const std::uint32_t c = next_code_point(input_, pos);
    if (folds_ && is_more_ignorable(c)) return pos;
    if (c >= 0x80 && is_inert(c)) {
      flush();
      put(c, from);
      return pos;
    }
    std::array<utf8proc_int32_t, kLongestDecomposition> parts;
    int last_bound_class = 0;
    const auto count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                               static_cast<utf8proc_ssize_t>(parts.size()),
                                               folds_ ? kCompatible : kCanonical, &last_bound_class);
    SLUICE_CHECK(count >= 0 && count <= static_cast<utf8proc_ssize_t>(parts.size()),
                 "a scalar value decomposes into at most 18 code points");
    if (count == 0) return pos;  // invisible
    if (begins_segment(static_cast<std::uint32_t>(parts[0]))) flush();
    if (segment_.empty()) segment_from_ = from;
    segment_.insert(segment_.end(), parts.begin(), parts.begin() + count);
    return pos;
  }

  // Canonical order, composition, folding. All of a segment's output has the segment's first byte as its origin.
  void flush() {
    if (segment_.empty()) return;
    if (segment_.size() > 1) {
      order_marks();
      const auto size =
          utf8proc_normalize_utf32(segment_.data(), static_cast<utf8proc_ssize_t>(segment_.size()), kCompose);
      SLUICE_CHECK(size >= 0, "composition of scalar values cannot fail");
      segment_.resize(static_cast<std::size_t>(size));
    }
    for (const utf8proc_int32_t part : segment_) {
      const auto c = static_cast<std::uint32_t>(part);
      put(folds_ ? fold(c) : c, segment_from_);
    }
    segment_.clear();
  }

  // The Canonical Ordering Algorithm (The Unicode Standard, D109), in n log n also for a million marks: each run
  // of marks is sorted by class, place and code point, packed into one number (8, 32 and 21 bits).
  void order_marks() {
    const auto weight = [](utf8proc_int32_t c) {
      return static_cast<std::uint64_t>(utf8proc_get_property(c)->combining_class);
    };
    std::size_t begin = 0;
    while (begin < segment_.size()) {
      std::size_t end = begin;
      keys_.clear();
      for (; end < segment_.size() && weight(segment_[end]) != 0; ++end) {
        keys_.push_back(weight(segment_[end]) << 53 | (end - begin) << 21 |
                        static_cast<std::uint64_t>(segment_[end]));
      }
      std::sort(keys_.begin(), keys_.end());
      for (std::size_t i = 0; i < keys_.size(); ++i) {
        segment_[begin + i] = static_cast<utf8proc_int32_t>(keys_[i] & 0x1FFFFF);
      }
      begin = end + 1;
    }
  }

  std::string_view input_;
  bool folds_;
  Normalised out_;                         // without origins for Form::Canonical
  std::vector<std::uint64_t> keys_;        // of order_marks(), kept for its memory
  std::vector<utf8proc_int32_t> segment_;  // decomposed, not yet in canonical order
  std::size_t segment_from_ = 0;           // where its first visible character stands in the input
};

bool all_ascii(std::string_view text) {
  unsigned char seen = 0;
  for (const char c : text) seen |= static_cast<unsigned char>(c);
  return seen < 0x80;
}

}  // namespace

Normalised normalise(std::string_view utf8) {
  SLUICE_CHECK(utf8.size() < std::numeric_limits<std::uint32_t>::max(),
               "offsets are 32 bits; bodies are limited far below");
  if (!all_ascii(utf8)) return Normaliser(utf8, Form::Folded).run();
  Normalised out;
  out.text.assign(utf8);
  out.origin.resize(utf8.size() + 1);
  for (std::size_t i = 0; i < out.origin.size(); ++i) out.origin[i] = static_cast<std::uint32_t>(i);
  return out;
}

std::string nfc(std::string_view utf8) {
  if (all_ascii(utf8)) return std::string(utf8);
  return Normaliser(utf8, Form::Canonical).run().text;
}

}  // namespace sluice::text
