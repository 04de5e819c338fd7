#include "gateway/keeping.h"

#include <algorithm>

namespace sluice::gateway {

bool may_keep(const policy::Verdict& verdict) { return !verdict.obliges(policy::Obligation::NoStore); }

engine::Keep kept_in_engine(const policy::Verdict& verdict) {
  engine::Keep keep = engine::Keep::Disk;
  for (const policy::ObligationUse& use : verdict.obligations) switch (use.kind) {
      case policy::Obligation::NoStore:
        return engine::Keep::Nothing;
      case policy::Obligation::LogNoContent:
      case policy::Obligation::LogHashOnly:
      case policy::Obligation::LogRedacted:
      case policy::Obligation::RetainDays:
        keep = engine::Keep::Memory;
        break;
      default:
        break;
    }
  return keep;
}

bool may_keep(Shared& shared, const policy::Policy& policy, const Origin& origin) {
  policy::Subject subject = origin.subject;
  subject.time = shared.policy_time.now();
  policy::Decision decision =
      policy.decide(origin.judged, subject, {shared.settings.deployment(origin.deployment)});
  // A hold was approved, or there would be no answer.
  return !decision.verdicts.empty() && decision.verdicts[0].state() != policy::State::Denied &&
         may_keep(decision.verdicts[0]);
}

void forget_what_may_not_be_kept(Shared& shared) {
  ActivePolicy::Snapshot policy = shared.policy.current();
  for (Memory* memory : {&shared.reasoning, &shared.responses}) {
    auto origins = memory->origins();
    std::erase_if(origins, [&](const auto& origin) { return may_keep(shared, *policy, *origin); });
    for (const auto& origin : origins) memory->forget(*origin);
  }
}

}  // namespace sluice::gateway
