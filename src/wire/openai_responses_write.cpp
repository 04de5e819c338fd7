// Answers of the Responses API, written: the response object, and the events that build it up.
#include <algorithm>
#include <map>
#include <optional>

#include "json/writer.h"
#include "wire/answer_parts.h"
#include "wire/openai_chat.h"
#include "wire/openai_responses.h"
#include "wire/token_logprobs.h"

namespace sluice::wire {
namespace {

using json::Type;
using json::Value;

// The deltas of another protocol's log-probabilities as a JSON array in this one's form.
std::string logprobs_array(const std::string& elements) {
  if (elements.empty()) return "[]";
  auto doc = json::Doc::parse("[" + elements + "]");
  return doc ? "[" + token_logprobs((*doc)->root()) + "]" : "[]";
}

// One item of the output.
struct Item {
  enum class Kind { Reasoning, Message, Call };
  Kind kind = Kind::Message;
  std::string id;
  bool done = false;
  // Reasoning and Message: its parts. A message has one for text and one for a refusal at most.
  struct Part {
    bool refusal = false;
    std::string text, logprobs;  // elements, comma-separated
  };
  std::vector<Part> parts;
  chat::ToolCall call;
};

class Writer : public AnswerWriter {
 public:
  Writer(const chat::Request& request, const AnswerIdentity& identity)
      : request_(request), own_(identity.id), id_("resp_" + identity.id), created_(identity.created) {}

  void stream(const chat::Chunk& chunk, std::vector<Piece>& out) override;
  void finish_stream(std::vector<Piece>& out) override;
  void collect(const chat::Chunk& chunk) override;
  std::string whole() const override;
  const Error* failure() const override { return error_ ? &*error_ : nullptr; }

 private:
  using Pieces = std::vector<Piece>;
  template <class Members>
  void event(const char* type, Pieces* out, Members members);
  void begin(Pieces* out);
  void apply(const chat::Event& event, Pieces* out);
  void words(Item::Kind kind, bool refusal, const std::string& text, const std::string& logprobs, Pieces* out);
  void call(const chat::ToolCallDelta& delta, Pieces* out);
  std::size_t open(Item::Kind kind, Pieces* out, const chat::ToolCallDelta* delta = nullptr);
  void open_part(std::size_t index, bool refusal, Pieces* out);
  void close_part(std::size_t index, Pieces* out);
  void close(std::size_t index, const char* status, Pieces* out);
  void close_current(Pieces* out);
  void fail(const Error& error, Pieces* out);
  void take_raw(const chat::Chunk& chunk, Pieces& out);
  void close_all();
  void place(json::Writer& w, std::size_t index) const;

  void write_item(json::Writer& w, const Item& item, const char* status, bool empty) const;
  void write_part(json::Writer& w, const Item& item, const Item::Part& part, bool empty) const;
  void write_usage(json::Writer& w, bool begun) const;
  std::string response(const char* status, const Error* error) const;
  std::string response_with(const char* status, const Error* error, bool items) const;
  void write_echo(json::Writer& w) const;
  void write_tools(json::Writer& w) const;
  void write_text(json::Writer& w, Value body) const;
  const char* final_status() const;

  const chat::Request& request_;
  std::string own_;  // the request's id, in the names of items
  std::string id_;
  std::int64_t created_;
  std::string model_;

  std::int64_t sequence_ = 0;
  bool begun_ = false;
  bool ended_ = false;
  std::vector<Item> items_;
  std::optional<std::size_t> current_;  // the reasoning or message that is being written
  std::map<int, std::size_t> calls_;    // by number, in items_
  std::optional<chat::FinishReason> finish_;
  std::optional<chat::Usage> usage_;
  std::optional<Error> error_;

