// For tests: numbers as weights have them, the same on every machine.
#pragma once

#include <random>
#include <vector>

namespace sluice::engine::quantise {

// Sums of twelve uniform numbers are nearly normal.
inline float normal(std::mt19937& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += static_cast<double>(random()) / 4294967296.0;
  return static_cast<float>(sum);
}

enum class Kind { Normal, Outliers, Shifted };

inline std::vector<float> sample_row(Kind kind, int n, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> row;
  for (int i = 0; i < n; ++i) {
    float value = 0.02f * normal(random);
    if (kind == Kind::Outliers && random() % 64 == 0) value *= 8;
    if (kind == Kind::Shifted) value += 0.05f;
    row.push_back(value);
  }
  return row;
}

}  // namespace sluice::engine::quantise
