// Rewritten: readings of a text in which some places say something else, cut to what stands around these places. A
// page full of them becomes one reading, no longer than the page.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sense/scan/decode/decode_parts.h"
#include "sense/scan/document.h"

namespace sluice::sense::scan {

struct Edit {
  std::size_t start = 0, end = 0;  // bytes of the text, not empty
  bool blank = false;              // a blank in their place; else `instead`, as a rule nothing
  std::string instead = {};
};

// `edits` in order, none over another.
std::vector<Piece> rewritten(std::string_view text, const std::vector<Edit>& edits);

// Numbers whose groups have between them what no number has: commas, tabs, line breaks, markup, string joints.
std::vector<Edit> gaps_in_numbers(std::string_view text);
// String literals that are put together ("4111" + "1111"), and words of letters and digits that go on in the next
// line.
std::vector<Edit> joints_of_strings(std::string_view text);
std::vector<Edit> breaks_in_words(std::string_view text);
// Whole numbers with an exponent, as spreadsheets and programs write long ones: 4.539148803436467E+15.
std::vector<Edit> exponents(const Document& doc);

}  // namespace sluice::sense::scan
