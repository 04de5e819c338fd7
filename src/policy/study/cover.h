// Private to this room.
#pragma once

#include <string>
#include <vector>

#include "policy/space.h"

namespace sluice::policy {

// The labels that occur (no class below its categories' floors), as few lines as a simple search finds.
std::vector<std::string> cover(const LabelBits& labels);

}  // namespace sluice::policy
