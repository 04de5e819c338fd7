// One thread's events: sockets by epoll and timers. Shares no code with what it tests. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace soak {

using Clock = std::chrono::steady_clock;
using Time = Clock::time_point;
using Millis = std::chrono::milliseconds;

class Handler {
 public:
  virtual ~Handler() = default;
  virtual void ready(std::uint32_t events) = 0;  // EPOLLIN and so on
};

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;

  void watch(int fd, std::uint32_t events, std::shared_ptr<Handler> handler);
  void change(int fd, std::uint32_t events);
  void forget(int fd);  // before it is closed
  void after(Millis wait, std::function<void()> call);
  // Handles events until `done` says so (true) or the time has come (false).
  bool run(const std::function<bool()>& done, Time until);

 private:
  void turn(Time until);
  int epoll_;
  std::vector<std::shared_ptr<Handler>> handlers_;  // by descriptor
  std::multimap<Time, std::function<void()>> timers_;
};

// A socket of its own descriptor, non-blocking, on 127.0.0.1. Exits the program where the system has none left.
int listen_on(std::uint16_t port, std::uint16_t& bound);  // port 0: any
int connect_to(std::uint16_t port, int receive_buffer);   // 0: the system's size
void close_with_reset(int fd);

}  // namespace soak
