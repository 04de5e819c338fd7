#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "net/socket.h"
#include "net/stream.h"
#include "net/tls.h"

namespace sluice::net {
namespace {

using Endpoint = asio::ip::tcp::endpoint;

Endpoint endpoint_of(const Address& address, std::uint16_t port) {
  if (address.v6) {
    asio::ip::address_v6::bytes_type bytes;
    std::memcpy(bytes.data(), address.bytes.data(), bytes.size());
    return Endpoint(asio::ip::address_v6(bytes, address.scope), port);
  }
  asio::ip::address_v4::bytes_type bytes;
  std::memcpy(bytes.data(), address.bytes.data(), bytes.size());
  return Endpoint(asio::ip::address_v4(bytes), port);
}

Duration left_until(MonotonicTime end) { return end - std::chrono::steady_clock::now(); }

Task<Result<std::vector<Address>>> addresses_of(Loop& loop, std::string host, MonotonicTime end) {
  std::vector<Address> numeric = parse_address(host);
  if (!numeric.empty()) co_return numeric;
  AddressCache& cache = loop.impl().core->addresses;
  if (const auto* kept = cache.find(host, std::chrono::steady_clock::now())) co_return *kept;
  Result<std::vector<Address>> found = co_await resolve(loop, host, left_until(end));
  if (found) cache.keep(host, *found, std::chrono::steady_clock::now());
  co_return found;
}

// One address. Close-on-exec, so that a child process never inherits a connection.
Task<Result<std::shared_ptr<Socket>>> dial(std::shared_ptr<Core> core, Endpoint to, Duration limit) {
  auto s = std::make_shared<Socket>(core);
  s->peer = to.address().to_string() + ":" + std::to_string(to.port());
  int fd = ::socket(to.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);
  if (fd < 0)
    co_return fail("net.exhausted", std::string("no socket: ") + std::strerror(errno), "",
                   "raise the limit of open files (ulimit -n)");
  ErrorCode ec;
  s->tcp.assign(to.protocol(), fd, ec);
  if (ec) {
    ::close(fd);
    co_return s->failure(ec, "connecting to");
  }
  s->tcp.set_option(asio::ip::tcp::no_delay(true), ec);
  s->set_deadline(limit);
  Socket::Operation pending(*s);
  auto start = [&s, &to](auto done) { s->tcp.async_connect(to, std::move(done)); };
  AsioAwaiter connecting(start);
  Transfer result = co_await connecting;
  if (result.ec) co_return s->failure(result.ec, "connecting to");
  // To connect, Asio had the socket watched for room to write as well, and would go on so: each later wait for
  // input then ends the loop's rest at once, by an event that nobody waits for.
  fd = s->tcp.release(ec);
  if (!ec) s->tcp.assign(to.protocol(), fd, ec);
  if (ec) co_return s->failure(ec, "connecting to");
  s->remember_peer();
  co_return s;
}

// The addresses one after the other; each gets its share of the time that is left, so that one which swallows
// packets does not use it all up.
Task<Result<std::shared_ptr<Socket>>> dial_any(std::shared_ptr<Core> core, std::vector<Address> addresses,
                                               std::uint16_t port, MonotonicTime end) {
  Error last{"net.timeout", "no time was left to connect", "", ""};
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    Duration left = left_until(end);
    if (left <= Duration::zero()) break;
    Endpoint to = endpoint_of(addresses[i], port);
    Duration share = left / std::int64_t(addresses.size() - i);
    Result<std::shared_ptr<Socket>> socket = co_await dial(core, to, share);
    if (socket) co_return socket;
    last = socket.error();
  }
  co_return fail(last);
}

Task<Result<Stream>> connect_owned(Loop& loop, ConnectOptions options) {
  std::shared_ptr<Core> core = loop.impl().core;
  auto now = std::chrono::steady_clock::now();
  Duration limit = options.timeout > Duration::zero() ? options.timeout : Duration(std::chrono::hours(1));
  MonotonicTime end = limit > MonotonicTime::max() - now ? MonotonicTime::max() : now + limit;

  std::shared_ptr<TlsContext> context;
  if (options.tls) {
    SLUICE_CO_TRY(context, tls_context(options.ca_file));
  }
  Result<std::vector<Address>> addresses = co_await addresses_of(loop, options.host, end);
  if (!addresses) co_return fail(addresses.error());
  Result<std::shared_ptr<Socket>> socket = co_await dial_any(core, *addresses, options.port, end);
  if (!socket) {
    core->addresses.forget(options.host);
    Error error = socket.error();
    error.where = options.host + ":" + std::to_string(options.port);
    co_return fail(error);
  }
  if (context) {
    Duration left = left_until(end);
    if (left <= Duration::zero()) co_return fail("net.timeout", "no time was left for the TLS handshake");
    (*socket)->set_deadline(left);
    Status secured = co_await tls_handshake(*socket, context, options.host, options.port);
    if (!secured) co_return fail(secured.error());
  }
  (*socket)->set_deadline(Duration::zero());
  co_return make_stream(*socket);
}

}  // namespace

Task<Result<Stream>> connect(Loop& loop, const ConnectOptions& options) {
  // Not a coroutine itself: the frame owns a copy, so a temporary `options` may go.
  return connect_owned(loop, options);
}

}  // namespace sluice::net
