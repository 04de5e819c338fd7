#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>

#include <cerrno>
#include <cstring>

#include "net/socket.h"
#include "net/stream.h"

namespace sluice::net {
namespace {

using asio::ip::tcp;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

struct Acceptor {
  std::shared_ptr<Core> core;
  tcp::acceptor real;
  tcp protocol = tcp::v4();
  std::shared_ptr<Certificate> certificate;
  bool closed = false;
  explicit Acceptor(std::shared_ptr<Core> c) : core(std::move(c)), real(core->io) {}
};

Error accept_error(int number) {
  if (number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM)
    return {"net.exhausted", std::string("no connection can be accepted: ") + std::strerror(number), "",
            "raise the limit of open files (ulimit -n)"};
  return {"net.listen", std::string("accepting failed: ") + std::strerror(number), "", ""};
}

// The peer gave up, or the network failed, between its SYN and our accept: not our affair (accept(2)).
bool try_next(int number) {
  return number == EINTR || number == ECONNABORTED || number == EPROTO || number == ENETDOWN ||
         number == ENOPROTOOPT || number == EHOSTDOWN || number == ENONET || number == EHOSTUNREACH ||
         number == EOPNOTSUPP || number == ENETUNREACH || number == EPERM;
}

Result<Stream> adopt(Acceptor& a, int fd) {
  auto s = std::make_shared<Socket>(a.core);
  ErrorCode ec;
  s->tcp.assign(a.protocol, fd, ec);
  if (ec) {
    ::close(fd);
    return fail("net.exhausted", "the loop can't watch another connection: " + ec.message());
  }
  s->tcp.set_option(tcp::no_delay(true), ec);
  s->remember_peer();
  s->certificate = a.certificate;
  return make_stream(std::move(s));
}

Task<Result<Stream>> accept_from(std::shared_ptr<Acceptor> a) {
  for (;;) {
    if (a->closed) co_return fail("net.cancelled", "the listener was closed");
    int fd = ::accept4(a->real.native_handle(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) co_return adopt(*a, fd);
    int number = errno;
    if (number == EAGAIN || number == EWOULDBLOCK) {
      auto start = [&a](auto done) { a->real.async_wait(tcp::acceptor::wait_read, std::move(done)); };
      AsioAwaiter readable(start);
      co_await readable;
    } else if (!try_next(number)) {
      co_return fail(accept_error(number));
    }
  }
}

}  // namespace

struct Listener::Impl {
  std::shared_ptr<Acceptor> acceptor;
};

Listener::Listener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Listener::Listener(Listener&&) noexcept = default;
Listener::~Listener() {
  if (impl_) close();
}

Result<Listener> Listener::listen(Loop& loop, const std::string& host, std::uint16_t port, bool share) {
  SLUICE_TRY(auto addresses, resolve_now(host));
  const Address& address = addresses.front();
  tcp::endpoint at;
  if (address.v6) {
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), address.bytes.data(), bytes.size());
    at = tcp::endpoint(asio::ip::address_v6(bytes, address.scope), port);
  } else {
    asio::ip::address_v4::bytes_type bytes;
    std::memcpy(bytes.data(), address.bytes.data(), bytes.size());
    at = tcp::endpoint(asio::ip::address_v4(bytes), port);
  }
  auto impl = std::make_unique<Impl>();
  impl->acceptor = std::make_shared<Acceptor>(loop.impl().core);
  Acceptor& a = *impl->acceptor;
  a.protocol = at.protocol();
  ErrorCode ec;
  auto step = [&](auto&& action) {
    if (!ec) action();
  };
  int fd = ::socket(at.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  if (fd < 0) return fail(accept_error(errno));
  a.real.assign(at.protocol(), fd, ec);
  if (ec) {
    ::close(fd);
    return fail("net.listen", ec.message());
  }
  step([&] { a.real.set_option(tcp::acceptor::reuse_address(true), ec); });
  if (share) step([&] { a.real.set_option(ReusePort(true), ec); });
  if (address.v6) step([&] { a.real.set_option(asio::ip::v6_only(false), ec); });  // "::" serves IPv4 too
  step([&] { a.real.set_option(tcp::no_delay(true), ec); });
  step([&] { a.real.bind(at, ec); });
  step([&] { a.real.listen(asio::socket_base::max_listen_connections, ec); });
  if (ec)
    return fail("net.listen", "can't listen on " + host + " port " + std::to_string(port) + ": " + ec.message(),
                "", "choose another address, or end what uses this one");
  return Listener(std::move(impl));
}

void Listener::secure(std::shared_ptr<Certificate> certificate) {
  impl_->acceptor->certificate = std::move(certificate);
}

Task<Result<Stream>> Listener::accept() { return accept_from(impl_->acceptor); }

std::uint16_t Listener::port() const {
  ErrorCode ec;
  return impl_->acceptor->real.local_endpoint(ec).port();
}

void Listener::close() {
  if (impl_->acceptor->closed) return;
  impl_->acceptor->closed = true;
  ErrorCode ignored;
  impl_->acceptor->real.close(ignored);
}

}  // namespace sluice::net
