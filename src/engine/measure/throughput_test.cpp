#include "engine/measure/throughput.h"

#include <doctest/doctest.h>

#include <fstream>

namespace sluice::engine::measure {
namespace {

constexpr const char* kModel = "../shared/engine/tiny-llama-Q8_0.gguf";

// A second passes each time it is asked for.
class TickingClock : public Clock {
 public:
  UtcTime utc() const override { return {}; }
  MonotonicTime monotonic() const override { return MonotonicTime{} + std::chrono::seconds(now_++); }

 private:
  mutable int now_ = 0;
};

}  // namespace

TEST_CASE("a rate is the median with the least and the most") {
  const Rate odd = rate_of({5, 1, 3});
  CHECK(odd.median == 3);
  CHECK(odd.least == 1);
  CHECK(odd.most == 5);
  CHECK(rate_of({4, 1, 3, 2}).median == 2.5);
}

TEST_CASE("rates count the tokens of all sequences, and nothing of what is not measured") {
  if (!std::ifstream(kModel)) {
    MESSAGE("SKIPPED: " << kModel << " is not there");
    return;
  }
  ThroughputOptions options;
  options.path = kModel;
  options.prompt = 10;
  options.generate = 4;
  options.batches = {1, 3};
  options.chunk = 4;
  options.repeat = 2;
  int runs = 0, told = 0;
  const auto result =
      measure_throughput(options, [&](int run, int of) { runs += run >= 0, told = of; }, TickingClock());
  REQUIRE(result.has_value());
  CHECK(runs == 6);
  CHECK(told == 6);
  REQUIRE(result->batches.size() == 2);
  CHECK(result->batches[0].prompt.median == 10);
  CHECK(result->batches[0].generate.median == 4);
  CHECK(result->batches[1].batch == 3);
  CHECK(result->batches[1].prompt.least == 30);
  CHECK(result->batches[1].generate.most == 12);
  options.generate = 0;
  CHECK(measure_throughput(options, {}, TickingClock())->batches[1].generate.median == 0);
  options.generate = 1 << 24;
  CHECK(measure_throughput(options).error().code == "bench.options");
  options.prompt = options.generate = 0;
  CHECK(measure_throughput(options).error().code == "bench.options");
  options.path = "README.md";
  CHECK(measure_throughput(options).error().code == "gguf.magic");
}

}  // namespace sluice::engine::measure
