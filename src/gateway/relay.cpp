// Step "relay" of the way: the answer's events go to the client as they come.
#include "gateway/holding.h"
#include "gateway/sealed.h"
#include "gateway/way.h"
#include "http/sse.h"
#include "wire/openai_chat.h"

namespace sluice::gateway {
namespace {

// A stream's bytes are written together as long as more have arrived already, up to this many.
constexpr std::size_t kBatchBytes = 32 << 10;

// A long conversation can have a note for each of its turns, and clients refuse answers with large heads (Node: 16
// KiB in all).
constexpr std::size_t kMostNotes = 20;

// Out of line, here and wherever a coroutine fails: an Error that a coroutine makes stays in its frame.
Failure client_left() { return fail("request.cancelled", "the client left"); }

void append(std::string& bytes, std::vector<wire::Piece>& pieces) {
  for (const wire::Piece& piece : pieces) http::append_sse(bytes, piece.data, piece.event);
  pieces.clear();
}

}  // namespace

http::Headers Way::answer_headers() const {
  http::Headers headers;
  headers.reserve(8);
  headers.add("x-request-id", id_);
  if (front_.protocol == chat::Protocol::AnthropicMessages) headers.add("request-id", id_);
  if (!decision_.id.empty()) {
    headers.add("x-sluice-label", decision_.label.to_string());
    headers.add("x-sluice-decision", decision_.id);
  }
  if (!ticket_.empty()) headers.add(kTicketHeader, ticket_);
  const backend::Answer* answer = serving();
  if (!answer) return headers;
  backend::Served served = answer->served();
  headers.add("x-sluice-deployment", served.deployment);
  std::string model = served.model + (served.digest.empty() ? "" : "; " + served.digest);
  // The upstream chose this name: it must not be able to add a header.
  headers.add("x-sluice-model", http::valid_field_value(model) ? model : "(unprintable)");
  auto notes = answer->notes();
  for (std::size_t i = 0; i < notes.size() && i < kMostNotes; ++i) headers.add("x-sluice-note", notes[i]);
  if (notes.size() > kMostNotes)
    headers.add("x-sluice-note", "and " + std::to_string(notes.size() - kMostNotes) + " more");
  return headers;
}

// An answer that a keep-alive began had to send its head before anybody served it: the same lines as comments.
void Way::append_served(std::string& bytes) const {
  const http::Headers headers = answer_headers();  // named: the loop holds what list() refers to, not the headers
  for (const auto& [name, value] : headers.list())
    if (name.starts_with("x-sluice-")) bytes += ": " + name + ": " + value + "\n";
}

wire::AnswerIdentity Way::identity() const {
  wire::AnswerIdentity identity;
  identity.id = id_;
  identity.created = time_.micros / 1'000'000;
  return identity;
}

void Way::make_writers() {
  if (!chorus_) {
    writers_.push_back(wire::make_writer(request_, identity()));
    return;
  }
  for (std::size_t i = 0; i < chorus_->size(); ++i) {
    wire::Choice choice{int(i), false};
    writers_.push_back(wire::make_openai_chat_writer(request_, identity(), choice));
  }
}

// Forwarded, not awaited: a silent stream keeps one frame less.
net::Task<chat::Chunk> Way::next(std::size_t& voice) {
  voice = 0;
  return chorus_ ? chorus_->next(voice) : voice_->next();
}

net::Task<Status> Way::relay_stream() {
  auto headers = [this] {
    http::Headers list = answer_headers();
    list.add("Content-Type", "text/event-stream; charset=utf-8");
    list.add("Cache-Control", "no-cache");
    return list;
  };
  auto stream = lane_.pulse.watch(out_, headers);
  Status status = co_await attempt();
  make_writers();
  if (status) {
    status = co_await relay_chunks(*stream);
  } else if (stream->begun() && !client_gone_) {
    // A keep-alive began the answer: the failure is told in it.
    release_approval();
    chat::Chunk failed;
    failed.events.push_back(chat::Failure{status.error()});
    std::vector<wire::Piece> pieces;
    writers_.front()->stream(failed, pieces);
    std::string bytes;
    append(bytes, pieces);
    Status told = co_await stream->write(bytes);
    if (told) told = co_await stream->finish();
  }
  if (stream->begun()) closing_.status = 200;
  if (status) remember();
  co_await lane_.pulse.end(stream);
  co_return status;
}

net::Task<Status> Way::relay_chunks(Pulse::Stream& stream) {
  Status begun = co_await stream.begin();
  if (client_gone_) co_return client_left();
  if (!begun) co_return begun;
  std::string bytes;
  if (stream.begun_early()) append_served(bytes);
  std::vector<wire::Piece> pieces;
  Status ended;
  for (std::size_t open = writers_.size(); open > 0;) {
    std::size_t voice = 0;
    chat::Chunk chunk = co_await next(voice);
    if (client_gone_) co_return client_left();
    account(voice, chunk);
    wire::AnswerWriter& writer = *writers_[voice];
    writer.stream(chunk, pieces);
    if (chunk.last) writer.finish_stream(pieces);
    if (chunk.last) --open;
    if (open == 0) mark_answers();  // before the client has the whole: it may ask on at once
    // The deployment's, or the writer's own: what the protocol of the client can't say.
    if (const Error* error = writer.failure()) {
      ended = fail(*error);
      release_approval();
      open = 0;  // nothing may follow the error event
      cancel();
    } else if (open == 0 && chorus_) {
      wire::finish_openai_chat_choices(request_, identity(), closing_.usage.value_or(chat::Usage{}), pieces);
    }
    append(bytes, pieces);
    if (bytes.empty() || (open > 0 && bytes.size() < kBatchBytes && waiting())) continue;
    Status written = co_await stream.write(bytes);
    std::string().swap(bytes);  // nothing is held while the stream is silent (assigning keeps the capacity)
    if (!written) {
      client_gone_ = true;
      cancel();
      co_return client_left();
    }
  }
  Status finished = co_await stream.finish();
  if (!ended) co_return ended;
  co_return finished;
}

net::Task<Status> Way::relay_whole() {
  SLUICE_CO_TRY_VOID(co_await attempt());
  make_writers();
  for (std::size_t open = writers_.size(); open > 0;) {
    std::size_t voice = 0;
    chat::Chunk chunk = co_await next(voice);
    if (client_gone_) co_return client_left();
    account(voice, chunk);
    wire::AnswerWriter& writer = *writers_[voice];
    writer.collect(chunk);
    if (const Error* error = writer.failure()) {
      cancel();
      co_return fail(*error);
    }
    if (chunk.last) --open;
  }
  http::Response response;
  response.status = 200;
  response.headers = answer_headers();
  response.headers.add("Content-Type", "application/json");
  response.body = writers_.front()->whole();
  if (chorus_) {
    std::vector<std::string> answers;
    for (const auto& writer : writers_) answers.push_back(writer->whole());
    response.body = wire::join_openai_chat(answers);
  }
  closing_.status = 200;
  mark_answers();
  remember();
  Status sent = co_await out_.send(std::move(response));
  co_return sent;
}

void Way::account(std::size_t voice, const chat::Chunk& chunk) {
  if (!content_sent_ && has_content(chunk)) {
    content_sent_ = true;
    auto since = shared_.clock->monotonic() - began_;
    closing_.first_token_us = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  }
  Heard& heard = heard_[voice];
  bool counted = false;
  for (const chat::Event& event : chunk.events) {
    if (auto* usage = std::get_if<chat::Usage>(&event)) {
      heard.usage = *usage;
      counted = true;
    }
    if (heard.wanted) heard.listen(event);
    if (heard.given) heard.given->listen(event);
  }
  if (!chunk.raw.empty()) note_sealed(chunk.raw, heard.sealed);
  if (!counted) return;
  chat::Usage all;
  for (const Heard& each : heard_)
    if (each.usage) all += *each.usage;
  closing_.usage = all;
}

void Way::Heard::listen(const chat::Event& event) {
  if (auto* said = std::get_if<chat::TextDelta>(&event)) text += said->text;
  if (auto* thought = std::get_if<chat::ReasoningDelta>(&event)) reasoning += thought->text;
  auto* call = std::get_if<chat::ToolCallDelta>(&event);
  if (call && !call->id.empty()) calls.push_back(call->id);
  if (auto* proof = std::get_if<chat::ReasoningSignature>(&event)) {
    signature = proof->signature;
    ++signatures;
  }
}

}  // namespace sluice::gateway
