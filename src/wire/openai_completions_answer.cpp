// Answers of OpenAI's text completions, read and written.
#include <algorithm>
#include <map>
#include <optional>

#include "json/splice.h"
#include "json/writer.h"
#include "wire/answer_parts.h"
#include "wire/openai_chat.h"
#include "wire/openai_completions.h"
#include "wire/openai_error.h"

namespace sluice::wire {
namespace {

using chat::Chunk;
using chat::FinishReason;
using chat::Protocol;
using json::Type;
using json::Value;

constexpr std::int64_t kMaxChoices = 4096;
// Raw pieces held back after the last finish reason. A well-behaved upstream sends one or two a choice; more than
// this is let go.
constexpr std::size_t kHeldPieces = 256;
constexpr std::size_t kHeldBytes = 256 << 10;

std::optional<chat::Usage> read_usage(Value usage) {
  auto prompt = token_count(usage["prompt_tokens"]), completion = token_count(usage["completion_tokens"]);
  if (!prompt && !completion) return std::nullopt;
  auto hit = token_count(usage["prompt_cache_hit_tokens"]);
  if (!hit) hit = token_count(usage["prompt_tokens_details"]["cached_tokens"]);
  chat::Usage out;
  out.cache_hit = std::min(hit.value_or(0), prompt.value_or(0));
  out.cache_miss = prompt.value_or(0) - out.cache_hit;
  out.completion = completion.value_or(0);
  out.reasoning =
      std::min(token_count(usage["completion_tokens_details"]["reasoning_tokens"]).value_or(0), out.completion);
  return out;
}

FinishReason read_reason(std::string_view reason) {
  if (reason == "stop" || reason == "eos" || reason == "stop_sequence") return FinishReason::Stop;
  if (reason == "length" || reason == "max_tokens") return FinishReason::Length;
  if (reason == "content_filter") return FinishReason::ContentFilter;
  return FinishReason::Interrupted;  // unknown: never taken for a whole answer
}

// A reason that is no answer's proper end.
bool is_failure(std::string_view reason) {
  return reason == "insufficient_system_resource" || reason == "abort" || reason == "error" ||
         reason == "cancelled";
}

class Reader : public AnswerReader {
 public:
  Chunk read_whole(std::string_view body) override {
    Chunk chunk = fresh();
    body = trimmed(body);  // queued answers begin with blank lines
    if (body.empty()) {
      fail_with(empty_error(), chunk);
      return chunk;
    }
    read(body, chunk);
    if (!failed_ && choices_.empty()) fail_with(protocol_error("the deployment's answer has no choices"), chunk);
    if (failed_) return chunk;
    chunk.events.push_back(chat::Finish{reason()});
    chunk.last = chunk.closing = done_ = ended_ = true;
    return chunk;
  }

  Chunk read_event(std::string_view, std::string_view data) override {
    if (failed_ || ended_) return end();
    Chunk chunk = fresh();
    data = trimmed(data);
    if (data == "[DONE]") done_ = true;
    if (done_ || data.empty()) return chunk;
    read(data, chunk);
    chunk.closing = all_finished();
    return chunk;
  }

  Chunk end() override {
    Chunk chunk = fresh();
    chunk.last = true;
    if (failed_ || ended_) return chunk;
    ended_ = true;
    if (done_ && all_finished()) {
      chunk.events.push_back(chat::Finish{reason()});
    } else {
      fail_with(truncated_error(), chunk);
    }
    return chunk;
  }

  bool done() const override { return done_; }
  const std::string& model() const override { return model_; }

 private:
  static Chunk fresh() {
    Chunk chunk;
    chunk.protocol = Protocol::OpenAiCompletions;
    return chunk;
  }

  void fail_with(Error error, Chunk& chunk) {
    failed_ = true;
    chunk.events.push_back(chat::Failure{std::move(error)});
    chunk.raw.clear();
    chunk.last = true;
  }

  // Every choice that was begun has its reason. What the first one says is the answer's.
  bool all_finished() const {
    return !choices_.empty() &&
           std::all_of(choices_.begin(), choices_.end(), [](const auto& c) { return !c.second.empty(); });
  }
  FinishReason reason() const {
    const std::string& said = choices_.begin()->second;
    return said.empty() ? FinishReason::Stop : read_reason(said);
  }

