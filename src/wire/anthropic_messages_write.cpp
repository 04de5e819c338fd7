// Answers of Anthropic's Messages, written.
#include <algorithm>
#include <deque>
#include <map>
#include <optional>

#include "json/splice.h"
#include "json/writer.h"
#include "wire/answer_parts.h"
#include "wire/anthropic_messages.h"

namespace sluice::wire {
namespace {

using chat::FinishReason;
using json::Type;
using json::Value;

// Raw events held back after the stop reason. The API sends two; a server that goes on and on is not followed.
constexpr std::size_t kHeldEvents = 16;

constexpr std::string_view kSpace = " \t\r\n";

void write_usage(json::Writer& w, const chat::Usage& usage) {
  w.object().member("input_tokens", usage.cache_miss - usage.cache_write);
  w.member("cache_creation_input_tokens", usage.cache_write);
  w.member("cache_read_input_tokens", usage.cache_hit).member("output_tokens", usage.completion);
  if (usage.reasoning > 0) {
    w.key("output_tokens_details").object().member("thinking_tokens", usage.reasoning).end();
  }
  w.end();
}

// Says when a JSON object that comes in pieces is complete. Text that begins otherwise never is.
class ObjectEnd {
 public:
  void add(std::string_view piece) {
    for (char c : piece) take(c);
  }
  bool complete() const { return state_ == State::Complete; }

 private:
  enum class State { Before, Inside, Complete, Never };
  void take(char c) {
    if (kSpace.find(c) != std::string_view::npos) return;
    if (state_ == State::Before) state_ = c == '{' ? State::Inside : State::Never;
    if (state_ == State::Complete) state_ = State::Never;  // something follows: no single object
    if (state_ != State::Inside) return;
    if (in_string_) {
      if (!escaped_ && c == '"') in_string_ = false;
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if (c == '}' || c == ']') {
      if (--depth_ == 0) state_ = State::Complete;
    }
  }
  State state_ = State::Before;
  bool in_string_ = false, escaped_ = false;
  std::size_t depth_ = 0;
};

// A block of an answer. What was written of it is gone from `text`.
struct Block {
  enum class Kind { Text, Thinking, Tool };
  Kind kind = Kind::Text;
  int call = -1;  // Kind::Tool: which call
  std::string id, name;
  std::string text;  // or thought, or arguments
  std::string signature;
  bool closed = false;  // Kind::Thinking: a signature ended it
  ObjectEnd arguments;
  std::size_t blank = 0;  // Kind::Tool: so much of `text` is white space that waits for more
};

// An object as `input`; what a model wrote that is none is kept where a client can find it.
void write_input(json::Writer& w, const std::string& arguments) {
  auto doc = json::Doc::parse(arguments);
  if (doc && (*doc)->root().is(Type::Object)) {
    w.raw((*doc)->root().raw());
    return;
  }
  w.object();
  if (arguments.find_first_not_of(kSpace) != std::string::npos) w.member("_invalid_arguments", arguments);
  w.end();
}

// The end of an answer, of which the last word counts, and what decides on the stop reason.
struct Ending {
  std::optional<chat::Finish> finish;
  std::optional<chat::Usage> usage;
  bool has_calls = false, has_refusal = false;

  void remember(const chat::Event& event) {
    if (auto* u = std::get_if<chat::Usage>(&event)) usage = *u;
    if (auto* f = std::get_if<chat::Finish>(&event)) finish = *f;
    has_calls |= std::holds_alternative<chat::ToolCallDelta>(event);
    has_refusal |= std::holds_alternative<chat::RefusalDelta>(event);
  }

  // Clients run tools where the reason says so, and some servers say "stop" after calls. An interrupted answer is
  // told as one cut short, which no client takes for whole.
  const char* reason() const {
    switch (finish->reason) {
      case FinishReason::Length:
      case FinishReason::Interrupted:
        return "max_tokens";
      case FinishReason::ContentFilter:
      case FinishReason::Refusal:
        return "refusal";
      case FinishReason::Stop:
      case FinishReason::ToolCalls:
        break;
    }
    if (has_calls) return "tool_use";
    if (has_refusal) return "refusal";
    return finish->stop_sequence.empty() ? "end_turn" : "stop_sequence";
  }

