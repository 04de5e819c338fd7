#include "gateway/fulfil.h"

#include "gateway/tool_fields.h"

namespace sluice::gateway {

// No content is logged in any form, and no cache is shared, for any request.
bool can_fulfil(policy::Obligation kind, const config::Deployment& deployment) {
  switch (kind) {
    case policy::Obligation::LogNoContent:
    case policy::Obligation::LogHashOnly:
    case policy::Obligation::LogRedacted:
    case policy::Obligation::NoSharedCache:
    case policy::Obligation::NoStore:
    case policy::Obligation::Pseudonymise:  // from here on: gateway/obligations.h
    case policy::Obligation::Redact:
    case policy::Obligation::OpaqueUser:
    case policy::Obligation::OutputScan:
    case policy::Obligation::MaxOutput:
    case policy::Obligation::Notify:
    case policy::Obligation::RetainDays:  // gateway/keeping.h
      return true;
    case policy::Obligation::NoTools:
    case policy::Obligation::NoServerTools:
      return deployment.kind == config::Kind::Engine || !acts_by_itself(deployment.model);
  }
  return false;
}

std::string why_unfulfilled(policy::Obligation kind, const config::Deployment& deployment) {
  const bool tools = kind == policy::Obligation::NoTools || kind == policy::Obligation::NoServerTools;
  if (tools)
    return "the model of " + deployment.name + " can't keep: it searches or runs tools whatever it is asked";
  return "this version can't fulfil";
}

void deny_what_cannot_be_obliged(policy::Decision& decision, const config::Settings& settings) {
  for (policy::Verdict& verdict : decision.verdicts) {
    const config::Deployment& deployment = *settings.deployment(verdict.deployment);
    std::string unmet;
    for (const policy::ObligationUse& use : verdict.obligations)
      if (unmet.empty() && !can_fulfil(use.kind, deployment))
        unmet = "rule " + use.rule + " obliges " + policy::obligation_name(use) + ", which " +
                why_unfulfilled(use.kind, deployment);
    if (!unmet.empty()) verdict.deny(unmet);
  }
}

}  // namespace sluice::gateway
