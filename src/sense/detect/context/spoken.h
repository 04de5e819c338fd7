// Numbers that were said and written down as words: "double nine oh one, eight one nine five". Read where a word
// before says what number follows. Bare rows of such words are read anywhere (scan/decode/hints.h); here also what
// people say on the telephone, "double", "plus", and figures among the words.
#pragma once

#include <cstddef>
#include <string>

#include "sense/scan/document.h"

namespace sluice::sense::detect {

struct Spoken {
  std::string digits;  // empty: no number, or one of fewer than seven digits, or one that counts
  std::size_t start = 0, end = 0;
};

// The number that follows, perhaps behind "is", "me at" and the like. Figures may stand among the words, but not
// alone.
Spoken spoken_after(const scan::Document& doc, std::size_t at);

}  // namespace sluice::sense::detect
