// For tests only: a certificate authority made on the spot, and a blocking TLS server on a thread of its own that
// is written against OpenSSL directly, so that our client is judged by something we did not write.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/check.h"

namespace sluice::net::fixture {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

struct Identity {
  Key key{nullptr, &EVP_PKEY_free};
  Certificate certificate{nullptr, &X509_free};
};

inline void add_extension(X509* cert, X509* issuer, int nid, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()), &X509_EXTENSION_free);
  SLUICE_CHECK(extension && X509_add_ext(cert, extension.get(), -1) == 1, "the test's extension is valid");
}

inline Identity make_identity(const std::string& name, const std::string& alternative, const Identity* issuer) {
  Identity id;
  id.key.reset(EVP_EC_gen("P-256"));
  id.certificate.reset(X509_new());
  X509* cert = id.certificate.get();
  X509_set_version(cert, 2);
  static std::atomic<long> serial = 1;
  ASN1_INTEGER_set(X509_get_serialNumber(cert), serial++);
  X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
  X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
  X509_set_pubkey(cert, id.key.get());
  auto* subject = X509_get_subject_name(cert);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name.c_str()), -1,
                             -1, 0);
  X509* signer = issuer ? issuer->certificate.get() : cert;
  X509_set_issuer_name(cert, X509_get_subject_name(signer));
  if (!issuer) add_extension(cert, signer, NID_basic_constraints, "critical,CA:TRUE");
  if (!alternative.empty()) add_extension(cert, signer, NID_subject_alt_name, alternative);
  X509_sign(cert, issuer ? issuer->key.get() : id.key.get(), EVP_sha256());
  return id;
}

// A self-signed authority whose certificate lies in a temporary file while this object lives.
class Authority {
 public:
  Authority() : root_(make_identity("Sluice test authority", "", nullptr)) {
    char path[] = "/tmp/sluice-test-ca-XXXXXX";
    int fd = mkstemp(path);
    SLUICE_CHECK(fd >= 0, "the test needs a writable /tmp");
    std::unique_ptr<FILE, decltype(&fclose)> file(fdopen(fd, "w"), &fclose);
    PEM_write_X509(file.get(), root_.certificate.get());
    path_ = path;
  }
  ~Authority() { unlink(path_.c_str()); }
  Authority(const Authority&) = delete;
  // `alternative`: "DNS:localhost" or "IP:127.0.0.1"
  Identity issue(const std::string& alternative) const { return make_identity("test", alternative, &root_); }
  const std::string& ca_file() const { return path_; }

 private:
  Identity root_;
  std::string path_;
};

// Writes a certificate and its key as PEM files.
inline void write_identity(const Identity& id, const std::string& certificate_file, const std::string& key_file) {
  std::unique_ptr<FILE, decltype(&fclose)> certificate(fopen(certificate_file.c_str(), "w"), &fclose);
  std::unique_ptr<FILE, decltype(&fclose)> key(fopen(key_file.c_str(), "w"), &fclose);
  SLUICE_CHECK(certificate && key, "the test needs a writable folder");
  PEM_write_X509(certificate.get(), id.certificate.get());
  PEM_write_PrivateKey(key.get(), id.key.get(), nullptr, nullptr, 0, nullptr, nullptr);
}

