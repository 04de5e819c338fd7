#include "net/tls_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <boost/asio/ssl.hpp>

namespace sluice::net {
namespace {

Failure accept_failure(Socket& s, const ErrorCode& ec) {
  if (ec.category() == asio::error::get_ssl_category()) {
    int reason = ERR_GET_REASON(static_cast<unsigned long>(ec.value()));
    if (reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST) {
      s.tls.reset();
      return fail("net.plain_text", "the client spoke plain HTTP to a port that speaks TLS", s.peer,
                  "use https://");
    }
  }
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated)
    return fail("net.closed", "the client left during the TLS handshake", s.peer);
  return s.failure(ec, "starting TLS with");
}

}  // namespace

Task<Status> tls_accept(std::shared_ptr<Socket> s) {
  std::shared_ptr<TlsServerContext> context = std::exchange(s->certificate, nullptr)->current();
  s->tls = std::make_unique<asio::ssl::stream<asio::ip::tcp::socket&>>(s->tcp, context->ssl);
  s->says_goodbye = true;
  Transfer end;
  {
    Socket::Operation pending(*s);
    auto start = [&s](auto done) { s->tls->async_handshake(asio::ssl::stream_base::server, std::move(done)); };
    AsioAwaiter handshake(start);
    end = co_await handshake;
  }
  if (!s->open()) co_return s->failure(end.ec, "starting TLS with");
  if (end.ec) co_return accept_failure(*s, end.ec);
  co_return Status();
}

}  // namespace sluice::net
