// The words beside which a number is a telephone's, and those beside which it is not.
#pragma once

#include "sense/detect/context/words.h"

namespace sluice::sense::detect {

constexpr Tags kPhoneWord = 1;
constexpr Tags kOtherNumber = 2;  // "order no.", "version": the number is something else
constexpr Tags kCalling = 4;      // verbs that are also used of functions and bells: believed close by only
constexpr Tags kKey = 8;  // short names of a field, which have other meanings: "hp", "M:"; right before only

constexpr Tags kNotThis = 16;  // right before: the number is an identifier or a sum, whatever stands nearby
constexpr Tags kLine = 32;     // right behind, at the end of a cell: "416 60 039 office"
constexpr Tags kReach = 64;    // "reach our team at", with a word between that leads to the number

constexpr Tags kItsNumber = 128;  // "this number", "new number": believed of what is written to be dialled

// Of those who publish their number: "opening hours", "lost property", "Sprechzeiten". And whose it is otherwise.
constexpr Tags kPublished = 256;
// A word that speaks of somebody: "my", "home", "Rückruf".
bool is_somebodys(std::string_view lower);

void add_phone_words(Words& words);

}  // namespace sluice::sense::detect
