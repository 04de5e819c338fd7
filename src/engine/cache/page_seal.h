// A page as the bytes of a file: compressed (zstd), then encrypted and authenticated (XChaCha20-Poly1305,
// libsodium), so that whatever was changed, cut, or moved here from another tenant, key, model or version is no
// page at all.
//
//   magic and version (8) | created, seconds since 1970 (8, little-endian) | nonce (24) | sealed zstd frame
//
// The keys come from 32 random bytes in FOLDER/key: who has the whole folder can read it; a copy of the pages
// alone says nothing. Immutable after open(); thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::engine {

using Page = std::vector<std::byte>;

class PageSeal {
 public:
  // Makes the key where there is none. `identity` says what the state is of: pages of another one can't be opened.
  // `page_bytes`: of every page. `stride`: bytes of the numbers that a page mostly holds, 2 or 4; they compress
  // better with their bytes apart. Errors: engine.cache, with the path.
  static Result<PageSeal> open(const std::string& folder, const std::string& identity, std::uint64_t page_bytes,
                               int stride);

  std::string chain_secret() const { return derived("chain"); }  // for the keys of pages
  std::string tenant_tag(std::string_view tenant) const;         // 32 hex characters, other ones for each identity
  std::uint64_t most_bytes() const;                              // of a file

  std::string seal(const Page& page, std::string_view tenant, std::string_view key, std::int64_t created) const;
  struct Opened {
    std::shared_ptr<const Page> page;
    std::int64_t created = 0;
  };
  std::optional<Opened> unseal(std::string_view file, std::string_view tenant, std::string_view key) const;

 private:
  PageSeal() = default;
  std::string derived(std::string_view purpose) const;  // 32 bytes
  std::string bound_to(std::string_view head, std::string_view tenant, std::string_view key) const;

  std::string master_, identity_;
  std::uint64_t page_bytes_ = 0;
  std::size_t stride_ = 2;
};

}  // namespace sluice::engine
