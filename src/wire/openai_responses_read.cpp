// Answers of the Responses API, read: streamed and whole.
//
// A stream tells every text up to four times: in deltas, in the part's "done", in the item's "done", and in the
// final response. Each is taken from the first place that has it, so that an adapter that sends no deltas loses
// nothing and one that sends all says nothing twice.
#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "wire/answer_parts.h"
#include "wire/openai_error.h"
#include "wire/openai_responses.h"
#include "wire/token_logprobs.h"

namespace sluice::wire {
namespace {

using chat::Chunk;
using chat::FinishReason;
using json::Type;
using json::Value;

constexpr std::int64_t kMaxItems = 4096;  // of one answer, and parts of one item

std::string string_of(Value value) { return value.string().value_or(""); }

// What overlaps is cut so that the parts add up (Usage::valid).
std::optional<chat::Usage> read_usage(Value usage) {
  auto input = token_count(usage["input_tokens"]), output = token_count(usage["output_tokens"]);
  auto total = token_count(usage["total_tokens"]);
  if (!input && total && output && *total >= *output) input = *total - *output;
  if (!output && total && input && *total >= *input) output = *total - *input;
  if (!input && !output) return std::nullopt;
  chat::Usage out;
  Value details = usage["input_tokens_details"];
  std::int64_t all = input.value_or(0);
  out.cache_hit = std::min(token_count(details["cached_tokens"]).value_or(0), all);
  out.cache_miss = all - out.cache_hit;
  out.cache_write = std::min(token_count(details["cache_write_tokens"]).value_or(0), out.cache_miss);
  out.completion = output.value_or(0);
  out.reasoning =
      std::min(token_count(usage["output_tokens_details"]["reasoning_tokens"]).value_or(0), out.completion);
  return out;
}

class Reader : public AnswerReader {
 public:
  Chunk read_whole(std::string_view body) override;
  Chunk read_event(std::string_view event, std::string_view data) override;
  Chunk end() override;
  bool done() const override { return done_; }
  const std::string& model() const override { return model_; }

 private:
  // One item of the output, as far as it was told.
  struct Item {
    std::string type;
    int call = -1;                     // its number among the calls, once announced
    std::string held;                  // arguments that came before the call's name and id
    std::string name, id;              // of a call that is not announced: its name, and its item's id
    bool arguments = false;            // some were told
    bool summarised = false;           // its reasoning is told by the summary
    bool reasoned = false;             // its reasoning is told by the content
    std::set<std::int64_t> parts;      // content parts of which something was told
    std::set<std::int64_t> summaries;  // summary parts likewise
  };

  void dispatch(std::string_view type, Value root, Chunk& chunk);
  void delta(std::string_view type, Value root, Chunk& chunk);
  void part_done(std::string_view type, Value root, Chunk& chunk);
  void finish(Value response, Chunk& chunk);
  void fail_response(Value response, Chunk& chunk);
  Item& item_of(Value root);
  void text(Item& item, std::int64_t part, std::string text, std::string logprobs, Chunk& chunk);
  void refusal(Item& item, std::int64_t part, std::string text, Chunk& chunk);
  void reasoning(Item& item, std::int64_t part, std::string text, Chunk& chunk);
  void summary(Item& item, std::int64_t part, std::string text, Chunk& chunk);
  void announce(Item& item, Value value, Chunk& chunk);
  void announce_as(Item& item, std::string id, Chunk& chunk);
  void last_word(Item& item, Value call, Chunk& chunk);
  void arguments(Item& item, std::string text, Chunk& chunk);
  void whole_part(Item& item, std::int64_t index, Value part, Chunk& chunk);
  void whole_summary(Item& item, std::int64_t index, Value part, Chunk& chunk);
  void whole_item(Item& item, Value value, Chunk& chunk);
  void whole_output(Value output, Chunk& chunk);
  void read_model(Value response);
  void fail_with(Error error, Chunk& chunk);

