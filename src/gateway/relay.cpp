// Step "relay" of the way: the answer's events go to the client as they come.
#include "gateway/way.h"

#include "http/sse.h"

namespace sluice::gateway {
namespace {

// A stream's bytes are written together as long as more have arrived already, up to this many.
constexpr std::size_t kBatchBytes = 32 << 10;

Error client_left() { return {"request.cancelled", "the client left", "", ""}; }

void append(std::string& bytes, std::vector<wire::Piece>& pieces) {
  for (const wire::Piece& piece : pieces) http::append_sse(bytes, piece.data, piece.event);
  pieces.clear();
}

}  // namespace

http::Headers Way::answer_headers() const {
  http::Headers headers;
  headers.add("x-request-id", id_);
  if (front_.protocol == chat::Protocol::AnthropicMessages) headers.add("request-id", id_);
  if (!decision_.id.empty()) {
    headers.add("x-sluice-label", decision_.label.to_string());
    headers.add("x-sluice-decision", decision_.id);
  }
  const backend::Answer* answer = voice_ ? voice_->answer() : nullptr;
  if (!answer) return headers;
  backend::Served served = answer->served();
  headers.add("x-sluice-deployment", served.deployment);
  std::string model = served.model + (served.digest.empty() ? "" : "; " + served.digest);
  // The upstream chose this name: it must not be able to add a header.
  headers.add("x-sluice-model", http::valid_field_value(model) ? model : "(unprintable)");
  for (const std::string& note : answer->notes()) headers.add("x-sluice-note", note);
  return headers;
}

// An answer that a keep-alive began had to send its head before anybody served it: the same lines as comments.
void Way::append_served(std::string& bytes) const {
  for (const auto& [name, value] : answer_headers().list())
    if (name.starts_with("x-sluice-")) bytes += ": " + name + ": " + value + "\n";
}

std::unique_ptr<wire::AnswerWriter> Way::make_writer() const {
  wire::AnswerIdentity identity;
  identity.id = id_;
  identity.created = time_.micros / 1'000'000;
  return wire::make_writer(request_, identity);
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
  auto writer = make_writer();
  if (status) {
    status = co_await relay_chunks(*stream, *writer);
  } else if (stream->begun() && !client_gone_) {
    // A keep-alive began the answer: the failure is told in it.
    chat::Chunk failed;
    failed.events.push_back(chat::Failure{status.error()});
    std::vector<wire::Piece> pieces;
    writer->stream(failed, pieces);
    std::string bytes;
    append(bytes, pieces);
    Status told = co_await stream->write(bytes);
    if (told) told = co_await out_.finish();
  }
  if (stream->begun()) closing_.status = 200;
  if (status) remember(*writer);
  co_await lane_.pulse.end(stream);
  co_return status;
}

net::Task<Status> Way::relay_chunks(Pulse::Stream& stream, wire::AnswerWriter& writer) {
  SLUICE_CO_TRY_VOID(co_await stream.begin());
  std::string bytes;
  if (stream.begun_early()) append_served(bytes);
  std::vector<wire::Piece> pieces;
  Status ended;
  for (bool last = false; !last;) {
    chat::Chunk chunk = co_await voice_->next();
    if (client_gone_) co_return fail(client_left());
    last = chunk.last;
    account(chunk);
    writer.stream(chunk, pieces);
    if (const Error* error = failure_in(chunk)) ended = fail(*error);
    if (last) writer.finish_stream(pieces);
    append(bytes, pieces);
    if (bytes.empty() || (!last && bytes.size() < kBatchBytes && voice_->waiting())) continue;
    Status written = co_await stream.write(bytes);
    bytes.clear();
    if (!written) {
      client_gone_ = true;
      voice_->cancel();
      co_return fail(client_left());
    }
  }
  Status finished = co_await out_.finish();
  if (!ended) co_return ended;
  co_return finished;
}

net::Task<Status> Way::relay_whole() {
  SLUICE_CO_TRY_VOID(co_await attempt());
  auto writer = make_writer();
  for (bool last = false; !last;) {
    chat::Chunk chunk = co_await voice_->next();
    if (client_gone_) co_return fail(client_left());
    last = chunk.last;
    account(chunk);
    if (const Error* error = failure_in(chunk)) co_return fail(*error);
    writer->collect(chunk);
  }
  http::Response response;
  response.status = 200;
  response.headers = answer_headers();
  response.headers.add("Content-Type", "application/json");
  response.body = writer->whole();
  closing_.status = 200;
  remember(*writer);
  Status sent = co_await out_.send(std::move(response));
  co_return sent;
}

void Way::account(const chat::Chunk& chunk) {
  if (!content_sent_ && has_content(chunk)) {
    content_sent_ = true;
    auto since = shared_.clock->monotonic() - began_;
    closing_.first_token_us = std::chrono::duration_cast<std::chrono::microseconds>(since).count();
  }
  for (const chat::Event& event : chunk.events) {
    if (auto* usage = std::get_if<chat::Usage>(&event)) closing_.usage = *usage;
    if (heard_.wanted) listen(event);
  }
}

void Way::listen(const chat::Event& event) {
  if (auto* text = std::get_if<chat::TextDelta>(&event)) heard_.text += text->text;
  if (auto* thought = std::get_if<chat::ReasoningDelta>(&event)) heard_.reasoning += thought->text;
  auto* call = std::get_if<chat::ToolCallDelta>(&event);
  if (call && !call->id.empty()) heard_.calls.push_back(call->id);
}

}  // namespace sluice::gateway
