// What a maker of detectors gives. A maker adds its phrases to the set, which must be built before a Document is.
#pragma once

#include <memory>

#include "sense/scan/detector.h"

namespace sluice::sense::detect {

using Made = std::unique_ptr<scan::Detector>;

}  // namespace sluice::sense::detect
