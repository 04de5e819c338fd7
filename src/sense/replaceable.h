// What of a label a transformation can take away: a value has a place in the text and can be replaced there, a
// topic has none.
#pragma once

#include <string>
#include <vector>

#include "config/detectors.h"
#include "sense/label.h"

namespace sluice::sense {

struct Replaceable {
  CategorySet values;                // some detector finds values of these
  CategorySet topics;                // some detector finds these without a place
  std::vector<std::string> topical;  // the detectors whose findings have none
};

// Of the detectors of this program and of those that the configuration adds.
Replaceable replaceable(const config::OwnDetectors& own);

}  // namespace sluice::sense
