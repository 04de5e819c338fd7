#include "upstream.h"

#include <cstdio>
#include <cstdlib>

namespace bench {
namespace {

constexpr std::string_view kWhole =
    R"({"id":"1","object":"chat.completion","created":1,"model":"bench","choices":[{"index":0,"message":{"role":"assistant",)"
    R"("content":"The mill stands by the river."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":500,)"
    R"("completion_tokens":8,"total_tokens":508,"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":500}})";
constexpr std::string_view kEvent =
    R"(data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,"delta":)"
    R"({"content":" mill"},"logprobs":null,"finish_reason":null}]})"
    "\n\n";
constexpr std::string_view kLast =
    R"(data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,"delta":)"
    R"({"content":""},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":500,"completion_tokens":8,)"
    R"("total_tokens":508,"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":500}})"
    "\n\ndata: [DONE]\n\n";
constexpr int kEvents = 8;

}  // namespace

using namespace sluice;

Upstream::Upstream() {
  auto listener = net::Listener::listen(loop_, "127.0.0.1", 0, false);
  if (!listener) {
    std::fprintf(stderr, "bench: %s\n", listener.error().to_string().c_str());
    std::exit(1);
  }
  auto handler = [this](const http::Request& in, http::Responder& out, const http::Connection&) {
    return handle(in, out);
  };
  auto error_body = [](const Error&, int status) { return http::Response{status, {}, "{}"}; };
  server_ = std::make_unique<http::Server>(loop_, std::move(*listener), http::ServerLimits(), handler, error_body);
  server_->start();
  port_ = server_->port();
  thread_ = std::jthread([this] { loop_.run(); });
}

Upstream::~Upstream() {
  hold_ = false;
  loop_.stop();
}

net::Task<void> Upstream::handle(const http::Request& in, http::Responder& out) {
  http::Headers headers;
  if (in.body.find("\"stream\":true") == std::string::npos) {
    headers.add("Content-Type", "application/json");
    http::Response response;
    response.headers = std::move(headers);
    response.body = kWhole;
    (void)co_await out.send(std::move(response));
    co_return;
  }
  headers.add("Content-Type", "text/event-stream");
  (void)co_await out.begin(200, std::move(headers));
  for (int i = 0; i < kEvents; ++i) {
    (void)co_await out.write(kEvent);
    while (hold_ && !out.client_gone()) co_await loop_.sleep(std::chrono::milliseconds(100));
  }
  (void)co_await out.write(kLast);
  (void)co_await out.finish();
}

}  // namespace bench
