// What may be kept of a request for later ones, and what no longer may when another policy comes into force.
#pragma once

#include <memory>

#include "engine/cache/use.h"
#include "gateway/shared.h"

namespace sluice::gateway {

// Where something that is remembered came from: all that a policy needs to say whether it would be kept.
struct Origin {
  sense::Label judged;      // before floors and declassification
  policy::Subject subject;  // who asked for what
  std::string deployment;   // that answered
};

// Whether `verdict` lets anything of the request be kept.
bool may_keep(const policy::Verdict& verdict);
// What of a request that goes where this verdict is about may stay in the engine's prefix cache. no_store:
// nothing. What limits logs or how long records are kept: nothing outside of memory.
engine::Keep kept_in_engine(const policy::Verdict& verdict);
// May it be kept, by a policy that did not decide on the request: one that denies its way forbids to keep what
// came of it.
bool may_keep(Shared& shared, const policy::Policy& policy, const Origin& origin);
// Forgets what the policy in force would not have let be kept.
void forget_what_may_not_be_kept(Shared& shared);

}  // namespace sluice::gateway
