// Weights times activations with AVX2, FMA and F16C: floats, and the types whose levels are evenly spaced.
#if defined(__x86_64__)
#include "engine/tensor/avx2.h"
#include "engine/tensor/dots_avx2.h"

namespace sluice::engine::tensor {
namespace {

// 16 in byte i where bit i of the 32 bits is set.
inline __m256i spread_fifth_bits(const std::uint8_t* bytes) {
  int word;
  __builtin_memcpy(&word, bytes, 4);
  const __m256i select =
      _mm256_setr_epi64x(0x0000000000000000, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
  const __m256i copies = _mm256_shuffle_epi8(_mm256_set1_epi32(word), select);
  const __m256i bit = _mm256_set1_epi64x(static_cast<long long>(0x8040201008040201ULL));
  const __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(copies, bit), bit);
  return _mm256_and_si256(set, _mm256_set1_epi8(16));
}

struct DecodeQ8_0 {
  using Block = BlockQ8_0;
  static constexpr int kGroups = 1;
  static constexpr bool kSigned = true, kMinima = false, kHalfScales = false, kHalfMinima = false;
  float scale;
  explicit DecodeQ8_0(const Block& b) : scale(half_at(b.d)) {}
  __m256i group(const Block& b, int) const { return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b.q)); }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
};

struct DecodeQ4_0 {
  using Block = BlockQ4_0;
  static constexpr int kGroups = 1;
  static constexpr bool kSigned = true, kMinima = false, kHalfScales = false, kHalfMinima = false;
  float scale;
  explicit DecodeQ4_0(const Block& b) : scale(half_at(b.d)) {}
  __m256i group(const Block& b, int) const { return _mm256_sub_epi8(spread_nibbles(b.q), _mm256_set1_epi8(8)); }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
};

struct DecodeQ5_0 {
  using Block = BlockQ5_0;
  static constexpr int kGroups = 1;
  static constexpr bool kSigned = true, kMinima = false, kHalfScales = false, kHalfMinima = false;
  float scale;
  explicit DecodeQ5_0(const Block& b) : scale(half_at(b.d)) {}
  __m256i group(const Block& b, int) const {
    const __m256i q = _mm256_or_si256(spread_nibbles(b.q), spread_fifth_bits(b.high));
    return _mm256_sub_epi8(q, _mm256_set1_epi8(16));
  }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
};

struct DecodeQ4_1 {
  using Block = BlockQ4_1;
  static constexpr int kGroups = 1;
  static constexpr bool kSigned = false, kMinima = true, kHalfScales = false, kHalfMinima = false;
  float scale, minimum;
  explicit DecodeQ4_1(const Block& b) : scale(half_at(b.d)), minimum(half_at(b.m)) {}
  __m256i group(const Block& b, int) const { return spread_nibbles(b.q); }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
  // The minima of the block's groups times the activations' sums, in lanes that are added up at the end.
  __m256 minima(__m256 total, const float* sums) const {
    return _mm256_fmadd_ps(_mm256_zextps128_ps256(_mm_set_ss(minimum)), _mm256_zextps128_ps256(_mm_load_ss(sums)),
                           total);
  }
};

struct DecodeQ5_1 {
  using Block = BlockQ5_1;
  static constexpr int kGroups = 1;
  static constexpr bool kSigned = false, kMinima = true, kHalfScales = false, kHalfMinima = false;
  float scale, minimum;
  explicit DecodeQ5_1(const Block& b) : scale(half_at(b.d)), minimum(half_at(b.m)) {}
  __m256i group(const Block& b, int) const {
    return _mm256_or_si256(spread_nibbles(b.q), spread_fifth_bits(b.high));
  }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
  __m256 minima(__m256 total, const float* sums) const {
    return _mm256_fmadd_ps(_mm256_zextps128_ps256(_mm_set_ss(minimum)), _mm256_zextps128_ps256(_mm_load_ss(sums)),
                           total);
  }
};

// The scales and minima of a K block's groups as floats.
struct KScales {
  alignas(32) float scale[8];
  __m256 minimum;  // negative: weight = scale * q + minimum

