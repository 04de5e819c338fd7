// The upstream all paths share: answers chat completions at once, or streams slowly for as long as it is asked to.
#pragma once

#include <atomic>

#include <cstdint>
#include <memory>
#include <thread>

#include "http/server.h"
#include "net/loop.h"

namespace bench {

class Upstream {
 public:
  Upstream();
  ~Upstream();
  std::uint16_t port() const { return port_; }
  // Streams begin, send one event and stay open until this is turned off.
  void hold_streams(bool hold) { hold_ = hold; }

 private:
  sluice::net::Task<void> handle(const sluice::http::Request& in, sluice::http::Responder& out);
  sluice::net::Loop loop_;
  std::unique_ptr<sluice::http::Server> server_;
  std::uint16_t port_ = 0;
  std::atomic<bool> hold_{false};
  std::jthread thread_;
};

}  // namespace bench
