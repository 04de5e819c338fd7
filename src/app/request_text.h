// A request as a file holds it: which protocol's it is, decoded as the gateway would.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "chat/request.h"
#include "json/doc.h"

namespace sluice::app {

// What a JSON object is a request of, by its members; nothing if of none.
std::optional<chat::Protocol> protocol_of(json::Value object);

// Nothing: `text` is no request, and judged as a text. Broken JSON that was meant as a request (cut off, a key
// twice) is refused as the gateway refuses it.
Result<std::optional<chat::Request>> request_in(const std::string& text);

// Whether members of this name are part of a request, whatever else a JSON object has.
bool is_request_member(std::string_view name);

}  // namespace sluice::app