  void write(json::Writer& w) const {
    std::string_view why = reason();
    w.member("stop_reason", why).key("stop_sequence");
    if (why == "stop_sequence") {
      w.value(finish->stop_sequence);
    } else {
      w.null();
    }
  }
};

// Puts events into blocks that never overlap, as the API has them: a block is ended before the next begins. Pieces
// of a second call that come before the first call's arguments are complete wait for it, and so does what follows.
class BlockStream {
 public:
  explicit BlockStream(std::string id) : id_(std::move(id)) {}

  // False: a piece belongs to a call that was ended, so that the answer can't be told rightly any more.
  bool add(const chat::Event& event, std::vector<Piece>& out) {
    if (auto* text = std::get_if<chat::TextDelta>(&event)) append(Block::Kind::Text, text->text);
    if (auto* text = std::get_if<chat::RefusalDelta>(&event)) append(Block::Kind::Text, text->text);
    if (auto* thought = std::get_if<chat::ReasoningDelta>(&event)) append(Block::Kind::Thinking, thought->text);
    if (auto* proof = std::get_if<chat::ReasoningSignature>(&event)) sign(proof->signature);
    bool fits = true;
    if (auto* call = std::get_if<chat::ToolCallDelta>(&event)) fits = add_call(*call);
    advance(false, out);
    return fits;
  }
  void finish(std::vector<Piece>& out) { advance(true, out); }
  bool empty() const { return queue_.empty() && index_ < 0; }

 private:
  void append(Block::Kind kind, const std::string& text) {
    if (text.empty()) return;  // opens no block
    if (queue_.empty() || queue_.back().kind != kind || queue_.back().closed) {
      queue_.push_back({kind, -1, "", "", "", "", false, {}});
    }
    queue_.back().text += text;
  }

  void sign(const std::string& signature) {
    if (signature.empty()) return;
    if (queue_.empty() || queue_.back().kind != Block::Kind::Thinking || queue_.back().closed) {
      queue_.push_back({Block::Kind::Thinking, -1, "", "", "", "", false, {}});
    }
    queue_.back().signature = signature;
    queue_.back().closed = true;
  }

  bool add_call(const chat::ToolCallDelta& delta) {
    auto at = std::find_if(queue_.begin(), queue_.end(),
                           [&](const Block& b) { return b.kind == Block::Kind::Tool && b.call == delta.index; });
    if (at == queue_.end()) {
      if (ended_.contains(delta.index)) return delta.arguments.find_first_not_of(kSpace) == std::string::npos;
      queue_.push_back({Block::Kind::Tool, delta.index, "", "", "", "", false, {}});
      at = queue_.end() - 1;
    }
    if (at->id.empty()) at->id = delta.id;
    if (at->name.empty()) at->name = delta.name;
    at->arguments.add(delta.arguments);
    at->text += delta.arguments;
    return true;
  }

  // Writes what can be written: the front block as it comes, and the next one once the front is done.
  void advance(bool all, std::vector<Piece>& out) {
    while (!queue_.empty()) {
      Block& front = queue_.front();
      bool is_tool = front.kind == Block::Kind::Tool;
      if (!open_) {
        if (is_tool && front.name.empty() && !all) return;  // its name may still come
        open(front, out);
      }
      write_text(front, out);
      bool followed = queue_.size() > 1;
      bool done = is_tool ? front.arguments.complete() && followed : followed || front.closed;
      if (!done && !all) return;
      close(front, out);
      if (is_tool) ended_[front.call] = true;
      queue_.pop_front();
    }
  }

