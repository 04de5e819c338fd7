#include "http/server.h"

#include "base/log.h"
#include "http/connection.h"

namespace sluice::http {
namespace {

constexpr int kAcceptsWithoutPause = 64;
constexpr int kRefusals = 128;  // told at the same time; beyond that a connection is closed without a word
// Out of file descriptors: accepting again at once would spin.
constexpr Duration kAcceptPause = std::chrono::milliseconds(50);

net::Task<void> accept_all(std::shared_ptr<ServerCore> core) {
  for (int in_a_row = 0;; ++in_a_row) {
    if (in_a_row == kAcceptsWithoutPause) {
      in_a_row = 0;
      co_await core->loop.sleep(Duration::zero());
    }
    auto stream = co_await core->listener.accept();
    if (!stream) {
      if (core->draining || stream.error().code == "net.cancelled") co_return;
      log::warn("http.accept", {{"code", stream.error().code}, {"message", stream.error().message}});
      co_await core->loop.sleep(kAcceptPause);
      continue;
    }
    if (int(core->connections.size()) < core->limits.connections) {
      core->loop.spawn(serve(std::make_shared<Responder::Impl>(core, std::move(*stream))));
    } else if (core->refusing < kRefusals) {
      ++core->refusing;
      core->loop.spawn(refuse(core, std::move(*stream)));
    }
  }
}

void stop_accepting(ServerCore& core) {
  core.draining = true;
  core.listener.close();
  for (Responder::Impl* c : core.connections)
    if (c->phase == Responder::Impl::Phase::Idle) c->stream.close();
}

void cut_all(ServerCore& core) {
  for (Responder::Impl* c : core.connections)
    if (c->stream.open()) c->cut();
}

Response plain_error(const Error& error, int status, const ErrorContext&) {
  Response response;
  response.status = status;
  response.headers.add("content-type", "text/plain; charset=utf-8");
  response.body = error.to_string() + "\n";
  return response;
}

}  // namespace

struct Server::Impl {
  std::shared_ptr<ServerCore> core;
};

Server::Server(net::Loop& loop, net::Listener listener, ServerLimits limits, Handler handler, ErrorBody error_body)
    : impl_(std::make_shared<Impl>()) {
  if (!error_body) error_body = plain_error;
  impl_->core =
      std::make_shared<ServerCore>(loop, std::move(listener), limits, std::move(handler), std::move(error_body));
}

Server::~Server() {
  stop_accepting(*impl_->core);
  cut_all(*impl_->core);
}

void Server::start() { impl_->core->loop.spawn(accept_all(impl_->core)); }
std::uint16_t Server::port() const { return impl_->core->listener.port(); }
int Server::active() const { return impl_->core->active; }

net::Task<void> Server::drain(Duration limit) {
  std::shared_ptr<ServerCore> core = impl_->core;
  stop_accepting(*core);
  auto end = std::chrono::steady_clock::now() + limit;
  while (core->busy > 0) {
    Duration left = end - std::chrono::steady_clock::now();
    if (left <= Duration::zero()) break;
    core->changed.reset();
    co_await core->changed.wait_for(left);
  }
  cut_all(*core);
}

}  // namespace sluice::http
