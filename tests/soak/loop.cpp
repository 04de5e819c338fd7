#include "loop.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

namespace soak {
namespace {

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(2);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int new_socket() {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) give_up("soak: socket");
  return fd;
}

}  // namespace

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
Loop::~Loop() { ::close(epoll_); }

void Loop::watch(int fd, std::uint32_t events, std::shared_ptr<Handler> handler) {
  if (handlers_.size() <= std::size_t(fd)) handlers_.resize(std::size_t(fd) + 64);
  handlers_[std::size_t(fd)] = std::move(handler);
  epoll_event event{events, {.fd = fd}};
  if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) give_up("soak: epoll_ctl");
}

void Loop::change(int fd, std::uint32_t events) {
  epoll_event event{events, {.fd = fd}};
  ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event);
}

void Loop::forget(int fd) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr);
  handlers_[std::size_t(fd)].reset();
}

void Loop::after(Millis wait, std::function<void()> call) {
  timers_.emplace(Clock::now() + wait, std::move(call));
}

bool Loop::run(const std::function<bool()>& done, Time until) {
  while (!done()) {
    if (Clock::now() >= until) return false;
    turn(until);
  }
  return true;
}

void Loop::turn(Time until) {
  Time next = timers_.empty() ? until : std::min(until, timers_.begin()->first);
  auto wait = std::chrono::ceil<Millis>(next - Clock::now()).count();
  std::array<epoll_event, 256> events;
  int count = ::epoll_wait(epoll_, events.data(), int(events.size()), int(std::clamp<long>(wait, 0, 100)));
  for (int i = 0; i < count; ++i) {
    // A copy: the handler may take itself away.
    auto handler = handlers_[std::size_t(events[std::size_t(i)].data.fd)];
    if (handler) handler->ready(events[std::size_t(i)].events);
  }
  // Those that are due now; one that they add for now comes in the next turn.
  std::vector<std::function<void()>> due;
  auto end = timers_.upper_bound(Clock::now());
  for (auto it = timers_.begin(); it != end; ++it) due.push_back(std::move(it->second));
  timers_.erase(timers_.begin(), end);
  for (auto& call : due) call();
}

int listen_on(std::uint16_t port, std::uint16_t& bound) {
  int fd = new_socket(), on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address = loopback(port);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) give_up("soak: bind");
  if (::listen(fd, 1024) != 0) give_up("soak: listen");
  socklen_t size = sizeof address;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
  bound = ntohs(address.sin_port);
  return fd;
}

int connect_to(std::uint16_t port, int receive_buffer) {
  int fd = new_socket(), on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer > 0) ::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  sockaddr_in address = loopback(port);
  // On the loopback this is decided at once or goes on; a refusal shows when the socket is used.
  (void)::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
  return fd;
}

void close_with_reset(int fd) {
  linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(fd);
}

}  // namespace soak
