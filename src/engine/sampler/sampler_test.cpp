#include "engine/sampler/sampler.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "engine/sampler/logprobs.h"

namespace sluice::engine {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

std::vector<float> random_logits(int count, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, 2);
  std::vector<float> logits(static_cast<std::size_t>(count));
  for (float& l : logits) l = normal(random);
  return logits;
}

// Tokens from the most to the least likely, with their probabilities at a temperature, by the definition.
std::vector<std::pair<double, int>> ranked(const std::vector<float>& logits, double temperature) {
  std::vector<std::pair<double, int>> out;
  double sum = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double weight = std::exp(static_cast<double>(logits[i]) / temperature);
    out.emplace_back(weight, static_cast<int>(i));
    sum += weight;
  }
  for (auto& entry : out) entry.first /= sum;
  std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.first > b.first; });
  return out;
}

std::set<int> seen(SamplerSettings settings, const std::vector<float>& logits, int draws) {
  Sampler sampler(settings);
  std::set<int> tokens;
  for (int i = 0; i < draws; ++i) tokens.insert(sampler.choose(logits));
  return tokens;
}

}  // namespace

TEST_CASE("temperature 0 chooses the most likely token, the lower one among equals") {
  Sampler sampler({.temperature = 0});
  CHECK(sampler.choose(std::vector<float>{1, 5, 5, 2}) == 1);
  CHECK(sampler.choose(std::vector<float>{-3}) == 0);
}

TEST_CASE("logits that are no numbers are never chosen") {
  for (double temperature : {0.0, 1.0}) {
    Sampler sampler({.temperature = temperature, .top_p = 0.9});
    for (int i = 0; i < 50; ++i) CHECK(sampler.choose(std::vector<float>{kNan, 1, kNan, -kInfinity}) == 1);
    CHECK(sampler.choose(std::vector<float>{kNan, -kInfinity}) == -1);
    CHECK(sampler.choose({}) == -1);
  }
}

TEST_CASE("frequencies are the softmax of the logits over the temperature") {
  const std::vector<float> logits = random_logits(12, 1);
  for (double temperature : {0.5, 1.0, 1.7}) {
    Sampler sampler({.temperature = temperature, .seed = 7});
    std::map<int, int> counts;
    const int draws = 200000;
    for (int i = 0; i < draws; ++i) ++counts[sampler.choose(logits)];
    for (auto [probability, token] : ranked(logits, temperature)) {
      // Six standard deviations of a binomial distribution: a correct sampler fails this once in 10^8 runs.
      const double tolerance = 6 * std::sqrt(probability * (1 - probability) / draws) + 1e-9;
      CHECK(std::fabs(static_cast<double>(counts[token]) / draws - probability) < tolerance);
    }
  }
}

TEST_CASE("top-k, top-p and min-p leave exactly the tokens of their definitions") {
  for (unsigned round = 0; round < 10; ++round) {
    const std::vector<float> logits = random_logits(20, round);
    const auto order = ranked(logits, 1.0);
    for (int k : {1, 2, 5}) {
      std::set<int> expected;
      for (int i = 0; i < k; ++i) expected.insert(order[static_cast<std::size_t>(i)].second);
      const std::set<int> tokens = seen({.top_k = k, .seed = round}, logits, 20000);
      CHECK(std::includes(expected.begin(), expected.end(), tokens.begin(), tokens.end()));
      CHECK((k > 2 || tokens == expected));
    }
    for (double p : {0.3, 0.7}) {
      std::set<int> expected;
      double sum = 0;
      for (std::size_t i = 0; i < order.size() && sum < p; ++i)
        sum += order[i].first, expected.insert(order[i].second);
      CHECK(seen({.top_p = p, .seed = round}, logits, 20000) == expected);
    }
    std::set<int> expected;
    for (auto [probability, token] : order)
      if (probability >= 0.2 * order[0].first) expected.insert(token);
    CHECK(seen({.min_p = 0.2, .seed = round}, logits, 20000) == expected);
  }
}

TEST_CASE("top-p of 0 still leaves the most likely token") {
  const std::vector<float> logits = random_logits(50, 3);
  CHECK(seen({.top_p = 0, .seed = 1}, logits, 100).size() == 1);
}

TEST_CASE("the same seed gives the same tokens and another seed gives others") {
  const std::vector<float> logits = random_logits(1000, 4);
  Sampler a({.seed = 42}), b({.seed = 42}), c({.seed = 43});
  int different = 0;
  for (int i = 0; i < 200; ++i) {
    const int token = a.choose(logits);
    CHECK(token == b.choose(logits));
    different += token != c.choose(logits);
  }
  CHECK(different > 150);
}

TEST_CASE("penalties and bias move the logits as they are defined") {
  const std::vector<float> logits = {4, 3.5F, -1, 2};
  SamplerSettings settings{.temperature = 0};
  const auto answer = [&](int count, const std::vector<std::int32_t>& prompt = {}) {
    Sampler sampler(settings);
    sampler.saw(prompt);
    std::vector<std::int32_t> out;
    for (int i = 0; i < count; ++i) out.push_back(sampler.choose(logits));
    return out;
  };
  CHECK(answer(3) == std::vector<std::int32_t>{0, 0, 0});
  settings.presence_penalty = 1;  // 4 -> 3 once, 3.5 -> 2.5 once
  CHECK(answer(4) == std::vector<std::int32_t>{0, 1, 0, 0});
  settings.presence_penalty = 0;
  settings.frequency_penalty = 1;  // 4, 3.5, 3, 2.5, ...
  CHECK(answer(5) == std::vector<std::int32_t>{0, 1, 0, 1, 0});
  settings.frequency_penalty = 0;
  settings.repetition_penalty = 1.5;  // 4 -> 2.67; then 3.5 -> 2.33
  CHECK(answer(4) == std::vector<std::int32_t>{0, 1, 0, 0});
  settings.repetition_penalty = 3;  // both fall behind the last
  CHECK(answer(1, {0, 1}) == std::vector<std::int32_t>{3});
  settings.repetition_penalty = 1;
  settings.bias = {{2, 100}, {99, 5}};
  CHECK(answer(1) == std::vector<std::int32_t>{2});
  settings.bias = {{0, -100}};
  CHECK(answer(1) == std::vector<std::int32_t>{1});
}

TEST_CASE("log-probabilities are those of the softmax, the most likely first") {
  const std::vector<float> logits = random_logits(50, 4);
  const auto expected = ranked(logits, 1);
  const Logprobs got = logprobs_of(logits, expected[7].second, 20);
  CHECK(got.chosen.token == expected[7].second);
  CHECK(std::abs(got.chosen.logprob - std::log(expected[7].first)) < 1e-6);
  REQUIRE(got.top.size() == 20);
  for (std::size_t i = 0; i < 20; ++i) {
    CHECK(got.top[i].token == expected[i].second);
    CHECK(std::abs(got.top[i].logprob - std::log(expected[i].first)) < 1e-6);
  }
  const Logprobs odd = logprobs_of(std::vector<float>{0, -kInfinity, -20000}, 1, 5);
  CHECK(odd.chosen.logprob == -9999);
  CHECK(odd.top.size() == 3);
  CHECK(odd.top[1].logprob == -9999);
}

}  // namespace sluice::engine
