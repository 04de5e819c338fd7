#include "net/socket.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <boost/asio/ssl/error.hpp>

namespace sluice::net {

// After a deadline passed, how often to look again while an operation has still not ended: TLS may start a new
// socket operation behind the one that was cancelled.
constexpr Duration kCancelAgain = std::chrono::milliseconds(20);

Socket::Socket(std::shared_ptr<Core> core_ptr) : core(std::move(core_ptr)), tcp(core->io), timer_(core->io) {}

Socket::~Socket() {
  close();
  // OpenSSL marks the session of a connection without close_notify as not to be resumed. That rule is of SSL 3's
  // time; RFC 8446 has none such, and HTTP clients end most connections by closing them.
  if (tls) SSL_set_shutdown(tls->native_handle(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

Status Socket::ready() const {
  if (closed_) return fail("net.cancelled", "the connection was closed on this side");
  if (deadline_ != MonotonicTime::max() && std::chrono::steady_clock::now() >= deadline_)
    return fail("net.timeout", "the deadline of the connection with " + peer + " has passed");
  return {};
}

Failure Socket::failure(const ErrorCode& ec, const char* doing) const {
  auto make = [&](const char* code, const std::string& what) {
    return fail(code, what + " while " + doing + " " + peer);
  };
  if (closed_) return make("net.cancelled", "the connection was closed on this side");
  if (ec == asio::error::operation_aborted) return make("net.timeout", "the deadline passed");
  if (ec == asio::error::eof || ec == asio::error::broken_pipe)
    return make("net.closed", "the peer closed the connection");
  if (ec == asio::ssl::error::stream_truncated)
    return make("net.reset", "the peer cut the connection without TLS's close_notify");
  if (ec == asio::error::connection_reset || ec == asio::error::connection_aborted)
    return make("net.reset", "the peer reset the connection");
  if (ec == asio::error::connection_refused) return make("net.refused", "nothing listens there");
  if (ec == asio::error::timed_out) return make("net.timeout", "the peer does not answer");
  if (ec.category() == asio::error::get_ssl_category() || ec.category() == asio::ssl::error::get_stream_category())
    return make("net.tls", "TLS failed (" + ec.message() + ")");
  return make("net.unreachable", ec.message());
}

void Socket::set_deadline(Duration from_now) {
  if (from_now <= Duration::zero()) {
    deadline_ = MonotonicTime::max();
    return;
  }
  auto now = std::chrono::steady_clock::now();
  deadline_ = from_now > MonotonicTime::max() - now ? MonotonicTime::max() : now + from_now;
  if (in_flight_ > 0) arm();
}

// A timer that fires too early re-arms itself; so a connection whose deadlines only move later, as they do from
// request to request, rarely touches the timer queue.
void Socket::arm() {
  if (closed_ || armed_ <= deadline_) return;
  armed_ = deadline_;
  timer_.expires_at(armed_);
  timer_.async_wait([weak = weak_from_this()](const ErrorCode& ec) {
    if (ec) return;
    if (auto self = weak.lock()) self->expire();
  });
}

void Socket::expire() {
  armed_ = MonotonicTime::max();
  if (in_flight_ == 0 || closed_) return;
  auto now = std::chrono::steady_clock::now();
  if (deadline_ > now) return arm();
  ErrorCode ignored;
  tcp.cancel(ignored);
  armed_ = now + kCancelAgain;
  timer_.expires_at(armed_);
  timer_.async_wait([weak = weak_from_this()](const ErrorCode& ec) {
    if (ec) return;
    if (auto self = weak.lock()) self->expire();
  });
}

// Tells the peer that nothing was cut off (RFC 8446, section 6.1). It must not wait, so the alert goes to the
// kernel directly, past Asio, and only while no write of ours is under way. Over a full socket buffer it is left
// out.
void Socket::say_goodbye() {
  if (!tls || !std::exchange(says_goodbye, false) || in_flight_ > 0) return;
  SSL* ssl = tls->native_handle();
  if (!SSL_is_init_finished(ssl)) return;
  BIO* alert = BIO_new(BIO_s_mem());
  if (!alert) return;
  SSL_set0_wbio(ssl, alert);
  SSL_shutdown(ssl);
  ERR_clear_error();
  char* bytes = nullptr;
  long size = BIO_get_mem_data(alert, &bytes);
  if (size > 0) (void)!::send(tcp.native_handle(), bytes, std::size_t(size), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void Socket::close() {
  if (closed_) return;
  if (says_goodbye && tcp.is_open()) say_goodbye();
  closed_ = true;
  timer_.cancel();
  if (tcp.is_open()) {
    if (watched) core->unwatch_hangup(tcp.native_handle());
    ErrorCode ignored;
    tcp.close(ignored);
  }
  if (waiter) core->resume_soon(std::exchange(waiter, nullptr));
}

void Socket::remember_peer() {
  ErrorCode ec;
  auto end = tcp.remote_endpoint(ec);
  if (ec) return;
  std::string host = end.address().to_string(ec);
  if (end.address().is_v6()) host = "[" + host + "]";
  peer = host + ":" + std::to_string(end.port());
}

}  // namespace sluice::net
