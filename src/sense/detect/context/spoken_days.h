// Days that are written in words: "the third of march nineteen fifty-six", "premier avril deux mille treize",
// "fünften Mai neunzehnhunderteinunddreißig", "twelve-oh-five nineteen forty-four", "一九八五年四月三日". Read
// beside a word that says what day it is, as such words are many.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace sluice::sense::detect {

struct SpokenDay {
  std::size_t start = 0, end = 0;
};

// The day in words that begins in [from, last] of a text in lower case and has a year. Nothing behind a full stop
// or the end of a line is read.
std::optional<SpokenDay> spoken_day(std::string_view lower, std::size_t from, std::size_t last);

}  // namespace sluice::sense::detect
