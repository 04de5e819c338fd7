// Bounded decoding: what a text says in another notation (\u0034, %34, &#52;, base64, hexadecimal, character
// codes, letters written apart, numbers with commas or markup between their groups, strings that are put
// together), so that a card number in base64 is judged like one in digits. Three levels deep, escapes alone six;
// never more decoded text than four times the input and a little.
#pragma once

#include <string_view>
#include <vector>

#include "text/normalise.h"

namespace sluice::sense::scan {

struct Decoded {
  // Canonical text whose origins are bytes of the text that was given to decode().
  text::Normalised view;
  bool rearranged = false;  // see Piece: only findings that prove themselves count
  // How many levels of escapes are read here, where it is nothing but these; 0: another notation.
  int escapes = 0;
};

// Empty for a text that contains no such notation, which is nearly every text: cheap passes decide.
std::vector<Decoded> decode(std::string_view utf8);

}  // namespace sluice::sense::scan
