// Weights times activations with AVX2: types whose levels are looked up (MXFP4, IQ4), and K types with a scale for
// each 16 weights.
#if defined(__x86_64__)
#include "engine/tensor/avx2.h"
#include "engine/tensor/dots_avx2.h"

namespace sluice::engine::tensor {
namespace {

// The levels of 32 nibbles; 16 levels, in both halves.
inline __m256i levels_of(const __m256i& levels, const std::uint8_t* bytes) {
  return _mm256_shuffle_epi8(levels, spread_nibbles(bytes));
}

inline __m256i levels_mxfp4() {  // doubled
  const __m128i levels = _mm_setr_epi8(0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12);
  return _mm256_set_m128i(levels, levels);
}
inline __m256i levels_iq4() {
  const __m128i levels = _mm_setr_epi8(-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113);
  return _mm256_set_m128i(levels, levels);
}

// 16-bit factors of a group's two halves.
inline __m256i by_halves(int first, int second) {
  return _mm256_set_m128i(_mm_set1_epi16(static_cast<short>(second)), _mm_set1_epi16(static_cast<short>(first)));
}

struct DecodeMXFP4 {
  using Block = BlockMXFP4;
  static constexpr int kGroups = 1;
  static constexpr bool kSigned = true, kMinima = false, kHalfScales = false, kHalfMinima = false;
  float scale;  // 2^(e - 128), since the levels are doubled; below 2^-126 a subnormal number
  explicit DecodeMXFP4(const Block& b)
      : scale(__builtin_bit_cast(float, b.e < 2 ? 0x00200000u << b.e : static_cast<unsigned>(b.e - 1) << 23)) {}
  __m256i group(const Block& b, int) const { return levels_of(levels_mxfp4(), b.q); }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
};

struct DecodeIQ4_NL {
  using Block = BlockIQ4_NL;
  static constexpr int kGroups = 1;
  static constexpr bool kSigned = true, kMinima = false, kHalfScales = false, kHalfMinima = false;
  float scale;
  explicit DecodeIQ4_NL(const Block& b) : scale(half_at(b.d)) {}
  __m256i group(const Block& b, int) const { return levels_of(levels_iq4(), b.q); }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
};

struct DecodeIQ4_XS {
  using Block = BlockIQ4_XS;
  static constexpr int kGroups = 8;
  static constexpr bool kSigned = true, kMinima = false, kHalfScales = false, kHalfMinima = false;
  float scale[8];
  explicit DecodeIQ4_XS(const Block& b) {
    const float d = half_at(b.d);
    for (int g = 0; g < 8; ++g) {
      const int low = (b.scales_low[g / 2] >> (4 * (g % 2))) & 15, high = (b.scales_high >> (2 * g)) & 3;
      scale[g] = d * static_cast<float>((low | high << 4) - 32);
    }
  }
  __m256i group(const Block& b, int g) const { return levels_of(levels_iq4(), b.q + 16 * g); }
  __m256 scales(int g) const { return _mm256_set1_ps(scale[g]); }
};

// Two bits of each element of group g.
inline __m256i two_bits(const std::uint8_t* q, int g) {
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(q + 32 * (g / 4)));
  return _mm256_and_si256(_mm256_srlv_epi32(bytes, _mm256_set1_epi32(2 * (g % 4))), _mm256_set1_epi8(3));
}

struct DecodeQ2_K {
  using Block = BlockQ2_K;
  static constexpr int kGroups = 8;
  static constexpr bool kSigned = false, kMinima = false, kHalfScales = true, kHalfMinima = true;
  float scale, minimum;
  explicit DecodeQ2_K(const Block& b) : scale(half_at(b.d)), minimum(-half_at(b.dmin)) {}
  __m256i group(const Block& b, int g) const { return two_bits(b.q, g); }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
  __m256i half_scales(const Block& b, int g) const {
    return by_halves(b.scales[2 * g] & 15, b.scales[2 * g + 1] & 15);
  }
  __m256i half_minima(const Block& b, int g) const {
    return by_halves(b.scales[2 * g] >> 4, b.scales[2 * g + 1] >> 4);
  }
  __m256 minimum_scale() const { return _mm256_set1_ps(minimum); }
};

struct DecodeQ3_K {
  using Block = BlockQ3_K;
  static constexpr int kGroups = 8;
  static constexpr bool kSigned = true, kMinima = false, kHalfScales = true, kHalfMinima = false;
  float scale;
  __m256i third;
  alignas(16) std::int8_t factors[16];
  // Scale s has its low four bits in a nibble of bytes 0-7 (low nibbles first) and its high two in bytes 8-11.
  explicit DecodeQ3_K(const Block& b)
      : scale(half_at(b.d)), third(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b.high))) {
    const __m128i low = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(b.scales));
    int word;
    __builtin_memcpy(&word, b.scales + 8, 4);
    const __m128i nibbles = _mm_and_si128(_mm_unpacklo_epi64(low, _mm_srli_epi16(low, 4)), _mm_set1_epi8(15));
    const __m128i pairs =
        _mm_and_si128(_mm_srlv_epi32(_mm_set1_epi32(word), _mm_setr_epi32(0, 2, 4, 6)), _mm_set1_epi8(3));
    const __m128i six = _mm_or_si128(nibbles, _mm_slli_epi16(pairs, 4));
    _mm_store_si128(reinterpret_cast<__m128i*>(factors), _mm_sub_epi8(six, _mm_set1_epi8(32)));
  }
  __m256i group(const Block& b, int g) const {
    const __m256i bit = _mm256_set1_epi8(static_cast<char>(1 << g));
    const __m256i unset = _mm256_cmpeq_epi8(_mm256_and_si256(third, bit), _mm256_setzero_si256());
    return _mm256_sub_epi8(two_bits(b.q, g), _mm256_and_si256(unset, _mm256_set1_epi8(4)));
  }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
  __m256i half_scales(const Block&, int g) const { return by_halves(factors[2 * g], factors[2 * g + 1]); }
};

}  // namespace

void enter_avx2_levels(Kernels& kernels) {
  // Indices are gguf::TensorType numbers.
  kernels.matmul[10] = matmul<Quantised<DecodeQ2_K>>;
  kernels.matmul[11] = matmul<Quantised<DecodeQ3_K>>;
  kernels.matmul[20] = matmul<Quantised<DecodeIQ4_NL>>;
  kernels.matmul[23] = matmul<Quantised<DecodeIQ4_XS>>;
  kernels.matmul[39] = matmul<Quantised<DecodeMXFP4>>;
}

}  // namespace sluice::engine::tensor
#endif
