// Bounded decoding: what a text says in another notation (\u0034, %34, &#52;, base64, hexadecimal, character
// codes, letters written apart, numbers with commas or markup between their groups, strings that are put
// together), so that a card number in base64 is judged like one in digits. Three encodings deep and six levels of
// escapes; never more decoded text than eight times the input and a little, beside the levels of escapes, none of
// which is longer than the text. Where a text has more, decode() says so: what was not read was not judged.
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

// The bound that kept something from being read; the first of several.
class Unread {
 public:
  void beyond(const char* bound) {
    if (bound_ == nullptr) bound_ = bound;
  }
  // "decode_depth", "decode_escapes", "decode_size", "decode_pieces", "decode_inflate", "decode_backwards"; null:
  // everything was read.
  const char* bound() const { return bound_; }

 private:
  const char* bound_ = nullptr;
};

// Empty for a text that contains no such notation, which is nearly every text: cheap passes decide.
std::vector<Decoded> decode(std::string_view utf8, Unread& unread);

}  // namespace sluice::sense::scan
