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
      return true;
    default:
      return false;
  }
}

}  // namespace sluice::gateway
