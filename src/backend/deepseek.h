// Backend of kind `deepseek`: DeepSeek's hosted API (chat completions), with its wire quirks: blank lines
// before a whole answer and ": keep-alive" comments while it queues (both re-arm the stall timer), usage on
// the last chunk or after it, errors inside a 200, streams that stall without ending.
//
// The key goes into the Authorization header of requests to the deployment's own origin and nowhere else: the
// HTTP client behind it knows one origin and follows no redirects. Nothing of the client's own headers is
// sent.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "config/deployment.h"

namespace sluice::backend {

// Errors: config.address.
Result<std::unique_ptr<Backend>> make_deepseek(net::Loop& loop, const config::Deployment& deployment);

}  // namespace sluice::backend
