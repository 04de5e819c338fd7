// What may be kept of a request's content for later ones, for how long, and what goes when another policy comes
// into force: no_store and retain(Nd). Records hold no content, so they stay.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "engine/cache/use.h"
#include "gateway/shared.h"

namespace sluice::gateway {

// Where something that is remembered came from: all that a policy needs to say whether it would be kept.
struct Origin {
  sense::Label judged;                   // before floors and declassification
  policy::Subject subject;               // who asked for what
  std::vector<std::string> deployments;  // that were sent it
  UtcTime time;                          // when
};

struct Keeping {
  bool allowed = true;
  std::optional<int> days;                    // at most; absent: as long as there is room
  void join(const policy::Verdict& verdict);  // the stricter of both
  std::optional<UtcTime> until(UtcTime since) const;
};

std::optional<UtcTime> sooner(std::optional<UtcTime> a, std::optional<UtcTime> b);

// What the verdicts on these deployments let be kept together.
Keeping keeping_of(const policy::Decision& decision, const std::vector<std::string>& deployments);
// The same by a policy that did not decide on the request: one that denies its way forbids to keep what came of
// it.
Keeping keeping_of(Shared& shared, const policy::Policy& policy, const Origin& origin);

// Forgets what the policy in force would not have let be kept, and limits what it would have kept for less long.
void keep_by_policy_in_force(Shared& shared);
// Deletes what is over: remembered conversations and thoughts, kept texts of held requests.
void sweep(Shared& shared);
// sweep() again and again, in the office.
net::Task<void> sweep_for_good(Shared& shared);
// What of a request that goes where this verdict is about may stay in the engine's prefix cache, whose entries
// have no time of their own: nothing under no_store and retain(Nd); nothing outside of memory where logs are
// limited.
engine::Keep kept_in_engine(const policy::Verdict& verdict);

}  // namespace sluice::gateway
