// What super_search.h promises, in full: included by the file for every processor and by that for AVX2, each of
// which has its own copy of all of it. Private to this room.
#pragma once

#include "engine/quantise/search.h"
#include "engine/quantise/super_search.h"

namespace sluice::engine::quantise {
namespace {

constexpr int kRounds = 2;  // of refining a block; more change little

// --- Q4_K and Q5_K: w = d s q - dmin t, a scale s and a minimum t per group of 32 ---

constexpr float kMostCode = 63;  // of s and t

// The best numbers for the scales as they are stored.
void choose_numbers(LineTrial& trial, const float* x, float levels, const Halves& halves) {
  const float d = halves.unpack(trial.d), dmin = halves.unpack(trial.dmin);
  for (int g = 0; g < kGroups; ++g) {
    const float scale = d * trial.s[g], minimum = dmin * trial.t[g], inverse = scale > 0 ? 1 / scale : 0;
    for (int i = kGroup * g; i < kGroup * (g + 1); i += kLanes)
      store(trial.q + i, bounded(nearest(inverse * (load(x + i) + minimum)), all(0), all(levels)));
  }
}

// `w`: null where all count alike.
float error_of(const LineTrial& trial, const float* x, const Halves& halves, const float* w) {
  const float d = halves.unpack(trial.d), dmin = halves.unpack(trial.dmin);
  Lanes error = all(0);
  for (int g = 0; g < kGroups; ++g) {
    const float scale = d * trial.s[g], minimum = dmin * trial.t[g];
    for (int i = kGroup * g; i < kGroup * (g + 1); i += kLanes) {
      const Lanes difference = scale * load(trial.q + i) - minimum - load(x + i);
      error += (w ? load(w + i) : all(1)) * difference * difference;
    }
  }
  return total(error);
}

LineTrial line_trial(const Line (&lines)[kGroups], const float* x, float levels, const Halves& halves) {
  LineTrial trial;
  float scale = 0, minimum = 0;
  for (const Line& line : lines) scale = greater(scale, line.scale), minimum = greater(minimum, -line.minimum);
  trial.d = halves.pack(scale / kMostCode);
  trial.dmin = halves.pack(minimum / kMostCode);
  const float d = halves.unpack(trial.d), dmin = halves.unpack(trial.dmin);
  for (int g = 0; g < kGroups; ++g) {
    trial.s[g] = d > 0 ? bounded(nearest(lines[g].scale / d), 0, kMostCode) : 0;
    trial.t[g] = dmin > 0 ? bounded(nearest(-lines[g].minimum / dmin), 0, kMostCode) : 0;
  }
  choose_numbers(trial, x, levels, halves);
  return trial;
}

// Each group's scale and minimum were rounded on their own; a neighbour may serve its numbers better.
void polish(LineTrial& trial, const float* x, const float* w, float levels, const Halves& halves) {
  const float d = halves.unpack(trial.d), dmin = halves.unpack(trial.dmin);
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
      Lanes q[kGroup / kLanes];
      for (int i = 0; i < kGroup; i += kLanes)
        q[i / kLanes] = bounded(nearest(inverse * (load(values + i) + minimum)), all(0), all(levels));
      const float error = line_error<kGroup>(values, weights, q, {scale, -minimum});
      if (least >= 0 && !(error < least)) continue;
      least = error;
      trial.s[g] = s2;
      trial.t[g] = t2;
      __builtin_memcpy(kept, q, sizeof q);
    }
  }
}

// d and dmin that fit the numbers best: two linear equations. False where they say nothing.
bool refit(LineTrial& trial, const float* x, const float* w, const Halves& halves) {
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
  trial.d = halves.pack(static_cast<float>(d));
  trial.dmin = halves.pack(static_cast<float>(dmin));
  return true;
}

LineTrial best_lines(const float* x, const float* importance, Effort effort, float levels, const Halves& halves) {
  Line lines[kGroups];
  for (int g = 0; g < kGroups; ++g) lines[g] = span_line<kGroup>(x + kGroup * g, levels, true);
  const LineTrial rounded = line_trial(lines, x, levels, halves);
  if (effort == Effort::Rounded) return rounded;
  float mean = 0, w[kSuper];
  for (int i = 0; i < kSuper; ++i) mean += x[i] * x[i] / kSuper;
  const float root = __builtin_sqrtf(2 * mean);
  for (int i = 0; i < kSuper; ++i)
    w[i] = importance ? importance[i] * __builtin_sqrtf(2 * mean + x[i] * x[i]) : root + magnitude(x[i]);
  for (int g = 0; g < kGroups; ++g) lines[g] = fit_line<kGroup>(x + kGroup * g, w + kGroup * g, levels, true);
  LineTrial best = line_trial(lines, x, levels, halves);
  float least = error_of(best, x, halves, w);
  for (int round = 0; round < kRounds; ++round) {
    LineTrial next = best;
    if (!refit(next, x, w, halves)) break;
    polish(next, x, w, levels, halves);
    const float error = error_of(next, x, halves, w);
    if (!(error < least)) break;
    least = error;
    best = next;
  }
  // What is promised to be small: the errors as they are, or by importance.
  return error_of(rounded, x, halves, importance) < error_of(best, x, halves, importance) ? rounded : best;
}

