// How many records a second the ledger takes, and how long one opening waits at low load. README.md beside this
// file tells how to run and read it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <semaphore>
#include <thread>
#include <vector>

#include "base/id.h"
#include "base/log.h"
#include "base/time.h"
#include "ledger/example.h"
#include "ledger/ledger.h"
#include "ledger/prices.h"
#include "store/temporary_directory.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

struct Opened {
  explicit Opened(bool survive_power_loss) {
    log::set_level(log::Level::Off);
    LedgerOptions options;
    options.survive_power_loss = survive_power_loss;
    auto opened = Ledger::open(directory.path(), system_clock(), options);
    if (opened) ledger = std::move(*opened);
  }
  store::TemporaryDirectory directory;  // $TMPDIR chooses the disk
  std::unique_ptr<Ledger> ledger;
};

double at(std::vector<double>& sorted, double share) {
  return sorted[std::min(sorted.size() - 1, std::size_t(share * double(sorted.size())))];
}

// `range(0)` requests in flight: each is opened, and closed when the opening is in the file. `range(1)`: survive
// power loss. Counters: openings a second (as many closings come with them).
void open_and_close_concurrently(benchmark::State& state) {
  Opened opened(state.range(1) != 0);
  if (!opened.ledger) return state.SkipWithError("the ledger can't be opened");
  std::counting_semaphore<> room(state.range(0));
  std::atomic<std::int64_t> failed = 0;
  for (auto step : state) {
    room.acquire();
    std::string id = random_id("req_");
    opened.ledger->open_record(example_opening(id), [&, id](Status status) {
      failed += !status.has_value();
      opened.ledger->close_record(example_closing(id), [&](Status closed) {
        failed += !closed.has_value();
        room.release();
      });
    });
  }
  for (std::int64_t i = 0; i < state.range(0); ++i) room.acquire();
  if (failed != 0) state.SkipWithError("entries were refused");
  state.counters["opens/s"] = benchmark::Counter(double(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(open_and_close_concurrently)
    ->ArgNames({"in_flight", "power"})
    ->Args({1, 0})
    ->Args({64, 0})
    ->Args({1024, 0})
    ->Args({1024, 1})
    ->Iterations(100'000)
    ->UseRealTime();

// One opening at a time with a pause before each, as at a hundred or so requests a second; counters in
// microseconds, from the call to `done`.
void open_at_low_load(benchmark::State& state) {
  Opened opened(state.range(0) != 0);
  if (!opened.ledger) return state.SkipWithError("the ledger can't be opened");
  std::vector<double> micros;
  for (auto step : state) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    Opening opening = example_opening(random_id("req_"));
    std::string id = opening.id;
    auto begin = std::chrono::steady_clock::now();
    std::binary_semaphore written(0);
    std::chrono::steady_clock::time_point end;
    opened.ledger->open_record(std::move(opening), [&](Status) {
      end = std::chrono::steady_clock::now();
      written.release();
    });
    written.acquire();
    double seconds = std::chrono::duration<double>(end - begin).count();
    state.SetIterationTime(seconds);
    micros.push_back(seconds * 1e6);
    if (!close_and_wait(*opened.ledger, example_closing(id))) state.SkipWithError("a closing was refused");
  }
  std::sort(micros.begin(), micros.end());
  state.counters["p50_us"] = at(micros, 0.50);
  state.counters["p90_us"] = at(micros, 0.90);
  state.counters["p99_us"] = at(micros, 0.99);
}
BENCHMARK(open_at_low_load)->ArgName("power")->Arg(0)->Arg(1)->Iterations(2'000)->UseManualTime();

// Reading the newest 50 and walking the whole chain of 100,000 records.
void verify_chain(benchmark::State& state) {
  Opened opened(false);
  if (!opened.ledger) return state.SkipWithError("the ledger can't be opened");
  std::counting_semaphore<> room(4096);
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    room.acquire();
    opened.ledger->open_record(example_opening(random_id("req_")), [&](Status) { room.release(); });
  }
  for (int i = 0; i < 4096; ++i) room.acquire();
  for (auto step : state) {
    auto entries = opened.ledger->verify();
    if (entries != state.range(0)) state.SkipWithError("the chain is not whole");
  }
  state.counters["entries/s"] =
      benchmark::Counter(double(state.iterations() * state.range(0)), benchmark::Counter::kIsRate);
}
BENCHMARK(verify_chain)->Arg(100'000)->Unit(benchmark::kMillisecond)->UseRealTime();

void cost_of_a_request(benchmark::State& state) {
  auto prices = Prices::parse(default_prices_text(), "(built-in prices)");
  if (!prices) return state.SkipWithError("the price file is not accepted");
  chat::Usage usage{.cache_hit = 1000, .cache_miss = 200, .completion = 300, .reasoning = 100};
  for (auto step : state)
    benchmark::DoNotOptimize(
        (*prices)->cost_nano_usd("deepseek", "deepseek-flash", {1'795'000'000'000'000}, usage));
}
BENCHMARK(cost_of_a_request);

}  // namespace

BENCHMARK_MAIN();
