// The words beside which a date is somebody's birth.
#pragma once

#include "sense/detect/context/words.h"

namespace sluice::sense::detect {

constexpr Tags kBirth = 1;
constexpr Tags kBorn = 2;            // a verb, which encyclopaedias use too
constexpr Tags kBehind = 4;          // stands behind the date
constexpr Tags kRole = 8;            // of a person in care, named with a date
constexpr Tags kPersonal = 16;       // papers in which a date beside a name is a birth's
constexpr Tags kOtherCalendar = 32;  // of languages that also count years otherwise

void add_birth_words(Words& words);

constexpr Tags kShort = 256;   // "日生", unless it begins another word: 日生效, 日生産
constexpr Tags kFar = 512;     // behind the date and the place
constexpr Tags kLast = 1024;   // never before the date
constexpr Tags kNobody = 128;  // beside a specimen of a document
constexpr Tags kSign = 64;     // of few bytes, which means so only right before a date

constexpr Tags kTight = 2048;      // right before the date only
constexpr Tags kAfterName = 4096;  // behind a word with a capital only
constexpr Tags kKin = 8192;        // somebody of the speaker's own
constexpr Tags kLabel = 16384;     // on the labels of samples and patients
constexpr Tags kMine = 32768;      // means a birth where one is spoken of before

constexpr Tags kCame = 65536;       // with "came" before it
constexpr Tags kIdentity = 131072;  // a number by which an office knows somebody

}  // namespace sluice::sense::detect
