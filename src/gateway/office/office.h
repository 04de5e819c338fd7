// Office: one thread beside the loops of the gateway, for what must hold up no request: reading a new policy,
// sweeping what is over its time, telling people.
//
// Work may block for milliseconds, since nobody's request waits on this thread; it does not block for longer,
// since other work of the office does. Everything posted runs in order.
#pragma once

#include <functional>
#include <thread>

#include "net/loop.h"

namespace sluice::gateway {

class Office {
 public:
  Office() = default;
  ~Office();  // drops what has not begun
  Office(const Office&) = delete;

  void open();                            // starts the thread; once
  void close();                           // ends it; idempotent, not from the office's own thread
  void post(std::function<void()> work);  // from any thread
  net::Loop& loop() { return loop_; }     // spawn tasks before open(), or by post()

 private:
  net::Loop loop_;
  std::thread thread_;
};

}  // namespace sluice::gateway
