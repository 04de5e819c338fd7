#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <boost/asio/ssl.hpp>
#include <map>
#include <mutex>

namespace sluice::net {

// Sessions are kept by origin and used once: a TLS 1.3 ticket that is used twice lets an observer link the two
// connections (RFC 8446, appendix C.4), and every connection brings new ones.
class TlsContext {
 public:
  TlsContext() : ssl(asio::ssl::context::tls_client) {}

  using Session = std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)>;
  void keep(const std::string& key, Session session) {
    std::lock_guard guard(lock_);
    sessions_.insert_or_assign(key, std::move(session));
  }
  Session take(const std::string& key) {
    std::lock_guard guard(lock_);
    auto node = sessions_.extract(key);
    return node.empty() ? Session(nullptr, &SSL_SESSION_free) : std::move(node.mapped());
  }

  asio::ssl::context ssl;

 private:
  std::mutex lock_;                          // guards sessions_; loops of several threads share a context
  std::map<std::string, Session> sessions_;  // as many as there are configured origins
};

namespace {

int key_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}
int context_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// OpenSSL calls this for each new ticket; 1 means that we keep the reference.
int on_new_session(SSL* ssl, SSL_SESSION* session) {
  auto* key = static_cast<std::string*>(SSL_get_ex_data(ssl, key_index()));
  auto* context = static_cast<TlsContext*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), context_index()));
  if (!key || !context) return 0;
  context->keep(*key, TlsContext::Session(session, &SSL_SESSION_free));
  return 1;
}

Result<std::shared_ptr<TlsContext>> load(const std::string& ca_file) {
  auto made = std::make_shared<TlsContext>();
  SSL_CTX* raw = made->ssl.native_handle();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
  ErrorCode ec;
  if (ca_file.empty())
    made->ssl.set_default_verify_paths(ec);
  else
    made->ssl.load_verify_file(ca_file, ec);
  if (ec)
    return fail("net.tls", "the certificate authorities can't be read: " + ec.message(), ca_file,
                ca_file.empty() ? "install the package ca-certificates" : "ca_file must be a readable PEM file");
  static constexpr unsigned char kAlpn[] = "\x08http/1.1";
  SSL_CTX_set_alpn_protos(raw, kAlpn, sizeof kAlpn - 1);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_ex_data(raw, context_index(), made.get());
  SSL_CTX_sess_set_new_cb(raw, &on_new_session);
  return made;
}

// SNI carries names only (RFC 6066, section 3); addresses are checked against the certificate's IP entries.
bool prepare(SSL* ssl, const std::string& host) {
  if (!parse_address(host).empty()) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str()) == 1;
  std::string name = host.ends_with('.') ? host.substr(0, host.size() - 1) : host;
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  return SSL_set_tlsext_host_name(ssl, name.c_str()) == 1 && SSL_set1_host(ssl, name.c_str()) == 1;
}

Failure handshake_failure(Socket& s, const std::string& host, const ErrorCode& ec) {
  long verdict = SSL_get_verify_result(s.tls->native_handle());
  if (verdict != X509_V_OK)
    return fail("net.tls", "the certificate of " + host + " is refused: " + X509_verify_cert_error_string(verdict),
                s.peer, "check the address, or name the authority that signed it with ca_file");
  if (ec == asio::error::eof || ec == asio::ssl::error::stream_truncated)
    return fail("net.tls", host + " closed the connection during the TLS handshake", s.peer,
                "check that the port speaks TLS");
  return s.failure(ec, "starting TLS with");
}

}  // namespace

Result<std::shared_ptr<TlsContext>> tls_context(const std::string& ca_file) {
  static std::mutex lock;  // guards all
  static std::map<std::string, std::shared_ptr<TlsContext>> all;
  std::lock_guard guard(lock);
  auto& slot = all[ca_file];
  if (!slot) {
    SLUICE_TRY(slot, load(ca_file));
  }
  return slot;
}

Task<Status> tls_handshake(std::shared_ptr<Socket> s, std::shared_ptr<TlsContext> context, std::string host,
                           std::uint16_t port) {
  s->tls = std::make_unique<asio::ssl::stream<asio::ip::tcp::socket&>>(s->tcp, context->ssl);
  SSL* ssl = s->tls->native_handle();
  s->tls_key = host + ":" + std::to_string(port);
  SSL_set_ex_data(ssl, key_index(), &s->tls_key);
  if (!prepare(ssl, host)) {
    ERR_clear_error();
    co_return fail("net.tls", "'" + host + "' can't be used as a host name for TLS");
  }
  if (TlsContext::Session session = context->take(s->tls_key)) SSL_set_session(ssl, session.get());
  Socket::Operation pending(*s);
  auto start = [&s](auto done) { s->tls->async_handshake(asio::ssl::stream_base::client, std::move(done)); };
  AsioAwaiter handshake(start);
  Transfer end = co_await handshake;
  if (!s->open()) co_return s->failure(end.ec, "starting TLS with");
  if (end.ec) co_return handshake_failure(*s, host, end.ec);
  co_return Status();
}

}  // namespace sluice::net
