// A request as a file holds it: which protocol's it is, decoded as the gateway would.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/request.h"
#include "gateway/front.h"
#include "json/doc.h"

namespace sluice::app {

// The page that a JSON object is a request for, by its members; nothing if for none. Chat and Messages share most
// of theirs: what only one of them has is counted, and where there is nothing of the kind it is chat.
std::optional<gateway::Front> front_of(json::Value object);

// "chat", "responses", "messages", "completions", "embeddings", "count_tokens". Error: command.protocol.
Result<gateway::Front> front_named(const std::string& name);
std::string_view name_of(const chat::Request& request);

// Nothing: `text` is no request, and judged as a text. Broken JSON that was meant as a request (cut off, a key
// twice) is refused as the gateway refuses it, and so is all that is none for the page that is `stated`.
Result<std::optional<chat::Request>> request_in(const std::string& text,
                                                const std::optional<gateway::Front>& stated = {});

// Whether members of this name are part of a request, whatever else a JSON object has.
bool is_request_member(std::string_view name);

}  // namespace sluice::app
