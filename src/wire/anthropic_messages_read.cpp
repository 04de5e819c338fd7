// Answers of Anthropic's Messages, read. Engines that imitate the API leave out signatures, names of events and
// parts of the usage, and put whole inputs where pieces belong; blocks and events of kinds not known here keep
// their place in `raw`.
#include <algorithm>
#include <map>
#include <optional>

#include "wire/answer_parts.h"
#include "wire/anthropic_messages.h"
#include "wire/openai_error.h"

namespace sluice::wire {
namespace {

using chat::Chunk;
using chat::FinishReason;
using json::Type;
using json::Value;

constexpr int kMaxToolCalls = 1024;          // of one answer
constexpr std::size_t kMaxOpenBlocks = 64;   // one is open at a time, where the API is followed
constexpr std::int64_t kMaxIndex = 1 << 20;  // of a block; the server may write any number

std::string string_in(Value object, const char* name) { return object[name].string().value_or(""); }

std::int64_t index_in(Value root, std::int64_t unsaid) {
  return std::clamp<std::int64_t>(root["index"].integer().value_or(unsaid), 0, kMaxIndex);
}

// Counts are cumulative. What an event leaves out, or gives as 0 after a number, stays as it was told before: some
// servers know the prompt's tokens at the start only, others at the end only.
class UsageCounter {
 public:
  // True if it said anything.
  bool add(Value usage) {
    if (!usage.is(Type::Object)) return false;
    bool any = take(usage["input_tokens"], input_);
    any |= take(usage["cache_read_input_tokens"], read_);
    any |= take(usage["cache_creation_input_tokens"], written_);
    any |= take(usage["output_tokens"], output_);
    any |= take(usage["output_tokens_details"]["thinking_tokens"], thinking_);
    return any;
  }
  chat::Usage usage() const {
    chat::Usage out;
    out.cache_hit = read_;
    out.cache_miss = input_ + written_;
    out.cache_write = written_;
    out.completion = output_;
    out.reasoning = std::min(thinking_, output_);
    return out;
  }

 private:
  static bool take(Value value, std::int64_t& into) {
    auto n = token_count(value);
    if (n && *n > 0) into = *n;
    return n.has_value();
  }
  std::int64_t input_ = 0, read_ = 0, written_ = 0, output_ = 0, thinking_ = 0;
};

FinishReason read_reason(std::string_view reason) {
  if (reason == "end_turn" || reason == "stop_sequence" || reason == "stop") return FinishReason::Stop;
  if (reason == "max_tokens" || reason == "model_context_window_exceeded" || reason == "length")
    return FinishReason::Length;
  if (reason == "tool_use") return FinishReason::ToolCalls;
  if (reason == "refusal") return FinishReason::Refusal;
  if (reason == "content_filter") return FinishReason::ContentFilter;
  // "pause_turn", which the client is to continue, and what nobody knows: never taken for a whole answer.
  return FinishReason::Interrupted;
}

// Reasons by which a server says that it failed.
bool is_failure(std::string_view reason) {
  return reason == "insufficient_system_resource" || reason == "abort" || reason == "error" ||
         reason == "cancelled";
}

std::optional<Error> error_in(Value root) {
  Value error = root["error"];
  if (!error || error.is_null()) {
    if (root["type"].string() == "error") return error_of_object(root, 200);
    return std::nullopt;
  }
  return error_of_object(error, string_in(error, "type") == "request_too_large" ? 413 : 200);
}

class Reader : public AnswerReader {
 public:
  Chunk read_whole(std::string_view body) override;
  Chunk read_event(std::string_view event, std::string_view data) override;
  Chunk end() override;
  bool done() const override { return done_; }
  const std::string& model() const override { return model_; }

 private:
  struct Block {
    int call = -1;         // of a tool_use block: which call of this answer
    bool written = false;  // a piece of its input came
    std::string input;     // as the start gave it, told if no piece comes
  };

  void read_model(Value message) {
    std::string name = string_in(message, "model");
    if (model_.empty() && name.size() <= kMaxModelName) model_ = std::move(name);
  }
  void read_usage(Value usage, Chunk& chunk) {
    if (usage_.add(usage)) chunk.events.push_back(usage_.usage());
  }
  // An error where the answer is none.
  std::optional<Error> dispatch(std::string_view type, Value root, Chunk& chunk);
  std::optional<Error> start_block(Value root, Chunk& chunk);
  std::optional<Error> read_delta(Value root, Chunk& chunk);
  void end_block(std::int64_t index, Chunk& chunk);
  std::optional<Error> read_whole_block(Value block, Chunk& chunk);
  Chunk fail_with(Error error);

