// Seams: the edges of a conversation's pieces as the boundaries that they are to whoever sees the pieces. Read
// without separator, the "thanks" behind a card's second half makes a word of both.
#pragma once

#include <optional>

#include "sense/joints.h"

namespace sluice::sense {

// The neighbours in `joint` that can make one value between them, each such row of pieces by itself: without
// separator inside, set apart from what stands before and behind, some of which is there to give it a meaning.
// Only rows that `joint` itself doesn't show so. Empty where there is none; nullopt where there are more than can
// be looked at.
std::optional<JointText> seams_of(const JointText& joint);

}  // namespace sluice::sense