  void open(const Block& block, std::vector<Piece>& out) {
    ++index_;
    open_ = true;
    json::Writer w;
    w.object().member("type", "content_block_start").member("index", index_).key("content_block").object();
    if (block.kind == Block::Kind::Text) w.member("type", "text").member("text", "");
    if (block.kind == Block::Kind::Thinking) {
      w.member("type", "thinking").member("thinking", "").member("signature", "");
    }
    if (block.kind == Block::Kind::Tool) {
      w.member("type", "tool_use").member("id", call_id(block)).member("name", block.name);
      w.key("input").object().end();
    }
    out.push_back({"content_block_start", w.end().end().take()});
  }

  std::string call_id(const Block& block) const {
    return block.id.empty() ? "toolu_" + id_ + "_" + std::to_string(block.call) : block.id;
  }

  void write_text(Block& block, std::vector<Piece>& out) {
    // White space before or after an object says nothing, and alone it is no JSON. A model may write nothing else
    // for as long as it is let: each piece is looked at once.
    if (block.kind == Block::Kind::Tool &&
        block.text.find_first_not_of(kSpace, block.blank) == std::string::npos) {
      block.blank = block.text.size();
      return;
    }
    block.blank = 0;
    if (block.text.empty()) return;
    const char* names[][2] = {
        {"text_delta", "text"}, {"thinking_delta", "thinking"}, {"input_json_delta", "partial_json"}};
    const auto& name = names[int(block.kind)];
    delta(name[0], name[1], block.text, out);
    block.text.clear();
  }

  void delta(const char* type, const char* field, const std::string& text, std::vector<Piece>& out) const {
    json::Writer w;
    w.object().member("type", "content_block_delta").member("index", index_).key("delta").object();
    w.member("type", type).member(field, text);
    out.push_back({"content_block_delta", w.end().end().take()});
  }

  void close(const Block& block, std::vector<Piece>& out) {
    if (block.kind == Block::Kind::Thinking) {
      delta("signature_delta", "signature", block.signature.empty() ? our_signature(id_, index_) : block.signature,
            out);
    }
    json::Writer w;
    w.object().member("type", "content_block_stop").member("index", index_);
    out.push_back({"content_block_stop", w.end().take()});
    open_ = false;
  }

  std::string id_;
  std::deque<Block> queue_;  // the front one is open, if any is
  bool open_ = false;
  int index_ = -1;  // of the block opened last
  std::map<int, bool> ended_;
};

// The deployment's own events, with a signature where a thinking block ends without one, and what tells the end
// held back.
class RawStream {
 public:
  explicit RawStream(std::string id) : id_(std::move(id)) {}

  void add(const chat::Chunk& chunk, std::vector<Piece>& out) {
    if (chunk.closing) {
      if (chunk.raw_event == "ping") return;
      if (held_.size() < kHeldEvents || chunk.raw_event == "message_stop") {
        held_.push_back({chunk.raw_event, one_line(chunk.raw)});
      }
      return;
    }
    if (chunk.raw_event == "content_block_start" || chunk.raw_event == "content_block_stop") {
      if (auto doc = json::Doc::parse(chunk.raw)) watch((*doc)->root(), out);
    }
    for (const chat::Event& event : chunk.events) {
      if (std::holds_alternative<chat::ReasoningSignature>(event)) thinking_.reset();
    }
    out.push_back({chunk.raw_event, one_line(chunk.raw)});
  }
  void finish(std::vector<Piece>& out) {
    for (Piece& piece : held_) out.push_back(std::move(piece));
    held_.clear();
  }

 private:
  void watch(Value root, std::vector<Piece>& out) {
    std::int64_t index = root["index"].integer().value_or(0);
    if (Value block = root["content_block"]) {
      thinking_.reset();
      if (block["type"].string() == "thinking") thinking_ = index;
    } else if (thinking_ == index) {
      json::Writer w;
      w.object().member("type", "content_block_delta").member("index", index).key("delta").object();
      w.member("type", "signature_delta").member("signature", our_signature(id_, int(index)));
      out.push_back({"content_block_delta", w.end().end().take()});
      thinking_.reset();
    }
  }

