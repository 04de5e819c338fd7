#include "upstream.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace bench {
namespace {

constexpr std::string_view kWhole =
    R"({"id":"1","object":"chat.completion","created":1,"model":"bench","choices":[{"index":0,"message":{"role":"assistant",)"
    R"("content":"The mill stands by the river."},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":500,)"
    R"("completion_tokens":8,"total_tokens":508,"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":500}})";
constexpr std::string_view kEventStart =
    R"(data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,"delta":)"
    R"({"content":" )";
constexpr std::string_view kEventEnd = R"("},"logprobs":null,"finish_reason":null}]})"
                                       "\n\n";
constexpr std::string_view kLast =
    R"(data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,"delta":)"
    R"({"content":""},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":500,"completion_tokens":8,)"
    R"("total_tokens":508,"prompt_cache_hit_tokens":0,"prompt_cache_miss_tokens":500}})"
    "\n\ndata: [DONE]\n\n";

// The events of a stream that runs after others follow with so much time between.
constexpr int kPauseMillis = 5;

std::string chunk(std::string_view payload) {
  char size[24];
  int n = std::snprintf(size, sizeof size, "%zx\r\n", payload.size());
  return std::string(size, std::size_t(n)) + std::string(payload) + "\r\n";
}

std::string event(int number) {
  return chunk(std::string(kEventStart) + std::to_string(number) + std::string(kEventEnd));
}

const std::string& whole_answer() {
  static const std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(kWhole.size()) +
      "\r\n\r\n" + std::string(kWhole);
  return bytes;
}

const std::string& stream_head() {
  static const std::string bytes =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
  return bytes;
}

// The socket's buffer takes a few events at once: what does not fit would be a fault of this benchmark.
void send_now(int fd, std::string_view bytes) {
  ssize_t n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (n >= 0 && std::size_t(n) != bytes.size()) {
    std::fprintf(stderr, "bench: the upstream's socket buffer is full\n");
    std::exit(1);
  }
}

}  // namespace

Upstream::Upstream() {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(listener_, 4096) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    std::perror("bench: the upstream can't listen");
    std::exit(1);
  }
  port_ = ntohs(address.sin_port);
  epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
  epoll_event interest{EPOLLIN, {.fd = listener_}};
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, listener_, &interest);
  thread_ = std::jthread([this] { run(); });
}

Upstream::~Upstream() {
  stop_ = true;
  thread_.join();
  for (auto& [fd, peer] : peers_) ::close(fd);
  ::close(listener_);
  ::close(epoll_);
}

void Upstream::run() {
  epoll_event events[256];
  while (!stop_) {
    int n = ::epoll_wait(epoll_, events, 256, streams_ > 0 ? kPauseMillis : 100);
    for (int i = 0; i < n; ++i) events[i].data.fd == listener_ ? accept_all() : receive(events[i].data.fd);
    if (streams_ > 0 && !hold_ && n == 0) advance_streams();
  }
}

void Upstream::accept_all() {
  for (int fd; (fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
    int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event interest{EPOLLIN, {.fd = fd}};
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &interest);
    peers_[fd];
  }
}

void Upstream::drop(int fd) {
  if (peers_[fd].next_event >= 0) --streams_;
  peers_.erase(fd);
  ::close(fd);
}

// Requests have a Content-Length and come one after the other; ours has no other shape.
void Upstream::receive(int fd) {
  char bytes[65536];
  ssize_t n = ::recv(fd, bytes, sizeof bytes, 0);
  if (n <= 0) return drop(fd);
  Peer& peer = peers_[fd];
  peer.in.append(bytes, std::size_t(n));
  std::size_t head = peer.in.find("\r\n\r\n");
  if (head == std::string::npos) return;
  std::size_t length = peer.in.find("ontent-Length: ");
  if (length == std::string::npos || length > head) length = peer.in.find("ontent-length: ");
  if (length == std::string::npos || length > head) return drop(fd);
  std::size_t body = std::strtoull(peer.in.c_str() + length + 15, nullptr, 10);
  if (peer.in.size() < head + 4 + body) return;
  std::string_view end = std::string_view(peer.in).substr(peer.in.size() - std::min<std::size_t>(body, 200));
  bool stream = end.find("\"stream\":true") != std::string_view::npos;
  if (peer.in.capacity() > sizeof bytes)
    peer.in = std::string();
  else
    peer.in.clear();
  answer(fd, peer, stream);
}

void Upstream::answer(int fd, Peer& peer, bool stream) {
  if (!stream) return send_now(fd, whole_answer());
  if (hold_) {
    send_now(fd, stream_head() + event(0));
    peer.next_event = 1;
    ++streams_;
    return;
  }
  // Not held: all at once, since what is measured is the time to the first.
  std::string bytes = stream_head() + event(0);
  send_now(fd, bytes);
  bytes.clear();
  for (int i = 1; i < kStreamEvents; ++i) bytes += event(i);
  send_now(fd, bytes + chunk(kLast) + "0\r\n\r\n");
}

void Upstream::advance_streams() {
  for (auto& [fd, peer] : peers_) {
    if (peer.next_event < 0) continue;
    if (peer.next_event < kStreamEvents) {
      send_now(fd, event(peer.next_event++));
      continue;
    }
    send_now(fd, chunk(kLast) + "0\r\n\r\n");
    peer.next_event = -1;
    --streams_;
  }
}

}  // namespace bench
