#include "client.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "requests.h"

namespace soak {
namespace {

constexpr Millis kKept{5000};    // an idle connection is used again for so long; the gateway's limit is longer
constexpr Millis kSlowRead{10};  // a slow reader's pause
constexpr std::size_t kSlowBytes = 2048;
constexpr Millis kForget{10'000};  // a call of a client that left may reach the upstream until then

// Takes the framing off as bytes come.
struct Reader {
  Answer answer;
  bool chunked = false, in_body = false;
  std::size_t length = 0;

  // Moves what it can from `in`; true: the answer is whole. Errors end in `broken`.
  bool feed(std::string& in) {
    if (!in_body && !read_head(in)) return false;
    if (!chunked) {
      std::size_t more = std::min(in.size(), length - answer.body.size());
      answer.body.append(in, 0, more);
      in.erase(0, more);
      return answer.whole = answer.body.size() == length;
    }
    for (;;) {
      std::size_t line = in.find("\r\n");
      if (line == in.npos) return false;
      std::size_t size = std::strtoul(in.c_str(), nullptr, 16);
      if (in.size() < line + 2 + size + 2) return false;
      answer.body.append(in, line + 2, size);
      in.erase(0, line + 2 + size + 2);
      if (size == 0) return answer.whole = true;
    }
  }

  bool read_head(std::string& in) {
    std::size_t end = in.find("\r\n\r\n");
    if (end == in.npos) return false;
    answer.head = in.substr(0, end + 2);
    in.erase(0, end + 4);
    answer.status = std::atoi(answer.head.c_str() + 9);
    chunked = answer.header("transfer-encoding") == "chunked";
    length = std::strtoul(answer.header("content-length").c_str(), nullptr, 10);
    return in_body = true;
  }
};

}  // namespace

class Clients::Connection : public Handler, public std::enable_shared_from_this<Connection> {
 public:
  Connection(Clients& all, int fd) : all_(all), fd_(fd) {}

  void send(std::string bytes, const std::vector<AskedPtr>& list) {
    out_ += bytes;
    for (const AskedPtr& asked : list) asked_.push_back(asked);
    flush();
  }

  void ready(std::uint32_t events) override {
    if (events & EPOLLOUT) flush();
    if (fd_ >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR))) receive();
  }

  bool open() const { return fd_ >= 0; }
  bool idle() const { return asked_.empty(); }

  void close(bool reset = false) {
    if (fd_ < 0) return;
    all_.loop_.forget(fd_);
    reset ? close_with_reset(fd_) : void(::close(fd_));
    fd_ = -1;
    all_.connections_.erase(shared_from_this());
  }

  // Ends the connection; whoever waits on it gets no answer.
  void fail(const std::string& how) {
    auto waiting = std::exchange(asked_, {});
    close();
    for (const AskedPtr& asked : waiting) {
      all_.judge_.lost(*asked, how + ", " + std::to_string(reader_.answer.body.size()) + " bytes of body");
      all_.over(asked);
    }
  }

 private:
  void flush() {
    while (!out_.empty()) {
      ssize_t sent = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
      if (sent < 0 && errno != EAGAIN) return gone("the request could not be sent");
      if (sent < 0) return all_.loop_.change(fd_, EPOLLIN | EPOLLOUT);
      out_.erase(0, std::size_t(sent));
    }
    all_.loop_.change(fd_, EPOLLIN);
    if (asked_.empty()) return;
    Manner manner = asked_.front()->manner;
    if (manner == Manner::LeavesEarly || manner == Manner::HalfBody) {
      auto go = [weak = weak_from_this()] {
        if (auto self = weak.lock(); self && self->open() && !self->idle()) self->leave();
      };
      all_.loop_.after(Millis(asked_.front()->number % 6), go);
    }
  }

  void receive() {
    bool slow = !asked_.empty() && asked_.front()->manner == Manner::Slow;
    char buffer[65536];
    for (;;) {
      ssize_t got = ::recv(fd_, buffer, slow ? kSlowBytes : sizeof buffer, 0);
      if (got < 0 && errno == EAGAIN) break;
      if (got <= 0) return gone(got == 0 ? "the connection was closed" : "the connection was reset");
      in_.append(buffer, std::size_t(got));
      take();
      if (fd_ < 0) return;
      if (slow && !asked_.empty()) return pause();
    }
  }

