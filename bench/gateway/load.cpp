#include "load.h"

#include "client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

namespace bench {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void stop(const char* what, std::string_view detail) {
  std::fprintf(stderr, "bench: %s: %.*s\n", what, int(std::min<std::size_t>(detail.size(), 600)), detail.data());
  std::exit(1);
}

int connect_to(std::uint16_t port) {
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    stop("can't connect", std::strerror(errno));
  int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) stop("send failed", std::strerror(errno));
    bytes.remove_prefix(std::size_t(n));
  }
}

// Sockets of one run and what each has received.
class Swarm {
 public:
  Swarm() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}
  ~Swarm() {
    for (int fd : sockets_) ::close(fd);
    ::close(epoll_);
  }
  Swarm(const Swarm&) = delete;

  int add(std::uint16_t port) {
    int fd = connect_to(port);
    epoll_event interest{EPOLLIN, {.u32 = std::uint32_t(sockets_.size())}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &interest);
    sockets_.push_back(fd);
    received_.emplace_back();
    return int(sockets_.size()) - 1;
  }
  void ask(int who, std::string_view request) { send_all(sockets_[std::size_t(who)], fresh(request)); }
  std::string& received(int who) { return received_[std::size_t(who)]; }

  // Reads what has arrived and calls `use` for each socket that got something.
  template <class Use>
  void turn(int wait_millis, Use use) {
    epoll_event events[256];
    int n = ::epoll_wait(epoll_, events, 256, wait_millis);
    for (int i = 0; i < n; ++i) {
      int who = int(events[i].data.u32);
      char bytes[16384];
      ssize_t got = ::recv(sockets_[std::size_t(who)], bytes, sizeof bytes, 0);
      if (got <= 0) stop("a connection closed early after", received(who));
      received(who).append(bytes, std::size_t(got));
      use(who);
    }
  }

 private:
  int epoll_;
  std::vector<int> sockets_;
  std::vector<std::string> received_;
};

bool answer_is_whole(std::string_view bytes) {
  std::size_t head = bytes.find("\r\n\r\n");
  if (head == std::string_view::npos) return false;
  if (!bytes.starts_with("HTTP/1.1 200")) stop("not a 200", bytes);
  std::size_t length = bytes.find("ontent-Length: ");
  if (length == std::string_view::npos) length = bytes.find("ontent-length: ");
  if (length == std::string_view::npos || length > head) stop("no length", bytes);
  return bytes.size() >= head + 4 + std::strtoull(bytes.data() + length + 15, nullptr, 10);
}

// The payload of a chunked answer, as far as it has come.
std::string dechunk(std::string_view bytes) {
  std::string payload;
  std::size_t at = bytes.find("\r\n\r\n");
  if (at == std::string_view::npos) return payload;
  for (at += 4; at < bytes.size();) {
    std::size_t line = bytes.find("\r\n", at);
    if (line == std::string_view::npos) break;
    std::size_t size = std::strtoull(std::string(bytes.substr(at, line - at)).c_str(), nullptr, 16);
    if (size == 0) break;
    payload += bytes.substr(line + 2, size);
    at = line + 2 + size + 2;
  }
  return payload;
}

// Walks through the payload looking for the events' numbers in order.
std::uint64_t events_missing(std::string_view payload, int events) {
  std::uint64_t missing = 0;
  for (int i = 0; i < events; ++i) {
    std::string mark = "\"content\":\" " + std::to_string(i) + "\"";
    std::size_t found = payload.find(mark);
    if (found == std::string_view::npos)
      ++missing;
    else
      payload.remove_prefix(found + mark.size());
  }
  return missing;
}

}  // namespace

std::uint64_t saturate(std::uint16_t port, std::string_view request, int connections, double seconds) {
  Swarm swarm;
  for (int i = 0; i < connections; ++i) swarm.ask(swarm.add(port), request);
  std::uint64_t answered = 0;
  auto end = Clock::now() + std::chrono::duration<double>(seconds);
  bool open = true;
  int waiting = connections;
  while (waiting > 0) {
    open = open && Clock::now() < end;
    swarm.turn(1000, [&](int who) {
      if (!answer_is_whole(swarm.received(who))) return;
      swarm.received(who).clear();
      if (open) {
        ++answered;
        swarm.ask(who, request);
      } else {
        --waiting;
      }
    });
  }
  return answered;
}

StreamCount read_streams(std::uint16_t port, std::string_view request, int count, int events,
                         const std::function<void()>& opened) {
  Swarm swarm;
  std::vector<char> begun(std::size_t(count), 0), ended(std::size_t(count), 0);
  int first = 0, last = 0;
  auto use = [&](int who) {
    std::string& bytes = swarm.received(who);
    if (!begun[std::size_t(who)] && bytes.find("data: ") != std::string::npos) {
      if (!bytes.starts_with("HTTP/1.1 200")) stop("not a 200", bytes);
      begun[std::size_t(who)] = 1;
      ++first;
    }
    if (!ended[std::size_t(who)] && bytes.ends_with("\r\n0\r\n\r\n")) {
      ended[std::size_t(who)] = 1;
      ++last;
    }
  };
  for (int i = 0; i < count; ++i) {
    swarm.ask(swarm.add(port), request);
    if (i % 64 == 63) swarm.turn(0, use);
  }
  while (first < count) swarm.turn(1000, use);
  opened();
  while (last < count) swarm.turn(1000, use);
  StreamCount counted;
  for (int i = 0; i < count; ++i) {
    std::string payload = dechunk(swarm.received(i));
    std::uint64_t missing = events_missing(payload, events);
    counted.lost += missing;
    counted.whole += missing == 0 && payload.find("data: [DONE]") != std::string::npos;
  }
  return counted;
}

}  // namespace bench
