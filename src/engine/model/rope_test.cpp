#include "engine/model/rope.h"

#include <doctest/doctest.h>

#include <cmath>

namespace sluice::engine::model {

TEST_CASE("YaRN leaves fast pairs alone, divides slow ones and ramps between") {
  RopeScaling scaling;
  scaling.yarn = true;
  scaling.factor = 40;
  scaling.original_context = 4096;
  const int dims = 64;
  const auto plain = rope_frequencies({}, dims), yarn = rope_frequencies(scaling, dims);
  REQUIRE(yarn.size() == 32);
  // From the paper with base 10000: 32 turns in 4096 positions at pair 10.4, one at pair 22.5.
  for (std::size_t i = 0; i < 32; ++i) {
    if (i <= 10) CHECK(yarn[i] == doctest::Approx(plain[i]));
    if (i >= 23) CHECK(yarn[i] == doctest::Approx(plain[i] / 40));
    if (i > 10 && i < 23) CHECK(yarn[i] < plain[i]);
    if (i > 10 && i < 23) CHECK(yarn[i] > plain[i] / 40);
  }
  const double half = plain[16] * (1 - 6.0 / 13) + plain[16] / 40 * (6.0 / 13);
  CHECK(yarn[16] == doctest::Approx(half));
}

TEST_CASE("the stretch's make-up goes to the turned values, or with DeepSeek's multiplier to the scores") {
  RopeScaling scaling;
  CHECK(rope_magnitude(scaling) == 1);
  scaling.yarn = true;
  scaling.factor = 40;
  CHECK(rope_magnitude(scaling) == doctest::Approx(0.1 * std::log(40.0) + 1));
  CHECK(rope_score_factor(scaling) == 1);
  scaling.log_multiplier = 0.707;
  CHECK(rope_magnitude(scaling) == 1);
  CHECK(rope_score_factor(scaling) == doctest::Approx(std::pow(0.0707 * std::log(40.0) + 1, 2)));
}

TEST_CASE("turning back undoes turning, for both kinds of pairs") {
  for (Rope kind : {Rope::Interleaved, Rope::Halves}) {
    std::vector<float> values{1, 2, 3, 4};
    const std::vector<float> before = values, cos{0.6f, 0.8f}, sin{0.8f, -0.6f};
    rope_turn(kind, values.data(), 2, cos.data(), sin.data());
    CHECK(values[0] != doctest::Approx(before[0]));
    rope_turn(kind, values.data(), 2, cos.data(), sin.data(), -1);
    for (std::size_t i = 0; i < 4; ++i) CHECK(values[i] == doctest::Approx(before[i]));
  }
}

}  // namespace sluice::engine::model
