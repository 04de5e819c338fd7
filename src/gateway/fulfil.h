// Which obligations of a policy this version keeps.
#pragma once

#include "policy/policy.h"

namespace sluice::gateway {

// False: whatever obliges it is denied.
bool can_fulfil(policy::Obligation kind);

}  // namespace sluice::gateway