  KScales(std::uint16_t d, std::uint16_t dmin, const std::uint8_t* packed) {
    unsigned words[3];
    __builtin_memcpy(words, packed, 12);
    // Bytes of the packed form, 4 at a time: see unpack_scales().
    const unsigned scales_low = words[0] & 0x3f3f3f3fu;
    const unsigned minima_low = words[1] & 0x3f3f3f3fu;
    const unsigned scales_high = (words[2] & 0x0f0f0f0fu) | ((words[0] >> 6) & 0x03030303u) << 4;
    const unsigned minima_high = ((words[2] >> 4) & 0x0f0f0f0fu) | ((words[1] >> 6) & 0x03030303u) << 4;
    const __m128i bytes = _mm_setr_epi32(static_cast<int>(scales_low), static_cast<int>(scales_high),
                                         static_cast<int>(minima_low), static_cast<int>(minima_high));
    const __m256 s = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes));
    const __m256 m = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(bytes, 8)));
    _mm256_store_ps(scale, _mm256_mul_ps(s, _mm256_set1_ps(half_at(d))));
    minimum = _mm256_mul_ps(m, _mm256_set1_ps(-half_at(dmin)));
  }
};

struct DecodeQ4_K {
  using Block = BlockQ4_K;
  static constexpr int kGroups = 8;
  static constexpr bool kSigned = false, kMinima = true, kHalfScales = false, kHalfMinima = false;
  KScales k;
  explicit DecodeQ4_K(const Block& b) : k(b.d, b.dmin, b.scales) {}
  __m256i group(const Block& b, int g) const {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b.q + 32 * (g / 2)));
    return _mm256_and_si256(g % 2 == 0 ? bytes : _mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
  }
  __m256 scales(int g) const { return _mm256_broadcast_ss(k.scale + g); }
  __m256 minima(__m256 total, const float* sums) const {
    return _mm256_fmadd_ps(k.minimum, _mm256_loadu_ps(sums), total);
  }
};

struct DecodeQ5_K {
  using Block = BlockQ5_K;
  static constexpr int kGroups = 8;
  static constexpr bool kSigned = false, kMinima = true, kHalfScales = false, kHalfMinima = false;
  KScales k;
  __m256i high;
  explicit DecodeQ5_K(const Block& b)
      : k(b.d, b.dmin, b.scales), high(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(b.high))) {}
  __m256i group(const Block& b, int g) const {
    const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b.q + 32 * (g / 2)));
    const __m256i low = _mm256_and_si256(g % 2 == 0 ? bytes : _mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    const __m256i bit = _mm256_set1_epi8(static_cast<char>(1 << g));
    const __m256i fifth =
        _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_and_si256(high, bit), bit), _mm256_set1_epi8(16));
    return _mm256_or_si256(low, fifth);
  }
  __m256 scales(int g) const { return _mm256_broadcast_ss(k.scale + g); }
  __m256 minima(__m256 total, const float* sums) const {
    return _mm256_fmadd_ps(k.minimum, _mm256_loadu_ps(sums), total);
  }
};

struct DecodeQ6_K {
  using Block = BlockQ6_K;
  static constexpr int kGroups = 8;
  static constexpr bool kSigned = true, kMinima = false, kHalfScales = true, kHalfMinima = false;
  float scale;
  explicit DecodeQ6_K(const Block& b) : scale(half_at(b.d)) {}
  __m256i group(const Block& b, int g) const {
    const int half = g / 4, quarter = g % 4;
    const auto* low_at = reinterpret_cast<const __m256i*>(b.low + 64 * half + 32 * (quarter % 2));
    const __m256i bytes = _mm256_loadu_si256(low_at);
    const __m256i low = _mm256_and_si256(quarter < 2 ? bytes : _mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(15));
    const __m256i pairs = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(b.high + 32 * half));
    const __m256i moved = quarter == 0   ? _mm256_slli_epi16(pairs, 4)
                          : quarter == 1 ? _mm256_slli_epi16(pairs, 2)
                          : quarter == 2 ? pairs
                                         : _mm256_srli_epi16(pairs, 2);
    const __m256i q = _mm256_or_si256(low, _mm256_and_si256(moved, _mm256_set1_epi8(48)));
    return _mm256_sub_epi8(q, _mm256_set1_epi8(32));
  }
  __m256 scales(int) const { return _mm256_set1_ps(scale); }
  __m256i half_scales(const Block& b, int g) const {
    return _mm256_set_m128i(_mm_set1_epi16(b.scales[2 * g + 1]), _mm_set1_epi16(b.scales[2 * g]));
  }
};

