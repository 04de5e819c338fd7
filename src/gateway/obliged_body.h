// What obligations make of a request's body, and what of it they refuse. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "chat/request.h"
#include "config/deployment.h"

namespace sluice::gateway {

// A user id for an upstream: always the same for a tenant, and nothing can be told from it without the secret.
std::string opaque_id(std::string_view secret, std::string_view tenant);

// A field beside `tools` that has the upstream search, run or fetch something.
bool asks_for_server_tools(const chat::ExtraField& field);
// policy.obligation with the place: the request offers tools, or anything that lets the upstream act.
Status refuse_tools(const chat::Request& request);
// The same for tools that the upstream runs itself. Tools that a client runs (functions, custom tools, Anthropic's
// bash, text editor and computer, local shells) may stay.
Status refuse_server_tools(const chat::Request& request);

struct BodyEdits {
  std::optional<int> max_output;         // tokens
  std::optional<std::string> opaque_id;  // in the place of whatever names the user or marks a cache
};
// The client's body with these edits, in its own protocol; nullopt: there are none. policy.obligation where a
// thinking budget would not fit under the limit.
Result<std::optional<std::string>> edited_body(const chat::Request& request, const config::Deployment& target,
                                               const BodyEdits& edits, std::vector<std::string>& notes);

}  // namespace sluice::gateway
