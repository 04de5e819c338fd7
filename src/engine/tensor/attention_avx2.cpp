// Attention with AVX2, FMA and F16C.
//
// Keys are taken 32 at a time, at fixed positions, with a running maximum and sum (Milakov and Gimelshein 2018,
// Online normalizer calculation for softmax; Dao et al. 2022, FlashAttention). A block of keys and values is
// widened once and serves all queries. What happens to one query does not depend on the others.
#if defined(__x86_64__)
#include <immintrin.h>

#include "engine/tensor/avx2.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/exp_avx2.h"

namespace sluice::engine::tensor {
namespace {

constexpr float kNothing = -1e30f;  // a score below all others; no infinities, so that no NaN arises from them

// Eight numbers of a row of keys or values, from the i-th on; i is a multiple of 8.
struct ReadF32 {
  static __m256 eight(const std::uint8_t* row, int i) {
    return _mm256_loadu_ps(reinterpret_cast<const float*>(row) + i);
  }
};
struct ReadF16 {
  static __m256 eight(const std::uint8_t* row, int i) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(row + 2 * i)));
  }
};
struct ReadQ8_0 {
  static __m256 eight(const std::uint8_t* row, int i) {
    const BlockQ8_0& block = reinterpret_cast<const BlockQ8_0*>(row)[i / kGroup];
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(block.q + i % kGroup));
    return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(bytes)), _mm256_set1_ps(_cvtsh_ss(block.d)));
  }
};

inline float horizontal_max(__m256 v) {
  __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_max_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}

inline float horizontal_sum(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}

// Widens `count` rows from row `begin` on, `n` elements each, into out[count][n].
template <class Read>
inline void widen(const Attention& a, const void* base, int begin, int count, int n, float* out) {
  for (int p = 0; p < count; ++p) {
    const auto* row = static_cast<const std::uint8_t*>(
        a.rows ? a.rows[begin + p]
               : static_cast<const std::uint8_t*>(base) + static_cast<std::size_t>(begin + p) * a.stride);
    for (int i = 0; i < n; i += 8) _mm256_storeu_ps(out + p * n + i, Read::eight(row, i));
  }
}

// scores[0..31] = q . keys * scale; kNothing from `count` on.
inline void score_block(const float* q, const float* keys, int count, int n, float scale, float* scores) {
  for (int p = 0; p < count; ++p) {
    __m256 total = _mm256_setzero_ps();
    for (int i = 0; i < n; i += 8)
      total = _mm256_fmadd_ps(_mm256_loadu_ps(q + i), _mm256_loadu_ps(keys + p * n + i), total);
    scores[p] = horizontal_sum(total) * scale;
  }
  for (int p = count; p < kKeyBlock; ++p) scores[p] = kNothing;
}

// out[i..i+8*R) = out * factor + weights . values, R vectors wide; `pitch` floats from value row to value row.
template <int R>
inline void accumulate(const float* values, const float* weights, int count, int pitch, float factor, float* out) {
  __m256 total[R];
  for (int r = 0; r < R; ++r) total[r] = _mm256_mul_ps(_mm256_loadu_ps(out + 8 * r), _mm256_set1_ps(factor));
  for (int p = 0; p < count; ++p) {
    const __m256 weight = _mm256_broadcast_ss(weights + p);
    for (int r = 0; r < R; ++r)
      total[r] = _mm256_fmadd_ps(weight, _mm256_loadu_ps(values + p * pitch + 8 * r), total[r]);
  }
  for (int r = 0; r < R; ++r) _mm256_storeu_ps(out + 8 * r, total[r]);
}

// A widened block: key rows of head_dim floats, value rows of value_dim, `pitch` floats apart.
struct Block {
  const float* keys;
  const float* values;
  int head_dim, value_dim, pitch;
};

