// K blocks of 256: groups whose scales are small numbers themselves.
#include <cstdint>
#include <cstring>
#include <utility>

#include "engine/quantise/blocks.h"
#include "engine/quantise/search.h"
#include "engine/tensor/half.h"

namespace sluice::engine::quantise {
namespace {

using tensor::float_to_half;
using tensor::half_to_float;
constexpr int kSuper = tensor::kSuper;

// The errors that are promised to be small count as they are, or by importance.
float promise(const float* importance, int i) { return importance ? importance[i] : 1.0f; }

constexpr int kRounds = 2;  // of refining a block; more change little

// --- Q4_K and Q5_K: w = d s q - dmin t, a scale s and a minimum t per group of 32 ---

constexpr int kGroup = 32, kGroups = kSuper / kGroup;
constexpr float kMostCode = 63;  // of s and t

struct LineTrial {
  std::uint16_t d = 0, dmin = 0;
  float s[kGroups] = {}, t[kGroups] = {};
  float q[kSuper] = {};
};

// The best numbers for the scales as they are stored.
void choose_numbers(LineTrial& trial, const float* x, float levels) {
  const float d = half_to_float(trial.d), dmin = half_to_float(trial.dmin);
  for (int g = 0; g < kGroups; ++g) {
    const float scale = d * trial.s[g], minimum = dmin * trial.t[g], inverse = scale > 0 ? 1 / scale : 0;
    for (int i = kGroup * g; i < kGroup * (g + 1); ++i)
      trial.q[i] = bounded(nearest(inverse * (x[i] + minimum)), 0, levels);
  }
}

template <class Weight>
float error_of(const LineTrial& trial, const float* x, Weight weight) {
  const float d = half_to_float(trial.d), dmin = half_to_float(trial.dmin);
  float error = 0;
  for (int g = 0; g < kGroups; ++g) {
    const float scale = d * trial.s[g], minimum = dmin * trial.t[g];
    error += sum<kGroup>([&](int j) {
      const int i = kGroup * g + j;
      const float difference = scale * trial.q[i] - minimum - x[i];
      return weight(i) * difference * difference;
    });
  }
  return error;
}

LineTrial line_trial(const Line (&lines)[kGroups], const float* x, float levels) {
  LineTrial trial;
  float scale = 0, minimum = 0;
  for (const Line& line : lines) scale = std::max(scale, line.scale), minimum = std::max(minimum, -line.minimum);
  trial.d = float_to_half(scale / kMostCode);
  trial.dmin = float_to_half(minimum / kMostCode);
  const float d = half_to_float(trial.d), dmin = half_to_float(trial.dmin);
  for (int g = 0; g < kGroups; ++g) {
    trial.s[g] = d > 0 ? bounded(nearest(lines[g].scale / d), 0, kMostCode) : 0;
    trial.t[g] = dmin > 0 ? bounded(nearest(-lines[g].minimum / dmin), 0, kMostCode) : 0;
  }
  choose_numbers(trial, x, levels);
  return trial;
}

// Each group's scale and minimum were rounded on their own; a neighbour may serve its numbers better.
void polish(LineTrial& trial, const float* x, const float* w, float levels) {
  const float d = half_to_float(trial.d), dmin = half_to_float(trial.dmin);
  for (int g = 0; g < kGroups; ++g) {
    const float *values = x + kGroup * g, *weights = w + kGroup * g;
    float* kept = trial.q + kGroup * g;
    const float s = trial.s[g], t = trial.t[g];
    float least = -1;
    for (int step = 0; step < 9; ++step) {
      const int order = (step + 4) % 9;  // first the pair as it is
      const float s2 = s + static_cast<float>(order / 3 - 1), t2 = t + static_cast<float>(order % 3 - 1);
      if (s2 < 0 || s2 > kMostCode || t2 < 0 || t2 > kMostCode) continue;
      const float scale = d * s2, minimum = dmin * t2, inverse = scale > 0 ? 1 / scale : 0;
      float q[kGroup];
      for (int i = 0; i < kGroup; ++i) q[i] = bounded(nearest(inverse * (values[i] + minimum)), 0, levels);
      const float error = sum<kGroup>([&](int i) {
        const float difference = scale * q[i] - minimum - values[i];
        return weights[i] * difference * difference;
      });
      if (least >= 0 && !(error < least)) continue;
      least = error;
      trial.s[g] = s2;
      trial.t[g] = t2;
      std::memcpy(kept, q, sizeof q);
    }
  }
}

// d and dmin that fit the numbers best: two linear equations. False where they say nothing.
bool refit(LineTrial& trial, const float* x, const float* w) {
  double aa = 0, ab = 0, bb = 0, ax = 0, bx = 0;
  for (int g = 0; g < kGroups; ++g)
    for (int i = kGroup * g; i < kGroup * (g + 1); ++i) {
      const double a = static_cast<double>(trial.s[g] * trial.q[i]), b = -static_cast<double>(trial.t[g]);
      const auto weight = static_cast<double>(w[i]), value = static_cast<double>(x[i]);
      aa += weight * a * a, ab += weight * a * b, bb += weight * b * b;
      ax += weight * a * value, bx += weight * b * value;
    }
  const double determinant = aa * bb - ab * ab;
  double d = aa > 0 ? ax / aa : 0, dmin = 0;
  if (determinant > 1e-9 * aa * bb)
    d = (ax * bb - bx * ab) / determinant, dmin = (aa * bx - ab * ax) / determinant;
  if (!(d > 0) || !(dmin >= 0)) return false;
  trial.d = float_to_half(static_cast<float>(d));
  trial.dmin = float_to_half(static_cast<float>(dmin));
  return true;
}

LineTrial best_lines(const float* x, const float* importance, Effort effort, float levels) {
  Line lines[kGroups];
  for (int g = 0; g < kGroups; ++g) lines[g] = span_line<kGroup>(x + kGroup * g, levels, true);
  const LineTrial rounded = line_trial(lines, x, levels);
  if (effort == Effort::Rounded) return rounded;
  float mean = 0, w[kSuper];
  for (int i = 0; i < kSuper; ++i) mean += x[i] * x[i] / kSuper;
  const float root = std::sqrt(2 * mean);
  for (int i = 0; i < kSuper; ++i)
    w[i] = importance ? importance[i] * std::sqrt(2 * mean + x[i] * x[i]) : root + std::fabs(x[i]);
  for (int g = 0; g < kGroups; ++g) lines[g] = fit_line<kGroup>(x + kGroup * g, w + kGroup * g, levels, true);
  LineTrial best = line_trial(lines, x, levels);
  const auto searched = [&w](int i) { return w[i]; };
  float least = error_of(best, x, searched);
  for (int round = 0; round < kRounds; ++round) {
    LineTrial next = best;
    if (!refit(next, x, w)) break;
    polish(next, x, w, levels);
    const float error = error_of(next, x, searched);
    if (!(error < least)) break;
    least = error;
    best = next;
  }
  const auto promised = [importance](int i) { return promise(importance, i); };
  return error_of(rounded, x, promised) < error_of(best, x, promised) ? rounded : best;
}

// The reverse of tensor::unpack_scales().
void pack_scales(const LineTrial& trial, std::uint8_t (&packed)[12]) {
  for (int g = 0; g < 4; ++g) {
    const auto code = [](float value) { return static_cast<unsigned>(value); };
    const unsigned s = code(trial.s[g]), t = code(trial.t[g]), s4 = code(trial.s[g + 4]),
                   t4 = code(trial.t[g + 4]);
    packed[g] = static_cast<std::uint8_t>(s | (s4 >> 4) << 6);
    packed[g + 4] = static_cast<std::uint8_t>(t | (t4 >> 4) << 6);
    packed[g + 8] = static_cast<std::uint8_t>((s4 & 15) | (t4 & 15) << 4);
  }
}

// --- Q6_K: w = d s (q - 32), a signed scale per 16 ---

constexpr int kSmall = 16, kSmalls = kSuper / kSmall;

struct ScaleTrial {
  std::uint16_t d = 0;
  float s[kSmalls] = {};
  float q[kSuper] = {};  // -32 .. 31
};

void choose_numbers(ScaleTrial& trial, const float* x) {
  const float d = half_to_float(trial.d);
  for (int g = 0; g < kSmalls; ++g) {
    const float scale = d * trial.s[g], inverse = scale != 0 ? 1 / scale : 0;
    for (int i = kSmall * g; i < kSmall * (g + 1); ++i) trial.q[i] = bounded(nearest(inverse * x[i]), -32, 31);
  }
}

template <class Weight>
float error_of(const ScaleTrial& trial, const float* x, Weight weight) {
  const float d = half_to_float(trial.d);
  return sum<kSuper>([&](int i) {
    const float difference = d * trial.s[i / kSmall] * trial.q[i] - x[i];
    return weight(i) * difference * difference;
  });
}

ScaleTrial scale_trial(const float (&scales)[kSmalls], const float* x) {
  ScaleTrial trial;
  trial.d = float_to_half(extreme<kSmalls>(scales) / -128);
  const float d = half_to_float(trial.d);
  for (int g = 0; g < kSmalls; ++g) trial.s[g] = d != 0 ? bounded(nearest(scales[g] / d), -128, 127) : 0;
  choose_numbers(trial, x);
  return trial;
}

void polish(ScaleTrial& trial, const float* x, const float* w) {
  const float d = half_to_float(trial.d);
  for (int g = 0; g < kSmalls; ++g) {
    const float *values = x + kSmall * g, *weights = w + kSmall * g;
    const float s = trial.s[g];
    float least = -1;
    for (const float step : {0.0f, -1.0f, 1.0f}) {
      const float scale = d * (s + step), inverse = scale != 0 ? 1 / scale : 0;
      if (s + step < -128 || s + step > 127) continue;
      float q[kSmall];
      for (int i = 0; i < kSmall; ++i) q[i] = bounded(nearest(inverse * values[i]), -32, 31);
      const float error = sum<kSmall>([&](int i) {
        const float difference = scale * q[i] - values[i];
        return weights[i] * difference * difference;
      });
      if (least >= 0 && !(error < least)) continue;
      least = error;
      trial.s[g] = s + step;
      std::memcpy(trial.q + kSmall * g, q, sizeof q);
    }
  }
}

bool refit(ScaleTrial& trial, const float* x, const float* w) {
  double aa = 0, ax = 0;
  for (int i = 0; i < kSuper; ++i) {
    const auto a = static_cast<double>(trial.s[i / kSmall] * trial.q[i]), weight = static_cast<double>(w[i]);
    aa += weight * a * a, ax += weight * a * static_cast<double>(x[i]);
  }
  if (!(aa > 0)) return false;
  trial.d = float_to_half(static_cast<float>(ax / aa));
  return true;
}

ScaleTrial best_scales(const float* x, const float* importance, Effort effort) {
  float scales[kSmalls];
  for (int g = 0; g < kSmalls; ++g) scales[g] = extreme<kSmall>(x + kSmall * g) / -32;
  const ScaleTrial rounded = scale_trial(scales, x);
  if (effort == Effort::Rounded) return rounded;
  float mean = 0, w[kSuper];
  for (int i = 0; i < kSuper; ++i) mean += x[i] * x[i] / kSuper;
  for (int i = 0; i < kSuper; ++i) w[i] = importance ? importance[i] * std::sqrt(mean + x[i] * x[i]) : x[i] * x[i];
  for (int g = 0; g < kSmalls; ++g) scales[g] = fit_scale<kSmall>(x + kSmall * g, w + kSmall * g, 32);
  ScaleTrial best = scale_trial(scales, x);
  const auto searched = [&w](int i) { return w[i]; };
  float least = error_of(best, x, searched);
  for (int round = 0; round < kRounds; ++round) {
    ScaleTrial next = best;
    if (!refit(next, x, w)) break;
    polish(next, x, w);
    const float error = error_of(next, x, searched);
    if (!(error < least)) break;
    least = error;
    best = next;
  }
  const auto promised = [importance](int i) { return promise(importance, i); };
  return error_of(rounded, x, promised) < error_of(best, x, promised) ? rounded : best;
}

}  // namespace

void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ4_K& out) {
  const LineTrial best = best_lines(x, importance, effort, 15);
  out.d = best.d;
  out.dmin = best.dmin;
  pack_scales(best, out.scales);
  for (int pair = 0; pair < kGroups / 2; ++pair)
    for (int i = 0; i < kGroup; ++i) {
      const float* q = best.q + 2 * kGroup * pair + i;
      out.q[kGroup * pair + i] =
          static_cast<std::uint8_t>(static_cast<unsigned>(q[0]) | static_cast<unsigned>(q[kGroup]) << 4);
    }
}