  std::string id_;
  std::optional<std::int64_t> thinking_;  // index of an open thinking block that has no signature yet
  std::vector<Piece> held_;
};

// A whole answer's bytes, with a signature in each thinking block that has none.
std::string signed_whole(const std::string& raw, const std::string& id) {
  auto doc = json::Doc::parse(raw);
  if (!doc) return raw;
  json::Splice splice(**doc);
  int index = -1;
  bool any = false;
  for (Value block : (*doc)->root()["content"]) {
    ++index;
    if (block["type"].string() != "thinking" || !block["signature"].string().value_or("").empty()) continue;
    splice.set(block, "signature", json::quote(our_signature(id, index)));
    any = true;
  }
  return any ? splice.apply() : raw;
}

class Writer : public AnswerWriter {
 public:
  Writer(const chat::Request& request, const AnswerIdentity& identity)
      : request_id_(identity.id),
        id_("msg_" + identity.id),
        model_(request.model),
        counts_(request.operation == chat::Operation::CountTokens),
        blocks_(id_),
        raw_(id_) {}

  void stream(const chat::Chunk& chunk, std::vector<Piece>& out) override;
  void finish_stream(std::vector<Piece>& out) override;
  void collect(const chat::Chunk& chunk) override;
  std::string whole() const override;
  const Error* failure() const override { return error_ ? &*error_ : nullptr; }

 private:
  std::string error(const Error& why) const { return anthropic_error_body(why, http_status_of(why), request_id_); }
  void fail(const Error& why, std::vector<Piece>& out) {
    out.push_back({"error", error(why)});
    error_ = why;
    ended_ = true;
  }
  void start(std::vector<Piece>& out);
  void write_content(json::Writer& w) const;
  void collect_event(const chat::Event& event);
  Block& block(Block::Kind kind);

