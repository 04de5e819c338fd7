// A few threads and a bounded queue before them. Thread-safe.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace sluice::extract {

class Workers {
 public:
  Workers(int threads, std::size_t most_waiting);
  ~Workers();  // what has not begun does not begin; waits for what has
  Workers(const Workers&) = delete;
  bool post(std::function<void()> work);  // false: too much waits. `work` must not throw

 private:
  void serve();

  const std::size_t most_waiting_;
  std::mutex lock_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_;
  bool closing_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace sluice::extract
