// Answers of OpenAI's chat completions, written.
#include <algorithm>
#include <map>
#include <optional>

#include "json/splice.h"
#include "json/writer.h"
#include "wire/answer_parts.h"
#include "wire/openai_chat_parts.h"

namespace sluice::wire {
namespace {

using json::Type;
using json::Value;

// Raw pieces held back after the finish reason. A well-behaved upstream sends one or two; more than this is let
// go.
constexpr std::size_t kHeldPieces = 16;
constexpr std::size_t kHeldBytes = 256 << 10;

// OpenAI's clients know four reasons. An interrupted answer is told as one cut short, which no client takes for
// whole.
const char* wire_reason(chat::FinishReason reason, bool refusal_said) {
  if (reason == chat::FinishReason::Refusal) return refusal_said ? "stop" : "content_filter";
  return chat::finish_reason_name(reason == chat::FinishReason::Interrupted ? chat::FinishReason::Length : reason);
}

void write_logprobs(json::Writer& w, const std::string& elements) {
  w.key("logprobs");
  if (elements.empty()) {
    w.null();
  } else {
    w.object().key("content").raw("[" + elements + "]").key("refusal").null().end();
  }
}

void append_elements(std::string& all, const std::string& more) {
  if (!all.empty() && !more.empty()) all += ',';
  all += more;
}

std::string error_payload(const Error& error) { return openai_error_body(error, http_status_of(error)); }

}  // namespace

void write_chat_usage(json::Writer& w, const chat::Usage& usage) {
  w.object().member("prompt_tokens", usage.prompt()).member("completion_tokens", usage.completion);
  w.member("total_tokens", usage.total());
  w.key("prompt_tokens_details").object().member("cached_tokens", usage.cache_hit).end();
  w.key("completion_tokens_details").object().member("reasoning_tokens", usage.reasoning).end();
  w.member("prompt_cache_hit_tokens", usage.cache_hit).member("prompt_cache_miss_tokens", usage.cache_miss).end();
}

struct OpenAiChatWriter::State {
  std::string id;
  std::int64_t created;
  std::string model;
  bool include_usage;
  Choice choice;

  bool role_sent = false;
  bool ended = false;  // a Failure or "[DONE]" was written
  std::optional<Error> error;
  std::optional<chat::FinishReason> finish;
  std::optional<chat::Usage> usage;

  // Streaming in the upstream's own bytes.
  bool raw_seen = false;
  std::vector<std::string> held;
  bool refused = false;
  std::size_t held_bytes = 0;
  std::string usage_piece;  // made of a piece that carried content and usage
  bool usage_sent = false;
  bool finish_passed = false;

  // The whole answer.
  std::string text, reasoning, refusal, logprobs, whole_raw;
  std::map<int, chat::ToolCall> calls;

  // One piece: everything up to the delta's members, what `members` writes, and the rest.
  template <class Members>
  std::string piece(Members members, const char* reason = nullptr, const std::string& probabilities = {}) const {
    json::Writer w;
    begin(w).object().member("index", choice.index).key("delta").object();
    members(w);
    write_logprobs(w.end(), probabilities);
    w.key("finish_reason");
    if (reason != nullptr) {
      w.value(reason);
    } else {
      w.null();
    }
    w.end().end();
    if (include_usage) w.key("usage").null();
    return w.end().take();
  }

  json::Writer& begin(json::Writer& w) const {
    w.object().member("id", id).member("object", "chat.completion.chunk").member("created", created);
    return w.member("model", model).key("choices").array();
  }

  void role(json::Writer& w) {
    if (!role_sent) w.member("role", "assistant");
  }

  void text_piece(const char* field, std::string_view text, std::vector<std::string>& out,
                  const std::string& probabilities = {}) {
    auto members = [&](json::Writer& w) {
      role(w);
      w.member(field, text);
    };
    out.push_back(piece(members, nullptr, probabilities));
    role_sent = true;
  }

