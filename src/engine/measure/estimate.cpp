#include "engine/measure/estimate.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace sluice::engine::measure {
namespace {

constexpr double kNormal = 1.959963984540054;  // the limit of t

}  // namespace

double student(int degrees) {
  constexpr std::array<double, 10> kFew{12.706205, 4.302653, 3.182446, 2.776445, 2.570582,
                                        2.446912,  2.364624, 2.306004, 2.262157, 2.228139};
  if (degrees <= static_cast<int>(kFew.size())) return kFew[static_cast<std::size_t>(std::max(degrees, 1) - 1)];
  // Expansion in powers of 1 / degrees (Abramowitz and Stegun 26.7.5).
  const double z = kNormal, n = degrees, z2 = z * z;
  return z + z * (z2 + 1) / (4 * n) + z * ((5 * z2 + 16) * z2 + 3) / (96 * n * n) +
         z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * n * n * n);
}

Estimate mean(std::span<const double> stretches) {
  const auto n = static_cast<double>(stretches.size());
  double sum = 0, squares = 0;
  for (double v : stretches) sum += v;
  Estimate estimate{sum / n, std::nullopt};
  if (stretches.size() < 2) return estimate;
  for (double v : stretches) squares += (v - estimate.value) * (v - estimate.value);
  const double reach = student(static_cast<int>(stretches.size()) - 1) * std::sqrt(squares / (n - 1) / n);
  estimate.interval = {estimate.value - reach, estimate.value + reach};
  return estimate;
}

Estimate exponential(const Estimate& estimate) {
  Estimate out{std::exp(estimate.value), std::nullopt};
  if (estimate.interval) out.interval = {std::exp(estimate.interval->first), std::exp(estimate.interval->second)};
  return out;
}

Estimate share(std::span<const double> stretches, double count) {
  Estimate estimate = mean(stretches);
  if (!estimate.interval) return estimate;
  const double p = estimate.value, z2 = kNormal * kNormal, centre = (p + z2 / (2 * count)) / (1 + z2 / count);
  const double reach = kNormal / (1 + z2 / count) * std::sqrt(p * (1 - p) / count + z2 / (4 * count * count));
  auto& [low, high] = *estimate.interval;
  low = std::max(0.0, std::min(low, centre - reach));
  high = std::min(1.0, std::max(high, centre + reach));
  return estimate;
}

}  // namespace sluice::engine::measure
