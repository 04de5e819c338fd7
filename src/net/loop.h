// Loop: one thread's event loop. Objects made on a loop stay on it; other threads reach it by post() only.
#pragma once

#include <chrono>
#include <coroutine>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "base/time.h"
#include "net/task.h"

namespace sluice::net {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;

  void run();   // until stop(); on the calling thread
  void stop();  // from any thread; run() returns soon, tasks that are suspended are destroyed with the loop
  void post(std::function<void()> work);  // from any thread; runs on the loop's thread
  // Starts a task that nobody awaits; it is destroyed when it ends. On the loop's thread, or before run().
  void spawn(Task<void> task);
  std::int64_t tasks() const;  // spawned and not ended

  // Suspends for `by` at least. co_await loop.sleep(10ms)
  Task<void> sleep(Duration by);

  struct Impl;
  Impl& impl() { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

// Wakes one coroutine of `loop` from any thread. Copies share the same state, so a copy may be kept by a thread
// that outlives the waiter. set() is sticky and idempotent: it is remembered until reset().
class Signal {
 public:
  explicit Signal(Loop& loop);
  void set() const;         // wakes the waiter; later waits return at once until reset()
  void reset() const;       // on the loop's thread
  Task<void> wait() const;  // on the loop's thread; one waiter at a time
  // True if set() came first, false if `by` passed.
  Task<bool> wait_for(Duration by) const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace sluice::net
