// Which obligations of a policy this version keeps.
#pragma once

#include "policy/policy.h"

namespace sluice::gateway {

// False: whatever obliges it is denied.
bool can_fulfil(policy::Obligation kind);
// An obligation that this version can't fulfil is a denial (docs/policy.md).
void deny_what_cannot_be_obliged(policy::Decision& decision);

}  // namespace sluice::gateway
