// Which obligations of a policy this version keeps, and where.
#pragma once

#include "policy/policy.h"

namespace sluice::gateway {

// False: the gateway denies the deployment to whatever obliges it.
bool can_fulfil(policy::Obligation kind, const config::Deployment& deployment);

}  // namespace sluice::gateway
