#include "gateway/judging.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <thread>

using namespace sluice;
using namespace sluice::gateway;
using namespace std::chrono_literals;

namespace {

net::Task<void> note(Judging& judging, net::Loop& loop, std::function<void()> work, std::optional<bool>& result) {
  const Judging::Work judged = [work](const std::atomic<bool>&) { work(); };
  result = co_await judging.run(loop, judged);
  loop.stop();
}

}  // namespace

TEST_CASE("The loop goes on while a long request is judged") {
  Judging judging(1);
  net::Loop loop;
  std::promise<void> elsewhere;
  std::future<void> heard = elsewhere.get_future();
  std::thread::id ran_on;
  bool went_on = false;
  // Ends when the loop has run something else: on the loop itself it never would.
  auto work = [&] {
    ran_on = std::this_thread::get_id();
    went_on = heard.wait_for(20s) == std::future_status::ready;
  };
  std::optional<bool> result;
  loop.spawn(note(judging, loop, work, result));
  loop.post([&] { elsewhere.set_value(); });
  loop.run();
  CHECK(result == true);
  CHECK(went_on);
  CHECK(ran_on != std::this_thread::get_id());
}

TEST_CASE("What fails says so, and the next is judged") {
  Judging judging(1);
  net::Loop loop;
  std::optional<bool> result;
  auto fails = [] { throw std::bad_alloc(); };
  loop.spawn(note(judging, loop, fails, result));
  loop.run();
  CHECK(result == false);
  auto works = [] {};
  loop.spawn(note(judging, loop, works, result));
  loop.run();
  CHECK(result == true);
}

TEST_CASE("Who leaves waits for what has begun, and what has not begun does not begin") {
  std::promise<void> begun, go;
  bool ended = false, second = false;
  Judging judging(1);
  auto first_loop = std::make_unique<net::Loop>(), second_loop = std::make_unique<net::Loop>();
  std::optional<bool> first_result, second_result;
  auto slow = [&] {
    begun.set_value();
    go.get_future().wait();
    std::this_thread::sleep_for(100ms);
    ended = true;
  };
  auto next = [&] { second = true; };
  first_loop->spawn(note(judging, *first_loop, slow, first_result));
  first_loop->post([&] { first_loop->stop(); });
  first_loop->run();
  begun.get_future().wait();
  second_loop->spawn(note(judging, *second_loop, next, second_result));
  second_loop->post([&] { second_loop->stop(); });
  second_loop->run();
  second_loop.reset();  // its task goes and waits for nothing, since the other is at work
  CHECK(!ended);
  go.set_value();
  first_loop.reset();
  CHECK(ended);
  net::Loop loop;
  std::optional<bool> result;
  auto after = [] {};
  loop.spawn(note(judging, loop, after, result));  // behind the second, if that were still there
  loop.run();
  CHECK(result == true);
  CHECK(!second);
  CHECK(!first_result);
  CHECK(!second_result);
}

TEST_CASE("Who leaves tells the work that has begun") {
  std::promise<void> begun;
  bool told = false;
  Judging judging(1);
  auto loop = std::make_unique<net::Loop>();
  struct Leaving {
    static net::Task<void> ask(Judging& judging, net::Loop& loop, Judging::Work work) {
      co_await judging.run(loop, std::move(work));
    }
  };
  // Goes on until it is told, which nobody but the one who leaves does.
  auto work = [&](const std::atomic<bool>& given_up) {
    begun.set_value();
    for (int i = 0; i < 2000 && !given_up; ++i) std::this_thread::sleep_for(10ms);
    told = given_up;
  };
  loop->spawn(Leaving::ask(judging, *loop, work));
  loop->post([&] { loop->stop(); });
  loop->run();
  begun.get_future().wait();
  loop.reset();
  CHECK(told);
}

TEST_CASE("Where too many wait, the one who asks judges itself, and nobody is turned away") {
  Judging judging(1);
  net::Loop loop;
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  constexpr int kAll = 400;
  int done = 0, here = 0;
  std::atomic<int> ran = 0;
  const std::thread::id loop_thread = std::this_thread::get_id();
  struct One {
    static net::Task<void> ask(Judging& judging, net::Loop& loop, std::function<void()> work, int& done) {
      const Judging::Work deaf = [work](const std::atomic<bool>&) { work(); };
      const bool judged = co_await judging.run(loop, deaf);
      CHECK(judged);
      if (++done == kAll) loop.stop();
    }
  };
  for (int i = 0; i < kAll; ++i) {
    auto work = [&] {
      if (std::this_thread::get_id() == loop_thread)
        ++here;
      else
        gone.wait();
      ++ran;
    };
    loop.spawn(One::ask(judging, loop, work, done));
  }
  loop.post([&] { go.set_value(); });
  loop.run();
  CHECK(ran == kAll);
  CHECK(here > 0);
}
