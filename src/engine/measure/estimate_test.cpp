#include "engine/measure/estimate.h"

#include <doctest/doctest.h>

#include <cmath>
#include <random>
#include <vector>

namespace sluice::engine::measure {

TEST_CASE("Student's t is that of the tables") {
  const std::pair<int, double> table[] = {{1, 12.706}, {2, 4.303},  {5, 2.571},  {10, 2.228},  {11, 2.201},
                                          {15, 2.131}, {30, 2.042}, {60, 2.000}, {120, 1.980}, {100000, 1.960}};
  for (const auto& [degrees, t] : table) CHECK(student(degrees) == doctest::Approx(t).epsilon(0.0003));
}

TEST_CASE("a mean has the interval that a textbook gives it, and a single value none") {
  const std::vector<double> values{9.8, 10.2, 10.4, 9.6, 10.0};
  const Estimate e = mean(values);
  CHECK(e.value == doctest::Approx(10));
  REQUIRE(e.interval);
  CHECK(e.interval->first == doctest::Approx(10 - 2.7764 * 0.31623 / std::sqrt(5.0)).epsilon(1e-4));
  CHECK(e.interval->second == doctest::Approx(10 + 2.7764 * 0.31623 / std::sqrt(5.0)).epsilon(1e-4));
  CHECK(exponential(e).interval->second == doctest::Approx(std::exp(e.interval->second)));
  CHECK(!mean(std::vector<double>{1.0}).interval);
}

TEST_CASE("95 of 100 intervals hold the true mean, though the values inside a stretch depend on each other") {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  int held = 0;
  constexpr int kTrials = 4000;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> stretches;
    for (int s = 0; s < 8; ++s) {
      double sum = 0, state = normal(random);
      for (int i = 0; i < 50; ++i) {
        state = 0.9 * state + std::sqrt(1 - 0.81) * normal(random);
        sum += 3 + state;
      }
      stretches.push_back(sum / 50);
    }
    const Estimate e = mean(stretches);
    held += e.interval->first <= 3 && 3 <= e.interval->second;
  }
  CHECK(held > 0.937 * kTrials);  // five standard errors are 1.7 %
  CHECK(held < 0.967 * kTrials);
}

TEST_CASE("a share stays between 0 and 1, and is not certain where all stretches agree") {
  const Estimate all = share(std::vector<double>{1, 1, 1}, 300);
  CHECK(all.value == 1);
  CHECK(all.interval->second == 1);
  CHECK(all.interval->first == doctest::Approx(0.98736).epsilon(1e-4));  // Wilson's for 300 of 300
  const Estimate wide = share(std::vector<double>{0.5, 1, 0.9}, 300);
  CHECK(wide.interval->second == 1);
  CHECK(wide.interval->first < 0.3);
}

}  // namespace sluice::engine::measure
