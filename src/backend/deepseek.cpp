#include "backend/deepseek.h"

#include <vector>

#include "http/client.h"
#include "http/sse.h"
#include "wire/openai_chat.h"

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

class DeepSeekAnswer : public Answer {
 public:
  DeepSeekAnswer(http::ClientResponse response, const config::Deployment& deployment, bool stream)
      : response_(std::move(response)), deployment_(deployment), stream_(stream) {}

  net::Task<chat::Chunk> next() override {
    chat::Chunk chunk;
    if (stream_)
      chunk = co_await next_streamed();
    else
      chunk = co_await next_whole();
    co_return chunk;
  }

  void cancel() override { response_.cancel(); }
  bool waiting() const override { return taken_ < waiting_.size(); }

  Served served() const override {
    return {deployment_.name, reader_.model().empty() ? deployment_.model : reader_.model(), ""};
  }

 private:
  net::Task<chat::Chunk> next_whole() {
    auto body = co_await response_.read_all(kAnswerBytes, deployment_.stall_timeout);
    if (!body) co_return failure_chunk(connection_error(body.error(), deployment_.name));
    chat::Chunk chunk = reader_.read_whole(*body);
    co_return chunk;
  }

  net::Task<chat::Chunk> next_streamed() {
    while (taken_ == waiting_.size()) {
      waiting_.clear();
      taken_ = 0;
      auto bytes = co_await response_.read(deployment_.stall_timeout);
      if (!bytes) co_return failure_chunk(stream_error(bytes.error()));
      if (bytes->empty()) co_return end_of_stream();
      if (starts_as_json(*bytes)) {
        // A stream was asked for and one JSON object came: an error inside a 200.
        stream_ = false;
        auto rest = co_await response_.read_all(kAnswerBytes, deployment_.stall_timeout);
        if (!rest) co_return failure_chunk(connection_error(rest.error(), deployment_.name));
        chat::Chunk chunk = reader_.read_whole(*bytes + *rest);
        co_return chunk;
      }
      Status fed = sse_.feed(*bytes, waiting_);
      if (!fed) co_return failure_chunk({"upstream.protocol", fed.error().message, "", ""});
      drop_comments();
    }
    co_return take_waiting();
  }

  // Everything that arrived together, one read of the upstream's, becomes one chunk unless an event stands
  // alone by its raw form: a chunk carries the JSON of one event.
  chat::Chunk take_waiting() {
    chat::Chunk chunk = reader_.read_chunk(waiting_[taken_++].data);
    if (reader_.done()) {
      chat::Chunk end = reader_.end();
      for (auto& e : end.events) chunk.events.push_back(std::move(e));
      chunk.last = true;
    }
    return chunk;
  }

  chat::Chunk end_of_stream() {
    if (sse_.pending()) return failure_chunk(connection_error({"http.truncated", "", "", ""}, deployment_.name));
    return reader_.end();
  }

  Error stream_error(const Error& from) const {
    if (from.code != "net.timeout") return connection_error(from, deployment_.name);
    return {"upstream.stalled", "deployment '" + deployment_.name + "' stopped sending without ending its answer",
            "", "try again; what was received so far is not a whole answer"};
  }

  bool starts_as_json(std::string_view bytes) {
    if (started_ || blank(bytes)) return false;
    started_ = true;
    return bytes[bytes.find_first_not_of(" \t\r\n")] == '{';
  }

  void drop_comments() {
    std::erase_if(waiting_, [](const http::SseEvent& event) { return event.comment; });
  }

  http::ClientResponse response_;
  const config::Deployment& deployment_;
  bool stream_;
  bool started_ = false;
  http::SseReader sse_;
  std::vector<http::SseEvent> waiting_;  // events of the last read
  std::size_t taken_ = 0;                // how many of them were delivered
  wire::OpenAiChatReader reader_;
};

class DeepSeek : public Backend {
 public:
  DeepSeek(net::Loop& loop, const config::Deployment& deployment, http::ClientOptions options)
      : deployment_(deployment), client_(loop, std::move(options)) {}

  net::Task<Result<std::unique_ptr<Answer>>> ask(const chat::Request& request, const CallContext&) override {
    SLUICE_CO_TRY(http::Request out, http_request(request));
    auto response = co_await client_.send(std::move(out));
    if (!response) co_return fail(connection_error(response.error(), deployment_.name));
    if (response->status() != 200) {
      auto body = co_await response->read_all(kErrorBodyBytes, deployment_.stall_timeout);
      co_return fail(wire::read_openai_error(response->status(), body ? *body : std::string()));
    }
    co_return std::make_unique<DeepSeekAnswer>(std::move(*response), deployment_, request.stream);
  }

  Served served() const override { return {deployment_.name, deployment_.model, ""}; }
  bool needs_reasoning() const override { return true; }
  bool ready() const override { return true; }

 private:
  Result<http::Request> http_request(const chat::Request& request) const {
    wire::Target target;
    target.model = deployment_.model;
    http::Request out;
    out.method = "POST";
    out.target = "/chat/completions";
    out.headers.add("Authorization", "Bearer " + deployment_.key);
    out.headers.add("Content-Type", "application/json");
    out.headers.add("Accept", request.stream ? "text/event-stream" : "application/json");
    out.headers.add("User-Agent", "sluice/0.1");
    SLUICE_TRY(wire::Outgoing outgoing, wire::encode_openai_chat(request, target));
    out.body = std::move(outgoing.body);
    return out;
  }

  const config::Deployment& deployment_;
  http::Client client_;
};

}  // namespace

Result<std::unique_ptr<Backend>> make_deepseek(net::Loop& loop, const config::Deployment& deployment) {
  SLUICE_TRY(auto origin, http::Origin::parse(deployment.address));
  http::ClientOptions options;
  options.origin = std::move(origin);
  options.ca_file = deployment.ca_file;
  options.connect_timeout = deployment.connect_timeout;
  options.head_timeout = deployment.stall_timeout;
  options.connections = deployment.max_connections;
  return std::make_unique<DeepSeek>(loop, deployment, std::move(options));
}

}  // namespace sluice::backend
