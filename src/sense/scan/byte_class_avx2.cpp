// Entered only where ByteClass::has_avx2() says so.
#include "sense/scan/byte_class.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace sluice::sense::scan {

#if defined(__AVX2__)

// A byte's low half chooses a row of the class, its high half a bit of that row. Bytes from 0x80 on choose none: a
// shuffle gives zero for them.
void ByteClass::fill_avx2(const char* from, std::size_t blocks, const ByteClass& characters, std::uint64_t* out) {
  const __m256i rows =
      _mm256_broadcastsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i*>(characters.rows_.data())));
  const __m256i columns = _mm256_broadcastsi128_si256(
      _mm_set_epi8(0, 0, 0, 0, 0, 0, 0, 0, static_cast<char>(0x80), 0x40, 0x20, 0x10, 8, 4, 2, 1));
  const __m256i low = _mm256_set1_epi8(15), zero = _mm256_setzero_si256();
  const auto outside = [&](const char* at) {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
    const __m256i row = _mm256_shuffle_epi8(rows, bytes);
    const __m256i column = _mm256_shuffle_epi8(columns, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low));
    return static_cast<std::uint32_t>(
        _mm256_movemask_epi8(_mm256_cmpeq_epi8(_mm256_and_si256(row, column), zero)));
  };
  for (std::size_t block = 0; block < blocks; ++block, from += 64)
    out[block] = ~(outside(from) | std::uint64_t{outside(from + 32)} << 32);
}

#else

void ByteClass::fill_avx2(const char* from, std::size_t blocks, const ByteClass& characters, std::uint64_t* out) {
  fill_plain(from, blocks, characters, out);
}

#endif

}  // namespace sluice::sense::scan