  std::map<std::int64_t, Item> items_;
  std::map<std::string, std::int64_t> by_id_;
  std::map<std::string, Item*> called_;  // calls that were announced, by their ids
  std::int64_t current_ = 0;
  int calls_ = 0;
  bool told_text_ = false, told_reasoning_ = false, told_refusal_ = false;
  bool done_ = false;    // the final response was seen
  bool failed_ = false;  // a Failure was returned
  bool ended_ = false;   // the Finish was returned
  FinishReason reason_ = FinishReason::Stop;
  std::string model_;
};

std::int64_t index_of(Value value) { return std::clamp<std::int64_t>(value.integer().value_or(0), 0, kMaxItems); }

// By its place, else by its id, else the one that was spoken of last.
Reader::Item& Reader::item_of(Value root) {
  std::string id = string_of(root["item_id"]);
  if (id.empty()) id = string_of(root["item"]["id"]);
  if (root["output_index"].integer()) {
    current_ = index_of(root["output_index"]);
  } else if (auto known = by_id_.find(id); known != by_id_.end()) {
    current_ = known->second;
  } else if (!id.empty() && items_.size() < std::size_t(kMaxItems)) {
    current_ = items_.empty() ? 0 : items_.rbegin()->first + 1;
  }
  if (!id.empty() && by_id_.size() < std::size_t(kMaxItems)) by_id_.emplace(id, current_);
  Item& item = items_[current_];
  if (item.id.empty()) item.id = std::move(id);
  return item;
}

void Reader::text(Item& item, std::int64_t part, std::string text, std::string logprobs, Chunk& chunk) {
  if (text.empty()) return;
  item.parts.insert(part);
  told_text_ = true;
  chunk.events.push_back(chat::TextDelta{std::move(text), std::move(logprobs)});
}

void Reader::refusal(Item& item, std::int64_t part, std::string text, Chunk& chunk) {
  if (text.empty()) return;
  item.parts.insert(part);
  told_refusal_ = true;
  chunk.events.push_back(chat::RefusalDelta{std::move(text)});
}

// Content and summary say the same in different words: whichever of the two comes first is the reasoning.
void Reader::reasoning(Item& item, std::int64_t part, std::string text, Chunk& chunk) {
  if (text.empty() || item.summarised) return;
  item.parts.insert(part);
  item.reasoned = told_reasoning_ = true;
  chunk.events.push_back(chat::ReasoningDelta{std::move(text)});
}

void Reader::summary(Item& item, std::int64_t part, std::string text, Chunk& chunk) {
  if (text.empty() || item.reasoned) return;
  if (item.summaries.insert(part).second && item.summaries.size() > 1) text = "\n\n" + text;
  item.summarised = told_reasoning_ = true;
  chunk.events.push_back(chat::ReasoningDelta{std::move(text)});
}

// A call is told of when its name and its own id are known.
void Reader::announce(Item& item, Value value, Chunk& chunk) {
  if (std::string name = string_of(value["name"]); !name.empty()) item.name = std::move(name);
  if (std::string id = string_of(value["call_id"]); !id.empty()) announce_as(item, std::move(id), chunk);
}

void Reader::announce_as(Item& item, std::string id, Chunk& chunk) {
  if (item.call >= 0 || item.name.empty()) return;
  item.call = calls_++;
  called_.emplace(id, &item);
  chunk.events.push_back(
      chat::ToolCallDelta{item.call, std::move(id), std::move(item.name), std::move(item.held)});
}

void Reader::arguments(Item& item, std::string text, Chunk& chunk) {
  if (text.empty()) return;
  item.arguments = true;
  if (item.call < 0) {
    item.held += text;
    return;
  }
  chunk.events.push_back(chat::ToolCallDelta{item.call, "", "", std::move(text)});
}

void Reader::whole_part(Item& item, std::int64_t index, Value part, Chunk& chunk) {
  std::string type = string_of(part["type"]);
  if (item.parts.contains(index)) return;
  if (type == "reasoning_text") {
    reasoning(item, index, string_of(part["text"]), chunk);
  } else if (type == "refusal") {
    refusal(item, index, string_of(part["refusal"]), chunk);
  } else {
    text(item, index, string_of(part["text"]), token_logprobs(part["logprobs"]), chunk);
  }
}

void Reader::whole_summary(Item& item, std::int64_t index, Value part, Chunk& chunk) {
  if (!item.summaries.contains(index)) summary(item, index, string_of(part["text"]), chunk);
}

// What of an item was not told before.
void Reader::whole_item(Item& item, Value value, Chunk& chunk) {
  std::string type = string_of(value["type"]);
  if (type == "message") {
    std::int64_t index = 0;
    for (Value part : value["content"]) whole_part(item, std::min(index++, kMaxItems), part, chunk);
  } else if (type == "reasoning") {
    std::int64_t index = 0;
    for (Value part : value["content"]) whole_part(item, std::min(index++, kMaxItems), part, chunk);
    index = 0;
    for (Value part : value["summary"]) whole_summary(item, std::min(index++, kMaxItems), part, chunk);
  } else if (type == "function_call") {
    announce(item, value, chunk);
    Value whole = value["arguments"];
    // Some servers write the arguments as an object instead of a string.
    if (!item.arguments)
      arguments(item, whole.is(Type::Object) ? std::string(whole.raw()) : string_of(whole), chunk);
  }
}

// A call in the final response: one that is known by its id, or not announced yet, or, if none is, new.
void Reader::last_word(Item& item, Value call, Chunk& chunk) {
  if (item.id.empty()) item.id = string_of(call["id"]);
  auto known = called_.find(string_of(call["call_id"]));
  if (known != called_.end()) {
    whole_item(*known->second, call, chunk);
  } else if (item.call < 0) {
    whole_item(item, call, chunk);
  }
}

// The final response repeats everything. What kind of thing was never told is told now.
void Reader::whole_output(Value output, Chunk& chunk) {
  bool words = told_text_ || told_refusal_, reasoning = told_reasoning_;
  std::int64_t index = 0;
  for (Value value : output) {
    std::string type = string_of(value["type"]);
    Item& item = items_[std::min(index++, kMaxItems)];
    if (type == "function_call") {
      last_word(item, value, chunk);
    } else if ((type == "message" && !words) || (type == "reasoning" && !reasoning)) {
      whole_item(item, value, chunk);
    }
  }
  for (auto& [place, item] : items_)
    if (item.call < 0 && !item.name.empty()) announce_as(item, item.id, chunk);
}

void Reader::read_model(Value response) {
  if (!model_.empty()) return;
  std::string model = string_of(response["model"]);
  if (model.size() <= kMaxModelName) model_ = std::move(model);
}

void Reader::fail_with(Error error, Chunk& chunk) {
  failed_ = true;
  chunk.events.push_back(chat::Failure{std::move(error)});
  chunk.last = true;
}

void Reader::fail_response(Value response, Chunk& chunk) {
  Value error = response["error"];
  if (error && !error.is_null()) return fail_with(error_of_object(error, 200), chunk);
  fail_with(broken_off_error(), chunk);
}

// The final response, streamed or whole: usage, and why it ended.
void Reader::finish(Value response, Chunk& chunk) {
  read_model(response);
  std::string status = string_of(response["status"]);
  if (status == "failed" || status == "cancelled") return fail_response(response, chunk);
  whole_output(response["output"], chunk);
  if (auto usage = read_usage(response["usage"])) chunk.events.push_back(*usage);
  if (status == "incomplete") {
    std::string why = string_of(response["incomplete_details"]["reason"]);
    reason_ = why == "max_output_tokens" || why == "max_tokens" ? FinishReason::Length
              : why == "content_filter"                         ? FinishReason::ContentFilter
                                                                : FinishReason::Interrupted;
  } else if (calls_ > 0) {
    reason_ = FinishReason::ToolCalls;
  } else if (told_refusal_ && !told_text_) {
    reason_ = FinishReason::Refusal;
  }
  done_ = true;
  chunk.closing = true;
}

void Reader::delta(std::string_view type, Value root, Chunk& chunk) {
  Item& item = item_of(root);
  std::string said = string_of(root["delta"]);
  if (type == "response.output_text.delta") {
    text(item, index_of(root["content_index"]), std::move(said), token_logprobs(root["logprobs"]), chunk);
  } else if (type == "response.refusal.delta") {
    refusal(item, index_of(root["content_index"]), std::move(said), chunk);
  } else if (type == "response.reasoning_text.delta" || type == "response.reasoning.delta") {
    reasoning(item, index_of(root["content_index"]), std::move(said), chunk);
  } else if (type == "response.reasoning_summary_text.delta") {
    summary(item, index_of(root["summary_index"]), std::move(said), chunk);
  } else if (type == "response.function_call_arguments.delta") {
    arguments(item, std::move(said), chunk);
  }
}

// The end of a part tells the whole of it once more.
void Reader::part_done(std::string_view type, Value root, Chunk& chunk) {
  Item& item = item_of(root);
  std::int64_t part = index_of(root["content_index"]);
  if (type == "response.output_text.done") {
    if (!item.parts.contains(part))
      text(item, part, string_of(root["text"]), token_logprobs(root["logprobs"]), chunk);
  } else if (type == "response.refusal.done") {
    if (!item.parts.contains(part)) refusal(item, part, string_of(root["refusal"]), chunk);
  } else if (type == "response.reasoning_text.done") {
    if (!item.parts.contains(part)) reasoning(item, part, string_of(root["text"]), chunk);
  } else if (type == "response.reasoning_summary_text.done" || type == "response.reasoning_summary_part.done") {
    Value whole = root["part"].is(Type::Object) ? root["part"] : root;
    whole_summary(item, index_of(root["summary_index"]), whole, chunk);
  } else if (type == "response.function_call_arguments.done") {
    announce(item, root, chunk);
    if (!item.arguments) arguments(item, string_of(root["arguments"]), chunk);
  } else if (type == "response.content_part.done") {
    whole_part(item, part, root["part"], chunk);
  }
}

void Reader::dispatch(std::string_view type, Value root, Chunk& chunk) {
  if (type == "response.created" || type == "response.in_progress" || type == "response.queued") {
    read_model(root["response"]);
  } else if (type.ends_with(".delta")) {
    delta(type, root, chunk);
  } else if (type == "response.output_item.added") {
    Item& item = item_of(root);
    // Arguments may stand here already; a call that names itself is announced.
    if (string_of(root["item"]["type"]) == "function_call") whole_item(item, root["item"], chunk);
  } else if (type == "response.output_item.done") {
    Item& item = item_of(root);
    whole_item(item, root["item"], chunk);
  } else if (type == "response.completed" || type == "response.incomplete" || type == "response.done") {
    finish(root["response"], chunk);
  } else if (type == "response.failed" || type == "response.cancelled") {
    fail_response(root["response"], chunk);
  } else if (type == "error") {
    Value error = root["error"];
    fail_with(error_of_object(error.is(Type::Object) || error.is(Type::String) ? error : root, 200), chunk);
  } else if (type.ends_with(".done")) {
    part_done(type, root, chunk);
  }
}

Chunk Reader::read_event(std::string_view event, std::string_view data) {
  if (failed_ || ended_) return end();
  Chunk chunk;
  chunk.protocol = chat::Protocol::OpenAiResponses;
  data = trimmed(data);
  if (done_ || data.empty() || data == "[DONE]") return chunk;
  auto doc = json::Doc::parse(std::string(data));
  if (!doc) {
    fail_with(protocol_error("a piece of the deployment's answer is not valid JSON (" + doc.error().code + ")"),
              chunk);
    return chunk;
  }
  Value root = (*doc)->root();
  if (!root.is(Type::Object)) {
    fail_with(protocol_error("a piece of the deployment's answer is not an object"), chunk);
    return chunk;
  }
  std::string type = string_of(root["type"]);
  if (type.empty()) type = std::string(event);
  if (type.empty() && root["error"] && !root["error"].is_null()) type = "error";
  dispatch(type, root, chunk);
  if (failed_) return chunk;
  chunk.raw = std::string(data);
  chunk.raw_event = event_name(std::move(type));
  return chunk;
}

Chunk Reader::read_whole(std::string_view body) {
  Chunk chunk;
  chunk.protocol = chat::Protocol::OpenAiResponses;
  body = trimmed(body);  // queued answers begin with blank lines
  json::Limits limits;
  limits.nodes = 16u << 20;  // log-probabilities are many small values
  auto doc = json::Doc::parse(std::string(body), limits);
  if (body.empty()) {
    fail_with(empty_error(), chunk);
  } else if (!doc) {
    fail_with(protocol_error("the deployment's answer is not valid JSON (" + doc.error().code + ")"), chunk);
  } else if (Value root = (*doc)->root(); root["error"] && !root["error"].is_null()) {
    fail_with(error_of_object(root["error"], 200), chunk);
  } else if (!root["output"].is(Type::Array)) {
    fail_with(protocol_error("the deployment's answer has no output"), chunk);
  } else if (std::string status = string_of(root["status"]); status == "queued" || status == "in_progress") {
    fail_with(protocol_error("the deployment's answer is not finished"), chunk);
  } else {
    finish(root, chunk);
  }
  if (failed_) return chunk;
  chunk.events.push_back(chat::Finish{reason_});
  chunk.raw = std::string(body);
  chunk.last = ended_ = true;
  return chunk;
}

Chunk Reader::end() {
  Chunk chunk;
  chunk.protocol = chat::Protocol::OpenAiResponses;
  chunk.last = true;
  if (failed_ || ended_) return chunk;
  ended_ = true;
  if (done_) {
    chunk.events.push_back(chat::Finish{reason_});
  } else {
    fail_with(truncated_error(), chunk);
  }
  return chunk;
}

}  // namespace

std::unique_ptr<AnswerReader> make_openai_responses_reader() { return std::make_unique<Reader>(); }

}  // namespace sluice::wire
