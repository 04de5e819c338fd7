#include "net/loop.h"

#include <doctest/doctest.h>

#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include "net/stream.h"

using namespace sluice;
using namespace sluice::net;
using namespace std::chrono_literals;

namespace {

struct Witness {
  int& destroyed;
  explicit Witness(int& d) : destroyed(d) {}
  ~Witness() { ++destroyed; }
};

Task<void> sleep_long(Loop& loop, int& destroyed) {
  Witness witness(destroyed);
  co_await loop.sleep(1h);
}

Task<void> wait_signal(Signal signal, int& destroyed) {
  Witness witness(destroyed);
  co_await signal.wait();
}

Task<int> depth(int n) {
  if (n == 0) co_return 0;
  int below = co_await depth(n - 1);
  co_return below + 1;
}

}  // namespace

TEST_CASE("tasks that are suspended when the loop goes are destroyed once, never resumed") {
  int destroyed = 0;
  {
    Loop loop;
    Signal signal(loop);
    for (int i = 0; i < 10; ++i) loop.spawn(sleep_long(loop, destroyed));
    loop.spawn(wait_signal(signal, destroyed));
    loop.post([&] { loop.stop(); });
    loop.run();
    CHECK(loop.tasks() == 11);
    CHECK(destroyed == 0);
  }
  CHECK(destroyed == 11);
}

TEST_CASE("a task that was spawned but never started is destroyed with the loop") {
  int destroyed = 0;
  {
    Loop loop;
    loop.spawn(sleep_long(loop, destroyed));
  }
  CHECK(destroyed == 0);  // its body never ran; ASan sees whether the frame leaks
}

TEST_CASE("sleep lasts at least as long as asked") {
  Loop loop;
  Duration slept{};
  auto body = [](Loop& l, Duration& out) -> Task<void> {
    auto start = std::chrono::steady_clock::now();
    co_await l.sleep(20ms);
    out = std::chrono::steady_clock::now() - start;
    l.stop();
  };
  loop.spawn(body(loop, slept));
  loop.run();
  CHECK(slept >= 20ms);
  CHECK(loop.tasks() == 0);
}

TEST_CASE("a signal set from another thread wakes its waiter, is remembered, and can be reset") {
  Loop loop;
  Signal signal(loop);
  std::vector<int> order;
  auto body = [](Loop& l, Signal s, std::vector<int>& out) -> Task<void> {
    co_await s.wait();
    out.push_back(1);
    co_await s.wait();  // still set
    out.push_back(2);
    s.reset();
    bool set = co_await s.wait_for(5ms);
    out.push_back(set ? -1 : 3);
    s.set();
    set = co_await s.wait_for(1h);
    out.push_back(set ? 4 : -1);
    s.reset();
    std::thread other([copy = s] { copy.set(); });
    set = co_await s.wait_for(1h);
    other.join();
    out.push_back(set ? 5 : -1);
    l.stop();
  };
  loop.spawn(body(loop, signal, order));
  std::thread other([signal] { signal.set(); });
  loop.run();
  other.join();
  CHECK(order == std::vector<int>{1, 2, 3, 4, 5});
}

TEST_CASE("a thousand signals from four threads are all noticed") {
  Loop loop;
  std::vector<Signal> signals;
  for (int i = 0; i < 1000; ++i) signals.emplace_back(loop);
  int woken = 0;
  auto body = [](Loop& l, Signal s, int& n) -> Task<void> {
    co_await s.wait();
    if (++n == 1000) l.stop();
  };
  for (auto& s : signals) loop.spawn(body(loop, s, woken));
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&signals, t] {
      for (std::size_t i = std::size_t(t); i < signals.size(); i += 4) signals[i].set();
    });
  loop.run();
  for (auto& t : threads) t.join();
  CHECK(woken == 1000);
}

TEST_CASE("a signal and post() after the loop's end do nothing") {
  std::optional<Signal> kept;
  {
    Loop loop;
    kept.emplace(loop);
  }
  kept->set();
  kept.reset();
}

TEST_CASE("deep chains of tasks return through symmetric transfer") {
  Loop loop;
  int result = 0;
  auto body = [](Loop& l, int& out) -> Task<void> {
    out = co_await depth(500);
    l.stop();
  };
  loop.spawn(body(loop, result));
  loop.run();
  CHECK(result == 500);
}

TEST_CASE("stop() from another thread ends run(), and run() can be called again") {
  Loop loop;
  for (int round = 0; round < 3; ++round) {
    std::atomic<bool> ran = false;
    std::thread other([&] {
      loop.post([&] {
        ran = true;
        loop.stop();
      });
    });
    loop.run();
    other.join();
    CHECK(ran);
  }
}

TEST_CASE("stop signals reach the callback every time") {
  Loop loop;
  std::vector<int> seen;
  on_stop_signals(loop, [&](int number) {
    seen.push_back(number);
    if (seen.size() == 1)
      std::raise(SIGINT);
    else
      loop.stop();
  });
  loop.post([] { std::raise(SIGTERM); });
  loop.run();
  CHECK(seen == std::vector<int>{SIGTERM, SIGINT});
}
