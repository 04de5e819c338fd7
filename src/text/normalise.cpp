#include "text/normalise.h"

#include <utf8proc.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <optional>

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

// Digits in circles and of other looks that have no compatibility form, though they are numbers.
std::uint32_t digit_by_looks(std::uint32_t c) {
  if (c >= 0x2776 && c <= 0x277E) return '1' + (c - 0x2776);  // negative circled
  if (c >= 0x2780 && c <= 0x2788) return '1' + (c - 0x2780);  // circled, without serifs
  if (c >= 0x278A && c <= 0x2792) return '1' + (c - 0x278A);  // negative circled, without serifs
  if (c >= 0x24F5 && c <= 0x24FD) return '1' + (c - 0x24F5);  // doubly circled
  if (c >= 0x1369 && c <= 0x1371) return '1' + (c - 0x1369);  // Ethiopic
  return c == 0x24FF || c == 0x1F10B || c == 0x1F10C ? '0' : 0;
}

constexpr std::uint32_t kBrailleBlank = 0x2800;  // a pattern without dots

// A character whose looks a font of somebody's own decides.
bool is_private(std::uint32_t c) { return (c >= 0xE000 && c <= 0xF8FF) || c >= 0xF0000; }

// Normal form is itself, whatever stands before or after, and fold() leaves it.
bool is_inert(std::uint32_t c) {
  const utf8proc_property_t& property = *utf8proc_get_property(static_cast<utf8proc_int32_t>(c));
  constexpr auto kNone = std::numeric_limits<utf8proc_uint16_t>::max();
  const auto category = property.category;
  return property.decomp_seqindex == kNone && property.comb_index == kNone && property.combining_class == 0 &&
         !property.ignorable && !is_hangul(c) && !is_mark(property) && category != UTF8PROC_CATEGORY_ND &&
         category != UTF8PROC_CATEGORY_PD && category != UTF8PROC_CATEGORY_ZS && c != 0x85 && c != 0x2028 &&
         c != 0x2029 && c != 0x2043 && c != 0x2212 && c != 0x2D7 && !is_private(c) && digit_by_looks(c) == 0 &&
         c != kBrailleBlank;
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
  if (c == kBrailleBlank) return ' ';
  const std::uint32_t digit = digit_by_looks(c);
  return digit != 0 ? digit : c;
}

// A character of the basic plane that is written as it must be; size 0: none, or another one.
struct Character {
  std::uint32_t code = 0;
  std::size_t size = 0;
};

Character character_at(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const auto goes_on = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0) == 0x80; };
  const std::uint32_t first = byte(at);
  if (first < 0x80) return {first, 1};
  if (first >= 0xC2 && first < 0xE0 && goes_on(at + 1)) return {(first & 0x1F) << 6 | (byte(at + 1) & 0x3F), 2};
  if ((first & 0xF0) != 0xE0 || !goes_on(at + 1) || !goes_on(at + 2)) return {};
  const std::uint32_t code = (first & 0x0F) << 12 | (byte(at + 1) & 0x3F) << 6 | (byte(at + 2) & 0x3F);
  if (code < 0x800 || (code >= 0xD800 && code < 0xE000)) return {};
  return {code, 3};
}

// What normalise() does to the characters of the basic plane, asked of utf8proc once.
class Settled {
 public:
  static const Settled& table() {
    static const Settled all;
    return all;
  }
  // Stays as it is where no mark follows.
  bool alone(std::uint32_t c) const { return of_[c] & kAlone; }
  // Stays as it is anyway.
  bool whatever_follows(std::uint32_t c) const { return of_[c] & kInert; }
  // Begins a segment, so that what stands before it is complete.
  bool opens(std::uint32_t c) const { return of_[c] & kOpens; }

 private:
  static constexpr std::uint8_t kAlone = 1, kInert = 2, kOpens = 4;

  Settled() : of_(0x10000) {
    for (std::uint32_t c = 0; c < of_.size(); ++c) of_[c] = c >= 0xD800 && c < 0xE000 ? 0 : ask(c);
  }

