// Elementwise kernels with AVX2, FMA and F16C.
#if defined(__x86_64__)
#include <immintrin.h>

#include "engine/tensor/avx2.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/exp_avx2.h"

namespace sluice::engine::tensor {
namespace {

inline float horizontal_sum(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

inline float horizontal_max(__m256 v) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

inline int horizontal_sum(__m256i v) {
  __m128i s = _mm_add_epi32(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));
  s = _mm_add_epi32(s, _mm_shuffle_epi32(s, 0x4e));
  return _mm_cvtsi128_si32(_mm_add_epi32(s, _mm_shuffle_epi32(s, 0xb1)));
}

void quantise(const float* x, int n, std::int8_t* q, float* scale, float* sum) {
  const __m256 no_sign = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  const __m256 infinity = _mm256_set1_ps(__builtin_inff());
  for (int g = 0; g < n / kGroup; ++g) {
    __m256 v[4];
    __m256 largest = _mm256_setzero_ps();
    __m256 finite = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
    for (int i = 0; i < 4; ++i) {
      v[i] = _mm256_loadu_ps(x + g * kGroup + 8 * i);
      const __m256 magnitude = _mm256_and_ps(v[i], no_sign);
      largest = _mm256_max_ps(largest, magnitude);
      finite = _mm256_and_ps(finite, _mm256_cmp_ps(magnitude, infinity, _CMP_LT_OQ));
    }
    const bool all_finite = _mm256_movemask_ps(finite) == 0xff;
    const float most = horizontal_max(largest);
    const float inverse = all_finite && most > 1e-30f ? 127.0f / most : 0.0f;
    scale[g] = !all_finite ? __builtin_nanf("") : inverse > 0 ? most / 127.0f : 0.0f;
    __m256i words[4];
    for (int i = 0; i < 4; ++i)
      words[i] =
          inverse > 0 ? _mm256_cvtps_epi32(_mm256_mul_ps(v[i], _mm256_set1_ps(inverse))) : _mm256_setzero_si256();
    const __m256i total =
        _mm256_add_epi32(_mm256_add_epi32(words[0], words[1]), _mm256_add_epi32(words[2], words[3]));
    sum[g] = scale[g] * static_cast<float>(horizontal_sum(total));
    const __m256i bytes =
        _mm256_packs_epi16(_mm256_packs_epi32(words[0], words[1]), _mm256_packs_epi32(words[2], words[3]));
    // The packs work within 128-bit lanes; this puts the groups of four bytes back in order.
    const __m256i ordered = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(q + g * kGroup), ordered);
  }
}

void rms_norm(const float* x, const float* weight, float epsilon, int n, float* out) {
  __m256 squares = _mm256_setzero_ps();
  int i = 0;
  for (; i + 8 <= n; i += 8) {
    const __m256 v = _mm256_loadu_ps(x + i);
    squares = _mm256_fmadd_ps(v, v, squares);
  }
  float total = horizontal_sum(squares);
  for (; i < n; ++i) total = __builtin_fmaf(x[i], x[i], total);
  const float factor = 1.0f / __builtin_sqrtf(total / static_cast<float>(n) + epsilon);
  const __m256 factors = _mm256_set1_ps(factor);
  for (i = 0; i + 8 <= n; i += 8) {
    const __m256 scaled = _mm256_mul_ps(_mm256_loadu_ps(x + i), factors);
    _mm256_storeu_ps(out + i, _mm256_mul_ps(scaled, _mm256_loadu_ps(weight + i)));
  }
  for (; i < n; ++i) out[i] = x[i] * factor * weight[i];
}

inline __m256 swiglu8(__m256 gate, __m256 up) {
  const __m256 one = _mm256_set1_ps(1.0f);
  const __m256 denominator = _mm256_add_ps(one, exp8(_mm256_sub_ps(_mm256_setzero_ps(), gate)));
  return _mm256_mul_ps(_mm256_div_ps(gate, denominator), up);
}

void swiglu(const float* gate, const float* up, int n, float* out) {
  int i = 0;
  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps(out + i, swiglu8(_mm256_loadu_ps(gate + i), _mm256_loadu_ps(up + i)));
  if (i == n) return;
  float g[8] = {}, u[8] = {}, result[8];
  for (int j = i; j < n; ++j) g[j - i] = gate[j], u[j - i] = up[j];
  _mm256_storeu_ps(result, swiglu8(_mm256_loadu_ps(g), _mm256_loadu_ps(u)));
  for (int j = i; j < n; ++j) out[j] = result[j - i];
}

void add(float* x, const float* y, int n) {
  int i = 0;
  for (; i + 8 <= n; i += 8)
    _mm256_storeu_ps(x + i, _mm256_add_ps(_mm256_loadu_ps(x + i), _mm256_loadu_ps(y + i)));
  for (; i < n; ++i) x[i] += y[i];
}

void to_half(const float* x, int n, std::uint16_t* out) {
  int i = 0;
  for (; i + 8 <= n; i += 8)
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + i),
                     _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
  for (; i < n; ++i) out[i] = _cvtss_sh(x[i], _MM_FROUND_TO_NEAREST_INT);
}

// One division a number, as in the scalar kernel: the bytes are the same.
void to_q8_0(const float* x, int n, std::uint8_t* out) {
  const __m256 no_sign = _mm256_castsi256_ps(_mm256_set1_epi32(0x7fffffff));
  const __m256 infinity = _mm256_set1_ps(__builtin_inff());
  const __m256i most = _mm256_set1_epi32(127), least = _mm256_set1_epi32(-127);
  for (int begin = 0; begin < n; begin += kGroup, x += kGroup, out += sizeof(BlockQ8_0)) {
    __m256 largest = _mm256_setzero_ps();
    __m256 finite = _mm256_castsi256_ps(_mm256_set1_epi32(-1));
    for (int i = 0; i < 4; ++i) {
      const __m256 magnitude = _mm256_and_ps(_mm256_loadu_ps(x + 8 * i), no_sign);
      largest = _mm256_max_ps(largest, magnitude);
      finite = _mm256_and_ps(finite, _mm256_cmp_ps(magnitude, infinity, _CMP_LT_OQ));
    }
    const bool all_finite = _mm256_movemask_ps(finite) == 0xff;
    const float wanted = all_finite ? horizontal_max(largest) / 127.0f : __builtin_nanf("");
    const std::uint16_t bits = _cvtss_sh(wanted, _MM_FROUND_TO_NEAREST_INT);
    const float d = _cvtsh_ss(bits);
    __m256i words[4];
    for (int i = 0; i < 4; ++i) {
      const __m256 parts = _mm256_div_ps(_mm256_loadu_ps(x + 8 * i), _mm256_set1_ps(d));
      const __m256i nearest = _mm256_min_epi32(_mm256_max_epi32(_mm256_cvtps_epi32(parts), least), most);
      words[i] = d > 0 ? nearest : _mm256_setzero_si256();
    }
    const __m256i bytes =
        _mm256_packs_epi16(_mm256_packs_epi32(words[0], words[1]), _mm256_packs_epi32(words[2], words[3]));
    const __m256i ordered = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    __builtin_memcpy(out, &bits, sizeof bits);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + sizeof bits), ordered);
  }
}

}  // namespace

void enter_avx2_vector(Kernels& kernels) {
  kernels.quantise = quantise;
  kernels.rms_norm = rms_norm;
  kernels.swiglu = swiglu;
  kernels.add = add;
  kernels.to_half = to_half;
  kernels.to_q8_0 = to_q8_0;
}

}  // namespace sluice::engine::tensor
#endif
