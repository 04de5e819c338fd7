// The search for a group's scale; private to this room. All of it is written in lanes of eight, so that compilers
// turn it into vector instructions without reordering sums on their own.
#pragma once

#include <algorithm>
#include <cmath>

namespace sluice::engine::quantise {

inline constexpr int kLanes = 8;

// Sum of term(i) for i in [0, N), in a fixed order.
template <int N, class Term>
inline float sum(Term term) {
  static_assert(N % kLanes == 0);
  float lanes[kLanes] = {};
  for (int i = 0; i < N; i += kLanes)
    for (int l = 0; l < kLanes; ++l) lanes[l] += term(i + l);
  return ((lanes[0] + lanes[4]) + (lanes[1] + lanes[5])) + ((lanes[2] + lanes[6]) + (lanes[3] + lanes[7]));
}

// To the nearest integer, ties to even, for magnitudes below 2^22: adding 1.5 * 2^23 leaves no bits for a
// fraction.
inline float nearest(float x) {
  constexpr float kMagic = 12582912.0f;
  return (x + kMagic) - kMagic;
}

inline float bounded(float x, float low, float high) { return std::min(std::max(x, low), high); }

// x ~ scale * q + minimum with q in 0 .. levels.
struct Line {
  float scale = 0, minimum = 0;
};

// The line through the smallest and the largest value. `below_zero`: the minimum must not be positive.
template <int N>
Line span_line(const float* x, float levels, bool below_zero) {
  float low = x[0], high = x[0];
  for (int i = 1; i < N; ++i) low = std::min(low, x[i]), high = std::max(high, x[i]);
  if (below_zero) low = std::min(low, 0.0f);
  return {(high - low) / levels, low};
}

// The best of 1 + 21 trials: with the scale of each the numbers are rounded, then scale and minimum are fitted to
// them.
template <int N>
Line fit_line(const float* x, const float* w, float levels, bool below_zero) {
  Line best = span_line<N>(x, levels, below_zero);
  if (!(best.scale > 0)) return best;
  const float low = best.minimum, width = best.scale * levels;
  const float sum_w = sum<N>([&](int i) { return w[i]; });
  const float sum_x = sum<N>([&](int i) { return w[i] * x[i]; });
  float q[N];
  const auto round_with = [&](float inverse) {
    for (int i = 0; i < N; ++i) q[i] = bounded(nearest(inverse * (x[i] - low)), 0.0f, levels);
  };
  const auto error_of = [&](const Line& line) {
    return sum<N>([&](int i) {
      const float difference = line.scale * q[i] + line.minimum - x[i];
      return w[i] * difference * difference;
    });
  };
  round_with(1 / best.scale);
  float least = error_of(best);
  constexpr int kTrials = 20;
  for (int trial = 0; trial <= kTrials; ++trial) {
    round_with((levels - 1.0f + 0.1f * static_cast<float>(trial)) / width);
    const float sum_q = sum<N>([&](int i) { return w[i] * q[i]; });
    const float sum_qq = sum<N>([&](int i) { return w[i] * q[i] * q[i]; });
    const float sum_xq = sum<N>([&](int i) { return w[i] * q[i] * x[i]; });
    const float determinant = sum_w * sum_qq - sum_q * sum_q;
    if (!(determinant > 0)) continue;
    Line line{(sum_w * sum_xq - sum_x * sum_q) / determinant, (sum_qq * sum_x - sum_q * sum_xq) / determinant};
    if (below_zero && line.minimum > 0) line = {sum_xq / sum_qq, 0};
    const float error = error_of(line);
    if (error < least) least = error, best = line;
  }
  return best;
}

// The value of the largest magnitude; of equals the first.
template <int N>
float extreme(const float* x) {
  float most = x[0];
  for (int i = 1; i < N; ++i)
    if (std::fabs(x[i]) > std::fabs(most)) most = x[i];
  return most;
}

// x ~ scale * q with q in -half .. half - 1: the best of 19 trials, in which the extreme value becomes about
// -half.
template <int N>
float fit_scale(const float* x, const float* w, float half) {
  const float most = extreme<N>(x);
  if (most == 0) return 0;
  float best = 0, scale = -most / half;
  constexpr int kTrials = 9;
  for (int trial = -kTrials; trial <= kTrials; ++trial) {
    const float inverse = -(half + 0.1f * static_cast<float>(trial)) / most;
    float q[N];
    for (int i = 0; i < N; ++i) q[i] = bounded(nearest(inverse * x[i]), -half, half - 1);
    const float sum_xq = sum<N>([&](int i) { return w[i] * x[i] * q[i]; });
    const float sum_qq = sum<N>([&](int i) { return w[i] * q[i] * q[i]; });
    // With the fitted scale the error is the sum of w x^2 less sum_xq^2 / sum_qq.
    if (sum_qq > 0 && sum_xq * sum_xq > best * sum_qq) best = sum_xq * sum_xq / sum_qq, scale = sum_xq / sum_qq;
  }
  return scale;
}

}  // namespace sluice::engine::quantise
