// Which obligations of a policy this version keeps.
#pragma once

#include "engine/cache/use.h"
#include "policy/policy.h"

namespace sluice::gateway {

// False: whatever obliges it is denied.
bool can_fulfil(policy::Obligation kind);

// What of a request that goes where this verdict is about may stay in the engine's prefix cache. no_store:
// nothing. What limits logs or how long records are kept: nothing outside of memory.
engine::Keep may_keep(const policy::Verdict& verdict);

}  // namespace sluice::gateway