  // In the deployment's own bytes.
  bool raw_seen_ = false;
  std::string last_raw_;
  std::vector<Piece> held_;
  std::string raw_whole_;  // the final response object
};

// The answer is told as complete, or as cut short for one of the two reasons that the protocol has.
// The protocol has a short list of words for what went wrong (ResponseErrorCode), and vendors use a few more.
std::string_view failure_word(const Error& error) {
  if (const std::string_view word = word_for_clients(error); !word.empty()) return word;
  if (error.code == "upstream.rate_limited") return "rate_limit_exceeded";
  return error.code == "upstream.refused" ? "invalid_prompt" : "server_error";
}

const char* Writer::final_status() const {
  using chat::FinishReason;
  if (finish_ == FinishReason::Length || finish_ == FinishReason::Interrupted ||
      finish_ == FinishReason::ContentFilter || finish_ == FinishReason::Refusal)
    return "incomplete";
  return "completed";
}

template <class Members>
void Writer::event(const char* type, Pieces* out, Members members) {
  if (out == nullptr) return;
  json::Writer w;
  w.object().member("type", type).member("sequence_number", sequence_++);
  members(w);
  out->push_back({type, w.end().take()});
}

// ---- the response object

void Writer::write_part(json::Writer& w, const Item& item, const Item::Part& part, bool empty) const {
  std::string_view text = empty ? std::string_view() : part.text;
  w.object();
  if (item.kind == Item::Kind::Reasoning) {
    w.member("type", "reasoning_text").member("text", text);
  } else if (part.refusal) {
    w.member("type", "refusal").member("refusal", text);
  } else {
    w.member("type", "output_text").member("text", text).key("annotations").array().end();
    w.key("logprobs").raw("[" + (empty ? "" : part.logprobs) + "]");
  }
  w.end();
}

void Writer::write_item(json::Writer& w, const Item& item, const char* status, bool empty) const {
  w.object().member("id", item.id);
  if (item.kind == Item::Kind::Call) {
    w.member("type", "function_call").member("status", status).member("call_id", item.call.id);
    w.member("name", item.call.name).member("arguments", empty ? "" : item.call.arguments).end();
    return;
  }
  bool message = item.kind == Item::Kind::Message;
  w.member("type", message ? "message" : "reasoning").member("status", status);
  if (message) {
    w.member("role", "assistant");
  } else {
    w.key("summary").array().end();
  }
  w.key("content").array();
  if (!empty)
    for (const Item::Part& part : item.parts) write_part(w, item, part, false);
  w.end().end();
}

// An answer that has only begun used nothing yet; one that ended without being counted says nothing of it.
void Writer::write_usage(json::Writer& w, bool begun) const {
  if (!begun && !usage_) return;
  const chat::Usage usage = begun ? chat::Usage() : *usage_;
  w.key("usage").object().member("input_tokens", usage.prompt());
  w.key("input_tokens_details").object().member("cached_tokens", usage.cache_hit);
  w.member("cache_write_tokens", usage.cache_write).end();
  w.member("output_tokens", usage.completion);
  w.key("output_tokens_details").object().member("reasoning_tokens", usage.reasoning).end();
  w.member("total_tokens", usage.total()).end();
}

void Writer::write_tools(json::Writer& w) const {
  w.key("tools").array();
  for (const chat::Tool& tool : request_.tools) {
    if (tool.kind != chat::Tool::Kind::Function) {
      w.raw(tool.raw.empty() ? "{}" : tool.raw);
      continue;
    }
    w.object().member("type", "function").member("name", tool.name).key("description");
    if (tool.description.empty()) {
      w.null();
    } else {
      w.value(tool.description);
    }
    w.key("parameters").raw(tool.parameters.empty() ? "null" : tool.parameters).key("strict");
    if (tool.strict) {
      w.value(*tool.strict);
    } else {
      w.null();
    }
    w.end();
  }
  w.end();
}

void Writer::write_text(json::Writer& w, Value body) const {
  const chat::OutputFormat& format = request_.format;
  w.key("text").object().key("format");
  if (format.kind == chat::OutputFormat::Kind::JsonSchema) {
    w.object().member("type", "json_schema").member("name", format.name);
    if (!format.description.empty()) w.member("description", format.description);
    w.key("schema").raw(format.schema).member("strict", format.strict.value_or(false)).end();
  } else {
    w.raw(format.raw.empty() ? R"({"type":"text"})" : format.raw);
  }
  Value verbosity = body["text"]["verbosity"];
  w.key("verbosity").raw(verbosity ? verbosity.raw() : "\"medium\"").end();
}

// What the client asked, told back. A field that was left out has the protocol's default.
void Writer::write_echo(json::Writer& w) const {
  Value body = request_.body ? request_.body->root() : Value();
  auto echo = [&](const char* name, std::string_view otherwise) {
    Value value = body[name];
    w.key(name).raw(value && !value.is_null() ? value.raw() : otherwise);
  };
  echo("instructions", "null");
  echo("max_output_tokens", "null");
  echo("max_tool_calls", "null");
  echo("metadata", "{}");
  echo("parallel_tool_calls", "true");
  w.key("previous_response_id");
  if (request_.continues.empty()) {
    w.null();
  } else {
    w.value(request_.continues);
  }
  echo("prompt_cache_key", "null");
  Value reasoning = body["reasoning"];
  w.key("reasoning").object();
  for (const char* name : {"effort", "summary"}) {
    w.key(name).raw(reasoning[name] ? reasoning[name].raw() : "null");
  }
  w.end();
  echo("safety_identifier", "null");
  echo("service_tier", "\"default\"");
  w.member("store", request_.store.value_or(true));
  echo("temperature", "1");
  write_text(w, body);
  w.key("tool_choice").raw(request_.tool_choice.raw.empty() ? "\"auto\"" : request_.tool_choice.raw);
  write_tools(w);
  echo("top_logprobs", "0");
  echo("top_p", "1");
  echo("truncation", "\"disabled\"");
  if (body["user"].is(Type::String)) echo("user", "null");
}

std::string Writer::response_with(const char* status, const Error* error, bool items) const {
  json::Writer w;
  bool incomplete = std::string_view(status) == "incomplete";
  w.object().member("id", id_).member("object", "response").member("created_at", created_);
  w.member("status", status).member("background", false).key("completed_at").null().key("error");
  if (error != nullptr) {
    std::string message = error->message + (error->hint.empty() ? "" : "; " + error->hint);
    w.object().member("code", failure_word(*error)).member("message", message);
    w.member("sluice_code", error->code).end();
  } else {
    w.null();
  }
  w.key("incomplete_details");
  if (incomplete) {
    bool filtered = finish_ == chat::FinishReason::ContentFilter || finish_ == chat::FinishReason::Refusal;
    w.object().member("reason", filtered ? "content_filter" : "max_output_tokens").end();
  } else {
    w.null();
  }
  w.member("model", model_.empty() ? request_.model : model_).key("output").array();
  for (std::size_t i = 0; items && i < items_.size(); ++i) {
    // The last item is the one that was cut short.
    bool whole = items_[i].done && !(incomplete && i + 1 == items_.size());
    write_item(w, items_[i], whole ? "completed" : "incomplete", false);
  }
  w.end();
  write_echo(w);
  write_usage(w, std::string_view(status) == "in_progress");
  return one_line(w.end().take());
}

std::string Writer::response(const char* status, const Error* error) const {
  // Items that came as raw events have names that are not ours.
  return response_with(status, error, !raw_seen_);
}

// ---- events

void Writer::begin(Pieces* out) {
  if (begun_) return;
  begun_ = true;
  if (out == nullptr) return;
  const std::string nothing = response_with("in_progress", nullptr, false);
  auto body = [&](json::Writer& w) { w.key("response").raw(nothing); };
  event("response.created", out, body);
  event("response.in_progress", out, body);
}

void Writer::place(json::Writer& w, std::size_t index) const {
  w.member("item_id", items_[index].id).member("output_index", std::int64_t(index));
}

std::size_t Writer::open(Item::Kind kind, Pieces* out, const chat::ToolCallDelta* delta) {
  const std::size_t index = items_.size();
  const char* prefix = kind == Item::Kind::Reasoning ? "rs_" : kind == Item::Kind::Message ? "msg_" : "fc_";
  Item item;
  item.kind = kind;
  item.id = prefix + own_ + "_" + std::to_string(index);
  if (delta != nullptr) {
    item.call.id = delta->id.empty() ? "call_" + own_ + "_" + std::to_string(index) : delta->id;
    item.call.name = delta->name;
  }
  items_.push_back(std::move(item));
  event("response.output_item.added", out, [&](json::Writer& w) {
    w.member("output_index", std::int64_t(index)).key("item");
    write_item(w, items_[index], "in_progress", true);
  });
  return index;
}

void Writer::open_part(std::size_t index, bool refusal, Pieces* out) {
  Item& item = items_[index];
  item.parts.push_back({refusal, "", ""});
  event("response.content_part.added", out, [&](json::Writer& w) {
    place(w, index);
    w.member("content_index", std::int64_t(item.parts.size() - 1)).key("part");
    write_part(w, item, item.parts.back(), true);
  });
}

void Writer::close_part(std::size_t index, Pieces* out) {
  const Item& item = items_[index];
  const Item::Part& part = item.parts.back();
  const std::int64_t content = std::int64_t(item.parts.size() - 1);
  const bool reasoning = item.kind == Item::Kind::Reasoning;
  const char* type = reasoning      ? "response.reasoning_text.done"
                     : part.refusal ? "response.refusal.done"
                                    : "response.output_text.done";
  event(type, out, [&](json::Writer& w) {
    place(w, index);
    w.member("content_index", content).member(part.refusal ? "refusal" : "text", part.text);
    if (!reasoning && !part.refusal) w.key("logprobs").raw("[" + part.logprobs + "]");
  });
  event("response.content_part.done", out, [&](json::Writer& w) {
    place(w, index);
    w.member("content_index", content).key("part");
    write_part(w, item, part, false);
  });
}

void Writer::close(std::size_t index, const char* status, Pieces* out) {
  Item& item = items_[index];
  if (item.done) return;
  item.done = true;
  if (item.kind == Item::Kind::Call) {
    event("response.function_call_arguments.done", out, [&](json::Writer& w) {
      place(w, index);
      w.member("name", item.call.name).member("arguments", item.call.arguments);
    });
  } else if (!item.parts.empty()) {
    close_part(index, out);
  }
  event("response.output_item.done", out, [&](json::Writer& w) {
    w.member("output_index", std::int64_t(index)).key("item");
    write_item(w, item, status, false);
  });
}

void Writer::close_current(Pieces* out) {
  if (current_) close(*current_, "completed", out);
  current_.reset();
}

// Neighbouring deltas of one kind belong to one part; a refusal stands beside the text in one message.
void Writer::words(Item::Kind kind, bool refusal, const std::string& text, const std::string& logprobs,
                   Pieces* out) {
  if (text.empty() && logprobs.empty()) return;
  if (current_ && items_[*current_].kind != kind) close_current(out);
  if (!current_) current_ = open(kind, out);
  const std::size_t index = *current_;
  if (!items_[index].parts.empty() && items_[index].parts.back().refusal != refusal) close_part(index, out);
  if (items_[index].parts.empty() || items_[index].parts.back().refusal != refusal) open_part(index, refusal, out);
  Item& item = items_[index];
  Item::Part& part = item.parts.back();
  const bool reasoning = kind == Item::Kind::Reasoning;
  const std::string told = logprobs_array(logprobs);
  part.text += text;
  if (told.size() > 2) part.logprobs += (part.logprobs.empty() ? "" : ",") + told.substr(1, told.size() - 2);
  const char* type = reasoning ? "response.reasoning_text.delta"
                     : refusal ? "response.refusal.delta"
                               : "response.output_text.delta";
  event(type, out, [&](json::Writer& w) {
    place(w, index);
    w.member("content_index", std::int64_t(item.parts.size() - 1)).member("delta", text);
    if (!reasoning && !refusal) w.key("logprobs").raw(told);
  });
}

// Calls stay open until the answer's end: their pieces may come interleaved, and a client must not run a call of
// an answer that breaks off.
void Writer::call(const chat::ToolCallDelta& delta, Pieces* out) {
  auto known = calls_.find(delta.index);
  if (known == calls_.end()) {
    close_current(out);
    known = calls_.emplace(delta.index, open(Item::Kind::Call, out, &delta)).first;
  }
  const std::size_t index = known->second;
  chat::ToolCall& call = items_[index].call;
  if (call.name.empty()) call.name = delta.name;
  if (delta.arguments.empty()) return;
  call.arguments += delta.arguments;
  event("response.function_call_arguments.delta", out, [&](json::Writer& w) {
    place(w, index);
    w.member("delta", delta.arguments);
  });
}

void Writer::fail(const Error& error, Pieces* out) {
  if (!error_) error_ = error;
  if (out == nullptr || ended_) return;
  begin(out);
  held_.clear();
  ended_ = true;
  // After a deployment's own events the numbers go on from its last one.
  if (auto doc = json::Doc::parse(last_raw_)) {
    const std::int64_t last = (*doc)->root()["sequence_number"].integer().value_or(-1);
    sequence_ = std::clamp<std::int64_t>(last, -1, std::int64_t(1) << 50) + 1;
  }
  event("response.failed", out, [&](json::Writer& w) { w.key("response").raw(response("failed", &*error_)); });
  // Clients that read only what they asked for raise at this event, and at no other.
  event("error", out, [&](json::Writer& w) {
    w.member("code", error_->code).member("message", error_->message).key("param").null();
  });
}

void Writer::apply(const chat::Event& event, Pieces* out) {
  if (auto* usage = std::get_if<chat::Usage>(&event)) usage_ = *usage;
  if (auto* finish = std::get_if<chat::Finish>(&event)) finish_ = finish->reason;
  if (auto* text = std::get_if<chat::TextDelta>(&event))
    words(Item::Kind::Message, false, text->text, text->logprobs, out);
  if (auto* said = std::get_if<chat::RefusalDelta>(&event)) words(Item::Kind::Message, true, said->text, "", out);
  if (auto* thought = std::get_if<chat::ReasoningDelta>(&event))
    words(Item::Kind::Reasoning, false, thought->text, "", out);
  if (auto* delta = std::get_if<chat::ToolCallDelta>(&event)) call(*delta, out);
  if (auto* failure = std::get_if<chat::Failure>(&event)) fail(failure->error, out);
}

// What the deployment sent goes on as it came; the final response is held until the end is known to be one. Only
// events that carry the response are read here: for its names, and for the whole of it.
void Writer::take_raw(const chat::Chunk& chunk, Pieces& out) {
  raw_seen_ = begun_ = true;
  last_raw_ = chunk.raw;
  Piece piece{chunk.raw_event, one_line(chunk.raw)};
  if (chunk.closing || chunk.raw_event == "response.created" || chunk.raw_event == "response.in_progress") {
    auto doc = json::Doc::parse(chunk.raw);
    Value response = doc ? (*doc)->root()["response"] : Value();
    if (auto id = response["id"].string()) id_ = std::move(*id);
    if (auto model = response["model"].string()) model_ = std::move(*model);
    if (chunk.closing && response.is(Type::Object)) raw_whole_ = std::string(response.raw());
  }
  if (chunk.closing) {
    held_.push_back(std::move(piece));
  } else {
    out.push_back(std::move(piece));
  }
}

void Writer::stream(const chat::Chunk& chunk, Pieces& out) {
  if (ended_) return;
  bool failed = false;
  for (const chat::Event& event : chunk.events) failed = failed || std::holds_alternative<chat::Failure>(event);
  // A raw answer that is also the last chunk is a whole one: it has another shape than an event.
  const bool ours = chunk.protocol == chat::Protocol::OpenAiResponses;
  const bool raw = raw_seen_ || (ours && !chunk.raw.empty() && !chunk.last);
  if (!raw) begin(&out);
  for (const chat::Event& event : chunk.events) {
    if (ended_) return;
    apply(event, raw && !std::holds_alternative<chat::Failure>(event) ? nullptr : &out);
  }
  if (raw && !failed && !chunk.raw.empty()) take_raw(chunk, out);
}

void Writer::close_all() {
  for (Item& item : items_) item.done = true;
}

void Writer::finish_stream(Pieces& out) {
  if (ended_) return;
  if (!finish_) return fail(truncated_error(), &out);
  ended_ = true;
  if (raw_seen_) {
    close_all();
    for (Piece& piece : held_) out.push_back(std::move(piece));
    held_.clear();
    return;
  }
  begin(&out);
  const std::string_view status = final_status();
  if (items_.empty() && status == "completed") {
    current_ = open(Item::Kind::Message, &out);
    open_part(*current_, false, &out);
  }
  for (std::size_t i = 0; i < items_.size(); ++i) {
    bool cut = status == "incomplete" && i + 1 == items_.size();
    close(i, cut ? "incomplete" : "completed", &out);
  }
  const std::string type = "response." + std::string(status);
  event(type.c_str(), &out, [&](json::Writer& w) { w.key("response").raw(response(final_status(), nullptr)); });
}

void Writer::collect(const chat::Chunk& chunk) {
  if (!chunk.raw.empty() && chunk.last && chunk.protocol == chat::Protocol::OpenAiResponses)
    raw_whole_ = chunk.raw;
  for (const chat::Event& event : chunk.events) apply(event, nullptr);
  if (chunk.last && !error_ && !finish_) error_ = truncated_error();
}

std::string Writer::whole() const {
  if (error_) return openai_error_body(*error_, http_status_of(*error_));
  if (!finish_) return openai_error_body(truncated_error(), http_status_of(truncated_error()));
  if (!raw_whole_.empty()) return raw_whole_;
  Writer closed = *this;
  if (closed.items_.empty() && std::string_view(final_status()) == "completed") {
    closed.current_ = closed.open(Item::Kind::Message, nullptr);
    closed.open_part(*closed.current_, false, nullptr);
  }
  closed.close_all();
  return closed.response_with(final_status(), nullptr, true);
}

}  // namespace

std::unique_ptr<AnswerWriter> make_openai_responses_writer(const chat::Request& request,
                                                           const AnswerIdentity& identity) {
  return std::make_unique<Writer>(request, identity);
}

}  // namespace sluice::wire