// What a client that we did not write sees of a TLS server on loopback that echoes. Blocks. `session`: tried if it
// is there, and replaced by the one that the server gave.
struct Seen {
  bool connected = false, resumed = false;
  std::string serial, protocol, version;
};
inline Seen look_at(std::uint16_t port, int max_version = 0, const std::string& alpn = "\x08http/1.1",
                    SSL_SESSION** session = nullptr) {
  Seen seen;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (max_version) {
    SSL_CTX_set_security_level(context.get(), 0);
    SSL_CTX_set_min_proto_version(context.get(), 0);
    SSL_CTX_set_max_proto_version(context.get(), max_version);
  }
  SSL_CTX_set_alpn_protos(context.get(), reinterpret_cast<const unsigned char*>(alpn.data()),
                          unsigned(alpn.size()));
  int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  at.sin_port = htons(port);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0) {
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context.get()), &SSL_free);
    SSL_set_fd(ssl.get(), fd);
    if (session && *session) SSL_set_session(ssl.get(), *session);
    seen.connected = SSL_connect(ssl.get()) == 1;
    seen.resumed = SSL_session_reused(ssl.get()) == 1;
    char byte = 'x';
    if (seen.connected && session && SSL_write(ssl.get(), &byte, 1) == 1 && SSL_read(ssl.get(), &byte, 1) == 1) {
      SSL_SESSION_free(*session);  // tickets come before the echo
      *session = SSL_get1_session(ssl.get());
      SSL_set_shutdown(ssl.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    }
    if (seen.connected) {
      Certificate leaf(SSL_get1_peer_certificate(ssl.get()), &X509_free);
      seen.serial = std::to_string(ASN1_INTEGER_get(X509_get0_serialNumber(leaf.get())));
      const unsigned char* chosen = nullptr;
      unsigned size = 0;
      SSL_get0_alpn_selected(ssl.get(), &chosen, &size);
      seen.protocol.assign(reinterpret_cast<const char*>(chosen), size);
      seen.version = SSL_get_version(ssl.get());
    }
  }
  ::close(fd);
  return seen;
}

// Serves each connection in turn with `serve`, until destroyed. Binds 127.0.0.1 only.
class TlsServer {
 public:
  TlsServer(Identity identity, std::function<void(SSL*)> serve, int max_version = 0)
      : identity_(std::move(identity)), serve_(std::move(serve)) {
    context_.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_use_certificate(context_.get(), identity_.certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), identity_.key.get());
    SSL_CTX_set_session_id_context(context_.get(), reinterpret_cast<const unsigned char*>("test"), 4);
    if (max_version) {
      // OpenSSL's default security level refuses TLS 1.1 by itself; the test wants the client to refuse.
      SSL_CTX_set_security_level(context_.get(), 0);
      SSL_CTX_set_min_proto_version(context_.get(), 0);
      SSL_CTX_set_max_proto_version(context_.get(), max_version);
    }
    SSL_CTX_set_alpn_select_cb(context_.get(), &choose_protocol, nullptr);
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    SLUICE_CHECK(::bind(fd_, reinterpret_cast<sockaddr*>(&at), sizeof at) == 0, "loopback has a free port");
    ::listen(fd_, 64);
    socklen_t size = sizeof at;
    ::getsockname(fd_, reinterpret_cast<sockaddr*>(&at), &size);
    port_ = ntohs(at.sin_port);
    thread_ = std::thread([this] { run(); });
  }
  ~TlsServer() {
    ::shutdown(fd_, SHUT_RDWR);  // ends accept()
    thread_.join();
    ::close(fd_);
  }
  TlsServer(const TlsServer&) = delete;

  std::uint16_t port() const { return port_; }

 private:
  static int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                             unsigned in_size, void*) {
    static constexpr unsigned char kOurs[] = "\x08http/1.1";
    unsigned char* chosen = nullptr;
    int found = SSL_select_next_proto(&chosen, out_size, kOurs, sizeof kOurs - 1, in, in_size);
    *out = chosen;
    return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  void run() {
    for (;;) {
      int peer = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
      if (peer < 0) return;
      timeval patience{10, 0};  // a test that went wrong must not hang here
      ::setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
      std::unique_ptr<SSL, decltype(&SSL_free)> ssl(SSL_new(context_.get()), &SSL_free);
      SSL_set_fd(ssl.get(), peer);
      if (SSL_accept(ssl.get()) == 1) serve_(ssl.get());
      ::close(peer);
    }
  }

  Identity identity_;
  std::function<void(SSL*)> serve_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_{nullptr, &SSL_CTX_free};
  std::uint16_t port_ = 0;
  int fd_ = -1;
  std::thread thread_;
};

}  // namespace sluice::net::fixture
