#include "engine/scheduler/pooled.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "engine/scheduler/jobs.h"

namespace sluice::engine {
namespace {

std::vector<float> expected_vector(const std::string& text, Pooling pooling) {
  std::vector<std::int32_t> so_far;
  std::vector<std::vector<float>> states;
  for (const std::int32_t token : FakeTokenizer().encode(text)) {
    so_far.push_back(token);
    states.push_back(FakeModel::state_of(so_far));
  }
  std::vector<double> sum(4, 0.0);
  double squares = 0;
  for (std::size_t i = 0; i < states.size(); ++i)
    for (std::size_t j = 0; j < 4; ++j)
      if (pooling == Pooling::Mean || (pooling == Pooling::First ? i == 0 : i + 1 == states.size()))
        sum[j] += static_cast<double>(states[i][j]);
  for (const double s : sum) squares += s * s;
  std::vector<float> out;
  for (const double s : sum) out.push_back(static_cast<float>(s / std::sqrt(squares)));
  return out;
}

}  // namespace

TEST_CASE("texts become vectors among answers, which go on at every step") {
  FakeModel model(3, 3 + 8, 257, echo);
  const FakeTokenizer tokenizer;
  std::vector<JobRequest> texts;
  Collector chat, pooled[5];
  const std::string long_text(1000, 'x');
  const std::string inputs[] = {"one", long_text + "y", "another", long_text + "z", "a"};
  const Pooling ways[] = {Pooling::Mean, Pooling::Last, Pooling::First, Pooling::Mean, Pooling::Last};
  {
    Scheduler scheduler(model, tokenizer, {3, kContext, 8, 10});
    REQUIRE(scheduler.submit(job(std::string(200, 'c') + "|", chat)).has_value());
    for (std::size_t i = 0; i < 5; ++i) {
      JobRequest request = job(inputs[i], pooled[i]);
      request.pooled = std::make_shared<PooledText>(ways[i]);
      texts.push_back(request);
      REQUIRE(scheduler.submit(std::move(request)).has_value());
    }
    CHECK(chat.wait().text == std::string(200, 'c'));
    for (std::size_t i = 0; i < 5; ++i) {
      pooled[i].wait();
      CHECK(texts[i].pooled->vector() == expected_vector(inputs[i], ways[i]));
      CHECK(pooled[i].calls == 1);
      CHECK(pooled[i].usage.prompt() == static_cast<std::int64_t>(inputs[i].size()));
      CHECK(pooled[i].usage.completion == 0);
      CHECK(pooled[i].finish == chat::FinishReason::Stop);
    }
    CHECK(scheduler.running() == 0);
  }
  CHECK(model.violations == 0);
  for (const auto& batch : model.batches) {
    int rows = 0;
    for (const auto& [slot, count] : batch) rows += count;
    CHECK(rows <= 8 + 1);
  }
}

TEST_CASE(
    "a text to be pooled may fill the context and no more, and a part of what was admitted may always wait") {
  FakeModel model(1, 1 + 8, 257, echo);
  const FakeTokenizer tokenizer;
  Scheduler scheduler(model, tokenizer, {1, 16, 8, 0});
  Collector full, more;
  JobRequest request = job(std::string(16, 'x'), full);
  request.pooled = std::make_shared<PooledText>(Pooling::Mean);
  CHECK(scheduler.submit(request).error().code == "engine.busy");
  request.admitted = true;
  REQUIRE(scheduler.submit(request).has_value());
  CHECK(full.wait().finish == chat::FinishReason::Stop);
  request = job(std::string(17, 'x'), more);
  request.pooled = std::make_shared<PooledText>(Pooling::Mean);
  CHECK(scheduler.submit(std::move(request)).error().code == "engine.context_exceeded");
}

TEST_CASE("the first dimensions of a vector have length 1 again") {
  PooledText pooled(Pooling::Mean);
  pooled.take(std::vector<float>{1, 2, 2, 7});
  pooled.take(std::vector<float>{5, 6, 4, 9});
  const std::vector<float> two = pooled.vector(2);
  CHECK(two == std::vector<float>{0.6f, 0.8f});
  PooledText none(Pooling::Last);
  none.take(std::vector<float>{0, std::numeric_limits<float>::quiet_NaN()});
  CHECK(none.vector().empty());
  CHECK(none.vector(1).empty());
}

}  // namespace sluice::engine
