#include "upstream.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace soak {

class Upstream::Listener : public Handler {
 public:
  Listener(Upstream& upstream, int deployment) : upstream_(upstream), deployment_(deployment) {}
  void ready(std::uint32_t) override { upstream_.accept(deployment_); }

 private:
  Upstream& upstream_;
  int deployment_;
};

class Upstream::Connection : public Handler, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Upstream& up, int fd, int deployment) : up_(up), fd_(fd), deployment_(deployment) {}

  void ready(std::uint32_t events) override {
    if (events & EPOLLOUT) pump();
    if (fd_ >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR | EPOLLRDHUP))) receive();
  }

  bool idle() const { return !asked_; }

  void close(bool reset = false) {
    if (fd_ < 0) return;
    up_.loop_.forget(fd_);
    reset ? close_with_reset(fd_) : void(::close(fd_));
    fd_ = -1;
    up_.connections_.erase(shared_from_this());
  }

 private:
  void receive() {
    char buffer[16384];
    for (;;) {
      ssize_t got = ::recv(fd_, buffer, sizeof buffer, 0);
      if (got < 0 && errno == EAGAIN) break;
      if (got <= 0) return peer_left();
      in_.append(buffer, std::size_t(got));
    }
    if (!asked_) take_request();
  }

  void peer_left() {
    if (asked_ && asked_->left != Time()) {
      std::chrono::duration<double, std::milli> took = Clock::now() - asked_->left;
      up_.cancelled_ms.push_back(took.count());
    }
    close();
  }

  void take_request() {
    std::size_t head = in_.find("\r\n\r\n");
    if (head == std::string::npos) return;
    // Our own gateway writes the length, never chunks.
    std::size_t field = in_.find("ontent-");
    while (field < head && strncasecmp(in_.c_str() + field, "ontent-length:", 14) != 0)
      field = in_.find("ontent-", field + 1);
    std::size_t length = field < head ? std::strtoul(in_.c_str() + field + 14, nullptr, 10) : 0;
    if (in_.size() < head + 4 + length) return;
    std::string request = in_.substr(0, head + 4 + length);
    in_.erase(0, request.size());
    answer(request);
  }

  void answer(const std::string& request) {
    std::size_t from = request.find("\r\n\r\n");
    std::string mark(find_mark(request, from));
    auto found = up_.running_.find(mark);
    if (found == up_.running_.end()) {
      // A client that left is forgotten after a while; its call comes before that.
      up_.strangers.push_back("a call with the mark '" + mark + "' that no running request has");
      return close();
    }
    asked_ = found->second;
    if (asked_->sensitive || asked_->manner == Manner::HalfBody)
      up_.strangers.push_back("request " + mark + " (" + name(asked_->manner) +
                              ") reached a deployment that may not see it");
    Random random(up_.seed_ ^ (std::uint64_t(asked_->number) << 8) ^ (asked_->attempts.size() + 1));
    Fault fault = asked_->calm ? Fault::Drip : draw_fault(random);
    ++up_.faults[std::size_t(fault)];
    Attempt attempt = make_attempt(deployment_, fault, random);
    if (asked_->calm) attempt.pieces = 8;
    asked_->attempts.push_back(attempt);
    script_ = write_script(*asked_, attempt, request.find("\"stream\":true") != std::string::npos, random);
    step_ = written_ = 0;
    waited_ = false;
    pump();
  }

  void pump() {
    while (asked_ && step_ < script_.steps.size()) {
      Step& step = script_.steps[step_];
      if (!waited_) {
        waited_ = true;
        auto go_on = [weak = weak_from_this(), this] {
          if (auto self = weak.lock(); self && fd_ >= 0) send_step();
        };
        if (step.wait.count() > 0 || step.bytes.size() == 1) return up_.loop_.after(step.wait, go_on);
      }
      if (!write(step)) return;
    }
    if (asked_) end();
  }

  void send_step() {
    if (asked_ && write(script_.steps[step_])) pump();
  }

  bool write(const Step& step) {
    while (written_ < step.bytes.size()) {
      ssize_t sent = ::send(fd_, step.bytes.data() + written_, step.bytes.size() - written_, MSG_NOSIGNAL);
      if (sent < 0 && errno == EAGAIN) {
        up_.loop_.change(fd_, EPOLLIN | EPOLLRDHUP | EPOLLOUT);
        return false;
      }
      if (sent < 0) {
        peer_left();
        return false;
      }
      written_ += std::size_t(sent);
    }
    up_.loop_.change(fd_, EPOLLIN | EPOLLRDHUP);
    ++step_;
    written_ = 0;
    waited_ = false;
    return true;
  }

  void end() {
    if (script_.ending == Ending::Hang) return;  // until the gateway gives up
    Ending ending = script_.ending;
    asked_.reset();
    script_ = Script();
    if (ending == Ending::Close || ending == Ending::Reset) return close(ending == Ending::Reset);
    auto later = [weak = weak_from_this()] {
      if (auto self = weak.lock(); self && self->idle()) self->close();
    };
    if (ending == Ending::CloseLater) up_.loop_.after(Millis(30), later);
  }

  Upstream& up_;
  int fd_;
  const int deployment_;
  std::string in_;
  AskedPtr asked_;  // the request that is being answered
  Script script_;
  std::size_t step_ = 0, written_ = 0;
  bool waited_ = false;  // the present step's pause is over or under way
};

Upstream::Upstream(Loop& loop, Running& running, std::uint64_t seed)
    : loop_(loop), running_(running), seed_(seed) {
  listen(0);
  listen(1);
}

Upstream::~Upstream() {
  while (!connections_.empty()) (*connections_.begin())->close();
  for (int listener : listeners_) {
    if (listener < 0) continue;
    loop_.forget(listener);
    ::close(listener);
  }
}

void Upstream::listen(int deployment) {
  std::uint16_t& port = ports_[deployment];
  listeners_[deployment] = listen_on(port, port);
  loop_.watch(listeners_[deployment], EPOLLIN, std::make_shared<Listener>(*this, deployment));
}

void Upstream::accept(int deployment) {
  for (;;) {
    int fd = ::accept4(listeners_[deployment], nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
    if (fd < 0) return;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_shared<Connection>(*this, fd, deployment);
    connections_.insert(connection);
    loop_.watch(fd, EPOLLIN | EPOLLRDHUP, connection);
  }
}

void Upstream::refuse_for(Millis time) {
  if (!open_) return;
  open_ = false;
  loop_.forget(listeners_[0]);
  ::close(listeners_[0]);
  listeners_[0] = -1;
  loop_.after(time, [this] { open(); });
}

void Upstream::open() {
  if (open_) return;
  open_ = true;
  opened_ = Clock::now();
  listen(0);
}

bool Upstream::refused_since(Time from) const { return !open_ || (opened_ != Time() && opened_ >= from); }

void Upstream::close_idle() {
  auto all = connections_;
  for (const auto& connection : all)
    if (connection->idle()) connection->close();
}

}  // namespace soak
