// Backend of every kind that is reached over the network: one HTTP client, a row of the dialect table, and the
// wire room's encoders and readers.
//
// Which protocol is spoken: the client's own where the deployment speaks it (its bytes pass through), else the
// first that can say all of the request: chat, then Responses, then Messages.
//
// The key goes into the header that the dialect names, in requests to the deployment's own origin and nowhere
// else: the HTTP client behind it knows one origin and follows no redirects. Nothing of the client's own headers
// is sent but what CallContext carries.
//
// Answers are read whatever their content type says, with blank lines before a whole answer, comments in streams
// (both re-arm the stall timer), and errors inside a 200.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "config/deployment.h"

namespace sluice::backend {

// `deployment` outlives it. Errors: config.address.
Result<std::unique_ptr<Backend>> make_remote(net::Loop& loop, const config::Deployment& deployment);

}  // namespace sluice::backend
