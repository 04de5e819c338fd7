// Weights times activations with AVX2, FMA and F16C: what the kernels of all types share. In an unnamed namespace,
// so that nothing compiled for these instructions is taken for a function that others call.
//
// Quantised weights meet int8 activations: 32 products at a time are summed in integers (maddubs, madd), then
// scaled and added in floats. The same instructions in the same order serve each activation row, whether 1 or 4
// are taken together, so that a result does not depend on the batch.
#pragma once

#include <immintrin.h>

#include "engine/tensor/blocks.h"
#include "engine/tensor/kernels.h"

namespace sluice::engine::tensor {
namespace {

inline float half_at(const std::uint16_t& bits) { return _cvtsh_ss(bits); }

inline float horizontal_sum(__m256 v) {
  __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
  s = _mm_add_ps(s, _mm_movehl_ps(s, s));
  s = _mm_add_ss(s, _mm_movehdup_ps(s));
  return _mm_cvtss_f32(s);
}

// 16 bytes of nibbles as 32 bytes: the low nibbles, then the high ones.
inline __m256i spread_nibbles(const std::uint8_t* bytes) {
  const __m128i packed = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
  const __m256i both = _mm256_set_m128i(_mm_srli_epi16(packed, 4), packed);
  return _mm256_and_si256(both, _mm256_set1_epi8(15));
}

// A decoder unpacks one block: kGroups groups of 32 weights. Signed ones give w as bytes, unsigned ones give q >=
// 0 and a minimum: weight = scale * q + minimum. `half_scales` are per 16 weights, as int16 lanes; others are 1.
// `half_minima` likewise, of decoders whose minimum is minimum_scale() times that.

// W weight rows times R activation rows: out[r * stride + j]. Each of the W * R sums is built in the same order,
// whatever W and R are; taking several at a time only keeps the processor's pipes full.
template <class Decode, int W, int R>
inline void dots_quantised(const std::uint8_t* rows, std::size_t row_bytes, const Activations& x, int first,
                           float* out, std::size_t stride) {
  const std::size_t groups = static_cast<std::size_t>(x.n) / kGroup;
  const std::int8_t* q[R];
  const float* scale[R];
  const float* sum[R];
  __m256 total[W][R], minima[W][R];
  for (int r = 0; r < R; ++r) {
    const auto row = static_cast<std::size_t>(first + r);
    q[r] = x.q + row * static_cast<std::size_t>(x.n);
    scale[r] = x.scale + row * groups;
    sum[r] = x.sum + row * groups;
    for (int j = 0; j < W; ++j) total[j][r] = minima[j][r] = _mm256_setzero_ps();
  }
  for (std::size_t b = 0; b < groups / Decode::kGroups; ++b) {
    for (int j = 0; j < W; ++j) {
      const auto& block =
          reinterpret_cast<const typename Decode::Block*>(rows + static_cast<std::size_t>(j) * row_bytes)[b];
      const Decode decode(block);
      if constexpr (Decode::kMinima)
        for (int r = 0; r < R; ++r) minima[j][r] = decode.minima(minima[j][r], sum[r] + b * Decode::kGroups);
      for (int i = 0; i < Decode::kGroups; ++i) {
        const std::size_t g = b * Decode::kGroups + static_cast<std::size_t>(i);
        const __m256i w = decode.group(block, i);
        const __m256i magnitude = Decode::kSigned ? _mm256_abs_epi8(w) : w;
        const __m256 weight_scale = decode.scales(i);
        __m256i factors = _mm256_set1_epi16(1);
        if constexpr (Decode::kHalfScales) factors = decode.half_scales(block, i);
        __m256i half_minima = _mm256_setzero_si256();
        __m256 minimum_scale = _mm256_setzero_ps();
        if constexpr (Decode::kHalfMinima) {
          half_minima = decode.half_minima(block, i);
          minimum_scale = decode.minimum_scale();
        }
        for (int r = 0; r < R; ++r) {
          __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(q[r] + g * kGroup));
          if constexpr (Decode::kSigned) a = _mm256_sign_epi8(a, w);
          const __m256i products = _mm256_madd_epi16(_mm256_maddubs_epi16(magnitude, a), factors);
          const __m256 row_scale = _mm256_broadcast_ss(scale[r] + g);
          total[j][r] =
              _mm256_fmadd_ps(_mm256_cvtepi32_ps(products), _mm256_mul_ps(weight_scale, row_scale), total[j][r]);
          if constexpr (Decode::kHalfMinima) {
            const __m256i sums = _mm256_madd_epi16(_mm256_maddubs_epi16(_mm256_set1_epi8(1), a), half_minima);
            total[j][r] =
                _mm256_fmadd_ps(_mm256_cvtepi32_ps(sums), _mm256_mul_ps(minimum_scale, row_scale), total[j][r]);
          }
        }
      }
    }
  }
  for (int r = 0; r < R; ++r)
    for (int j = 0; j < W; ++j)
      out[static_cast<std::size_t>(r) * stride + static_cast<std::size_t>(j)] =
          horizontal_sum(Decode::kMinima ? _mm256_add_ps(total[j][r], minima[j][r]) : total[j][r]);
}

template <class Decode>
struct Quantised {
  static constexpr int kSingle = 4;  // weight rows at a time for one activation row
  template <int W, int R>
  static void dots(const std::uint8_t* rows, std::size_t row_bytes, const Activations& x, int first, float* out,
                   std::size_t stride) {
    dots_quantised<Decode, W, R>(rows, row_bytes, x, first, out, stride);
  }
};
// W weight rows times all activation rows.
template <class Dots, int W>
inline void multiply_rows(const std::uint8_t* rows, std::size_t row_bytes, const Activations& x, float* out,
                          std::size_t stride) {
  int t = 0;
  for (; t + 4 <= x.count; t += 4)
    Dots::template dots<W, 4>(rows, row_bytes, x, t, out + static_cast<std::size_t>(t) * stride, stride);
  float* rest = out + static_cast<std::size_t>(t) * stride;
  if (x.count - t == 3) Dots::template dots<W, 3>(rows, row_bytes, x, t, rest, stride);
  if (x.count - t == 2) Dots::template dots<W, 2>(rows, row_bytes, x, t, rest, stride);
  if (x.count - t == 1) Dots::template dots<W, 1>(rows, row_bytes, x, t, rest, stride);
}

template <class Dots>
void matmul(const std::uint8_t* weights, std::size_t row_bytes, int rows, const Activations& x, float* out,
            std::size_t stride) {
  const auto at = [&](int i) { return weights + row_bytes * static_cast<std::size_t>(i); };
  int i = 0;
  if (x.count == 1)
    for (; i + Dots::kSingle <= rows; i += Dots::kSingle)
      Dots::template dots<Dots::kSingle, 1>(at(i), row_bytes, x, 0, out + i, stride);
  for (; i + 2 <= rows; i += 2) multiply_rows<Dots, 2>(at(i), row_bytes, x, out + i, stride);
  for (; i < rows; ++i) multiply_rows<Dots, 1>(at(i), row_bytes, x, out + i, stride);
}

}  // namespace
}  // namespace sluice::engine::tensor