  std::map<std::int64_t, Block> open_;
  std::int64_t last_index_ = 0;  // of the block that was opened last, for servers that leave indexes out
  int calls_ = 0;
  UsageCounter usage_;
  chat::Finish finish_;
  bool done_ = false;      // message_stop was seen
  bool finished_ = false;  // a stop reason was seen
  bool failed_ = false;    // a Failure was returned
  bool ended_ = false;     // the Finish was returned
  std::string model_;
};

Chunk Reader::fail_with(Error error) {
  failed_ = true;
  Chunk chunk;
  chunk.events.push_back(chat::Failure{std::move(error)});
  chunk.last = true;
  return chunk;
}

void add_text(std::string text, Chunk& chunk) {
  if (!text.empty()) chunk.events.push_back(chat::TextDelta{std::move(text)});
}
void add_thought(std::string text, Chunk& chunk) {
  if (!text.empty()) chunk.events.push_back(chat::ReasoningDelta{std::move(text)});
}
void add_signature(std::string signature, Chunk& chunk) {
  if (!signature.empty()) chunk.events.push_back(chat::ReasoningSignature{std::move(signature)});
}

// What a whole block gives as input: an object, or its text in a string.
std::string input_of(Value input) {
  if (input.is(Type::String)) return *input.string();
  return input && !input.is_null() ? std::string(input.raw()) : "{}";
}

std::optional<Error> Reader::start_block(Value root, Chunk& chunk) {
  Value block = root["content_block"];
  last_index_ = index_in(root, last_index_ + 1);
  std::string type = string_in(block, "type");
  // A server that starts the next block without ending this one has ended it.
  end_block(last_index_, chunk);
  if (open_.size() >= kMaxOpenBlocks) return protocol_error("the deployment's answer never ends its blocks");
  Block opened;
  if (type == "text") {
    add_text(string_in(block, "text"), chunk);
  } else if (type == "thinking") {
    add_thought(string_in(block, "thinking"), chunk);
    add_signature(string_in(block, "signature"), chunk);
  } else if (type == "tool_use") {
    if (calls_ == kMaxToolCalls) return protocol_error("the deployment's answer has too many tool calls");
    opened.call = calls_++;
    opened.input = input_of(block["input"]);
    chunk.events.push_back(chat::ToolCallDelta{opened.call, string_in(block, "id"), string_in(block, "name"), ""});
  }
  open_[last_index_] = std::move(opened);
  return std::nullopt;
}

std::optional<Error> Reader::read_delta(Value root, Chunk& chunk) {
  Value delta = root["delta"];
  std::string type = string_in(delta, "type");
  if (type == "text_delta") {
    add_text(string_in(delta, "text"), chunk);
  } else if (type == "thinking_delta") {
    add_thought(string_in(delta, "thinking"), chunk);
  } else if (type == "signature_delta") {
    add_signature(string_in(delta, "signature"), chunk);
  } else if (type == "input_json_delta") {
    auto at = open_.find(index_in(root, last_index_));
    if (at == open_.end()) return protocol_error("a piece of a tool call belongs to no call");
    std::string piece = string_in(delta, "partial_json");
    if (at->second.call < 0 || piece.empty()) return std::nullopt;  // a call that runs at the vendor's
    at->second.written = true;
    chunk.events.push_back(chat::ToolCallDelta{at->second.call, "", "", std::move(piece)});
  }
  return std::nullopt;
}

void Reader::end_block(std::int64_t index, Chunk& chunk) {
  auto at = open_.find(index);
  if (at == open_.end()) return;
  Block& block = at->second;
  if (block.call >= 0 && !block.written) {
    chunk.events.push_back(chat::ToolCallDelta{block.call, "", "", std::move(block.input)});
  }
  open_.erase(at);
}

std::optional<Error> Reader::dispatch(std::string_view type, Value root, Chunk& chunk) {
  if (type == "message_start") {
    read_model(root["message"]);
    read_usage(root["message"]["usage"], chunk);
  } else if (type == "content_block_start") {
    return start_block(root, chunk);
  } else if (type == "content_block_delta") {
    return read_delta(root, chunk);
  } else if (type == "content_block_stop") {
    end_block(index_in(root, last_index_), chunk);
  } else if (type == "message_delta") {
    std::string reason = string_in(root["delta"], "stop_reason");
    read_usage(root["usage"], chunk);
    if (is_failure(reason)) return broken_off_error();
    if (!reason.empty()) {
      finish_ = {read_reason(reason), string_in(root["delta"], "stop_sequence")};
      finished_ = true;
    }
  } else if (type == "message_stop") {
    // Calls whose blocks were not ended.
    while (!open_.empty()) end_block(open_.begin()->first, chunk);
    done_ = true;
  }
  return std::nullopt;
}

Chunk Reader::read_event(std::string_view event, std::string_view data) {
  if (failed_ || ended_) return end();
  data = trimmed(data);
  if (done_ || data.empty() || data == "[DONE]") return {};  // some servers add OpenAI's end mark
  auto doc = json::Doc::parse(std::string(data));
  if (!doc)
    return fail_with(
        protocol_error("a piece of the deployment's answer is not valid JSON (" + doc.error().code + ")"));
  Value root = (*doc)->root();
  if (!root.is(Type::Object))
    return fail_with(protocol_error("a piece of the deployment's answer is not an object"));
  if (auto error = error_in(root)) return fail_with(std::move(*error));
  std::string type = string_in(root, "type");
  if (type.empty()) type = event;
  Chunk chunk;
  if (auto error = dispatch(type, root, chunk)) {
    Chunk broken = fail_with(std::move(*error));
    chunk.events.insert(chunk.events.end(), broken.events.begin(), broken.events.end());
    chunk.last = true;
    return chunk;
  }
  chunk.raw = std::string(data);
  chunk.raw_event = event_name(std::move(type));
  chunk.protocol = chat::Protocol::AnthropicMessages;
  chunk.closing = finished_ || done_;  // what came after the reason too
  return chunk;
}

std::optional<Error> Reader::read_whole_block(Value block, Chunk& chunk) {
  std::string type = string_in(block, "type");
  if (type == "text") add_text(string_in(block, "text"), chunk);
  if (type == "thinking") {
    add_thought(string_in(block, "thinking"), chunk);
    add_signature(string_in(block, "signature"), chunk);
  }
  if (type != "tool_use") return std::nullopt;
  if (calls_ == kMaxToolCalls) return protocol_error("the deployment's answer has too many tool calls");
  chunk.events.push_back(
      chat::ToolCallDelta{calls_++, string_in(block, "id"), string_in(block, "name"), input_of(block["input"])});
  return std::nullopt;
}

Chunk Reader::read_whole(std::string_view body) {
  body = trimmed(body);
  if (body.empty())
    return fail_with({"upstream.truncated", "the deployment sent an empty answer", "", "try again"});
  json::Limits limits;
  limits.nodes = 16u << 20;
  auto doc = json::Doc::parse(std::string(body), limits);
  if (!doc)
    return fail_with(protocol_error("the deployment's answer is not valid JSON (" + doc.error().code + ")"));
  Value root = (*doc)->root();
  if (auto error = error_in(root)) return fail_with(std::move(*error));
  read_model(root);
  Chunk chunk;
  if (root["content"].is(Type::Array)) {
    for (Value block : root["content"]) {
      if (auto error = read_whole_block(block, chunk)) return fail_with(std::move(*error));
    }
    std::string reason = string_in(root, "stop_reason");
    if (is_failure(reason)) return fail_with(broken_off_error());
    read_usage(root["usage"], chunk);
    // The body is complete, so an answer without a reason ended by itself.
    finish_ = {reason.empty() ? FinishReason::Stop : read_reason(reason), string_in(root, "stop_sequence")};
  } else if (token_count(root["input_tokens"])) {  // the answer of count_tokens
    read_usage(root, chunk);
  } else {
    return fail_with(protocol_error("the deployment's answer has no content"));
  }
  chunk.events.push_back(finish_);
  chunk.raw = std::string(body);
  chunk.protocol = chat::Protocol::AnthropicMessages;
  chunk.last = chunk.closing = true;
  finished_ = done_ = ended_ = true;
  return chunk;
}

Chunk Reader::end() {
  Chunk chunk;
  chunk.last = true;
  if (failed_ || ended_) return chunk;
  ended_ = true;
  if (done_ && finished_) {
    chunk.events.push_back(finish_);
    return chunk;
  }
  // Text that stops without both marks may be half of an answer.
  return fail_with({"upstream.truncated",
                    done_ ? "the deployment ended its answer without saying why"
                          : "the deployment's answer stops before its end",
                    "", "try again; what was received so far is not a whole answer"});
}

}  // namespace

std::unique_ptr<AnswerReader> make_anthropic_messages_reader() { return std::make_unique<Reader>(); }

}  // namespace sluice::wire
