// The words beside which a number is a telephone's, and those beside which it is not.
#pragma once

#include "sense/detect/context/words.h"

namespace sluice::sense::detect {

constexpr Tags kPhoneWord = 1;
constexpr Tags kOtherNumber = 2;  // "order no.", "version": the number is something else
constexpr Tags kCalling = 4;      // verbs that are also used of functions and bells: believed close by only
constexpr Tags kKey = 8;  // short names of a field, which have other meanings: "hp", "M:"; right before only

void add_phone_words(Words& words);

}  // namespace sluice::sense::detect
