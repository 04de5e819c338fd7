// Puts reasoning back into a conversation whose client dropped it.
//
// DeepSeek refuses a request with tools whose earlier assistant turns lack what they thought ("The
// `reasoning_content` in the thinking mode must be passed back"), and most clients don't send it. Who remembers it
// by tool call or text can complete the body here before it is judged and sent. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/request.h"
#include "json/doc.h"

namespace sluice::wire {

// What the turn with these tool calls, or this text, thought; nullopt if it is not known.
using ReasoningLookup =
    std::function<std::optional<std::string>(const std::vector<std::string>& call_ids, std::string_view text)>;

struct Restored {
  std::string body;  // the whole new body
  int turns = 0;     // that got their reasoning back
  int unknown = 0;   // turns that got an empty one, because nobody remembers it
};

// The body of a client of `protocol` with the reasoning of its assistant turns; nullopt if nothing is missing or
// the conversation has no tools. Whatever else the body holds stays byte for byte.
std::optional<Restored> restore_reasoning(chat::Protocol protocol, const json::Doc& body,
                                          const ReasoningLookup& lookup);

}  // namespace sluice::wire
