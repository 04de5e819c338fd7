// The certificate that a TLS listener shows: read from files, and read again when they change. Thread-safe; one
// object is shared by the listeners of all loops.
//
//   SLUICE_TRY(auto certificate, Certificate::load({"tls.pem", "tls.key"}, system_clock()));
//   listener.secure(certificate);
//
// Connections that are open keep the certificate they began with; those accepted after a reload get the new one.
// Files that can't be used never replace what is in use: the error goes to the log as tls.reload_failed.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace sluice::net {

struct CertificateFiles {
  std::string certificate;  // PEM: the server's certificate, then those that lead to its authority
  std::string key;          // PEM, without a passphrase
};

class TlsServerContext;  // OpenSSL's side of it; private to this room

class Certificate {
 public:
  // How often the files are looked at, at most.
  static constexpr Duration kLook = std::chrono::seconds(10);

  // Errors, with the file in `where`: tls.unreadable, tls.bad_certificate, tls.bad_key (also a key behind a
  // passphrase), tls.key_mismatch. A certificate outside its time is used, with a warning in the log
  // (tls.expired, tls.not_yet_valid): a client that can't connect at all would learn less. `clock` outlives this.
  static Result<std::shared_ptr<Certificate>> load(CertificateFiles files, const Clock& clock);
  struct Token;  // only load() makes one
  Certificate(const Token&, CertificateFiles files, const Clock& clock);
  ~Certificate();
  Certificate(const Certificate&) = delete;

  // Reads the files now, whether they changed or not (SIGHUP).
  Status reload();
  // The serial number of the certificate in use, in hexadecimal, as `openssl x509 -serial` prints it.
  std::string serial() const;
  // For a new connection. Looks first whether the files have changed, at most every kLook of the clock.
  std::shared_ptr<TlsServerContext> current();

 private:
  // Tells one state of a file from another: a new inode when it is replaced, a new time when it is written.
  struct Stamp {
    std::int64_t seconds = 0, nanoseconds = 0;
    std::uint64_t inode = 0, size = 0;
    bool operator==(const Stamp&) const = default;
  };
  struct Stamps {
    Stamp certificate, key;
    bool operator==(const Stamps&) const = default;
  };

  static Stamp stamp_of(const std::string& file);
  Status read();  // under lock_

  const CertificateFiles files_;
  const Clock& clock_;
  mutable std::mutex lock_;  // guards all below
  std::shared_ptr<TlsServerContext> current_;
  Stamps tried_;  // of the files read last, whether they could be used or not
  MonotonicTime looked_{};
};

}  // namespace sluice::net