  void read(std::string_view data, Chunk& chunk) {
    json::Limits limits;
    limits.nodes = 16u << 20;  // log-probabilities are many small values
    auto doc = json::Doc::parse(std::string(data), limits);
    if (!doc) {
      return fail_with(protocol_error("the deployment's answer is not valid JSON (" + doc.error().code + ")"),
                       chunk);
    }
    Value root = (*doc)->root();
    if (!root.is(Type::Object))
      return fail_with(protocol_error("the deployment's answer is not an object"), chunk);
    if (model_.empty()) model_ = root["model"].string().value_or("");
    if (model_.size() > kMaxModelName) model_.clear();
    if (Value error = root["error"]; error && !error.is_null())
      return fail_with(error_of_object(error, 200), chunk);
    if (root["object"].string() == "error") return fail_with(error_of_object(root, 200), chunk);
    for (Value choice : root["choices"]) {
      std::string text = choice["text"].string().value_or("");
      if (!text.empty()) chunk.events.push_back(chat::TextDelta{std::move(text)});
      std::string& reason =
          choices_[std::clamp<std::int64_t>(choice["index"].integer().value_or(0), 0, kMaxChoices)];
      std::string said = choice["finish_reason"].string().value_or("");
      if (is_failure(said)) {
        return fail_with(broken_off_error(), chunk);
      }
      if (!said.empty()) reason = std::move(said);
    }
    if (auto usage = read_usage(root["usage"])) chunk.events.push_back(*usage);
    chunk.raw = std::string(data);
  }

  std::map<std::int64_t, std::string> choices_;  // finish reason by index, empty until known
  bool done_ = false;                            // "[DONE]" was seen
  bool failed_ = false;
  bool ended_ = false;
  std::string model_;
};

void write_usage(json::Writer& w, const chat::Usage& usage) {
  w.key("usage").object().member("prompt_tokens", usage.prompt()).member("completion_tokens", usage.completion);
  w.member("total_tokens", usage.total());
  w.key("prompt_tokens_details").object().member("cached_tokens", usage.cache_hit).end();
  w.key("completion_tokens_details").object().member("reasoning_tokens", usage.reasoning).end().end();
}

const char* wire_reason(FinishReason reason) {
  if (reason == FinishReason::Length || reason == FinishReason::Interrupted) return "length";
  return reason == FinishReason::ContentFilter ? "content_filter" : "stop";
}

class Writer : public AnswerWriter {
 public:
  Writer(const chat::Request& request, const AnswerIdentity& identity)
      : id_("cmpl-" + identity.id),
        created_(identity.created),
        model_(request.model),
        include_usage_(request.include_usage) {}

  void stream(const Chunk& chunk, std::vector<Piece>& out) override {
    if (ended_) return;
    remember(chunk);
    if (error_) return fail(*error_, out);
    // A raw answer that is also the last chunk is a whole one: it has another shape than a piece.
    if (!chunk.raw.empty() && chunk.protocol == Protocol::OpenAiCompletions && !chunk.last)
      return take_raw(chunk, out);
    if (raw_seen_) return;
    std::string text;
    for (const chat::Event& event : chunk.events) {
      if (auto* delta = std::get_if<chat::TextDelta>(&event)) text += delta->text;
    }
    if (!text.empty()) out.push_back({"", piece(text, nullptr)});
  }

  void finish_stream(std::vector<Piece>& out) override {
    if (ended_) return;
    if (!finish_) return fail(truncated_error(), out);
    ended_ = true;
    if (raw_seen_) {
      release(out);
      if (!usage_piece_.empty() && !usage_sent_) out.push_back({"", usage_piece_});
    } else {
      out.push_back({"", piece("", wire_reason(*finish_))});
      if (include_usage_ && usage_) {
        json::Writer w;
        begin(w).end();
        write_usage(w, *usage_);
        out.push_back({"", w.end().take()});
      }
    }
    out.push_back({"", "[DONE]"});
  }

  void collect(const Chunk& chunk) override {
    remember(chunk);
    if (!chunk.raw.empty() && chunk.last && chunk.protocol == Protocol::OpenAiCompletions) whole_raw_ = chunk.raw;
    for (const chat::Event& event : chunk.events) {
      if (auto* delta = std::get_if<chat::TextDelta>(&event)) text_ += delta->text;
    }
    if (chunk.last && !error_ && !finish_) error_ = truncated_error();
  }