  std::string request_id_, id_, model_;
  bool counts_;
  Ending ending_;
  // Streaming.
  BlockStream blocks_;
  RawStream raw_;
  bool raw_seen_ = false, started_ = false;
  bool ended_ = false;  // a Failure or message_stop was written
  // Whole.
  std::vector<Block> content_;
  std::string whole_raw_;
  std::optional<Error> error_;
};

// The prompt's tokens are known here only if the deployment tells them first; else message_delta does, whose
// counts are those of the whole answer.
void Writer::start(std::vector<Piece>& out) {
  if (started_) return;
  started_ = true;
  chat::Usage known = ending_.usage.value_or(chat::Usage{});
  known.completion = known.reasoning = 0;
  json::Writer w;
  w.object().member("type", "message_start").key("message").object().member("id", id_);
  w.member("type", "message").member("role", "assistant").member("model", model_).key("content").array().end();
  w.key("stop_reason").null().key("stop_sequence").null().key("usage");
  write_usage(w, known);
  out.push_back({"message_start", w.end().end().take()});
}

void Writer::stream(const chat::Chunk& chunk, std::vector<Piece>& out) {
  if (ended_) return;
  bool raw = !chunk.raw.empty() && !chunk.last && chunk.protocol == chat::Protocol::AnthropicMessages && !started_;
  for (const chat::Event& event : chunk.events) {
    ending_.remember(event);
    if (auto* failure = std::get_if<chat::Failure>(&event)) return fail(failure->error, out);
    bool ends = std::holds_alternative<chat::Usage>(event) || std::holds_alternative<chat::Finish>(event);
    if (raw || raw_seen_ || ends) continue;
    start(out);
    if (!blocks_.add(event, out)) {
      return fail({"upstream.protocol", "the deployment went on with a tool call that it had ended", "",
                   "try again; what was received so far is not a whole answer"},
                  out);
    }
  }
  if (!raw) return;
  raw_seen_ = true;
  raw_.add(chunk, out);
}

void Writer::finish_stream(std::vector<Piece>& out) {
  if (ended_) return;
  if (!ending_.finish) return fail(truncated_error(), out);
  ended_ = true;
  if (raw_seen_) return raw_.finish(out);
  start(out);
  blocks_.finish(out);
  json::Writer w;
  w.object().member("type", "message_delta").key("delta").object();
  ending_.write(w);
  w.end().key("usage");
  write_usage(w, ending_.usage.value_or(chat::Usage{}));
  out.push_back({"message_delta", w.end().take()});
  out.push_back({"message_stop", R"({"type":"message_stop"})"});
}

Block& Writer::block(Block::Kind kind) {
  if (content_.empty() || content_.back().kind != kind || content_.back().closed) {
    content_.push_back({kind, -1, "", "", "", "", false, {}});
  }
  return content_.back();
}

void Writer::collect_event(const chat::Event& event) {
  ending_.remember(event);
  auto append = [&](Block::Kind kind, const std::string& text) {
    if (!text.empty()) block(kind).text += text;
  };
  if (auto* e = std::get_if<chat::TextDelta>(&event)) append(Block::Kind::Text, e->text);
  if (auto* e = std::get_if<chat::RefusalDelta>(&event)) append(Block::Kind::Text, e->text);
  if (auto* e = std::get_if<chat::ReasoningDelta>(&event)) append(Block::Kind::Thinking, e->text);
  if (auto* e = std::get_if<chat::ReasoningSignature>(&event); e && !e->signature.empty()) {
    Block& thinking = block(Block::Kind::Thinking);
    thinking.signature = e->signature;
    thinking.closed = true;
  }
  if (auto* e = std::get_if<chat::ToolCallDelta>(&event)) {
    auto at = std::find_if(content_.begin(), content_.end(),
                           [&](const Block& b) { return b.kind == Block::Kind::Tool && b.call == e->index; });
    if (at == content_.end()) {
      content_.push_back({Block::Kind::Tool, e->index, "", "", "", "", false, {}});
      at = content_.end() - 1;
    }
    if (at->id.empty()) at->id = e->id;
    if (at->name.empty()) at->name = e->name;
    at->text += e->arguments;
  }
  if (auto* e = std::get_if<chat::Failure>(&event); e && !error_) error_ = e->error;
}

void Writer::collect(const chat::Chunk& chunk) {
  if (!chunk.raw.empty() && chunk.last && chunk.protocol == chat::Protocol::AnthropicMessages) {
    whole_raw_ = chunk.raw;
  }
  for (const chat::Event& event : chunk.events) collect_event(event);
  if (chunk.last && !error_ && !ending_.finish) error_ = truncated_error();
}

void Writer::write_content(json::Writer& w) const {
  w.key("content").array();
  int index = 0;
  for (const Block& block : content_) {
    w.object();
    if (block.kind == Block::Kind::Text) w.member("type", "text").member("text", block.text);
    if (block.kind == Block::Kind::Thinking) {
      w.member("type", "thinking").member("thinking", block.text);
      w.member("signature", block.signature.empty() ? our_signature(id_, index) : block.signature);
    }
    if (block.kind == Block::Kind::Tool) {
      w.member("type", "tool_use");
      w.member("id", block.id.empty() ? "toolu_" + id_ + "_" + std::to_string(block.call) : block.id);
      write_input(w.member("name", block.name).key("input"), block.text);
    }
    w.end();
    ++index;
  }
  w.end();
}

std::string Writer::whole() const {
  if (error_) return error(*error_);
  if (!ending_.finish) return error(truncated_error());
  if (!whole_raw_.empty()) return signed_whole(whole_raw_, id_);
  chat::Usage usage = ending_.usage.value_or(chat::Usage{});
  json::Writer w;
  if (counts_) return w.object().member("input_tokens", usage.prompt()).end().take();
  w.object().member("id", id_).member("type", "message").member("role", "assistant").member("model", model_);
  write_content(w);
  ending_.write(w);
  w.key("usage");
  write_usage(w, usage);
  return w.end().take();
}

}  // namespace

std::unique_ptr<AnswerWriter> make_anthropic_messages_writer(const chat::Request& request,
                                                             const AnswerIdentity& identity) {
  return std::make_unique<Writer>(request, identity);
}

}  // namespace sluice::wire
