// chat::Event: one piece of an answer. A whole answer is the same sequence as a streamed one, in one Chunk.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "chat/request.h"

namespace sluice::chat {

struct TextDelta {
  std::string text;
  // Log-probabilities of its tokens: elements of OpenAI's `logprobs.content`, comma-separated JSON; empty if none.
  std::string logprobs = {};
};
struct ReasoningDelta {
  std::string text;
};
// Ends the reasoning before it: the opaque proof that some protocols want back with it.
struct ReasoningSignature {
  std::string signature;
};
// What a model says instead of an answer that it declines to give.
struct RefusalDelta {
  std::string text;
};

struct ToolCallDelta {
  int index = 0;          // which call of this answer
  std::string id;         // on the first piece of a call
  std::string name;       // on the first piece of a call
  std::string arguments;  // next piece of the JSON text
};

// Tokens. Parts never overlap: prompt = cache_hit + cache_miss; cache_write is a part of cache_miss, and reasoning
// a part of completion.
struct Usage {
  std::int64_t cache_hit = 0;   // prompt tokens served from a cache
  std::int64_t cache_miss = 0;  // prompt tokens computed
  std::int64_t completion = 0;  // output tokens, reasoning included
  std::int64_t reasoning = 0;   // <= completion
  std::int64_t cache_write =
      0;  // prompt tokens that were put into a cache, where the vendor counts them; <= cache_miss
  std::int64_t prompt() const { return cache_hit + cache_miss; }
  std::int64_t total() const { return prompt() + completion; }
  bool valid() const {
    return cache_hit >= 0 && cache_miss >= 0 && completion >= 0 && reasoning >= 0 && reasoning <= completion &&
           cache_write >= 0 && cache_write <= cache_miss;
  }
  bool operator==(const Usage&) const = default;
  Usage& operator+=(const Usage& other) {
    cache_hit += other.cache_hit;
    cache_miss += other.cache_miss;
    completion += other.completion;
    reasoning += other.reasoning;
    cache_write += other.cache_write;
    return *this;
  }
};

// Interrupted: cut short by the deployment for want of resources. Refusal: the model declined.
enum class FinishReason { Stop, Length, ToolCalls, ContentFilter, Interrupted, Refusal };
const char* finish_reason_name(FinishReason reason);  // "stop", "length", "tool_calls", "content_filter", ...

struct Finish {
  FinishReason reason = FinishReason::Stop;
  std::string stop_sequence = {};  // which one ended the answer, if the deployment said so
};

// The answer failed after it began. Nothing follows.
struct Failure {
  Error error;
};

using Event = std::variant<TextDelta, ReasoningDelta, ToolCallDelta, Usage, Finish, Failure, ReasoningSignature,
                           RefusalDelta>;

// What a deployment delivers at a time: events, and, where the deployment spoke a client protocol, the JSON it was
// read from, so that an answer in the same format can be passed on byte for byte.
struct Chunk {
  std::vector<Event> events;
  std::string raw;    // JSON of one stream chunk or one whole answer; empty if the deployment has no such form
  bool last = false;  // nothing follows; a proper end carries Finish, a broken one Failure
  // `raw` carries the finish reason or came after it. A writer holds it back until the answer has ended properly,
  // so that an answer that breaks there does not look whole.
  bool closing = false;
  std::string raw_event = {};  // name of the SSE event that `raw` was the data of; empty if it had none
  Protocol protocol = Protocol::OpenAiChat;  // of `raw`
};

}  // namespace sluice::chat
