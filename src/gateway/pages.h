// The pages beside the chat: models, health, readiness, metrics. Pure functions of the shared state.
#pragma once

#include "base/result.h"
#include "gateway/shared.h"
#include "gateway/way.h"
#include "http/codec.h"

namespace sluice::gateway {

// Answers a request that is no chat completion; request.not_found or request.method for what does not exist.
Result<http::Response> page(const Shared& shared, const Backends& backends, const http::Request& request);

// An Error as a whole answer in the protocol's error shape.
http::Response error_response(const Error& error, int status);

}  // namespace sluice::gateway
