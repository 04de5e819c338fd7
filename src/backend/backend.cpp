#include "backend/backend.h"

namespace sluice::backend {

bool may_try_another(const Error& error) {
  return error.code != "upstream.refused" && error.code != "request.cancelled" && error.code != "request.invalid";
}

}  // namespace sluice::backend