void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ5_K& out) {
  const LineTrial best = best_lines(x, importance, effort, 31);
  out.d = best.d;
  out.dmin = best.dmin;
  pack_scales(best, out.scales);
  std::memset(out.high, 0, sizeof out.high);
  for (int g = 0; g < kGroups; ++g)
    for (int i = 0; i < kGroup; ++i) {
      const auto q = static_cast<unsigned>(best.q[kGroup * g + i]);
      std::uint8_t& low = out.q[kGroup * (g / 2) + i];
      low = static_cast<std::uint8_t>(g % 2 == 0 ? q & 15 : low | (q & 15) << 4);
      out.high[i] = static_cast<std::uint8_t>(out.high[i] | (q >> 4) << g);
    }
}

void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ6_K& out) {
  const ScaleTrial best = best_scales(x, importance, effort);
  out.d = best.d;
  for (int g = 0; g < kSmalls; ++g) out.scales[g] = static_cast<std::int8_t>(best.s[g]);
  std::memset(out.low, 0, sizeof out.low);
  std::memset(out.high, 0, sizeof out.high);
  for (int e = 0; e < kSuper; ++e) {
    const int half = e / 128, quarter = e % 128 / 32, i = e % 32;
    const auto q = static_cast<unsigned>(best.q[e] + 32);
    std::uint8_t& low = out.low[64 * half + 32 * (quarter % 2) + i];
    low = static_cast<std::uint8_t>(low | (q & 15) << (quarter < 2 ? 0 : 4));
    std::uint8_t& high = out.high[32 * half + i];
    high = static_cast<std::uint8_t>(high | (q >> 4) << (2 * quarter));
  }
}

}  // namespace sluice::engine::quantise