  void pause() {
    all_.loop_.change(fd_, 0);
    auto go_on = [weak = weak_from_this()] {
      if (auto self = weak.lock(); self && self->open()) self->all_.loop_.change(self->fd_, EPOLLIN);
    };
    all_.loop_.after(kSlowRead, go_on);
  }

  void take() {
    while (!asked_.empty() && fd_ >= 0) {
      bool whole = reader_.feed(in_);
      AskedPtr asked = asked_.front();
      bool mid = asked->manner == Manner::LeavesMid && !reader_.answer.body.empty();
      if (mid && !whole) return leave();
      if (!whole) return;
      asked_.pop_front();
      Answer answer = std::exchange(reader_, Reader()).answer;
      all_.judge_.answered(*asked, answer);
      all_.over(asked);
      if (answer.header("connection") == "close" || asked->manner == Manner::Slow)
        return fail("closed before its turn");
      if (asked_.empty()) all_.kept_.emplace_back(Clock::now(), shared_from_this());
    }
    if (asked_.empty() && !in_.empty()) {
      all_.judge_.violation("bytes that nobody asked for on a kept connection");
      close();
    }
  }

  void leave() {
    AskedPtr asked = asked_.front();
    asked_.clear();
    asked->left = Clock::now();
    close(asked->number % 2 == 0 && asked->manner == Manner::LeavesMid);
    all_.judge_.left(*asked, reader_.answer);
    all_.over(asked);
  }

  void gone(const char* how) {
    if (asked_.empty()) return close();
    if (asked_.front()->manner == Manner::HalfBody || asked_.front()->manner == Manner::LeavesEarly)
      return leave();
    fail(how);
  }

  Clients& all_;
  int fd_;
  std::string in_, out_;
  std::deque<AskedPtr> asked_;  // in the order of their answers
  Reader reader_;
};

void Clients::ask(const std::vector<AskedPtr>& list, Random& random) {
  std::string bytes;
  for (const AskedPtr& asked : list) {
    asked->sent = Clock::now();
    running_[asked->mark] = asked;
    ++waiting_;
    bytes += write_request(*asked, random);
  }
  auto connection = connection_for(*list.front(), random);
  for (const AskedPtr& asked : list) {
    auto check = [this, c = std::weak_ptr(connection), a = std::weak_ptr(asked)] { check_deadline(c, a); };
    loop_.after(deadline_, check);
  }
  connection->send(std::move(bytes), list);
}

void Clients::check_deadline(std::weak_ptr<Connection> connection, std::weak_ptr<Asked> asked) {
  auto a = asked.lock();
  if (!a || a->over) return;
  if (auto c = connection.lock()) c->fail("no whole answer within " + std::to_string(deadline_.count()) + " ms");
}

std::shared_ptr<Clients::Connection> Clients::connection_for(const Asked& asked, Random& random) {
  bool kept = asked.manner == Manner::Plain || asked.manner >= Manner::BrokenJson;
  Time oldest = Clock::now() - kKept;
  while (!kept_.empty() && (kept_.front().first < oldest || !kept_.front().second->open())) {
    kept_.front().second->close();
    kept_.pop_front();
  }
  while (kept && !kept_.empty() && random.below(20) != 0) {
    auto connection = kept_.back().second;
    kept_.pop_back();
    if (connection->open()) return connection;
  }
  int fd = connect_to(port_, asked.manner == Manner::Slow ? 4096 : 0);
  auto connection = std::make_shared<Connection>(*this, fd);
  connections_.insert(connection);
  loop_.watch(fd, EPOLLIN | EPOLLOUT, connection);
  return connection;
}

void Clients::over(const AskedPtr& asked) {
  asked->over = true;
  --waiting_;
  if (asked->left == Time())
    running_.erase(asked->mark);
  else
    loop_.after(kForget, [this, mark = asked->mark] { running_.erase(mark); });
}

void Clients::close_all() {
  auto all = connections_;
  for (const auto& connection : all) connection->close();
  kept_.clear();
}

}  // namespace soak
