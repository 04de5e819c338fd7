#include "net/certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/log.h"
#include "net/tls_server.h"

namespace sluice::net {
namespace {

using X509Ptr = std::unique_ptr<X509, decltype(&X509_free)>;
using KeyPtr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using FilePtr = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

// ECDHE with an AEAD only, for TLS 1.2 (RFC 9325, section 4.2); TLS 1.3 has nothing else.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr unsigned char kHttp[] = "\x08http/1.1";

// OpenSSL asks on the terminal by default; a server has nobody there.
int no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return 0;
}

Result<FilePtr> open_file(const std::string& file) {
  FilePtr in(std::fopen(file.c_str(), "re"), &std::fclose);
  if (!in)
    return fail("tls.unreadable", "the file can't be opened: " + std::string(std::strerror(errno)), file,
                "check the path, and that the user Sluice runs as may read it");
  return in;
}

// The chain: the first certificate is the server's.
Status use_certificates(SSL_CTX* ssl, const std::string& file, X509Ptr& leaf) {
  SLUICE_TRY(FilePtr in, open_file(file));
  leaf.reset(PEM_read_X509_AUX(in.get(), nullptr, nullptr, nullptr));
  bool usable = leaf && SSL_CTX_use_certificate(ssl, leaf.get()) == 1;
  while (usable) {
    X509Ptr next(PEM_read_X509(in.get(), nullptr, nullptr, nullptr), &X509_free);
    if (!next) {
      usable = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;  // the end of the file
      break;
    }
    usable = SSL_CTX_add1_chain_cert(ssl, next.get()) == 1;
  }
  ERR_clear_error();
  if (usable) return {};
  return fail("tls.bad_certificate", "the file holds no certificate in PEM form that can be used", file,
              "it must begin with -----BEGIN CERTIFICATE-----, the server's own first, then its chain");
}

Status use_key(SSL_CTX* ssl, const std::string& file, const std::string& certificate_file, X509* leaf) {
  SLUICE_TRY(FilePtr in, open_file(file));
  bool asked = false;
  KeyPtr key(PEM_read_PrivateKey(in.get(), nullptr, &no_passphrase, &asked), &EVP_PKEY_free);
  ERR_clear_error();
  if (asked)
    return fail("tls.bad_key", "the key is behind a passphrase", file,
                "take it off: openssl pkey -in KEY -out NEW, and let only Sluice's user read the file");
  if (!key)
    return fail("tls.bad_key", "the file holds no private key in PEM form", file,
                "it must begin with -----BEGIN PRIVATE KEY-----");
  bool match = X509_check_private_key(leaf, key.get()) == 1;
  ERR_clear_error();
  if (!match)
    return fail("tls.key_mismatch", "the key does not belong to the certificate in " + certificate_file, file,
                "take the key that the certificate was requested with");
  bool used = SSL_CTX_use_PrivateKey(ssl, key.get()) == 1;
  ERR_clear_error();
  if (used) return {};
  return fail("tls.bad_key", "the key is of a kind that TLS can't use", file,
              "take an EC P-256 or an RSA 2048 key");
}

// RFC 7301, section 3.2: a client that offers protocols, and ours not among them, is told so.
int choose_protocol(SSL*, const unsigned char** out, unsigned char* out_size, const unsigned char* in,
                    unsigned in_size, void*) {
  unsigned char* chosen = nullptr;
  int found = SSL_select_next_proto(&chosen, out_size, kHttp, sizeof kHttp - 1, in, in_size);
  *out = chosen;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void set_defaults(SSL_CTX* ssl) {
  SSL_CTX_set_min_proto_version(ssl, TLS1_2_VERSION);
  SSL_CTX_set_options(ssl, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                               SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_cipher_list(ssl, kCiphers);
  SSL_CTX_set_alpn_select_cb(ssl, &choose_protocol, nullptr);
  // Sessions are resumed from tickets, which every loop can open; a cache would only hold memory.
  SSL_CTX_set_session_cache_mode(ssl, SSL_SESS_CACHE_OFF);
}

std::string serial_of(X509* leaf) {
  std::unique_ptr<BIGNUM, decltype(&BN_free)> number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(leaf), nullptr),
                                                     &BN_free);
  char* text = number ? BN_bn2hex(number.get()) : nullptr;
  std::string serial = text ? text : "";
  OPENSSL_free(text);
  return serial;
}

void warn_of_time(X509* leaf, UtcTime now, const std::string& file) {
  std::time_t seconds = std::time_t(now.micros / 1'000'000);
  if (X509_cmp_time(X509_get0_notAfter(leaf), &seconds) < 0)
    log::warn("tls.expired", {{"file", file}, {"remedy", "renew the certificate; clients will refuse it"}});
  if (X509_cmp_time(X509_get0_notBefore(leaf), &seconds) > 0)
    log::warn("tls.not_yet_valid", {{"file", file}, {"remedy", "check the clock of this machine"}});
}

}  // namespace

struct Certificate::Token {};

Certificate::Certificate(const Token&, CertificateFiles files, const Clock& clock)
    : files_(std::move(files)), clock_(clock) {}
Certificate::~Certificate() = default;

Result<std::shared_ptr<Certificate>> Certificate::load(CertificateFiles files, const Clock& clock) {
  auto made = std::make_shared<Certificate>(Token(), std::move(files), clock);
  std::lock_guard guard(made->lock_);
  made->looked_ = clock.monotonic();
  SLUICE_TRY_VOID(made->read());
  return made;
}

Certificate::Stamp Certificate::stamp_of(const std::string& file) {
  struct stat state{};
  if (::stat(file.c_str(), &state) != 0) return {};
  return {state.st_mtim.tv_sec, state.st_mtim.tv_nsec, state.st_ino, std::uint64_t(state.st_size)};
}

// The stamps are taken before the files are read: what is written meanwhile has others, and is read next time.
Status Certificate::read() {
  tried_ = {stamp_of(files_.certificate), stamp_of(files_.key)};
  auto made = std::make_shared<TlsServerContext>();
  SSL_CTX* ssl = made->ssl.native_handle();
  set_defaults(ssl);
  X509Ptr leaf(nullptr, &X509_free);
  SLUICE_TRY_VOID(use_certificates(ssl, files_.certificate, leaf));
  SLUICE_TRY_VOID(use_key(ssl, files_.key, files_.certificate, leaf.get()));
  made->serial = serial_of(leaf.get());
  warn_of_time(leaf.get(), clock_.utc(), files_.certificate);
  current_ = std::move(made);
  return {};
}

Status Certificate::reload() {
  std::lock_guard guard(lock_);
  looked_ = clock_.monotonic();
  Status status = read();
  if (status) {
    log::info("tls.reloaded", {{"file", files_.certificate}, {"serial", current_->serial}});
  } else {
    const Error& e = status.error();
    log::error("tls.reload_failed",
               {{"code", e.code}, {"message", e.message}, {"file", e.where}, {"hint", e.hint}});
  }
  return status;
}

std::string Certificate::serial() const {
  std::lock_guard guard(lock_);
  return current_->serial;
}

std::shared_ptr<TlsServerContext> Certificate::current() {
  {
    std::lock_guard guard(lock_);
    MonotonicTime now = clock_.monotonic();
    if (now - looked_ < kLook) return current_;
    looked_ = now;
    Stamps stamps{stamp_of(files_.certificate), stamp_of(files_.key)};
    if (stamps == tried_) return current_;
  }
  (void)reload();  // a failure is in the log, and what is in use stays
  std::lock_guard guard(lock_);
  return current_;
}

}  // namespace sluice::net