// --- Q6_K: w = d s (q - 32), a signed scale per 16 ---

void choose_numbers(ScaleTrial& trial, const float* x, const Halves& halves) {
  const float d = halves.unpack(trial.d);
  for (int g = 0; g < kSmalls; ++g) {
    const float scale = d * trial.s[g], inverse = scale != 0 ? 1 / scale : 0;
    for (int i = kSmall * g; i < kSmall * (g + 1); i += kLanes)
      store(trial.q + i, bounded(nearest(inverse * load(x + i)), all(-32), all(31)));
  }
}

float error_of(const ScaleTrial& trial, const float* x, const Halves& halves, const float* w) {
  const float d = halves.unpack(trial.d);
  Lanes error = all(0);
  for (int i = 0; i < kSuper; i += kLanes) {
    const Lanes difference = d * trial.s[i / kSmall] * load(trial.q + i) - load(x + i);
    error += (w ? load(w + i) : all(1)) * difference * difference;
  }
  return total(error);
}

ScaleTrial scale_trial(const float (&scales)[kSmalls], const float* x, const Halves& halves) {
  ScaleTrial trial;
  trial.d = halves.pack(extreme<kSmalls>(scales) / -128);
  const float d = halves.unpack(trial.d);
  for (int g = 0; g < kSmalls; ++g) trial.s[g] = d != 0 ? bounded(nearest(scales[g] / d), -128, 127) : 0;
  choose_numbers(trial, x, halves);
  return trial;
}

void polish(ScaleTrial& trial, const float* x, const float* w, const Halves& halves) {
  const float d = halves.unpack(trial.d);
  for (int g = 0; g < kSmalls; ++g) {
    const float *values = x + kSmall * g, *weights = w + kSmall * g;
    const float s = trial.s[g];
    float least = -1;
    for (int way = 0; way < 3; ++way) {  // first the scale as it is
      const float step = way == 0 ? 0.0f : way == 1 ? -1.0f : 1.0f;
      const float scale = d * (s + step), inverse = scale != 0 ? 1 / scale : 0;
      if (s + step < -128 || s + step > 127) continue;
      Lanes q[kSmall / kLanes];
      for (int i = 0; i < kSmall; i += kLanes)
        q[i / kLanes] = bounded(nearest(inverse * load(values + i)), all(-32), all(31));
      const float error = line_error<kSmall>(values, weights, q, {scale, 0});
      if (least >= 0 && !(error < least)) continue;
      least = error;
      trial.s[g] = s + step;
      __builtin_memcpy(trial.q + kSmall * g, q, sizeof q);
    }
  }
}

bool refit(ScaleTrial& trial, const float* x, const float* w, const Halves& halves) {
  double aa = 0, ax = 0;
  for (int i = 0; i < kSuper; ++i) {
    const auto a = static_cast<double>(trial.s[i / kSmall] * trial.q[i]), weight = static_cast<double>(w[i]);
    aa += weight * a * a, ax += weight * a * static_cast<double>(x[i]);
  }
  if (!(aa > 0)) return false;
  trial.d = halves.pack(static_cast<float>(ax / aa));
  return true;
}

ScaleTrial best_scales(const float* x, const float* importance, Effort effort, const Halves& halves) {
  float scales[kSmalls];
  for (int g = 0; g < kSmalls; ++g) scales[g] = extreme<kSmall>(x + kSmall * g) / -32;
  const ScaleTrial rounded = scale_trial(scales, x, halves);
  if (effort == Effort::Rounded) return rounded;
  float mean = 0, w[kSuper];
  for (int i = 0; i < kSuper; ++i) mean += x[i] * x[i] / kSuper;
  for (int i = 0; i < kSuper; ++i)
    w[i] = importance ? importance[i] * __builtin_sqrtf(mean + x[i] * x[i]) : x[i] * x[i];
  for (int g = 0; g < kSmalls; ++g) scales[g] = fit_scale<kSmall>(x + kSmall * g, w + kSmall * g, 32);
  ScaleTrial best = scale_trial(scales, x, halves);
  float least = error_of(best, x, halves, w);
  for (int round = 0; round < kRounds; ++round) {
    ScaleTrial next = best;
    if (!refit(next, x, w, halves)) break;
    polish(next, x, w, halves);
    const float error = error_of(next, x, halves, w);
    if (!(error < least)) break;
    least = error;
    best = next;
  }
  // What is promised to be small: the errors as they are, or by importance.
  return error_of(rounded, x, halves, importance) < error_of(best, x, halves, importance) ? rounded : best;
}

}  // namespace
}  // namespace sluice::engine::quantise