  std::string whole() const override {
    if (error_) return openai_error_body(*error_, http_status_of(*error_));
    if (!finish_) return openai_error_body(truncated_error(), http_status_of(truncated_error()));
    if (!whole_raw_.empty()) return whole_raw_;
    json::Writer w;
    choice(begin(w), text_, wire_reason(*finish_)).end();
    if (usage_) write_usage(w, *usage_);
    return w.end().take();
  }

  const Error* failure() const override { return error_ ? &*error_ : nullptr; }

 private:
  json::Writer& begin(json::Writer& w) const {
    w.object().member("id", id_).member("object", "text_completion").member("created", created_);
    return w.member("model", model_).key("choices").array();
  }

  static json::Writer& choice(json::Writer& w, std::string_view text, const char* reason) {
    w.object().member("text", text).member("index", 0).key("logprobs").null().key("finish_reason");
    if (reason != nullptr) {
      w.value(reason);
    } else {
      w.null();
    }
    return w.end();
  }

  std::string piece(std::string_view text, const char* reason) const {
    json::Writer w;
    choice(begin(w), text, reason).end();
    if (include_usage_) w.key("usage").null();
    return w.end().take();
  }

  // Finish and Usage are known only at the end; the last of each counts.
  void remember(const Chunk& chunk) {
    for (const chat::Event& event : chunk.events) {
      if (auto* usage = std::get_if<chat::Usage>(&event)) usage_ = *usage;
      if (auto* finish = std::get_if<chat::Finish>(&event)) finish_ = finish->reason;
      if (auto* failure = std::get_if<chat::Failure>(&event); failure && !error_) error_ = failure->error;
    }
  }

  void fail(const Error& error, std::vector<Piece>& out) {
    out.push_back({"", openai_error_body(error, http_status_of(error))});
    error_ = error;
    held_.clear();
    ended_ = true;
  }

  // What the upstream sent goes on as it came. From the last finish reason on it is held until the end is known to
  // be one; a choice that begins only then lets it go, in its order.
  void take_raw(const Chunk& chunk, std::vector<Piece>& out) {
    raw_seen_ = true;
    if (!chunk.closing) {
      release(out);
      pass(chunk.raw, false, out);
      return;
    }
    held_.push_back(chunk.raw);
    held_bytes_ += chunk.raw.size();
    if (held_.size() > kHeldPieces || held_bytes_ > kHeldBytes) release(out);
  }

  void release(std::vector<Piece>& out) {
    for (const std::string& raw : held_) pass(raw, true, out);
    held_.clear();
    held_bytes_ = 0;
  }

  // Clients expect usage on a piece of its own without choices, and only if they asked; upstreams put it there or
  // on the last piece with text, asked or not. (We always ask, to account for it.)
  void pass(const std::string& raw, bool closing, std::vector<Piece>& out) {
    auto doc = json::Doc::parse(raw);
    if (!doc) return out.push_back({"", one_line(raw)});  // larger than this parser's default limits
    Value root = (*doc)->root();
    Value choices = root["choices"], usage = root["usage"];
    bool has_usage = usage.is(Type::Object);
    if (has_usage && choices.is(Type::Array) && choices.size() == 0) {
      if (!include_usage_) return;
      usage_sent_ = true;
    } else if (has_usage && include_usage_ && closing && choices.is(Type::Array)) {
      usage_piece_ = one_line(json::Splice(**doc).replace(choices, "[]").apply());
      return out.push_back({"", one_line(json::Splice(**doc).replace(usage, "null").apply())});
    }
    out.push_back({"", one_line(raw)});
  }

  std::string id_;
  std::int64_t created_;
  std::string model_;
  bool include_usage_;
  bool ended_ = false;  // a Failure or "[DONE]" was written
  std::optional<Error> error_;
  std::optional<FinishReason> finish_;
  std::optional<chat::Usage> usage_;
  std::string text_, whole_raw_;
  bool raw_seen_ = false;
  std::vector<std::string> held_;
  std::size_t held_bytes_ = 0;
  std::string usage_piece_;  // made of a piece that carried text and usage
  bool usage_sent_ = false;
};

}  // namespace

std::unique_ptr<AnswerReader> make_openai_completions_reader() { return std::make_unique<Reader>(); }

std::unique_ptr<AnswerWriter> make_openai_completions_writer(const chat::Request& request,
                                                             const AnswerIdentity& identity) {
  return std::make_unique<Writer>(request, identity);
}

}  // namespace sluice::wire
