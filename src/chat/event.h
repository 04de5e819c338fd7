// chat::Event: one piece of an answer. A whole answer is the same sequence as a streamed one, in one Chunk.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"

namespace sluice::chat {

struct TextDelta {
  std::string text;
};
struct ReasoningDelta {
  std::string text;
};

struct ToolCallDelta {
  int index = 0;          // which call of this answer
  std::string id;         // on the first piece of a call
  std::string name;       // on the first piece of a call
  std::string arguments;  // next piece of the JSON text
};

// Tokens. Parts never overlap: prompt = cache_hit + cache_miss, and reasoning is a part of completion.
struct Usage {
  std::int64_t cache_hit = 0;   // prompt tokens served from a cache
  std::int64_t cache_miss = 0;  // prompt tokens computed
  std::int64_t completion = 0;  // output tokens, reasoning included
  std::int64_t reasoning = 0;   // <= completion
  std::int64_t prompt() const { return cache_hit + cache_miss; }
  std::int64_t total() const { return prompt() + completion; }
  bool valid() const {
    return cache_hit >= 0 && cache_miss >= 0 && completion >= 0 && reasoning >= 0 && reasoning <= completion;
  }
  bool operator==(const Usage&) const = default;
};

enum class FinishReason { Stop, Length, ToolCalls, ContentFilter, Interrupted };
const char* finish_reason_name(
    FinishReason reason);  // "stop", "length", "tool_calls", "content_filter", "interrupted"

struct Finish {
  FinishReason reason = FinishReason::Stop;
};

// The answer failed after it began. Nothing follows.
struct Failure {
  Error error;
};

using Event = std::variant<TextDelta, ReasoningDelta, ToolCallDelta, Usage, Finish, Failure>;

// What a deployment delivers at a time: events, and, where the deployment spoke a client protocol, the JSON it was
// read from, so that an answer in the same format can be passed on byte for byte.
struct Chunk {
  std::vector<Event> events;
  std::string raw;    // JSON of one stream chunk or one whole answer; empty if the deployment has no such form
  bool last = false;  // nothing follows; a proper end carries Finish, a broken one Failure
  // `raw` carries the finish reason or came after it. A writer holds it back until the answer has ended properly,
  // so that an answer that breaks there does not look whole.
  bool closing = false;
};

}  // namespace sluice::chat
