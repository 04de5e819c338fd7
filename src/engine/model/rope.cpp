#include "engine/model/rope.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace sluice::engine::model {
namespace {

// The paper's recommended growth of the logits with the stretch.
double growth(double factor, double multiplier) {
  return factor <= 1 ? 1.0 : 0.1 * multiplier * std::log(factor) + 1.0;
}

// The pair that turns `turns` times within the original context.
double pair_of(const RopeScaling& scaling, int dims, double turns) {
  return dims * std::log(scaling.original_context / (turns * 2 * std::numbers::pi)) / (2 * std::log(scaling.base));
}

}  // namespace

std::vector<double> rope_frequencies(const RopeScaling& scaling, int dims, std::span<const float> divisors) {
  std::vector<double> frequencies;
  double low = 0, high = 0;
  if (scaling.yarn) {
    low = std::max(0.0, std::floor(pair_of(scaling, dims, scaling.beta_fast)));
    high = std::min(dims - 1.0, std::ceil(pair_of(scaling, dims, scaling.beta_slow)));
  }
  for (int i = 0; i < dims / 2; ++i) {
    const double divisor = divisors.empty() ? 1.0 : static_cast<double>(divisors[static_cast<std::size_t>(i)]);
    const double plain = std::pow(scaling.base, -2.0 * i / dims) / divisor;
    const double stretched = plain / scaling.factor;
    const double ramp = std::clamp((i - low) / std::max(0.001, high - low), 0.0, 1.0);  // 0: as it is
    frequencies.push_back(scaling.yarn ? plain * (1 - ramp) + stretched * ramp : stretched);
  }
  return frequencies;
}

double rope_magnitude(const RopeScaling& scaling) {
  if (!scaling.yarn) return 1;
  return (scaling.log_multiplier > 0 ? 1.0 : growth(scaling.factor, 1)) * scaling.attention_factor;
}

double rope_score_factor(const RopeScaling& scaling) {
  if (!scaling.yarn || scaling.log_multiplier <= 0) return 1;
  const double magnitude = growth(scaling.factor, scaling.log_multiplier);
  return magnitude * magnitude;
}

void rope_turn(Rope kind, float* values, int pairs, const float* cos, const float* sin, float direction) {
  const int step = kind == Rope::Interleaved ? 2 : 1;         // from pair to pair
  const int partner = kind == Rope::Interleaved ? 1 : pairs;  // from first to second of a pair
  for (int p = 0; p < pairs; ++p) {
    const float a = values[p * step], b = values[p * step + partner];
    const float s = sin[p] * direction;
    values[p * step] = a * cos[p] - b * s;
    values[p * step + partner] = a * s + b * cos[p];
  }
}

}  // namespace sluice::engine::model