  void call_piece(const chat::ToolCallDelta& call, std::vector<std::string>& out) {
    out.push_back(piece([&](json::Writer& w) {
      role(w);
      if (!role_sent) w.key("content").null();
      w.key("tool_calls").array().object().member("index", call.index);
      if (!call.id.empty()) w.member("id", call.id);
      if (!call.id.empty() || !call.name.empty()) w.member("type", "function");
      w.key("function").object();
      if (!call.name.empty()) w.member("name", call.name);
      w.member("arguments", call.arguments).end().end().end();
    }));
    role_sent = true;
  }

  void fail(const Error& why, std::vector<std::string>& out) {
    out.push_back(error_payload(why));
    if (!error) error = why;
    held.clear();
    ended = true;
  }

  void translate(const chat::Chunk& chunk, std::vector<std::string>& out);
  void take_raw(const chat::Chunk& chunk, std::vector<std::string>& out);
  void pass(const std::string& raw, bool closing, std::vector<std::string>& out);
  std::string marked(const std::string& raw) const;
  void release(std::vector<std::string>& out);
  void remember(const chat::Event& event);
};

// Finish and Usage are known only at the end; the last of each counts.
void OpenAiChatWriter::State::remember(const chat::Event& event) {
  if (auto* u = std::get_if<chat::Usage>(&event)) usage = *u;
  if (auto* f = std::get_if<chat::Finish>(&event)) finish = f->reason;
  if (std::holds_alternative<chat::RefusalDelta>(event)) refused = true;
}

// Neighbouring deltas of one kind become one piece: they arrived together.
void OpenAiChatWriter::State::translate(const chat::Chunk& chunk, std::vector<std::string>& out) {
  std::string joined, logprobs;
  const auto& events = chunk.events;
  for (std::size_t i = 0; i < events.size() && !ended; ++i) {
    bool next_same = i + 1 < events.size() && events[i].index() == events[i + 1].index();
    if (auto* delta = std::get_if<chat::TextDelta>(&events[i])) {
      joined += delta->text;
      append_elements(logprobs, delta->logprobs);
      if (!next_same && !(joined.empty() && logprobs.empty())) text_piece("content", joined, out, logprobs);
      if (!next_same) joined.clear(), logprobs.clear();
    } else if (auto* thought = std::get_if<chat::ReasoningDelta>(&events[i])) {
      joined += thought->text;
      if (!next_same && !joined.empty()) text_piece("reasoning_content", joined, out);
      if (!next_same) joined.clear();
    } else if (auto* refusal = std::get_if<chat::RefusalDelta>(&events[i])) {
      text_piece("refusal", refusal->text, out);
    } else if (auto* call = std::get_if<chat::ToolCallDelta>(&events[i])) {
      call_piece(*call, out);
    } else if (auto* failure = std::get_if<chat::Failure>(&events[i])) {
      fail(failure->error, out);
    }
  }
}

// What the upstream sent goes on as it came. From the finish reason on it is held until the end is known to be
// one.
void OpenAiChatWriter::State::take_raw(const chat::Chunk& chunk, std::vector<std::string>& out) {
  raw_seen = role_sent = true;
  if (!chunk.closing) {
    bool only_usage = chunk.events.size() == 1 && std::holds_alternative<chat::Usage>(chunk.events[0]);
    if (only_usage) {
      pass(chunk.raw, false, out);
    } else {
      out.push_back(one_line(marked(chunk.raw)));
    }
    return;
  }
  held.push_back(chunk.raw);
  held_bytes += chunk.raw.size();
  if (held.size() > kHeldPieces || held_bytes > kHeldBytes) release(out);
}

void OpenAiChatWriter::State::release(std::vector<std::string>& out) {
  for (const std::string& raw : held) pass(raw, true, out);
  held.clear();
  held_bytes = 0;
}

// Upstreams put the usage on the last piece with content or on a piece of its own, asked or not; OpenAI's clients
// expect a piece of its own with no choices, and only if they asked. (We always ask the upstream, to account for
// it.)
void OpenAiChatWriter::State::pass(const std::string& raw, bool closing, std::vector<std::string>& out) {
  auto doc = json::Doc::parse(raw);
  if (!doc) return;  // the reader passes valid JSON only
  Value root = (*doc)->root();
  Value choices = root["choices"], usage_value = root["usage"];
  bool has_usage = usage_value.is(Type::Object);
  bool no_choices = choices.is(Type::Array) && choices.size() == 0;
  // An answer ends once, however often its deployment says so.
  bool finish = choices.at(0)["finish_reason"].is(Type::String);
  if (finish && finish_passed) return;
  finish_passed = finish_passed || finish;
  if (has_usage && no_choices) {
    if (!include_usage || !choice.alone) return;
    usage_sent = true;
  } else if (has_usage && include_usage && closing && choices.is(Type::Array)) {
    usage_piece = one_line(json::Splice(**doc).replace(choices, "[]").apply());
    out.push_back(one_line(marked(json::Splice(**doc).replace(usage_value, "null").apply())));
    return;
  }
  out.push_back(one_line(marked(raw)));
}

// One of several answers: its index, and the id that all of them have. An answer that is alone keeps its bytes.
std::string OpenAiChatWriter::State::marked(const std::string& raw) const {
  if (choice.alone) return raw;
  auto doc = json::Doc::parse(raw);
  if (!doc) return raw;
  Value root = (*doc)->root();
  json::Splice splice(**doc);
  splice.set(root, "id", json::quote(id));
  if (root["choices"].is(Type::Array))
    for (Value element : root["choices"])
      if (element.is(Type::Object)) splice.set(element, "index", std::to_string(choice.index));
  return splice.apply();
}

OpenAiChatWriter::OpenAiChatWriter(std::string id, std::int64_t created, std::string model, bool include_usage,
                                   Choice choice)
    : state_(std::make_shared<State>()) {
  state_->id = std::move(id);
  state_->created = created;
  state_->model = std::move(model);
  state_->include_usage = include_usage;
  state_->choice = choice;
}

void OpenAiChatWriter::stream(const chat::Chunk& chunk, std::vector<std::string>& out) {
  State& s = *state_;
  if (s.ended) return;
  for (const chat::Event& event : chunk.events) s.remember(event);
  bool failed = std::any_of(chunk.events.begin(), chunk.events.end(),
                            [](const chat::Event& e) { return std::holds_alternative<chat::Failure>(e); });
  // A raw answer that is also the last chunk is a whole one: it has another shape than a piece.
  bool ours = chunk.protocol == chat::Protocol::OpenAiChat;
  if (!chunk.raw.empty() && ours && !chunk.last && !failed) {
    s.take_raw(chunk, out);
  } else {
    s.translate(chunk, out);
  }
}

void OpenAiChatWriter::finish_stream(std::vector<std::string>& out) {
  State& s = *state_;
  if (s.ended) return;
  if (!s.finish) return s.fail(truncated_error(), out);
  s.ended = true;
  if (s.raw_seen) {
    s.release(out);
    if (!s.usage_piece.empty() && !s.usage_sent && s.choice.alone) out.push_back(s.usage_piece);
  } else {
    if (!s.role_sent) s.text_piece("content", "", out);
    out.push_back(s.piece([](json::Writer&) {}, wire_reason(*s.finish, s.refused)));
    if (s.include_usage && s.usage && s.choice.alone) {
      json::Writer w;
      s.begin(w).end().key("usage");
      write_chat_usage(w, *s.usage);
      out.push_back(w.end().take());
    }
  }
  if (s.choice.alone) out.push_back("[DONE]");
}

namespace {
void unnamed(std::vector<std::string> payloads, std::vector<Piece>& out) {
  for (std::string& data : payloads) out.push_back({"", std::move(data)});
}
}  // namespace

void OpenAiChatWriter::stream(const chat::Chunk& chunk, std::vector<Piece>& out) {
  std::vector<std::string> payloads;
  stream(chunk, payloads);
  unnamed(std::move(payloads), out);
}

void OpenAiChatWriter::finish_stream(std::vector<Piece>& out) {
  std::vector<std::string> payloads;
  finish_stream(payloads);
  unnamed(std::move(payloads), out);
}

std::unique_ptr<AnswerWriter> make_openai_chat_writer(const chat::Request& request, const AnswerIdentity& identity,
                                                      Choice choice) {
  return std::make_unique<OpenAiChatWriter>("chatcmpl-" + identity.id, identity.created, request.model,
                                            request.include_usage, choice);
}

void finish_openai_chat_choices(const chat::Request& request, const AnswerIdentity& identity,
                                const chat::Usage& usage, std::vector<Piece>& out) {
  if (request.include_usage) {
    json::Writer w;
    w.object().member("id", "chatcmpl-" + identity.id).member("object", "chat.completion.chunk");
    w.member("created", identity.created).member("model", request.model).key("choices").array().end().key("usage");
    write_chat_usage(w, usage);
    out.push_back({"", w.end().take()});
  }
  out.push_back({"", "[DONE]"});
}

void OpenAiChatWriter::collect(const chat::Chunk& chunk) {
  State& s = *state_;
  if (!chunk.raw.empty() && chunk.last && chunk.protocol == chat::Protocol::OpenAiChat) s.whole_raw = chunk.raw;
  for (const chat::Event& event : chunk.events) {
    s.remember(event);
    if (auto* text = std::get_if<chat::TextDelta>(&event)) {
      s.text += text->text;
      append_elements(s.logprobs, text->logprobs);
    }
    if (auto* refusal = std::get_if<chat::RefusalDelta>(&event)) s.refusal += refusal->text;
    if (auto* thought = std::get_if<chat::ReasoningDelta>(&event)) s.reasoning += thought->text;
    if (auto* delta = std::get_if<chat::ToolCallDelta>(&event)) {
      chat::ToolCall& call = s.calls[delta->index];
      if (call.id.empty()) call.id = delta->id;
      if (call.name.empty()) call.name = delta->name;
      call.arguments += delta->arguments;
    }
    if (auto* failure = std::get_if<chat::Failure>(&event); failure && !s.error) s.error = failure->error;
  }
  if (chunk.last && !s.error && !s.finish) s.error = truncated_error();
}

const Error* OpenAiChatWriter::failure() const { return state_->error ? &*state_->error : nullptr; }

std::string OpenAiChatWriter::whole() const {
  const State& s = *state_;
  if (s.error) return error_payload(*s.error);
  if (!s.finish) return error_payload(truncated_error());
  if (!s.whole_raw.empty()) return s.whole_raw;
  json::Writer w;
  w.object().member("id", s.id).member("object", "chat.completion").member("created", s.created);
  w.member("model", s.model).key("choices").array().object().member("index", s.choice.index);
  w.key("message").object().member("role", "assistant").key("content");
  if (s.text.empty() && !(s.calls.empty() && s.refusal.empty())) {
    w.null();
  } else {
    w.value(s.text);
  }
  w.key("refusal");
  if (s.refusal.empty()) {
    w.null();
  } else {
    w.value(s.refusal);
  }
  if (!s.reasoning.empty()) w.member("reasoning_content", s.reasoning);
  if (!s.calls.empty()) {
    w.key("tool_calls").array();
    for (const auto& [index, call] : s.calls) {
      w.object().member("id", call.id).member("type", "function").key("function").object();
      w.member("name", call.name).member("arguments", call.arguments).end().end();
    }
    w.end();
  }
  write_logprobs(w.end(), s.logprobs);
  w.member("finish_reason", wire_reason(*s.finish, s.refused)).end().end();
  if (s.usage) {
    w.key("usage");
    write_chat_usage(w, *s.usage);
  }
  return w.end().take();
}

}  // namespace sluice::wire
