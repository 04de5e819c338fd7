// The words beside which a number is a card's, an account's or a bank's.
#pragma once

#include "sense/detect/context/words.h"

namespace sluice::sense::detect {

constexpr Tags kCardWord = 1;
constexpr Tags kOtherNumber = 2;
constexpr Tags kAccountWord = 4;
constexpr Tags kRoutingWord = 8;
constexpr Tags kBankWord = 16;
constexpr Tags kSortWord = 32;       // of the British code of a branch
constexpr Tags kBranchWord = 64;     // of the Swedish and the Danish one
constexpr Tags kDepositWord = 128;   // a kind of account, which leads to its number behind one of a bank
constexpr Tags kTransitWord = 512;   // of Canada: five digits of the branch, three of the bank
constexpr Tags kBankName = 256;      // of Korea, where the account stands right behind it
constexpr Tags kShortName = 1024;    // the same, a common word
constexpr Tags kPayWord = 2048;      // what is said of paying somebody
constexpr Tags kFromWord = 4096;     // "payments from": an account may follow
constexpr Tags kBranchName = 16384;  // beside six digits in pairs, which are then a branch's
constexpr Tags kCheckLine = 8192;    // the sign before a bank's number in magnetic ink

void add_payment_words(Words& words);

}  // namespace sluice::sense::detect
