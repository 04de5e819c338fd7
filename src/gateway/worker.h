// Worker: one loop with its listener, server and backends. Everything in it stays on its thread.
#pragma once

#include <memory>

#include "gateway/shared.h"
#include "gateway/way.h"
#include "http/server.h"
#include "net/loop.h"

namespace sluice::gateway {

class Worker {
 public:
  explicit Worker(Shared& shared);
  // Binds host:port (0: any free port). Errors: net.*, config.address.
  static Result<std::unique_ptr<Worker>> create(Shared& shared, const std::string& host, std::uint16_t port);

  void run();    // until a drain has ended; on the calling thread
  void drain();  // graceful: from any thread
  void stop();   // at once: from any thread
  std::uint16_t port() const { return server_->port(); }
  net::Loop& loop() { return loop_; }
  const Backends& backends() const { return backends_; }

 private:
  net::Task<void> handle(http::Request& in, http::Responder& out, const http::Connection& connection);
  net::Task<void> handle_page(Lane lane, http::Request& in, http::Responder& out,
                              const http::Connection& connection);
  net::Task<void> drain_and_stop();

  Shared& shared_;
  net::Loop loop_;
  Backends backends_;
  Pulse pulse_;
  Meters meters_;
  std::unique_ptr<http::Server> server_;  // declared last: it goes first, and its connections with it
};

}  // namespace sluice::gateway
