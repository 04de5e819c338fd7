// Blocks of 32.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "engine/quantise/blocks.h"
#include "engine/quantise/search.h"
#include "engine/tensor/half.h"

namespace sluice::engine::quantise {
namespace {

using tensor::float_to_half;
using tensor::half_to_float;
using tensor::kGroup;

// What the search leans on where nothing is known of the columns: squares for a scale alone, as ggml has it.
void squares(const float* x, const float* importance, float* w) {
  float mean = 0;
  for (int i = 0; i < kGroup; ++i) mean += x[i] * x[i] / kGroup;
  for (int i = 0; i < kGroup; ++i) w[i] = importance ? importance[i] * std::sqrt(mean + x[i] * x[i]) : x[i] * x[i];
}

// Numbers of a scale and minimum as they are stored, and the error that is promised to be small.
struct Trial {
  std::uint16_t d = 0, m = 0;
  float q[kGroup] = {};
  float error = 0;
};

// q from `low` to `high`; x ~ d q + m.
Trial attempt(const float* x, const float* importance, float scale, float minimum, float low, float high) {
  Trial t;
  t.d = float_to_half(scale);
  t.m = float_to_half(minimum);
  const float d = half_to_float(t.d), m = half_to_float(t.m), inverse = d != 0 ? 1 / d : 0;
  for (int i = 0; i < kGroup; ++i) t.q[i] = bounded(nearest(inverse * (x[i] - m)), low, high);
  t.error = sum<kGroup>([&](int i) {
    const float difference = d * t.q[i] + m - x[i];
    return (importance ? importance[i] : 1.0f) * difference * difference;
  });
  return t;
}

// Five bits an element: low nibbles, and the fifth bits in a word.
void pack_five_bits(const float* q, std::uint8_t (&low)[16], std::uint8_t (&high)[4]) {
  std::uint32_t bits = 0;
  for (int i = 0; i < 16; ++i) {
    const auto a = static_cast<std::uint32_t>(q[i]), b = static_cast<std::uint32_t>(q[i + 16]);
    low[i] = static_cast<std::uint8_t>((a & 15) | (b & 15) << 4);
    bits |= (a >> 4) << i | (b >> 4) << (i + 16);
  }
  std::memcpy(high, &bits, sizeof bits);
}

// The nearest of twice the numbers of E2M1: 0, 1, 2, 3, 4, 6, 8, 12. Between powers of two they are evenly spaced.
float nearest_level(float v) {
  const float magnitude = std::fabs(v);
  const float step = magnitude < 4 ? 1.0f : magnitude < 8 ? 2.0f : 4.0f;
  return std::copysign(std::min(nearest(std::min(magnitude, 16.0f) / step) * step, 12.0f), v);
}

std::uint8_t code_of(float level) {
  constexpr std::uint8_t kCodes[13] = {0, 1, 2, 3, 4, 0, 5, 0, 6, 0, 0, 0, 7};
  const std::uint8_t code = kCodes[static_cast<int>(std::fabs(level))];
  return static_cast<std::uint8_t>(code | (level < 0 ? 8 : 0));
}

float try_exponent(const float* x, const float* importance, int e, float (&levels)[kGroup]) {
  const float d = std::ldexp(1.0f, e - 128), inverse = std::ldexp(1.0f, 128 - e);
  for (int i = 0; i < kGroup; ++i) levels[i] = nearest_level(x[i] * inverse);
  return sum<kGroup>([&](int i) {
    const float difference = d * levels[i] - x[i];
    return (importance ? importance[i] : 1.0f) * difference * difference;
  });
}

}  // namespace

// Eight bits leave nothing to search: the scale of the largest value, as it is stored.
void fill(const float* x, const float* importance, Effort, tensor::BlockQ8_0& out) {
  const float scale = std::fabs(extreme<kGroup>(x)) / 127;
  const Trial t = attempt(x, importance, scale, 0, -127, 127);
  out.d = t.d;
  for (int i = 0; i < kGroup; ++i) out.q[i] = static_cast<std::int8_t>(t.q[i]);
}

void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ5_0& out) {
  Trial best = attempt(x, importance, extreme<kGroup>(x) / -16, 0, -16, 15);
  if (effort == Effort::Searched) {
    float w[kGroup];
    squares(x, importance, w);
    const Trial searched = attempt(x, importance, fit_scale<kGroup>(x, w, 16), 0, -16, 15);
    if (searched.error < best.error) best = searched;
  }
  for (float& q : best.q) q += 16;
  out.d = best.d;
  pack_five_bits(best.q, out.q, out.high);
}

void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ5_1& out) {
  const Line span = span_line<kGroup>(x, 31, false);
  Trial best = attempt(x, importance, span.scale, span.minimum, 0, 31);
  if (effort == Effort::Searched) {
    float w[kGroup];
    for (int i = 0; i < kGroup; ++i) w[i] = importance ? importance[i] : 1.0f;
    const Line line = fit_line<kGroup>(x, w, 31, false);
    const Trial searched = attempt(x, importance, line.scale, line.minimum, 0, 31);
    if (searched.error < best.error) best = searched;
  }
  out.d = best.d;
  out.m = best.m;
  pack_five_bits(best.q, out.q, out.high);
}

// The scale is a power of two. The usual one lets the largest value fall at 4 to 8, of which 6 can be said; its
// neighbours are tried as well.
void fill(const float* x, const float* importance, Effort effort, tensor::BlockMXFP4& out) {
  const float largest = std::fabs(extreme<kGroup>(x));
  if (largest == 0) {
    out = {};
    return;
  }
  // Below 2 the inverse of the scale would be no float; weights that small are zeros to any model.
  constexpr int kLeast = 2, kMost = 254;
  const int usual = std::clamp(std::ilogb(largest) - 2 + 127, kLeast, kMost);
  const int reach = effort == Effort::Searched ? 1 : 0;
  float best[kGroup] = {}, levels[kGroup];
  int exponent = usual;
  float least = try_exponent(x, importance, exponent, best);
  for (int e : {usual - reach, usual + reach}) {
    if (e < kLeast || e > kMost || e == usual) continue;
    const float error = try_exponent(x, importance, e, levels);
    if (error >= least) continue;
    least = error;
    exponent = e;
    std::memcpy(best, levels, sizeof best);
  }
  out.e = static_cast<std::uint8_t>(exponent);
  for (int i = 0; i < 16; ++i) out.q[i] = static_cast<std::uint8_t>(code_of(best[i]) | code_of(best[i + 16]) << 4);
}

}  // namespace sluice::engine::quantise
