// The words beside which a number is a card's, an account's or a bank's.
#pragma once

#include "sense/detect/context/words.h"

namespace sluice::sense::detect {

constexpr Tags kCardWord = 1;
constexpr Tags kOtherNumber = 2;
constexpr Tags kAccountWord = 4;
constexpr Tags kRoutingWord = 8;
constexpr Tags kBankWord = 16;
constexpr Tags kSortWord = 32;  // of the British code of a branch

void add_payment_words(Words& words);

}  // namespace sluice::sense::detect
