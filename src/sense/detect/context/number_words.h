// Numbers written as words, as people dictate them and as old papers have them: "nineteen", "soixante",
// "achtennegentig", "neunzehnhunderteinunddreißig", "двадцать", "третьего". A word is one number: "twenty two" are
// two of them.
#pragma once

#include <optional>
#include <string_view>

namespace sluice::sense::detect {

struct NumberWord {
  int value = 0;
  bool ordinal = false;
  bool times = false;  // "hundred", "mille": multiplies what stands before it
};

// What a word in lower case says, if it is made of nothing but parts of numbers of one language.
std::optional<NumberWord> number_word(std::string_view lower);

// "twenty" and "two", "девятьсот" and "шестнадцать", "two" and "thousand", "soixante" and "treize": what both say
// together; nothing if they are two numbers.
std::optional<NumberWord> together(const NumberWord& first, const NumberWord& second);

}  // namespace sluice::sense::detect
