// What each kind of hit means: the detector's public name, the type of its span, the category it raises the label
// to, and whether it is believed across the joint of two texts.
#pragma once

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
};

const KindMeaning& meaning_of(scan::Kind kind);

}  // namespace sluice::sense
