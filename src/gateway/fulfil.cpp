#include "gateway/fulfil.h"

namespace sluice::gateway {

// No content is logged in any form, and no cache is shared, for any request.
bool can_fulfil(policy::Obligation kind) {
  switch (kind) {
    case policy::Obligation::LogNoContent:
    case policy::Obligation::LogHashOnly:
    case policy::Obligation::LogRedacted:
    case policy::Obligation::NoSharedCache:
    case policy::Obligation::NoStore:
    case policy::Obligation::Pseudonymise:  // from here on: gateway/obligations.h
    case policy::Obligation::Redact:
    case policy::Obligation::OpaqueUser:
    case policy::Obligation::NoTools:
    case policy::Obligation::NoServerTools:
    case policy::Obligation::OutputScan:
    case policy::Obligation::MaxOutput:
    case policy::Obligation::Notify:
    case policy::Obligation::RetainDays:  // gateway/keeping.h
      return true;
  }
  return false;
}

void deny_what_cannot_be_obliged(policy::Decision& decision) {
  for (policy::Verdict& verdict : decision.verdicts) {
    std::string unmet;
    for (const policy::ObligationUse& use : verdict.obligations)
      if (unmet.empty() && !can_fulfil(use.kind))
        unmet =
            "rule " + use.rule + " obliges " + policy::obligation_name(use) + ", which this version can't fulfil";
    if (!unmet.empty()) verdict.deny(unmet);
  }
}

}  // namespace sluice::gateway
