// What each kind of hit means: the detector's public name, the type of its span, the category it raises the label
// to, and whether it is believed across the joint of two texts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/detectors.h"
#include "sense/label.h"
#include "sense/scan/detector.h"

namespace sluice::sense {

struct KindMeaning {
  const char* detector;
  const char* type;  // "" for a topic
  Category category;
  // Found by a check digit or an unmistakable shape, so that it is believed where one text ends and the next
  // begins.
  bool across_joints;
  std::optional<Category> besides = {};  // a number that a state gives to one person is personal too
};

const KindMeaning& meaning_of(scan::Kind kind);

// What an administrator's detector means.
struct OwnMeaning {
  std::string detector, type;
  Category category;
  std::optional<Class> cls;  // above the category's own
};

// In the order of sense/own/own.h. Errors: config.value for words that are no category or class, and names that
// the detectors of this program have.
Result<std::vector<OwnMeaning>> meanings_of(const config::OwnDetectors& own);

}  // namespace sluice::sense
