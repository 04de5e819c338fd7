// Names of the fields of a client's body, as the servers behind a deployment may read them.
//
// A body goes on as it came where the deployment speaks its protocol, so that a field means what the server makes
// of it: servers in Go take names in any case, most take them in camelCase and in snake_case, and SDKs and
// gateways have fields whose members count like fields of the body itself.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/doc.h"

namespace sluice::gateway {

// In lower case, without '_', '-' and '.': maxTokens, max_tokens and MAX-TOKENS are one.
std::string plain_name(std::string_view name);

// Whether a number under this name may be how long an answer may be, by the words in it: a limit of output, a
// length, a count of tokens, and none of the prompt, of ids, penalties or probabilities.
bool may_limit_answer(std::string_view plain);

// Calls `see` for every member that sets something: those of the body, and those of the objects in them. Not those
// of what is content or bookkeeping: messages, prompts, tools, schemas, metadata. `root`: it is a member of the
// body itself. Ends with the first failure.
using See = std::function<Status(json::Value member, const std::string& plain, bool root)>;
Status see_settings(json::Value body, const See& see);

}  // namespace sluice::gateway
