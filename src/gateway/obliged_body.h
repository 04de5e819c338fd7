// What obligations make of a request's body, and what of it they refuse (tools: tool_fields.h). Pure functions.
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

struct BodyEdits {
  std::optional<int> max_output;         // tokens
  std::optional<std::string> opaque_id;  // in the place of whatever names the user or marks a cache
  bool no_store = false;                 // the upstream keeps nothing: said where there is a switch, else refused
};
// The client's body with these edits, in its own protocol; nullopt: there are none. policy.obligation where a
// thinking budget would not fit under the limit, a limit is no number, or something asks the upstream to keep the
// request.
Result<std::optional<std::string>> edited_body(const chat::Request& request, const config::Deployment& target,
                                               const BodyEdits& edits, std::vector<std::string>& notes);

}  // namespace sluice::gateway