// One block of keys and values for one query: updates its running maximum, sum and weighted values.
inline void take_block(const float* q, const Block& block, int count, float scale, float* largest, float* sum,
                       float* out) {
  alignas(32) float scores[kKeyBlock];
  score_block(q, block.keys, count, block.head_dim, scale, scores);
  __m256 most = _mm256_load_ps(scores);
  for (int i = 8; i < kKeyBlock; i += 8) most = _mm256_max_ps(most, _mm256_load_ps(scores + i));
  const float now = horizontal_max(_mm256_max_ps(most, _mm256_set1_ps(*largest)));
  const __m256 offset = _mm256_set1_ps(now);
  __m256 total = _mm256_setzero_ps();
  for (int i = 0; i < kKeyBlock; i += 8) {
    const __m256 weight = exp8(_mm256_sub_ps(_mm256_load_ps(scores + i), offset));
    _mm256_store_ps(scores + i, weight);
    total = _mm256_add_ps(total, weight);
  }
  const float factor = _mm256_cvtss_f32(exp8(_mm256_set1_ps(*largest - now)));
  *sum = __builtin_fmaf(*sum, factor, horizontal_sum(total));
  *largest = now;
  int i = 0;
  for (; i + 64 <= block.value_dim; i += 64)
    accumulate<8>(block.values + i, scores, count, block.pitch, factor, out + i);
  for (; i < block.value_dim; i += 8) accumulate<1>(block.values + i, scores, count, block.pitch, factor, out + i);
}

// Divides by the sum of the weights, the sink's included.
inline void finish(const float* sink, float largest, float sum, int n, float* out) {
  float factor = 1.0f;
  if (sink) {
    const float most = largest > *sink ? largest : *sink;
    factor = _mm256_cvtss_f32(exp8(_mm256_set1_ps(largest - most)));
    sum = __builtin_fmaf(sum, factor, _mm256_cvtss_f32(exp8(_mm256_set1_ps(*sink - most))));
  }
  const __m256 inverse = _mm256_set1_ps(factor / sum);
  for (int i = 0; i < n; i += 8) _mm256_storeu_ps(out + i, _mm256_mul_ps(_mm256_loadu_ps(out + i), inverse));
}

template <class Read>
void attend(const Attention& a) {
  const int width = a.value_dim > 0 ? a.value_dim : a.head_dim;
  const bool shared = (a.rows || a.k == a.v) && width <= a.head_dim;  // values are the beginnings of the keys
  float* keys = a.scratch;
  float* values = shared ? keys : keys + kKeyBlock * a.head_dim;
  float* largest = keys + kKeyBlock * (a.head_dim + width);
  float* sum = largest + kMaxQueries;
  int positions = 0;
  for (int j = 0; j < a.queries; ++j) {
    largest[j] = kNothing;
    sum[j] = 0;
    for (int i = 0; i < width; i += 8) _mm256_storeu_ps(a.out[j] + i, _mm256_setzero_ps());
    if (a.counts[j] > positions) positions = a.counts[j];
  }
  const Block wide{keys, values, a.head_dim, width, shared ? a.head_dim : width};
  for (int begin = 0; begin < positions; begin += kKeyBlock) {
    const int block = positions - begin < kKeyBlock ? positions - begin : kKeyBlock;
    widen<Read>(a, a.k, begin, block, a.head_dim, keys);
    if (!shared) widen<Read>(a, a.v, begin, block, width, values);
    for (int j = 0; j < a.queries; ++j) {
      const int visible = a.counts[j] - begin < block ? a.counts[j] - begin : block;
      if (visible > 0) take_block(a.q[j], wide, visible, a.scale, largest + j, sum + j, a.out[j]);
    }
  }
  for (int j = 0; j < a.queries; ++j) finish(a.sinks ? a.sinks + j : nullptr, largest[j], sum[j], width, a.out[j]);
}

}  // namespace

void enter_avx2_attention(Kernels& kernels) {
  kernels.attend_f16 = attend<ReadF16>;
  kernels.attend_f32 = attend<ReadF32>;
  kernels.attend_q8_0 = attend<ReadQ8_0>;
}

}  // namespace sluice::engine::tensor
#endif
