// The pages beside those that ask a model: models, kept responses, health, readiness, metrics. Functions of the
// shared state.
#pragma once

#include "base/result.h"
#include "gateway/shared.h"
#include "gateway/way.h"
#include "http/codec.h"

namespace sluice::gateway {

// Answers a request for such a page; request.not_found or request.method for what does not exist.
Result<http::Response> page(Shared& shared, const Backends& backends, const http::Request& request);

inline constexpr std::string_view kBalancePage = "/user/balance";  // balance.h

// An Error as a whole answer in this protocol's error shape, under this request id.
http::Response error_response(const Error& error, int status, chat::Protocol protocol, std::string request_id);

}  // namespace sluice::gateway
