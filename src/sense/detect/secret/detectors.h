// The detectors of what lets somebody in.
#pragma once

#include "sense/detect/context/made.h"

namespace sluice::sense::detect {

Made make_tokens(scan::PhraseSet& set);     // private keys and API tokens known by their shape
Made make_passwords(scan::PhraseSet& set);  // secrets known by the words before them

}  // namespace sluice::sense::detect
