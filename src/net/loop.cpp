#include "net/loop.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <exception>

#include "net/core.h"

namespace sluice::net {
namespace {

// The frame under a spawned task: registers itself so that ~Loop finds it, and destroys itself at its end.
struct Root {
  struct promise_type {
    Core& core;
    std::list<std::coroutine_handle<>>::iterator place;

    promise_type(Core& c, Task<void>&) : core(c) {
      auto self = std::coroutine_handle<promise_type>::from_promise(*this);
      place = core.roots.insert(core.roots.end(), self);
      core.root_count.fetch_add(1, std::memory_order_relaxed);
    }
    ~promise_type() {
      core.roots.erase(place);
      core.root_count.fetch_sub(1, std::memory_order_relaxed);
    }
    Root get_return_object() noexcept { return Root(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept {
      check_failed("no exception", "a Task must not throw", __FILE__, __LINE__);
    }
  };
  explicit Root(std::coroutine_handle<> h) : handle(h) {}
  std::coroutine_handle<> handle;
};

Root run_root(Core& core, Task<void> task) { co_await task; }

struct TimerAwaiter {
  asio::steady_timer& timer;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) {
    timer.async_wait([h](const ErrorCode&) { h.resume(); });
  }
  void await_resume() const noexcept {}
};

MonotonicTime after(Duration by) {
  auto now = std::chrono::steady_clock::now();
  // A far future must not overflow the clock.
  return by > MonotonicTime::max() - now ? MonotonicTime::max() : now + by;
}

}  // namespace

Core::Core() : hangups_(io) {}
Core::~Core() = default;

void Core::post(std::function<void()> work) {
  std::lock_guard guard(gate_);
  if (!closed_) asio::post(io, std::move(work));
}

void Core::resume_soon(std::coroutine_handle<> handle) {
  asio::post(io, [handle] { handle.resume(); });
}

void Core::spawn(Task<void> task) {
  {
    std::lock_guard guard(gate_);
    if (closed_) return;  // by a destructor that runs in close(): the task never starts
  }
  resume_soon(run_root(*this, std::move(task)).handle);
}

void Core::close() {
  {
    std::lock_guard guard(gate_);
    closed_ = true;
  }
  while (!roots.empty()) roots.front().destroy();
  io.discard_all();
}

void Core::watch_hangup(int fd, HangupTarget& target) {
  if (!hangups_started_) {
    int set = epoll_create1(EPOLL_CLOEXEC);
    SLUICE_CHECK(set >= 0, "the loop needs one more file descriptor; raise the limit (ulimit -n)");
    hangups_.assign(set);
    hangups_started_ = true;
    wait_hangups();
  }
  epoll_event event{};
  event.events = EPOLLRDHUP | EPOLLET;  // EPOLLERR and EPOLLHUP are always reported
  event.data.ptr = &target;
  if (epoll_ctl(hangups_.native_handle(), EPOLL_CTL_ADD, fd, &event) != 0) target.gone = true;
}

void Core::unwatch_hangup(int fd) {
  if (hangups_.is_open()) epoll_ctl(hangups_.native_handle(), EPOLL_CTL_DEL, fd, nullptr);
}

void Core::wait_hangups() {
  hangups_.async_wait(asio::posix::stream_descriptor::wait_read, [this](const ErrorCode& ec) {
    if (ec) return;
    collect_hangups();
    wait_hangups();
  });
}

// Only marks and queues: no coroutine runs here, so the targets of a batch stay valid.
void Core::collect_hangups() {
  epoll_event events[64];
  int n = 0;
  do {
    n = epoll_wait(hangups_.native_handle(), events, 64, 0);
    for (int i = 0; i < n; ++i) {
      auto& target = *static_cast<HangupTarget*>(events[i].data.ptr);
      target.gone = true;
      if (target.waiter) resume_soon(std::exchange(target.waiter, nullptr));
    }
  } while (n == 64);
}

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() { impl_->core->close(); }

void Loop::run() {
  auto keep_running = asio::make_work_guard(impl_->core->io);
  try {
    impl_->core->io.run();
  } catch (const std::exception& e) {
    check_failed("no exception", e.what(), __FILE__, __LINE__);
  }
  keep_running.reset();       // before restart(): the last work that goes stops the context
  impl_->core->io.restart();  // so that run() can be called again
}

void Loop::stop() { impl_->core->io.stop(); }
void Loop::post(std::function<void()> work) { impl_->core->post(std::move(work)); }
void Loop::spawn(Task<void> task) { impl_->core->spawn(std::move(task)); }
std::int64_t Loop::tasks() const { return impl_->core->root_count.load(std::memory_order_relaxed); }

Task<void> Loop::sleep(Duration by) {
  asio::steady_timer timer(impl_->core->io, after(by));
  TimerAwaiter wait{timer};
  co_await wait;
}

// `is_set` may be changed by any thread, the rest by the loop's only. A set() that finds the flag clear posts one
// wake-up; a wake-up that finds the flag clear again (reset() came between) does nothing.
struct Signal::State {
  std::weak_ptr<Core> core;
  std::atomic<bool> is_set = false;
  std::coroutine_handle<> waiter;
  asio::steady_timer* timer = nullptr;  // of wait_for; lives in the waiting frame

