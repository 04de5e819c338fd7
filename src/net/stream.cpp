#include "net/stream.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "net/socket.h"
#include "net/tls_server.h"

namespace sluice::net {
namespace {

// A writer whose peer reads as fast as it writes never has to wait; it lets others run after so many writes.
constexpr int kWritesWithoutPause = 64;
// Two pieces up to one TLS record (RFC 8446, section 5.1) are joined, so that they leave in one.
constexpr std::size_t kTlsRecord = 16 * 1024;

constexpr std::size_t kAppend = 64 * 1024;

struct Yield {
  Core& core;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> h) const { core.resume_soon(h); }
  void await_resume() const noexcept {}
};

struct HangupAwaiter {
  Socket& s;
  bool await_ready() const noexcept { return s.gone || !s.open(); }
  void await_suspend(std::coroutine_handle<> h) const { s.waiter = h; }
  void await_resume() const noexcept {}
};

struct Pieces {
  std::string_view first, second;
  void drop(std::size_t n) {
    std::size_t a = std::min(n, first.size());
    first.remove_prefix(a);
    second.remove_prefix(n - a);
  }
  bool empty() const { return first.empty() && second.empty(); }
};

// As much as the kernel takes at once; would_block if it takes nothing.
ErrorCode send_now(int fd, Pieces& rest) {
  while (!rest.empty()) {
    std::array<iovec, 2> parts{};
    std::size_t n = 0;
    for (std::string_view piece : {rest.first, rest.second})
      if (!piece.empty()) parts[n++] = iovec{const_cast<char*>(piece.data()), piece.size()};
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = n;
    ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      rest.drop(std::size_t(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      return asio::error::would_block;
    } else if (errno != EINTR) {
      return ErrorCode(errno, boost::system::system_category());
    }
  }
  return {};
}

Task<Status> write_plain(std::shared_ptr<Socket> s, Pieces rest) {
  for (;;) {
    ErrorCode ec = send_now(s->tcp.native_handle(), rest);
    if (!ec) break;
    if (ec != asio::error::would_block) co_return s->failure(ec, "writing to");
    Socket::Operation pending(*s);
    auto start = [&s](auto done) { s->tcp.async_wait(asio::ip::tcp::socket::wait_write, std::move(done)); };
    AsioAwaiter writable(start);
    Transfer waited = co_await writable;
    s->writes_without_pause = 0;
    if (waited.ec) co_return s->failure(waited.ec, "writing to");
    if (auto fit = s->ready(); !fit) co_return fail(fit.error());
  }
  if (++s->writes_without_pause >= kWritesWithoutPause) {
    s->writes_without_pause = 0;
    Yield yield{*s->core};
    co_await yield;
  }
  co_return Status();
}

Task<Status> write_tls(std::shared_ptr<Socket> s, Pieces rest) {
  std::string joined;
  if (!rest.first.empty() && !rest.second.empty() && rest.first.size() + rest.second.size() <= kTlsRecord) {
    joined.reserve(rest.first.size() + rest.second.size());
    joined.append(rest.first).append(rest.second);
    rest = Pieces{joined, {}};
  }
  Socket::Operation pending(*s);
  while (!rest.empty()) {
    std::string_view piece = rest.first.empty() ? rest.second : rest.first;
    asio::const_buffer buffer(piece.data(), piece.size());
    auto start = [&s, &buffer](auto done) { s->tls->async_write_some(buffer, std::move(done)); };
    AsioAwaiter write(start);
    Transfer sent = co_await write;
    if (sent.ec) co_return s->failure(sent.ec, "writing to");
    rest.drop(sent.bytes);
    if (auto fit = s->ready(); !fit) co_return fail(fit.error());
  }
  co_return Status();
}

Task<Status> write_pieces(std::shared_ptr<Socket> s, Pieces rest) {
  if (auto fit = s->ready(); !fit) co_return fail(fit.error());
  if (s->tls) co_return co_await write_tls(s, rest);
  co_return co_await write_plain(s, rest);
}

Task<Result<std::size_t>> read_into(std::shared_ptr<Socket> s, asio::mutable_buffer buffer) {
  SLUICE_CHECK(buffer.size() > 0, "a read needs room for at least one byte");
  if (auto fit = s->ready(); !fit) co_return fail(fit.error());
  Socket::Operation pending(*s);
  auto start = [&s, &buffer](auto done) {
    if (s->tls)
      s->tls->async_read_some(buffer, std::move(done));
    else
      s->tcp.async_read_some(buffer, std::move(done));
  };
  AsioAwaiter read(start);
  Transfer got = co_await read;
  if (!s->open()) co_return s->failure(got.ec, "reading from");
  if (got.ec) co_return s->failure(got.ec, "reading from");
  co_return got.bytes;
}

Task<Status> start_socket(std::shared_ptr<Socket> s) {
  if (!s->certificate) co_return Status();
  if (auto fit = s->ready(); !fit) co_return fail(fit.error());
  co_return co_await tls_accept(s);
}

// Waits first and then takes what there is by way of the thread's own buffer.
Task<Result<std::size_t>> append_plain(std::shared_ptr<Socket> s, std::string& to) {
  if (auto fit = s->ready(); !fit) co_return fail(fit.error());
  Socket::Operation pending(*s);
  for (;;) {
    auto start = [&s](auto done) { s->tcp.async_wait(asio::ip::tcp::socket::wait_read, std::move(done)); };
    AsioAwaiter readable(start);
    Transfer waited = co_await readable;
    if (!s->open() || waited.ec) co_return s->failure(waited.ec, "reading from");
    thread_local std::array<char, kAppend> buffer;
    ssize_t got = ::recv(s->tcp.native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    int number = errno;
    if (got > 0) {
      to.append(buffer.data(), std::size_t(got));
      co_return std::size_t(got);
    }
    if (got == 0) co_return s->failure(asio::error::eof, "reading from");
    if (number == EAGAIN || number == EWOULDBLOCK || number == EINTR) continue;
    co_return s->failure(ErrorCode(number, boost::system::system_category()), "reading from");
  }
}

Task<Result<std::size_t>> append_tls(std::shared_ptr<Socket> s, std::string& to) {
  std::size_t had = to.size();
  to.resize(had + kTlsRecord);
  asio::mutable_buffer room(to.data() + had, kTlsRecord);
  auto got = co_await read_into(std::move(s), room);
  to.resize(had + (got ? *got : 0));
  co_return got;
}

Task<void> wait_hangup(std::shared_ptr<Socket> s) {
  if (!s->open() || s->gone) co_return;
  if (!s->watched) {
    s->watched = true;
    s->core->watch_hangup(s->tcp.native_handle(), *s);
  }
  SLUICE_CHECK(!s->waiter, "a Stream has one wait_closed() at a time");
  HangupAwaiter hangup{*s};
  co_await hangup;
}

}  // namespace

Stream make_stream(std::shared_ptr<Socket> socket) {
  auto impl = std::make_unique<Stream::Impl>();
  impl->socket = std::move(socket);
  return Stream(std::move(impl));
}

Stream::Stream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&& other) noexcept {
  if (this != &other) {
    close();
    impl_ = std::move(other.impl_);
  }
  return *this;
}
Stream::~Stream() { close(); }

// None of these is a coroutine itself: the frames hold the Socket, not this Stream, which may be moved or
// destroyed while they wait.
Task<Status> Stream::start() { return start_socket(impl_->socket); }
Task<Result<std::size_t>> Stream::read_some(std::span<char> into) {
  return read_into(impl_->socket, asio::mutable_buffer(into.data(), into.size()));
}
Task<Result<std::size_t>> Stream::append_some(std::string& to) {
  return impl_->socket->tls ? append_tls(impl_->socket, to) : append_plain(impl_->socket, to);
}
Task<Status> Stream::write_all(std::string_view bytes) {
  Pieces pieces{bytes, {}};
  return write_pieces(impl_->socket, pieces);
}
Task<Status> Stream::write_all2(std::string_view first, std::string_view second) {
  Pieces pieces{first, second};
  return write_pieces(impl_->socket, pieces);
}
Task<void> Stream::wait_closed() { return wait_hangup(impl_->socket); }

void Stream::set_deadline(Duration from_now) { impl_->socket->set_deadline(from_now); }

// As a TLS client this is the TCP half-close without a close_notify; HTTP clients never half-close.
void Stream::shutdown_send() {
  impl_->socket->say_goodbye();
  ErrorCode ignored;
  impl_->socket->tcp.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void Stream::close() {
  if (impl_) impl_->socket->close();
}
void Stream::abort() {
  if (!open()) return;
  impl_->socket->says_goodbye = false;
  ErrorCode ignored;
  impl_->socket->tcp.set_option(asio::socket_base::linger(true, 0), ignored);
  close();
}
bool Stream::quiet() const {
  if (!open() || impl_->socket->gone) return false;
  int fd = impl_->socket->tcp.native_handle();
  if (impl_->socket->tls) {
    pollfd state{fd, POLLRDHUP, 0};
    return ::poll(&state, 1, 0) == 0;
  }
  char byte = 0;
  return ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}
bool Stream::open() const { return impl_ && impl_->socket->open(); }
std::string Stream::peer() const { return impl_->socket->peer; }

}  // namespace sluice::net
