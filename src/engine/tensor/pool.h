// A few threads that share the tasks of one step after another.
//
// Between steps of a running model a worker spins for some microseconds, because waking a parked thread costs more
// than most steps take; without work it parks. A step ends when its tasks are done, whether or not every worker
// took part, so an overloaded machine slows down by one lost worker only.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice::engine::tensor {

// Processors that this process may use: its affinity mask, and its control group's quota.
int usable_processors();

class Pool {
 public:
  explicit Pool(int threads);  // the caller of run() included; >= 1
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  // body(task, thread) for each task of [0, tasks), thread in [0, threads()); returns when all are done. Called by
  // one thread at a time; bodies must not call run() and must not throw.
  template <class Body>
  void run(int tasks, Body&& body) {
    using Plain = std::remove_reference_t<Body>;
    if (tasks <= 1 || workers_.empty()) {
      for (int task = 0; task < tasks; ++task) body(task, 0);
      return;
    }
    run_all(
        tasks, [](void* context, int task, int thread) { (*static_cast<Plain*>(context))(task, thread); },
        const_cast<void*>(static_cast<const void*>(std::addressof(body))));
  }

 private:
  using Call = void (*)(void* context, int task, int thread);
  void run_all(int tasks, Call call, void* context);
  bool take_one(int thread);
  void work(int thread);

  // State: step number in the high half, tasks not yet claimed in the low half. A claim succeeds only for the step
  // that is current, so call_ and context_ are read by claimants only, and stay put until all claims are done.
  std::atomic<std::uint64_t> state_{0};
  std::atomic<std::uint32_t> finished_{0};  // tasks of the current step
  std::atomic<std::uint32_t> wake_{0};      // parked workers wait for it to change
  std::atomic<bool> stopping_{false};
  Call call_ = nullptr;
  void* context_ = nullptr;
  std::vector<std::thread> workers_;
};

}  // namespace sluice::engine::tensor
