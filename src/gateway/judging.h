// Judging: step "sense" of the way, of requests so long that judging them would hold up everybody else on their
// loop: a file that no extractor reads is judged by its base64, megabytes of it. Those go to threads of their own,
// as many as there are loops, with a bounded queue before them; a short one is judged sooner than handed over.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

#include "extract/workers.h"
#include "net/loop.h"

namespace sluice::gateway {

// Bytes of a body from which on it is judged elsewhere: 2 ms of plain text.
inline constexpr std::size_t kLongBody = 256u << 10;

// Thread-safe; outlives the tasks that run() returns.
class Judging {
 public:
  explicit Judging(int threads) : workers_(threads, kMostWaiting) {}

  // What is to be done, which should end soon once `given_up` is true.
  using Work = std::function<void(const std::atomic<bool>& given_up)>;

  // Runs `work` on another thread, or on this one where too many wait, and ends when it has. False: it threw,
  // which memory does. Whoever destroys the task before that tells work that has begun, and waits for it; what has
  // not does not begin: what `work` looks at need not live longer than the task.
  net::Task<bool> run(net::Loop& loop, Work work);

 private:
  struct Job;
  static constexpr std::size_t kMostWaiting = 256;
  bool post(const std::shared_ptr<Job>& job);
  extract::Workers workers_;
};

}  // namespace sluice::gateway
