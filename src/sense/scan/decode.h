// Bounded decoding: what a text says in another notation (\u0034, %34, &#52;, base64, hexadecimal), so that a card
// number in base64 is judged like one in digits. One level deep; never more decoded text than the input is long.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "text/normalise.h"

namespace sluice::sense::scan {

struct Decoded {
  // Canonical text whose origins are bytes of the text that was given to decode().
  text::Normalised view;
};

// Empty for a text that contains no such notation, which is nearly every text: one cheap pass decides.
std::vector<Decoded> decode(std::string_view utf8);

}  // namespace sluice::sense::scan
