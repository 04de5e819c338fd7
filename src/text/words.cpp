#include "text/words.h"

#include <utf8proc.h>

namespace sluice::text {
namespace {

struct Range {
  std::uint32_t first, last;
};

// Unicode's blocks of these scripts; letters only, which the category has asked for.
constexpr Range kAlone[] = {{0x0E00, 0x0EFF},     // Thai, Lao
                            {0x1000, 0x109F},     // Burmese
                            {0x1780, 0x17FF},     // Khmer
                            {0x1100, 0x11FF},     // Hangul
                            {0x2E80, 0x2FDF},     // radicals
                            {0x3005, 0x3007},     // 々〆〇
                            {0x3040, 0x31FF},     // kana, bopomofo
                            {0x3400, 0x9FFF},     // Han
                            {0xAC00, 0xD7FF},     // Hangul
                            {0xF900, 0xFAFF},     // Han
                            {0x20000, 0x3FFFF}};  // Han

}  // namespace

WordPart word_part(std::uint32_t c) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      break;
    default:
      return WordPart::None;
  }
  for (const Range& range : kAlone)
    if (c >= range.first && c <= range.last) return WordPart::Alone;
  return WordPart::Piece;
}

std::uint32_t fold_case(std::uint32_t c) {
  // By way of the capital letter, so that the two small sigmas become one.
  const utf8proc_int32_t upper = utf8proc_toupper(static_cast<utf8proc_int32_t>(c));
  return static_cast<std::uint32_t>(utf8proc_tolower(upper));
}

}  // namespace sluice::text
