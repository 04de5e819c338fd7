#include "engine/tensor/pool.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sluice::engine::tensor {
namespace {

// About 50 microseconds at 40 cycles a pause: longer than the gaps between the steps of a model.
constexpr int kSpins = 4000;
constexpr int kSpinsBeforeYield = 2000;

void pause() {
#if defined(__x86_64__)
  _mm_pause();
#else
  std::this_thread::yield();
#endif
}

constexpr std::uint32_t unclaimed(std::uint64_t state) { return static_cast<std::uint32_t>(state); }

}  // namespace

int usable_processors() {
  int count = static_cast<int>(std::thread::hardware_concurrency());
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) count = CPU_COUNT(&set);
  // Control group version 2: "QUOTA PERIOD" in microseconds, or "max PERIOD".
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  double quota = 0, period = 0;
  if (file >> quota >> period && quota > 0 && period > 0)
    count = std::min(count, std::max(1, static_cast<int>(std::floor(quota / period))));
  return std::max(count, 1);
}

Pool::Pool(int threads) {
  for (int i = 1; i < threads; ++i) workers_.emplace_back([this, i] { work(i); });
}

Pool::~Pool() {
  stopping_.store(true);
  wake_.fetch_add(1);
  wake_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void Pool::run_all(int tasks, Call call, void* context) {
  call_ = call;
  context_ = context;
  finished_.store(0, std::memory_order_relaxed);
  const std::uint64_t step = (state_.load(std::memory_order_relaxed) >> 32) + 1;
  state_.store(step << 32 | static_cast<std::uint32_t>(tasks));  // publishes what stands above
  wake_.fetch_add(1);
  wake_.notify_all();
  while (take_one(0)) {
  }
  for (int spins = 0; finished_.load(std::memory_order_acquire) != static_cast<std::uint32_t>(tasks); ++spins) {
    if (spins < kSpinsBeforeYield)
      pause();
    else
      std::this_thread::yield();
  }
}

bool Pool::take_one(int thread) {
  std::uint64_t state = state_.load(std::memory_order_acquire);
  do {
    if (unclaimed(state) == 0) return false;
  } while (!state_.compare_exchange_weak(state, state - 1, std::memory_order_acq_rel, std::memory_order_acquire));
  call_(context_, static_cast<int>(unclaimed(state)) - 1, thread);
  finished_.fetch_add(1, std::memory_order_release);
  return true;
}

void Pool::work(int thread) {
  while (!stopping_.load(std::memory_order_relaxed)) {
    const std::uint32_t seen = wake_.load();
    bool worked = false;
    for (int spins = 0; spins < kSpins && !worked; ++spins) {
      while (take_one(thread)) worked = true;
      if (!worked) pause();
    }
    // A step that began after `seen` was read changes wake_ and ends this wait at once.
    if (!worked && !stopping_.load() && unclaimed(state_.load()) == 0) wake_.wait(seen);
  }
}

}  // namespace sluice::engine::tensor
