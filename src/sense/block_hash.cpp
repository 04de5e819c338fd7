#include "sense/block_hash.h"

#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace sluice::sense {

bool BlockHash::has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

BlockHash::Digest BlockHash::of(const Key& key, const char* block) {
  static const auto best = has_avx2() ? &of_avx2 : &of_plain;
  return best(key, block);
}

#if defined(__SSE2__)

// Sixteen bytes at a time: two products of 32 bits by 32, which are summed in two halves.
BlockHash::Digest BlockHash::of_plain(const Key& key, const char* block) {
  __m128i sums[kPasses] = {};
  const auto load = [](const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); };
  for (std::size_t at = 0; at < kBlock; at += 16) {
    const __m128i words = load(block + at);
    for (std::size_t pass = 0; pass < kPasses; ++pass) {
      const __m128i t = _mm_add_epi32(words, load(key.data() + at / 4 + pass * 4));
      sums[pass] = _mm_add_epi64(sums[pass], _mm_mul_epu32(t, _mm_srli_epi64(t, 32)));
    }
  }
  Digest digest;
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    std::array<std::uint64_t, 2> halves;
    std::memcpy(halves.data(), &sums[pass], sizeof halves);
    digest[pass] = halves[0] + halves[1];
  }
  return digest;
}

#else

BlockHash::Digest BlockHash::of_plain(const Key& key, const char* block) {
  Digest digest{};
  for (std::size_t i = 0; i < kBlock / 4; i += 2) {
    std::array<std::uint32_t, 2> words;
    std::memcpy(words.data(), block + i * 4, sizeof words);
    for (std::size_t pass = 0; pass < kPasses; ++pass) {
      const std::uint32_t a = words[0] + key[i + pass * 4], b = words[1] + key[i + 1 + pass * 4];
      digest[pass] += std::uint64_t{a} * b;
    }
  }
  return digest;
}

#endif

}  // namespace sluice::sense