  void wake() {
    if (!is_set.load()) return;
    if (timer)
      timer->cancel();  // its handler, and nothing else, resumes wait_for
    else if (waiter)
      std::exchange(waiter, nullptr).resume();
  }

  struct Awaiter {
    State& state;
    bool await_ready() const noexcept { return state.is_set.load(); }
    bool await_suspend(std::coroutine_handle<> h) {
      SLUICE_CHECK(!state.waiter && !state.timer, "a Signal has one waiter at a time");
      state.waiter = h;
      // set() may have come since await_ready; its wake-up is queued behind us and finds the waiter.
      return true;
    }
    void await_resume() const noexcept {}
  };
};

Signal::Signal(Loop& loop) : state_(std::make_shared<State>()) { state_->core = loop.impl().core; }

void Signal::set() const {
  if (state_->is_set.exchange(true)) return;
  if (auto core = state_->core.lock()) core->post([state = state_] { state->wake(); });
}

void Signal::reset() const { state_->is_set.store(false); }

Task<void> Signal::wait() const {
  std::shared_ptr<State> state = state_;
  State::Awaiter waiting{*state};
  co_await waiting;
}

Task<bool> Signal::wait_for(Duration by) const {
  std::shared_ptr<State> state = state_;
  if (state->is_set.load()) co_return true;
  auto core = state->core.lock();
  SLUICE_CHECK(core != nullptr, "a Signal is awaited on a living loop");
  SLUICE_CHECK(!state->waiter && !state->timer, "a Signal has one waiter at a time");
  asio::steady_timer timer(core->io, after(by));
  state->timer = &timer;
  TimerAwaiter wait{timer};
  co_await wait;
  state->timer = nullptr;
  co_return state->is_set.load();
}

namespace {

void on_signals(Core& core, std::shared_ptr<asio::signal_set> set, std::function<void(int)> on_signal) {
  core.signals.push_back(set);
  // Re-armed each time. It holds itself weakly: the Core owns the set.
  struct Again {
    std::weak_ptr<asio::signal_set> set;
    std::function<void(int)> call;
    void operator()(const ErrorCode& ec, int number) const {
      if (ec) return;
      call(number);
      if (auto s = set.lock()) s->async_wait(*this);
    }
  };
  Again again{set, std::move(on_signal)};
  set->async_wait(std::move(again));
}

}  // namespace

void on_stop_signals(Loop& loop, std::function<void(int)> on_signal) {
  Core& core = *loop.impl().core;
  on_signals(core, std::make_shared<asio::signal_set>(core.io, SIGINT, SIGTERM), std::move(on_signal));
}

void on_reload_signal(Loop& loop, std::function<void(int)> on_signal) {
  Core& core = *loop.impl().core;
  on_signals(core, std::make_shared<asio::signal_set>(core.io, SIGHUP), std::move(on_signal));
}

}  // namespace sluice::net
