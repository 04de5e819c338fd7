#include "gateway/worker.h"

#include "backend/local.h"
#include "backend/remote.h"
#include "gateway/approvals.h"
#include "gateway/balance.h"
#include "gateway/pages.h"
#include "gateway/policy_page.h"

namespace sluice::gateway {

namespace {

http::Response shaped_error(const Error& error, int status, const http::ErrorContext& about) {
  return error_response(error, status, error_protocol(about.path), std::string(about.request_id));
}

}  // namespace

Worker::Worker(Shared& shared) : shared_(shared), pulse_(loop_, shared.settings.keep_alive) {}

Result<std::unique_ptr<Worker>> Worker::create(Shared& shared, const std::string& host, std::uint16_t port) {
  auto worker = std::make_unique<Worker>(shared);
  for (const config::Deployment& deployment : shared.settings.deployments) {
    auto& slot = worker->backends_[deployment.name];
    if (auto member = shared.members.find(deployment.name); member != shared.members.end()) {
      slot = backend::make_local(worker->loop_, deployment, member->second.set, member->second.model);
    } else if (deployment.kind == config::Kind::Engine) {
      slot = backend::make_local(worker->loop_, deployment, shared.engines.at(deployment.name));
    } else {
      SLUICE_TRY(slot, backend::make_remote(worker->loop_, deployment));
    }
  }
  SLUICE_TRY(auto listener, net::Listener::listen(worker->loop_, host, port, true));

  if (shared.certificate) listener.secure(shared.certificate);

  const config::Settings& settings = shared.settings;
  http::ServerLimits limits;
  limits.body_bytes = settings.max_body_bytes;
  limits.header_timeout = settings.header_timeout;
  limits.body_timeout = settings.body_timeout;
  limits.idle_timeout = settings.idle_timeout;
  limits.connections = settings.max_connections;
  Worker* self = worker.get();
  auto handler = [self](http::Request& in, http::Responder& out, const http::Connection& connection) {
    return self->handle(in, out, connection);
  };
  worker->server_ =
      std::make_unique<http::Server>(worker->loop_, std::move(listener), limits, handler, shaped_error);
  worker->server_->start();
  return worker;
}

namespace {

net::Task<void> handle_request(Lane lane, Front front, http::Request& in, http::Responder& out,
                               const http::Connection& connection) {
  Way way(lane, front, in, out, connection);
  co_await way.go();
}

}  // namespace

net::Task<void> Worker::handle(http::Request& in, http::Responder& out, const http::Connection& connection) {
  auto front = front_of(in.path());
  const Lane lane{shared_, backends_, loop_, pulse_, meters_};
  if (in.method == "POST" && front) return handle_request(lane, *front, in, out, connection);
  return handle_page(lane, in, out, connection);
}

net::Task<void> Worker::handle_page(Lane lane, http::Request& in, http::Responder& out,
                                    const http::Connection& connection) {
  Result<http::Response> answer;
  if (is_balance(in))
    answer = co_await balance_page(lane, in, connection);
  else if (is_approvals(in.path()))
    answer = approvals_page(shared_, in);
  else if (is_policy_page(in.path()))
    answer = co_await policy_page(lane, in);
  else
    answer = page(shared_, backends_, in);
  http::Response response;
  if (answer) {
    response = std::move(*answer);
    response.headers.set("x-request-id", connection.request_id);
  } else {
    response = error_response(answer.error(), wire::http_status_of(answer.error()), error_protocol(in.path()),
                              connection.request_id);
  }
  (void)co_await out.send(std::move(response));
}

void Worker::run() { loop_.run(); }

void Worker::drain() {
  loop_.post([this] { loop_.spawn(drain_and_stop()); });
}

net::Task<void> Worker::drain_and_stop() {
  co_await server_->drain(shared_.settings.drain_timeout);
  loop_.stop();
}

void Worker::stop() { loop_.stop(); }

}  // namespace sluice::gateway
