// Base64 and hexadecimal that begin in one text of a conversation and go on in the next. The edges of the texts
// are the run's: a word that follows without a blank would spoil it.
#pragma once

#include <cstddef>
#include <vector>

#include "sense/joints.h"

namespace sluice::sense {

struct EncodedJoint {
  std::size_t start = 0, size = 0;  // bytes of the joint's text, in at least two sources
};

// Those that may be encoded text, whatever they say. Bounded: no more than a few for each two neighbours.
std::vector<EncodedJoint> encoded_over(const JointText& joint);

}  // namespace sluice::sense
