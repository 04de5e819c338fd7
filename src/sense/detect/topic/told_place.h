// Where a secret may stand of which the trained model only knows that it is told somewhere in a passage: the word
// that looks most like one, or what follows "is", a colon or an arrow behind a word of access. A guess: of those
// in texts that nobody had read when this was written three of four were right. It shows a reader where to look;
// what the passage is does not depend on it, and a transformation that replaces it takes nothing away from the
// label.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sense/scan/detector.h"

namespace sluice::sense::detect {

struct Place {
  std::uint32_t start = 0, end = 0;  // bytes, half-open
};

// In [start, end) of the text; `access` are the places of words of access, in order. What `hits` has found to be
// something else (an address, a telephone number) is none.
std::optional<Place> told_place(const scan::Document& doc, std::uint32_t start, std::uint32_t end,
                                const std::vector<std::uint32_t>& access, const std::vector<scan::Hit>& hits);

}  // namespace sluice::sense::detect
