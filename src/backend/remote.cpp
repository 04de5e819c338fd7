#include "backend/remote.h"

#include <array>
#include <vector>

#include "backend/dialect.h"
#include "backend/outgoing.h"
#include "backend/retry_after.h"
#include "backend/stop_watch.h"
#include "backend/think_tags.h"

#include "http/client.h"
#include "http/sse.h"
#include "wire/protocol.h"

namespace sluice::backend {
namespace {

constexpr std::size_t kErrorBodyBytes = 64 << 10;  // what is read of a non-200 answer
constexpr std::size_t kAnswerBytes = 64 << 20;     // of a whole answer: 384 K tokens with logprobs fit

// Names what went wrong on the connection in the words of docs/errors.md. The upstream's address is
// configuration, not secret, but a client has no business with it: it stays out of the message.
Error connection_error(const Error& from, const std::string& deployment) {
  auto make = [&](const char* code, std::string message, std::string hint) {
    return Error{code, std::move(message), "", std::move(hint)};
  };
  if (from.code == "net.cancelled") return make("request.cancelled", "the request was cancelled", "");
  if (from.code == "net.timeout")
    return make("upstream.timeout", "deployment '" + deployment + "' did not answer in time", "try again later");
  if (from.code == "http.truncated" || from.code == "net.closed" || from.code == "net.reset")
    return make("upstream.truncated",
                "deployment '" + deployment + "' closed the connection before the end of its answer",
                "try again; what was received so far is not a whole answer");
  if (from.code == "http.pool_exhausted")
    return make("upstream.unavailable",
                "deployment '" + deployment + "' has as many requests running as its max_connections allows",
                "raise max_connections of the deployment or try again later");
  if (from.code.starts_with("http."))
    return make("upstream.protocol",
                "deployment '" + deployment + "' sent an invalid HTTP answer: " + from.message, "");
  return make("upstream.unreachable", "deployment '" + deployment + "' can't be reached (" + from.code + ")",
              "check its address and the network");
}

chat::Chunk failure_chunk(Error error) {
  chat::Chunk chunk;
  chunk.events.push_back(chat::Failure{std::move(error)});
  chunk.last = true;
  return chunk;
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

// The beginning of an event stream: a field or a comment.
bool looks_like_stream(std::string_view body) {
  std::size_t at = body.find_first_not_of(" \t\r\n");
  if (at == std::string_view::npos) return false;
  body.remove_prefix(at);
  return body.starts_with("data:") || body.starts_with("event:") || body.starts_with(':');
}

class RemoteAnswer : public Answer {
 public:
  RemoteAnswer(http::ClientResponse response, const config::Deployment& deployment, bool stream,
               std::unique_ptr<wire::AnswerReader> reader, std::vector<std::string> notes, bool think_tags)
      : response_(std::move(response)),
        deployment_(deployment),
        stream_(stream),
        reader_(std::move(reader)),
        notes_(std::move(notes)) {
    if (think_tags) tags_ = std::make_unique<Tags>();
    response_.forget_headers();
  }

  // Forwarded, not awaited: a stream that waits for its next event costs a frame for each coroutine on the way.
  net::Task<chat::Chunk> next() override { return tags_ ? next_split() : next_read(); }

  void cancel() override { response_.cancel(); }
  bool waiting() const override {
    if (tags_ && tags_->given < tags_->ready.size()) return true;
    return taken_ < waiting_.size() || reader_->done();
  }

  std::vector<std::string> notes() const override { return notes_; }

  Served served() const override {
    return {deployment_.name, reader_->model().empty() ? deployment_.model : reader_->model(), ""};
  }

 private:
  struct Tags {
    ThinkTags split;
    std::vector<chat::Chunk> ready;  // split, and not given on yet from `given` on
    std::size_t given = 0;
  };

  net::Task<chat::Chunk> next_read() { return stream_ ? next_streamed() : next_whole(); }

  net::Task<chat::Chunk> next_split() {
    while (tags_->given == tags_->ready.size()) {
      tags_->ready.clear();
      tags_->given = 0;
      chat::Chunk chunk = co_await next_read();
      tags_->split.add(std::move(chunk), tags_->ready);
    }
    co_return std::move(tags_->ready[tags_->given++]);
  }

  net::Task<chat::Chunk> next_whole() {
    auto body = co_await response_.read_all(kAnswerBytes, deployment_.stall_timeout);
    if (!body) co_return lost(body.error());
    if (body->starts_with("\xEF\xBB\xBF")) body->erase(0, 3);  // as some servers write JSON
    chat::Chunk chunk = looks_like_stream(*body) ? read_stream_as_whole(*body) : reader_->read_whole(*body);
    co_return chunk;
  }

  // One whole answer was asked for and a stream came.
  chat::Chunk read_stream_as_whole(std::string_view body) {
    Status fed = sse_.feed(body, waiting_);
    if (!fed) return unreadable(fed.error());
    drop_comments();
    chat::Chunk all;
    while (taken_ < waiting_.size() && !reader_->done() && !all.last) {
      const http::SseEvent& event = waiting_[taken_++];
      append(all, reader_->read_event(event.event == "message" ? std::string_view() : event.event, event.data));
    }
    if (!all.last) append(all, reader_->end());
    all.last = true;
    return all;
  }

  static void append(chat::Chunk& all, chat::Chunk more) {
    for (auto& event : more.events) all.events.push_back(std::move(event));
    all.last = more.last;
  }

  net::Task<chat::Chunk> next_streamed() {
    if (reader_->done()) co_return reader_->end();
    while (taken_ == waiting_.size()) {
      waiting_.clear();
      taken_ = 0;
      auto bytes = co_await response_.read(deployment_.stall_timeout);
      if (!bytes) co_return stopped(bytes.error());
      if (bytes->empty()) co_return end_of_stream();
      if (starts_as_json(*bytes)) {
        // A stream was asked for and one JSON object came: an error inside a 200.
        stream_ = false;
        auto rest = co_await response_.read_all(kAnswerBytes, deployment_.stall_timeout);
        if (!rest) co_return lost(rest.error());
        chat::Chunk chunk = reader_->read_whole(*bytes + *rest);
        co_return chunk;
      }
      if (page_) co_return no_stream();
      Status fed = sse_.feed(*bytes, waiting_);
      if (!fed) co_return unreadable(fed.error());
      drop_comments();
    }
    co_return take_waiting();
  }

  // Everything that arrived together, one read of the upstream's, becomes one chunk unless an event stands
  // alone by its raw form: a chunk carries the JSON of one event.
  chat::Chunk take_waiting() {
    const http::SseEvent& event = waiting_[taken_++];
    std::string_view name = event.event == "message" ? std::string_view() : std::string_view(event.event);
    chat::Chunk chunk = reader_->read_event(name, event.data);
    if (chunk.last || !chunk.raw.empty()) return chunk;  // the raw form of the end goes on by itself; then end()
    if (reader_->done()) {
      chat::Chunk end = reader_->end();
      for (auto& e : end.events) chunk.events.push_back(std::move(e));
      chunk.last = true;
    }
    return chunk;
  }

  chat::Chunk end_of_stream() {
    if (sse_.pending()) return failure_chunk(connection_error({"http.truncated", "", "", ""}, deployment_.name));
    return reader_->end();
  }

  // How an answer ends early. Made out of line: an Error that a coroutine makes stays in its frame.
  chat::Chunk lost(const Error& from) const { return failure_chunk(connection_error(from, deployment_.name)); }
  chat::Chunk unreadable(const Error& from) const {
    return failure_chunk({"upstream.protocol", from.message, "", ""});
  }
  chat::Chunk stopped(const Error& from) const {
    if (from.code != "net.timeout") return lost(from);
    return failure_chunk({"upstream.stalled",
                          "deployment '" + deployment_.name + "' stopped sending without ending its answer", "",
                          "try again; what was received so far is not a whole answer"});
  }

  bool starts_as_json(std::string_view bytes) {
    if (started_ || blank(bytes)) return false;
    started_ = true;
    char first = bytes[bytes.find_first_not_of(" \t\r\n")];
    page_ = first == '<';  // a proxy's page under status 200
    return first == '{' || first == '[';
  }

  chat::Chunk no_stream() const {
    return failure_chunk({"upstream.protocol",
                          "deployment '" + deployment_.name + "' sent a page instead of an answer", "",
                          "whoever runs this Sluice checks what the deployment's address leads to"});
  }

  void drop_comments() {
    std::erase_if(waiting_, [](const http::SseEvent& event) { return event.comment; });
  }

  http::ClientResponse response_;
  const config::Deployment& deployment_;
  bool stream_;
  bool started_ = false;
  bool page_ = false;
  http::SseReader sse_;
  std::vector<http::SseEvent> waiting_;  // events of the last read
  std::size_t taken_ = 0;                // how many of them were delivered
  std::unique_ptr<wire::AnswerReader> reader_;
  std::vector<std::string> notes_;
  std::unique_ptr<Tags> tags_;  // null: the server tells reasoning from text itself
};

// What a deployment that refuses says, with the time it asks us to wait.
Error refusal(chat::Protocol protocol, const http::ClientResponse& response, std::string_view body) {
  Error error = wire::read_error(protocol, response.status(), body);
  error.retry_after_s = retry_after(response.headers(), system_clock().utc());
  return error;
}

// What a deployment says instead of an answer. Its words may be slow to come: they are read like an answer, so
// that they can be given up like one.
class RefusedAnswer : public Answer {
 public:
  RefusedAnswer(http::ClientResponse response, const config::Deployment& deployment, chat::Protocol protocol)
      : response_(std::move(response)), deployment_(deployment), protocol_(protocol) {}

  void cancel() override { response_.cancel(); }
  Served served() const override { return {deployment_.name, deployment_.model, ""}; }
  net::Task<chat::Chunk> next() override {
    const Duration stall = deployment_.stall_timeout;
    auto body = co_await response_.read_all(kErrorBodyBytes, stall);
    co_return failure_chunk(error_of(body));
  }

 private:
  Error error_of(const Result<std::string>& body) const {
    if (!body && body.error().code == "net.cancelled") return connection_error(body.error(), deployment_.name);
    return refusal(protocol_, response_, body ? *body : std::string());
  }

  http::ClientResponse response_;
  const config::Deployment& deployment_;
  chat::Protocol protocol_;
};

// What is sent for a request.
struct Call {
  chat::Protocol protocol;
  http::Request request;
  std::vector<std::string> notes;
  std::vector<std::string> stops;  // the answer is ended at these here
};

class Remote : public Backend {
 public:
  Remote(net::Loop& loop, const config::Deployment& deployment, http::ClientOptions options)
      : deployment_(deployment), dialect_(dialect_of(deployment)), client_(loop, std::move(options)) {}

  net::Task<Result<std::unique_ptr<Answer>>> ask(const chat::Request& request,
                                                 const CallContext& context) override {
    SLUICE_CO_TRY(Call call, make_call(request, context));
    chat::Protocol protocol = call.protocol;
    if (context.content_hash) *context.content_hash = context.hash_of(call.request.body);
    auto response = co_await client_.send(std::move(call.request), context.cancellation);
    if (!response) co_return fail(connection_error(response.error(), deployment_.name));
    if (response->status() != 200)
      co_return std::make_unique<RefusedAnswer>(std::move(*response), deployment_, protocol);
    bool stream = request.stream && request.operation == chat::Operation::Generate;
    std::unique_ptr<Answer> answer = std::make_unique<RemoteAnswer>(
        std::move(*response), deployment_, stream, wire::make_reader(protocol), std::move(call.notes),
        dialect_.think_tags && protocol == chat::Protocol::OpenAiChat);
    co_return stop_at(std::move(answer), call.stops);
  }

  net::Task<Result<std::string>> balance() override {
    if (dialect_.balance.empty()) co_return fail(no_balance());
    http::Request out = empty_request();
    out.method = "GET";
    out.target = dialect_.balance;
    auto response = co_await client_.send(std::move(out));
    if (!response) co_return fail(connection_error(response.error(), deployment_.name));
    auto body = co_await response->read_all(kErrorBodyBytes, deployment_.stall_timeout);
    if (!body) co_return fail(connection_error(body.error(), deployment_.name));
    if (response->status() != 200) co_return fail(refusal(chat::Protocol::OpenAiChat, *response, *body));
    co_return std::move(*body);
  }

  Served served() const override { return {deployment_.name, deployment_.model, ""}; }
  bool needs_reasoning() const override { return dialect_.target.needs_reasoning; }
  bool signs_reasoning() const override { return dialect_.target.verifies_signatures; }
  bool ready() const override { return true; }

 private:
  Error no_balance() const {
    return {"deployment.unsupported",
            "deployment '" + deployment_.name + "' does not have a page that tells the account's balance", "",
            "use a model whose route leads to a deployment that has it"};
  }

  Result<Call> make_call(const chat::Request& request, const CallContext& context) const {
    SLUICE_TRY(Outgoing out, outgoing(request, deployment_, dialect_));
    return finish_call(request, context, out.protocol, std::move(out.body));
  }

  Call finish_call(const chat::Request& request, const CallContext& context, chat::Protocol protocol,
                   wire::Outgoing outgoing) const {
    Call call{protocol, empty_request(), std::move(outgoing.notes), std::move(outgoing.stops)};
    http::Request& out = call.request;
    out.method = "POST";
    out.target = dialect_.path(request, protocol);
    out.headers.add("Content-Type", "application/json");
    out.headers.add("Accept", request.stream ? "text/event-stream" : "application/json");
    if (!context.request_id.empty()) out.headers.add("x-request-id", context.request_id);
    if (!context.traceparent.empty()) out.headers.add("traceparent", context.traceparent);
    if (context.some_betas && protocol == chat::Protocol::AnthropicMessages && dialect_.target.verifies_signatures)
      call.notes.push_back("left out a part of the header anthropic-beta");
    if (!context.betas.empty() && protocol == chat::Protocol::AnthropicMessages) {
      // Who only speaks its protocol has none of Anthropic's betas.
      if (dialect_.target.verifies_signatures)
        out.headers.add("anthropic-beta", context.betas);
      else
        call.notes.push_back("left out the header anthropic-beta");
    }
    // Free text of the client's, in which nothing was found: it stays on machines that we run all the same.
    bool ours = deployment_.zone == config::Zone::Device || deployment_.zone == config::Zone::Private;
    if (ours && !context.tracestate.empty()) out.headers.add("tracestate", context.tracestate);
    out.body = std::move(outgoing.body);
    return call;
  }

  // The fields of every request.
  http::Request empty_request() const {
    http::Request out;
    out.headers.reserve(9);
    if (deployment_.key.empty()) return common(std::move(out));
    switch (dialect_.auth) {
      case Auth::Bearer:
        out.headers.add("Authorization", "Bearer " + deployment_.key);
        break;
      case Auth::ApiKey:
        out.headers.add("api-key", deployment_.key);
        break;
      case Auth::XApiKey:
        out.headers.add("x-api-key", deployment_.key);
        break;
    }
    return common(std::move(out));
  }

  http::Request common(http::Request out) const {
    if (dialect_.auth == Auth::XApiKey) out.headers.add("anthropic-version", "2023-06-01");
    out.headers.add("User-Agent", "sluice/0.1");
    return out;
  }

  const config::Deployment& deployment_;
  const Dialect dialect_;
  http::Client client_;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_remote(net::Loop& loop, const config::Deployment& deployment) {
  SLUICE_TRY(auto origin, http::Origin::parse(deployment.address));
  http::ClientOptions options;
  options.origin = std::move(origin);
  options.ca_file = deployment.ca_file;
  options.connect_timeout = deployment.connect_timeout;
  options.head_timeout = deployment.stall_timeout;
  options.connections = deployment.max_connections;
  return std::make_unique<Remote>(loop, deployment, std::move(options));
}

}  // namespace sluice::backend
