// Entered only where BlockHash::has_avx2() says so.
#include "sense/block_hash.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace sluice::sense {

#if defined(__AVX2__)

// Thirty-two bytes at a time: four products of 32 bits by 32, which are summed in four parts.
BlockHash::Digest BlockHash::of_avx2(const Key& key, const char* block) {
  __m256i sums[kPasses] = {};
  const auto load = [](const void* from) { return _mm256_loadu_si256(static_cast<const __m256i*>(from)); };
  for (std::size_t at = 0; at < kBlock; at += 32) {
    const __m256i words = load(block + at);
    for (std::size_t pass = 0; pass < kPasses; ++pass) {
      const __m256i t = _mm256_add_epi32(words, load(key.data() + at / 4 + pass * 4));
      sums[pass] = _mm256_add_epi64(sums[pass], _mm256_mul_epu32(t, _mm256_srli_epi64(t, 32)));
    }
  }
  Digest digest;
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    alignas(32) std::uint64_t parts[4];
    _mm256_store_si256(reinterpret_cast<__m256i*>(parts), sums[pass]);
    digest[pass] = parts[0] + parts[1] + parts[2] + parts[3];
  }
  return digest;
}

#else

BlockHash::Digest BlockHash::of_avx2(const Key& key, const char* block) { return of_plain(key, block); }
#endif

}  // namespace sluice::sense
