// NH, the universal hash of UMAC (RFC 4418, section 5.2.2; Black, Halevi, Krawczyk, Krovetz, Rogaway, "UMAC: Fast
// and Secure Message Authentication", 1999): a block of 1024 bytes becomes 32. Two different blocks become the
// same ones with a chance of 2^-128 over the key, as long as nobody who chooses the blocks knows it. It runs as
// fast as memory is read, and makes a long text short for a hash that does not.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace sluice::sense {

struct BlockHash {
  static constexpr std::size_t kBlock = 1024;  // bytes
  static constexpr std::size_t kPasses = 4;    // each adds 32 bits; its key begins 16 bytes behind the one before
  static constexpr std::size_t kKeyWords = (kBlock + (kPasses - 1) * 16) / sizeof(std::uint32_t);
  using Key = std::array<std::uint32_t, kKeyWords>;
  using Digest = std::array<std::uint64_t, kPasses>;

  // `block` has kBlock bytes. Words are read in the machine's byte order: a digest means nothing elsewhere.
  static Digest of(const Key& key, const char* block);

  // Its two ways, which give the same; the first may be taken where has_avx2() says so.
  static Digest of_avx2(const Key& key, const char* block);
  static Digest of_plain(const Key& key, const char* block);
  static bool has_avx2();
};

}  // namespace sluice::sense