  static std::uint8_t ask(std::uint32_t c) {
    if (is_more_ignorable(c)) return 0;
    if (is_private(c)) return kOpens;
    if (c >= 0x80 && is_inert(c)) return kAlone | kInert | kOpens;
    std::array<utf8proc_int32_t, kLongestDecomposition> parts;
    int last_bound_class = 0;
    auto count =
        utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                static_cast<utf8proc_ssize_t>(parts.size()), kCompatible, &last_bound_class);
    if (count <= 0 || count > static_cast<utf8proc_ssize_t>(parts.size())) return 0;
    if (!begins_segment(static_cast<std::uint32_t>(parts[0]))) return 0;
    const bool ordered = std::none_of(parts.begin() + 1, parts.begin() + count, [](utf8proc_int32_t part) {
      return begins_segment(static_cast<std::uint32_t>(part));
    });
    count = utf8proc_normalize_utf32(parts.data(), count, kCompose);
    const bool same = count == 1 && static_cast<std::uint32_t>(parts[0]) == c && fold(c) == c;
    return same && ordered ? kAlone | kOpens : kOpens;
  }

  std::vector<std::uint8_t> of_;
};

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
      const std::size_t before = pos;
      pos = folds_ ? copy_settled(pos) : copy_ascii(pos);
      if (pos == before) pos = take(pos);
    }
    flush();
    if (folds_) out_.origin.push_back(static_cast<std::uint32_t>(input_.size()));
    return std::move(out_);
  }

 private:
  bool is_ascii(std::size_t pos) const { return static_cast<unsigned char>(input_[pos]) < 0x80; }

  // Copies ASCII up to the last character before another one, which may be a mark on it. Returns where it stops.
  std::size_t copy_ascii(std::size_t pos) {
    std::size_t end = pos;
    while (end < input_.size() && is_ascii(end)) ++end;
    if (end < input_.size() && end > pos) --end;
    copy(pos, end);
    return end;
  }

  // Copies characters that stay as they are, with what stands behind them in view. Returns where it stops.
  std::size_t copy_settled(std::size_t pos) {
    const Settled& settled = Settled::table();
    std::size_t end = pos;
    for (;;) {
      while (eight_ascii(end)) end += 7;  // the eighth looks at what follows it
      const Character character = character_at(input_, end);
      if (character.size == 0 || !settled.alone(character.code)) break;
      const std::size_t after = end + character.size;
      if (after < input_.size() && !settled.whatever_follows(character.code)) {
        const Character next = character_at(input_, after);
        if (next.size == 0 || !settled.opens(next.code)) break;
      }
      end = after;
    }
    copy(pos, end);
    return end;
  }

  bool eight_ascii(std::size_t at) const {
    std::uint64_t eight;
    if (input_.size() - at < sizeof eight) return false;
    std::memcpy(&eight, input_.data() + at, sizeof eight);
    return (eight & 0x8080808080808080) == 0;
  }

  void copy(std::size_t from, std::size_t to) {
    if (from == to) return;
    flush();
    out_.text.append(input_, from, to - from);
    if (!folds_) return;
    std::size_t out = out_.origin.size();
    out_.origin.resize(out + to - from);
    auto origin = static_cast<std::uint32_t>(from);
    for (std::size_t at = from; at < to; ++at) {
      const bool continues = (static_cast<unsigned char>(input_[at]) & 0xC0) == 0x80;
      origin = continues ? origin : static_cast<std::uint32_t>(at);
      out_.origin[out++] = origin;
    }
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
    if (folds_ && is_private(c)) return take_private(from, pos);
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

  // Whether the first character that it becomes is a digit; nothing if it becomes none at all.
  static std::optional<bool> begins_digit(std::uint32_t c) {
    if (is_more_ignorable(c)) return std::nullopt;
    std::array<utf8proc_int32_t, kLongestDecomposition> parts;
    int last_bound_class = 0;
    const auto count =
        utf8proc_decompose_char(static_cast<utf8proc_int32_t>(c), parts.data(),
                                static_cast<utf8proc_ssize_t>(parts.size()), kCompatible, &last_bound_class);
    if (count <= 0) return std::nullopt;
    const std::uint32_t first = fold(static_cast<std::uint32_t>(parts[0]));
    return first >= '0' && first <= '9';
  }

  // Between two digits nobody knows what it looks like, and it may be nothing at all; elsewhere it stays.
  std::size_t take_private(std::size_t from, std::size_t pos) {
    flush();
    std::size_t end = pos, next = pos;  // of these characters and the invisible ones among them
    bool digit = false;
    for (; next < input_.size(); end = next) {
      const std::uint32_t c = next_code_point(input_, next);
      if (is_private(c)) continue;
      const std::optional<bool> begins = begins_digit(c);
      digit = begins.value_or(false);
      if (begins) break;
    }
    if (digit && !out_.text.empty() && out_.text.back() >= '0' && out_.text.back() <= '9') return end;
    for (std::size_t at = from; at < end;) {
      const std::size_t place = at;
      const std::uint32_t c = next_code_point(input_, at);
      if (is_private(c)) put(c, place);
    }
    return end;
  }

  // Marks on digits, blanks and dashes change their looks only.
  void drop_marks_on_digits() {
    std::uint32_t base = 0;
    std::size_t kept = 0;
    for (const utf8proc_int32_t part : segment_) {
      const auto c = static_cast<std::uint32_t>(part);
      const utf8proc_property_t& property = *utf8proc_get_property(part);
      const bool bears = (base >= '0' && base <= '9') || base == ' ' || base == '-';
      if (bears && (property.category == UTF8PROC_CATEGORY_MN || property.category == UTF8PROC_CATEGORY_ME))
        continue;
      if (begins_segment(c)) base = fold(c);
      segment_[kept++] = part;
    }
    segment_.resize(kept);
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
      if (folds_) drop_marks_on_digits();
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
