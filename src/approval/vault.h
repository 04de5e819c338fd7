// The secret of this installation's approvals: hashes nobody else can compute, and texts nobody else can read.
//
// One key of 32 random bytes in DIR/approval.key (mode 0600, made at the first start); the keys for hashing and
// for encryption are derived from it. The content hash is keyed because it goes into records and answers: of a
// short text a plain SHA-256 could be found by trying. Texts are sealed with XChaCha20-Poly1305 (libsodium) and
// bound to their ticket. Whoever reads the whole data directory has the key as well: it protects copies of the
// database, not the directory. Immutable after open(); thread-safe.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::approval {

class Vault {
 public:
  // Errors: approval.open if the file can't be read or made, approval.key if it is no key of ours.
  static Result<Vault> open(const std::string& data_dir);

  // HMAC-SHA-256, 64 hex characters. The parts are told apart: ("ab", "c") is not ("a", "bc").
  std::string content_hash(std::string_view tenant, std::string_view protocol, std::string_view body,
                           std::string_view restored) const;
  std::string seal(std::string_view text, std::string_view ticket) const;
  // approval.corrupt if it was not sealed here for this ticket, or was changed.
  Result<std::string> unseal(std::string_view sealed, std::string_view ticket) const;

 private:
  Vault() = default;
  std::string hash_key_;
  std::array<unsigned char, 32> text_key_{};
};

}  // namespace sluice::approval
