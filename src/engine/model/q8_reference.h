// For tests: what becomes of numbers that are kept in blocks of Q8_0, as ggml publishes the format: 32 numbers,
// their largest magnitude / 127 as a 16-bit float, and each number divided by it, rounded to the nearest integer.
// In double precision and with the compiler's own 16-bit float, so that nothing here is the engine's.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

namespace sluice::engine::model {

inline std::vector<double> through_q8_0(std::vector<double> x) {
  for (std::size_t begin = 0; begin + 32 <= x.size(); begin += 32) {
    double largest = 0;
    for (std::size_t i = begin; i < begin + 32; ++i) largest = std::max(largest, std::fabs(x[i]));
    const auto d = static_cast<double>(static_cast<_Float16>(largest / 127));
    for (std::size_t i = begin; i < begin + 32; ++i) x[i] = d > 0 ? d * std::nearbyint(x[i] / d) : 0;
  }
  return x;
}

inline double farthest(const std::vector<float>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t i = 0; i < b.size(); ++i) most = std::max(most, std::fabs(static_cast<double>(a[i]) - b[i]));
  return most;
}

}  // namespace sluice::engine::model
