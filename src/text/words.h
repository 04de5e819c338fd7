// Words, for comparing texts by them: what belongs to a word, and one spelling for its letters. Pure.
#pragma once

#include <cstdint>

namespace sluice::text {

// How a character takes part in words (Unicode, general categories and scripts).
enum class WordPart : std::uint8_t {
  None,   // punctuation, symbols, white space, and '_'
  Piece,  // a letter, mark or digit: part of a word as long as its neighbours are
  Alone   // of a script that sets no blanks between words (Han, kana, Hangul, Thai, Lao, Khmer, Burmese)
};
WordPart word_part(std::uint32_t code_point);

// One code point for a letter's upper, lower and title case (simple case folding; no letter becomes two).
std::uint32_t fold_case(std::uint32_t code_point);

}  // namespace sluice::text
