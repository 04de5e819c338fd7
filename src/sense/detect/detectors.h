// The face of the detectors: all of them, by family in the folders here. What they are made with is built before a
// Document is.
#pragma once

#include <vector>

#include "sense/detect/context/made.h"

namespace sluice::sense::detect {

std::vector<Made> make_all(scan::PhraseSet& set);

}  // namespace sluice::sense::detect
