#include "engine/tensor/pool.h"

#include <doctest/doctest.h>

#include <chrono>
#include <numeric>

namespace sluice::engine::tensor {

TEST_CASE("each task runs exactly once per step, over many steps of changing size") {
  for (int threads : {1, 2, 3, 5}) {
    Pool pool(threads);
    CHECK(pool.threads() == threads);
    std::atomic<int> strangers{0};
    std::vector<int> runs(100, 0), expected(100, 0);
    for (int step = 0; step < 3000; ++step) {
      const int tasks = step % 100;
      pool.run(tasks, [&](int task, int thread) {
        if (thread < 0 || thread >= threads) strangers.fetch_add(1);
        ++runs[static_cast<std::size_t>(task)];  // not atomic: ThreadSanitizer sees it if two threads share a task
      });
      for (int task = 0; task < tasks; ++task) ++expected[static_cast<std::size_t>(task)];
    }
    CHECK(runs == expected);
    CHECK(strangers.load() == 0);
  }
}

TEST_CASE("what one step wrote, the next one reads, also after the workers have parked") {
  Pool pool(3);
  std::vector<std::int64_t> values(64);
  std::iota(values.begin(), values.end(), 0);
  for (int step = 0; step < 40; ++step) {
    if (step % 10 == 0) {  // long enough for the workers to give up spinning
      const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(3);
      while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
    }
    std::vector<std::int64_t> next(64);
    pool.run(64, [&](int task, int) {
      const auto i = static_cast<std::size_t>(task);
      next[i] = values[i] + values[(i + 1) % 64];
    });
    for (std::int64_t& value : next) value %= 1000003;
    std::vector<std::int64_t> expected(64);
    for (std::size_t i = 0; i < 64; ++i) expected[i] = (values[i] + values[(i + 1) % 64]) % 1000003;
    CHECK(next == expected);
    values = next;
  }
}

TEST_CASE("a pool that never worked ends at once") {
  for (int i = 0; i < 20; ++i) Pool pool(4);
  CHECK(usable_processors() >= 1);
}

}  // namespace sluice::engine::tensor
