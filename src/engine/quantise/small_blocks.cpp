// Blocks of 32.
#include <bit>
#include <cstdint>
#include <cstring>

#include "engine/quantise/blocks.h"
#include "engine/quantise/search.h"
#include "engine/tensor/half.h"

namespace sluice::engine::quantise {
namespace {

using tensor::float_to_half;
using tensor::half_to_float;
constexpr int kGroup = tensor::kGroup;

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

// Twice the numbers of E2M1.
constexpr float kLevels[8] = {0, 1, 2, 3, 4, 6, 8, 12};

// The number nearest to `v` in halves, with its sign in bit 3.
std::uint8_t nearest_level(float v) {
  const float magnitude = std::fabs(v);
  int best = 0;
  for (int i = 1; i < 8; ++i)
    if (std::fabs(kLevels[i] - magnitude) < std::fabs(kLevels[best] - magnitude)) best = i;
  return static_cast<std::uint8_t>(best | (v < 0 && best > 0 ? 8 : 0));
}

float try_exponent(const float* x, const float* importance, int e, std::uint8_t (&codes)[kGroup]) {
  const float d = std::ldexp(1.0f, e - 128), inverse = std::ldexp(1.0f, 128 - e);
  float error = 0;
  for (int i = 0; i < kGroup; ++i) {
    codes[i] = nearest_level(x[i] * inverse);
    const float value = d * kLevels[codes[i] & 7] * (codes[i] & 8 ? -1.0f : 1.0f);
    error += (importance ? importance[i] : 1.0f) * (value - x[i]) * (value - x[i]);
  }
  return error;
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
  const int usual = largest > 0 ? std::ilogb(largest) - 2 + 127 : 0;
  const int reach = effort == Effort::Searched && largest > 0 ? 1 : 0;
  std::uint8_t best[kGroup] = {}, codes[kGroup];
  int exponent = std::clamp(usual, 0, 254);
  float least = try_exponent(x, importance, exponent, best);
  for (int e : {usual - reach, usual + reach}) {
    if (e < 0 || e > 254 || e == usual) continue;
    const float error = try_exponent(x, importance, e, codes);
    if (error >= least) continue;
    least = error;
    exponent = e;
    std::memcpy(best, codes, sizeof best);
  }
  out.e = static_cast<std::uint8_t>(exponent);
  for (int i = 0; i < 16; ++i) out.q[i] = static_cast<std::uint8_t>(best[i] | best[i + 16] << 4);
}

}  // namespace sluice::engine::quantise
