#include "gateway/judging.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

namespace sluice::gateway {

struct Judging::Job {
  enum class Step { Waiting, Running, Done };
  Job(net::Loop& loop, Work work_in) : work(std::move(work_in)), ended(loop) {}

  // On whichever thread; once.
  void run() {
    {
      std::lock_guard guard(lock);
      if (step != Step::Waiting) return;
      step = Step::Running;
    }
    try {
      work(given_up);
    } catch (const std::exception&) {
      failed = true;
    }
    {
      std::lock_guard guard(lock);
      step = Step::Done;
    }
    changed.notify_all();
    ended.set();
  }

  // Afterwards `work` does not run, nor will it.
  void leave() {
    given_up.store(true, std::memory_order_relaxed);
    std::unique_lock guard(lock);
    if (step == Step::Waiting) step = Step::Done;
    changed.wait(guard, [this] { return step == Step::Done; });
  }

  const Work work;
  std::atomic<bool> given_up = false;
  const net::Signal ended;
  bool failed = false;  // after Done
  std::mutex lock;      // guards `step`
  std::condition_variable changed;
  Step step = Step::Waiting;
};

net::Task<bool> Judging::run(net::Loop& loop, Work work) {
  struct Left {
    std::shared_ptr<Job> job;
    ~Left() { job->leave(); }
  };
  const Left here{std::make_shared<Job>(loop, std::move(work))};
  if (!post(here.job)) here.job->run();
  co_await here.job->ended.wait();
  co_return !here.job->failed;
}

bool Judging::post(const std::shared_ptr<Job>& job) {
  try {
    return workers_.post([job] { job->run(); });
  } catch (const std::exception&) {
    return false;  // no memory for the queue
  }
}

}  // namespace sluice::gateway
