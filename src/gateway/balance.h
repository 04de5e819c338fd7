// GET /user/balance, as DeepSeek has it: what the account of the first deployment that tells it still has, in the
// vendor's words. For whoever holds a key of this Sluice. It carries nothing of the client's, so nothing is
// judged; but it is a call to a deployment, and leaves its record like any other.
#pragma once

#include "base/result.h"
#include "gateway/way.h"

namespace sluice::gateway {

bool is_balance(const http::Request& request);
net::Task<Result<http::Response>> balance_page(Lane lane, const http::Request& request,
                                               const http::Connection& connection);

}  // namespace sluice::gateway
