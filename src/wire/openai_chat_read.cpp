// Answers of OpenAI's chat completions, read. Quirks and where they were seen: reference notes on DeepSeek A3, A6.
#include <algorithm>
#include <optional>

#include "json/splice.h"
#include "wire/answer_parts.h"
#include "wire/openai_chat.h"
#include "wire/openai_error.h"

namespace sluice::wire {
namespace {

using chat::Chunk;
using chat::FinishReason;
using json::Type;
using json::Value;

constexpr int kMaxToolCalls = 1024;  // of one answer

Chunk failure(Error error) {
  Chunk chunk;
  chunk.events.push_back(chat::Failure{std::move(error)});
  chunk.last = true;
  return chunk;
}

// Providers overlap and omit parts. What is computed here always adds up (Usage::valid): the prompt's total is
// trusted before its parts, a cache hit never exceeds it, and reasoning is a part of the completion, also where a
// provider counts it beside (then total = prompt + completion + reasoning tells).
std::optional<chat::Usage> read_usage(Value usage) {
  if (!usage.is(Type::Object)) return std::nullopt;
  auto prompt = token_count(usage["prompt_tokens"]);
  auto completion = token_count(usage["completion_tokens"]);
  auto total = token_count(usage["total_tokens"]);
  auto hit = token_count(usage["prompt_cache_hit_tokens"]);
  if (!hit) hit = token_count(usage["prompt_tokens_details"]["cached_tokens"]);
  auto miss = token_count(usage["prompt_cache_miss_tokens"]);
  auto reasoning = token_count(usage["completion_tokens_details"]["reasoning_tokens"]);
  if (!reasoning) reasoning = token_count(usage["reasoning_tokens"]);  // SGLang has it here
  if (!prompt && miss) prompt = hit.value_or(0) + *miss;
  if (!hit && prompt && miss && *miss <= *prompt) hit = *prompt - *miss;
  if (!prompt && total && completion && *total >= *completion) prompt = *total - *completion;
  if (!completion && total && prompt && *total >= *prompt) completion = *total - *prompt;
  if (!prompt && !completion) return std::nullopt;

  chat::Usage out;
  std::int64_t all = prompt.value_or(0);
  out.cache_hit = std::min(hit.value_or(0), all);
  out.cache_miss = all - out.cache_hit;
  out.completion = completion.value_or(0);
  out.reasoning = reasoning.value_or(0);
  if (total && out.reasoning > 0 && *total == all + out.completion + out.reasoning)
    out.completion += out.reasoning;
  out.reasoning = std::min(out.reasoning, out.completion);
  auto written = token_count(usage["prompt_tokens_details"]["cache_write_tokens"]);  // OpenRouter
  out.cache_write = std::min(written.value_or(0), out.cache_miss);
  return out;
}

// A reason that is no answer's proper end.
bool is_failure(std::string_view reason) {
  return reason == "insufficient_system_resource" || reason == "abort" || reason == "error" ||
         reason == "cancelled";
}

FinishReason read_reason(std::string_view reason) {
  if (reason == "stop" || reason == "eos" || reason == "end_turn" || reason == "stop_sequence")
    return FinishReason::Stop;
  if (reason == "length" || reason == "max_tokens" || reason == "model_length") return FinishReason::Length;
  if (reason == "tool_calls" || reason == "function_call" || reason == "tool_use") return FinishReason::ToolCalls;
  if (reason == "content_filter") return FinishReason::ContentFilter;
  return FinishReason::Interrupted;  // unknown: never taken for a whole answer
}

// "finish_reason": a word, or SGLang's object {"type","matched"}.
std::string reason_of(Value choice) {
  Value reason = choice["finish_reason"];
  if (reason.is(Type::Object)) reason = reason["type"];
  return reason.string().value_or("");
}

// Which stop string ended it: vLLM's stop_reason, SGLang's matched_stop; a token's number is not one.
std::string stop_string_of(Value choice) {
  for (Value value : {choice["stop_reason"], choice["matched_stop"], choice["finish_reason"]["matched"]})
    if (auto text = value.string()) return std::move(*text);
  return {};
}

// The string, or the text parts of an array.
std::string text_in(Value content) {
  if (auto text = content.string()) return std::move(*text);
  std::string out;
  if (content.is(Type::Array)) {
    for (Value part : content) out += part["text"].string().value_or("");
  }
  return out;
}

// `renumbered`: where it is given, the numbers that are not the server's own are put there.
void read_tool_calls(Value calls, CallNumbers& numbers, Chunk& chunk, json::Splice* renumbered) {
  if (!calls.is(Type::Array)) return;
  std::int64_t position = 0;
  for (Value call : calls) {
    chat::ToolCallDelta delta;
    std::int64_t index = call["index"].integer().value_or(position++);
    delta.index = int(std::clamp<std::int64_t>(index, 0, kMaxToolCalls));
    delta.id = call["id"].string().value_or("");
    Value function = call["function"];
    delta.name = function["name"].string().value_or("");
    Value arguments = function["arguments"];
    // Some servers write the arguments as an object instead of a string.
    delta.arguments = arguments.is(Type::Object) ? std::string(arguments.raw()) : arguments.string().value_or("");
    if (delta.id.empty() && delta.name.empty() && delta.arguments.empty()) continue;
    const int said = delta.index;
    delta.index = numbers.number(said, delta.id, delta.name, kMaxToolCalls);
    if (renumbered && delta.index != said) renumbered->set(call, "index", std::to_string(delta.index));
    chunk.events.push_back(std::move(delta));
  }
}

// What stands between an array's brackets, on one line.
std::string elements_of(Value array) {
  if (!array.is(Type::Array) || array.size() == 0) return {};
  std::string_view raw = array.raw();
  return one_line(std::string(raw.substr(1, raw.size() - 2)));
}

// A message or a delta: reasoning stands before text, as the model wrote them.
void read_message(Value choice, Value message, CallNumbers& numbers, Chunk& chunk,
                  json::Splice* renumbered = nullptr) {
  Value reasoning = message["reasoning_content"];
  if (!reasoning || reasoning.is_null()) reasoning = message["reasoning"];  // vLLM's newer name
  std::string thought = text_in(reasoning);
  if (!thought.empty()) chunk.events.push_back(chat::ReasoningDelta{std::move(thought)});
  std::string text = text_in(message["content"]);
  std::string logprobs = elements_of(choice["logprobs"]["content"]);
  if (!text.empty() || !logprobs.empty())
    chunk.events.push_back(chat::TextDelta{std::move(text), std::move(logprobs)});
  if (std::string refusal = text_in(message["refusal"]); !refusal.empty())
    chunk.events.push_back(chat::RefusalDelta{std::move(refusal)});
  read_tool_calls(message["tool_calls"], numbers, chunk, renumbered);
  if (Value call = message["function_call"]; call.is(Type::Object)) {
    chat::ToolCallDelta delta{0, "", call["name"].string().value_or(""), call["arguments"].string().value_or("")};
    if (!delta.name.empty() || !delta.arguments.empty()) chunk.events.push_back(std::move(delta));
  }
}

// The error that a 200 carries instead of an answer.
std::optional<Error> read_error(Value root) {
  Value error = root["error"];
  if (error && !error.is_null()) return error_of_object(error, 200);
  if (root["object"].string() == "error") return error_of_object(root, 200);
  return std::nullopt;
}

Error failed_reason(std::string_view reason) {
  if (reason == "insufficient_system_resource") {
    return {"upstream.unavailable", "the deployment ran out of resources while answering", "",
            "try again later; what was received so far is not a whole answer"};
  }
  return {"upstream.unavailable", "the deployment broke the answer off", "",
          "try again; what was received so far is not a whole answer"};
}

}  // namespace

void OpenAiChatReader::read_model(Value root) {
  if (!model_.empty()) return;
  std::string model = root["model"].string().value_or("");
  if (model.size() <= kMaxModelName) model_ = std::move(model);
}

Chunk OpenAiChatReader::fail_with(Error error) {
  failed_ = true;
  return failure(std::move(error));
}

Chunk OpenAiChatReader::read_whole(std::string_view body) {
  body = trimmed(body);  // queued answers begin with blank lines
  if (body.empty())
    return fail_with({"upstream.truncated", "the deployment sent an empty answer", "", "try again"});
  json::Limits limits;
  limits.nodes = 16u << 20;  // log-probabilities are many small values
  auto doc = json::Doc::parse(std::string(body), limits);
  if (!doc)
    return fail_with(protocol_error("the deployment's answer is not valid JSON (" + doc.error().code + ")"));
  Value root = (*doc)->root();
  read_model(root);
  if (auto error = read_error(root)) return fail_with(std::move(*error));
  Value choice = root["choices"].at(0);
  if (!choice["message"].is(Type::Object))
    return fail_with(protocol_error("the deployment's answer has no message"));
  std::string reason = reason_of(choice);
  if (is_failure(reason)) return fail_with(failed_reason(reason));
  Chunk chunk;
  read_message(choice, choice["message"], calls_, chunk);
  if (auto usage = read_usage(root["usage"])) chunk.events.push_back(*usage);
  // The body is complete, so an answer without a reason ended by itself.
  chunk.events.push_back(
      chat::Finish{reason.empty() ? FinishReason::Stop : read_reason(reason), stop_string_of(choice)});
  chunk.raw = std::string(body);
  chunk.last = chunk.closing = true;
  finished_ = done_ = ended_ = true;
  return chunk;
}

Chunk OpenAiChatReader::read_chunk(std::string_view data) {
  if (failed_ || ended_) return end();
  data = trimmed(data);
  if (data == "[DONE]") done_ = true;
  if (done_ || data.empty()) return {};
  auto doc = json::Doc::parse(std::string(data));
  if (!doc)
    return fail_with(
        protocol_error("a piece of the deployment's answer is not valid JSON (" + doc.error().code + ")"));
  Value root = (*doc)->root();
  if (!root.is(Type::Object))
    return fail_with(protocol_error("a piece of the deployment's answer is not an object"));
  read_model(root);
  if (auto error = read_error(root)) return fail_with(std::move(*error));
  Chunk chunk;
  json::Splice renumbered(**doc);
  for (Value choice : root["choices"]) {
    if (choice["index"].integer().value_or(0) != 0) {
      return fail_with(protocol_error("the deployment sent a second answer that nobody asked for"));
    }
    Value message = choice["delta"].is(Type::Object) ? choice["delta"] : choice["message"];
    read_message(choice, message, calls_, chunk, message["tool_calls"].is(Type::Array) ? &renumbered : nullptr);
    std::string reason = reason_of(choice);
    if (reason.empty()) continue;
    if (is_failure(reason)) {
      Chunk broken = fail_with(failed_reason(reason));
      // What came with it still belongs to the answer that broke off.
      chunk.events.insert(chunk.events.end(), broken.events.begin(), broken.events.end());
      chunk.last = true;
      return chunk;
    }
    reason_ = read_reason(reason);
    stop_string_ = stop_string_of(choice);
    finished_ = true;
  }
  if (auto usage = read_usage(root["usage"])) chunk.events.push_back(*usage);
  const bool calls = std::any_of(chunk.events.begin(), chunk.events.end(), [](const chat::Event& event) {
    return std::holds_alternative<chat::ToolCallDelta>(event);
  });
  chunk.raw = calls ? renumbered.apply() : std::string(data);
  chunk.closing = finished_;
  return chunk;
}

Chunk OpenAiChatReader::end() {
  Chunk chunk;
  chunk.last = true;
  if (failed_ || ended_) return chunk;
  ended_ = true;
  if (done_ && finished_) {
    chunk.events.push_back(chat::Finish{reason_, stop_string_});
    return chunk;
  }
  // Text that stops without both marks may be half of an answer.
  return fail_with({"upstream.truncated",
                    done_ ? "the deployment ended its answer without saying why"
                          : "the deployment's answer stops before its end",
                    "", "try again; what was received so far is not a whole answer"});
}

}  // namespace sluice::wire