struct LoadF32 {
  static constexpr std::size_t kBytes = 4;
  static __m256 eight(const std::uint8_t* at) { return _mm256_loadu_ps(reinterpret_cast<const float*>(at)); }
  static float one(const std::uint8_t* at) { return *reinterpret_cast<const float*>(at); }
};
struct LoadF16 {
  static constexpr std::size_t kBytes = 2;
  static __m256 eight(const std::uint8_t* at) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
  }
  static float one(const std::uint8_t* at) { return half_at(*reinterpret_cast<const std::uint16_t*>(at)); }
};
struct LoadBF16 {
  static constexpr std::size_t kBytes = 2;
  static __m256 eight(const std::uint8_t* at) {
    const __m256i wide = _mm256_cvtepu16_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at)));
    return _mm256_castsi256_ps(_mm256_slli_epi32(wide, 16));
  }
  static float one(const std::uint8_t* at) {
    const unsigned bits = static_cast<unsigned>(*reinterpret_cast<const std::uint16_t*>(at)) << 16;
    return __builtin_bit_cast(float, bits);
  }
};

template <class Load, int W, int R>
inline void dots_float(const std::uint8_t* rows, std::size_t row_bytes, const Activations& x, int first,
                       float* out, std::size_t stride) {
  const auto n = static_cast<std::size_t>(x.n);
  const float* a[R];
  __m256 total[W][R];
  float tail[W][R] = {};
  for (int r = 0; r < R; ++r) {
    a[r] = x.f32 + static_cast<std::size_t>(first + r) * n;
    for (int j = 0; j < W; ++j) total[j][r] = _mm256_setzero_ps();
  }
  std::size_t e = 0;
  for (; e + 8 <= n; e += 8)
    for (int j = 0; j < W; ++j) {
      const __m256 w = Load::eight(rows + static_cast<std::size_t>(j) * row_bytes + Load::kBytes * e);
      for (int r = 0; r < R; ++r) total[j][r] = _mm256_fmadd_ps(w, _mm256_loadu_ps(a[r] + e), total[j][r]);
    }
  for (; e < n; ++e)
    for (int j = 0; j < W; ++j) {
      const float w = Load::one(rows + static_cast<std::size_t>(j) * row_bytes + Load::kBytes * e);
      for (int r = 0; r < R; ++r) tail[j][r] = __builtin_fmaf(w, a[r][e], tail[j][r]);
    }
  for (int r = 0; r < R; ++r)
    for (int j = 0; j < W; ++j)
      out[static_cast<std::size_t>(r) * stride + static_cast<std::size_t>(j)] =
          horizontal_sum(total[j][r]) + tail[j][r];
}

template <class Load>
struct Floats {
  static constexpr int kSingle = 8;
  template <int W, int R>
  static void dots(const std::uint8_t* rows, std::size_t row_bytes, const Activations& x, int first, float* out,
                   std::size_t stride) {
    dots_float<Load, W, R>(rows, row_bytes, x, first, out, stride);
  }
};

}  // namespace

void enter_avx2_matmul(Kernels& kernels) {
  // Indices are gguf::TensorType numbers.
  kernels.matmul[0] = matmul<Floats<LoadF32>>;
  kernels.matmul[1] = matmul<Floats<LoadF16>>;
  kernels.matmul[30] = matmul<Floats<LoadBF16>>;
  kernels.matmul[2] = matmul<Quantised<DecodeQ4_0>>;
  kernels.matmul[3] = matmul<Quantised<DecodeQ4_1>>;
  kernels.matmul[6] = matmul<Quantised<DecodeQ5_0>>;
  kernels.matmul[7] = matmul<Quantised<DecodeQ5_1>>;
  kernels.matmul[8] = matmul<Quantised<DecodeQ8_0>>;
  kernels.matmul[12] = matmul<Quantised<DecodeQ4_K>>;
  kernels.matmul[13] = matmul<Quantised<DecodeQ5_K>>;
  kernels.matmul[14] = matmul<Quantised<DecodeQ6_K>>;
}

}  // namespace sluice::engine::tensor
#endif
