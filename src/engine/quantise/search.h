// The search for a group's scale; private to this room. All of it is written in lanes of eight, so that compilers
// turn it into vector instructions without reordering sums on their own. Every file that includes it has its own
// copy, since some are compiled for newer processors; products and sums are not fused, so that all give the same.
#pragma once

#ifdef __clang__
#pragma STDC FP_CONTRACT OFF
#endif
#pragma GCC diagnostic ignored "-Wpsabi"  // no vector leaves a file

namespace sluice::engine::quantise {
namespace {

inline float lesser(float a, float b) { return b < a ? b : a; }
inline float greater(float a, float b) { return a < b ? b : a; }
inline float magnitude(float x) { return x < 0 ? -x : x; }

// Eight floats: one register with AVX2, two without.
using Lanes = float __attribute__((vector_size(32)));
constexpr int kLanes = 8;

inline Lanes load(const float* from) {
  Lanes v;
  __builtin_memcpy(&v, from, sizeof v);
  return v;
}
inline void store(float* to, const Lanes& v) { __builtin_memcpy(to, &v, sizeof v); }
inline Lanes all(float x) { return Lanes{x, x, x, x, x, x, x, x}; }
inline float total(const Lanes& v) { return ((v[0] + v[4]) + (v[1] + v[5])) + ((v[2] + v[6]) + (v[3] + v[7])); }

// Sum of term(i) for i in [0, N), in the order of lanes.
template <int N, class Term>
inline float sum(Term term) {
  static_assert(N % kLanes == 0);
  float lanes[kLanes] = {};
  for (int i = 0; i < N; i += kLanes)
    for (int l = 0; l < kLanes; ++l) lanes[l] += term(i + l);
  return total(load(lanes));
}

// To the nearest integer, ties to even, for magnitudes below 2^22: adding 1.5 * 2^23 leaves no bits for a
// fraction.
inline float nearest(float x) {
  constexpr float kMagic = 12582912.0f;
  return (x + kMagic) - kMagic;
}

inline Lanes nearest(const Lanes& x) {
  const Lanes magic = all(12582912.0f);
  return (x + magic) - magic;
}

inline float bounded(float x, float low, float high) { return lesser(greater(x, low), high); }
inline Lanes bounded(const Lanes& x, const Lanes& low, const Lanes& high) {
  const Lanes above = x < low ? low : x;
  return high < above ? high : above;
}

// x ~ scale * q + minimum with q in 0 .. levels.
struct Line {
  float scale = 0, minimum = 0;
};

// The line through the smallest and the largest value. `below_zero`: the minimum must not be positive.
template <int N>
Line span_line(const float* x, float levels, bool below_zero) {
  float low = x[0], high = x[0];
  for (int i = 1; i < N; ++i) low = lesser(low, x[i]), high = greater(high, x[i]);
  if (below_zero) low = lesser(low, 0.0f);
  return {(high - low) / levels, low};
}

// The weighted sum of squares that a line leaves. `q`: the numbers, as lanes.
template <int N>
float line_error(const float* x, const float* w, const Lanes* q, const Line& line) {
  Lanes error = all(0);
  for (int i = 0; i < N; i += kLanes) {
    const Lanes difference = line.scale * q[i / kLanes] + line.minimum - load(x + i);
    error += load(w + i) * difference * difference;
  }
  return total(error);
}

// The best of 1 + 21 trials: with the scale of each the numbers are rounded, then scale and minimum are fitted to
// them.
template <int N>
Line fit_line(const float* x, const float* w, float levels, bool below_zero) {
  Line best = span_line<N>(x, levels, below_zero);
  if (!(best.scale > 0)) return best;
  const float width = best.scale * levels;
  const Lanes low = all(best.minimum), none = all(0), most = all(levels);
  Lanes q[N / kLanes], sums_w = none, sums_x = none;
  for (int i = 0; i < N; i += kLanes) sums_w += load(w + i), sums_x += load(w + i) * load(x + i);
  const float sum_w = total(sums_w), sum_x = total(sums_x);
  const auto round_with = [&](float inverse) {
    for (int i = 0; i < N; i += kLanes)
      q[i / kLanes] = bounded(nearest(inverse * (load(x + i) - low)), none, most);
  };
  round_with(1 / best.scale);
  float least = line_error<N>(x, w, q, best);
  constexpr int kTrials = 20;
  for (int trial = 0; trial <= kTrials; ++trial) {
    round_with((levels - 1.0f + 0.1f * static_cast<float>(trial)) / width);
    Lanes sums_q = none, sums_qq = none, sums_xq = none;
    for (int i = 0; i < N; i += kLanes) {
      const Lanes weighed = load(w + i) * q[i / kLanes];
      sums_q += weighed, sums_qq += weighed * q[i / kLanes], sums_xq += weighed * load(x + i);
    }
    const float sum_q = total(sums_q), sum_qq = total(sums_qq), sum_xq = total(sums_xq);
    const float determinant = sum_w * sum_qq - sum_q * sum_q;
    if (!(determinant > 0)) continue;
    Line line{(sum_w * sum_xq - sum_x * sum_q) / determinant, (sum_qq * sum_x - sum_q * sum_xq) / determinant};
    if (below_zero && line.minimum > 0) line = {sum_xq / sum_qq, 0};
    const float error = line_error<N>(x, w, q, line);
    if (error < least) least = error, best = line;
  }
  return best;
}

// The value of the largest magnitude; of equals the first.
template <int N>
float extreme(const float* x) {
  float most = x[0];
  for (int i = 1; i < N; ++i)
    if (magnitude(x[i]) > magnitude(most)) most = x[i];
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
    Lanes sums_xq = all(0), sums_qq = all(0);
    for (int i = 0; i < N; i += kLanes) {
      const Lanes q = bounded(nearest(inverse * load(x + i)), all(-half), all(half - 1)),
                  weighed = load(w + i) * q;
      sums_xq += weighed * load(x + i), sums_qq += weighed * q;
    }
    const float sum_xq = total(sums_xq), sum_qq = total(sums_qq);
    // With the fitted scale the error is the sum of w x^2 less sum_xq^2 / sum_qq.
    if (sum_qq > 0 && sum_xq * sum_xq > best * sum_qq) best = sum_xq * sum_xq / sum_qq, scale = sum_xq / sum_qq;
  }
  return scale;
}

}  // namespace
}  // namespace sluice::engine::quantise
