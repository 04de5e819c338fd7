// Days as people write them: in digits, with the names of months in many languages, in the calendars of East Asia,
// Persia, Islam and Thailand, and without separators as forms and records have them.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sluice::sense::detect {

struct Day {
  std::size_t end = 0;   // in the text, behind the last byte
  int year = 0;          // of the common era; two digits as they stand; 0: of another calendar
  bool named = false;    // the month has a name
  bool compact = false;  // six or eight digits: a day only beside a word that says so
};

// The day that begins right at this place of a text in lower case.
std::optional<Day> day_at(std::string_view lower, std::size_t at);

// Where a day that has this number in it begins, at it or at the word before it: "May 12, 1987", "昭和57年".
std::optional<Day> day_around(std::string_view lower, std::size_t number, std::size_t least, std::size_t& start);

// Whether the word is, or begins as, the name of a month, with as many bytes at least.
bool is_month(std::string_view lower, std::size_t least = 3);

}  // namespace sluice::sense::detect
