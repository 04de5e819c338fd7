// Which obligations of a policy this version keeps.
#pragma once

#include <string>

#include "config/deployment.h"
#include "config/settings.h"
#include "policy/policy.h"

namespace sluice::gateway {

// False: whatever obliges it is denied there.
bool can_fulfil(policy::Obligation kind, const config::Deployment& deployment);
// Why not, after "rule R1 obliges no_tools, which ".
std::string why_unfulfilled(policy::Obligation kind, const config::Deployment& deployment);
// An obligation that can't be fulfilled where it is owed is a denial (docs/policy.md). Every deployment of the
// decision is one of the settings.
void deny_what_cannot_be_obliged(policy::Decision& decision, const config::Settings& settings);

}  // namespace sluice::gateway
