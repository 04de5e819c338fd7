#include "engine/model/mixture.h"

#include <doctest/doctest.h>

#include <cmath>

namespace sluice::engine::model {
namespace {

MixtureShape shape_of(int experts, int used, Gate gate) {
  MixtureShape shape;
  shape.experts = experts;
  shape.used = used;
  shape.gate = gate;
  return shape;
}

Choice choose(const MixtureShape& shape, const std::vector<float>& logits, const std::vector<float>& bias = {},
              const std::vector<std::int32_t>& told = {}) {
  Choice choice;
  choose_experts(shape, logits, bias, told, choice);
  return choice;
}

// Logits that a sigmoid takes to these values.
std::vector<float> logits_of(const std::vector<double>& sigmoids) {
  std::vector<float> out;
  for (double value : sigmoids) out.push_back(static_cast<float>(std::log(value / (1 - value))));
  return out;
}

}  // namespace

TEST_CASE("softmax gives the chosen experts their share of all, and of the chosen where the sum is normalised") {
  MixtureShape shape = shape_of(4, 2, Gate::Softmax);
  const std::vector<float> logits{std::log(1.0f), std::log(4.0f), std::log(3.0f), std::log(2.0f)};
  Choice choice = choose(shape, logits);
  CHECK(choice.experts == std::vector<int>{1, 2});
  CHECK(choice.weights[0] == doctest::Approx(0.4));
  CHECK(choice.weights[1] == doctest::Approx(0.3));
  shape.normalise = true;
  shape.scale = 7;
  choice = choose(shape, logits);
  CHECK(choice.weights[0] == doctest::Approx(4));
  CHECK(choice.weights[1] == doctest::Approx(3));
}

TEST_CASE("a bias changes who is chosen and leaves the weights alone") {
  MixtureShape shape = shape_of(3, 1, Gate::Sigmoid);
  const Choice choice = choose(shape, logits_of({0.5, 0.6, 0.25}), {0, 0, 1});
  CHECK(choice.experts == std::vector<int>{2});
  CHECK(choice.weights[0] == doctest::Approx(0.25));
}

TEST_CASE("V3 keeps the groups whose two best experts sum up highest, V2 those with the best expert") {
  // Groups {0, 1}, {2, 3}, {4, 5}: the first has the best expert, the second the best pair.
  MixtureShape shape = shape_of(6, 2, Gate::Sigmoid);
  shape.groups = 3;
  shape.groups_used = 1;
  CHECK(choose(shape, logits_of({0.9, 0.1, 0.6, 0.7, 0.5, 0.5})).experts == std::vector<int>{3, 2});
  shape.gate = Gate::Softmax;
  CHECK(choose(shape, {9, 1, 6, 7, 5, 5}).experts == std::vector<int>{0, 1});
}

TEST_CASE("of equal experts the first is chosen, and a token may tell its experts itself") {
  CHECK(choose(shape_of(4, 2, Gate::Softmax), {1, 2, 2, 2}).experts == std::vector<int>{1, 2});
  const Choice told = choose(shape_of(3, 2, Gate::SqrtSoftplus), {0, 50, 1}, {}, {2, 0});
  CHECK(told.experts == std::vector<int>{2, 0});
  CHECK(told.weights[0] == doctest::Approx(std::sqrt(std::log(1 + std::exp(1.0)))));
  CHECK(told.weights[1] == doctest::Approx(std::sqrt(std::log(2.0))));
}

}  // namespace sluice::engine::model
