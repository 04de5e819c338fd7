#include "backend/backend.h"

namespace sluice::backend {

net::Task<Result<std::string>> Backend::balance() {
  co_return fail("deployment.unsupported",
                 "deployment '" + served().deployment + "' has no account with a balance");
}

bool may_try_another(const Error& error) {
  return error.code != "upstream.refused" && error.code != "request.cancelled" && error.code != "request.invalid";
}

}  // namespace sluice::backend
