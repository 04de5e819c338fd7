// How fast a model reads and writes on this machine.
//
// For each size of a batch, B sequences read `prompt` tokens each, chunk by chunk as a scheduler does, and then
// write `generate` tokens each, all B in one pass a step. A rate is tokens of all sequences over the wall time of
// the phase. Every repetition begins with empty sequences; one unmeasured beforehand touches the weights. Tokens
// of the prompts are drawn from a fixed seed, those written are the likeliest: what a model computes does not
// depend on which they are, but for which experts it takes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "engine/model/kv_type.h"

namespace sluice::engine::measure {

struct ThroughputOptions {
  std::string path;           // a .gguf file; or
  std::string_view embedded;  // the bytes of one, which outlive the call
  int prompt = 512;           // tokens per sequence; 0: reading is not measured, and writing begins with nothing
  int generate = 128;         // tokens per sequence; 0: writing is not measured
  std::vector<int> batches{1};
  int chunk = 64;  // prompt tokens per pass
  int repeat = 3;  // measured repetitions
  int threads = 1;
  bool exact = false;                          // F32 activations and cache
  model::KvType kv_type = model::KvType::F16;  // of keys and values, where it is not exact
};

struct Rate {  // tokens per second
  double median = 0, least = 0, most = 0;
};
Rate rate_of(std::vector<double> values);  // precondition: not empty

struct BatchThroughput {
  int batch = 0;
  Rate prompt, generate;  // zeros where it was not measured
};

struct Throughput {
  std::uint64_t weights = 0;  // bytes of the file
  std::uint64_t cache = 0;    // bytes of keys and values, of the largest batch
  std::vector<BatchThroughput> batches;
};

// Called before each repetition, the unmeasured one too.
using RunWatch = std::function<void(int run, int of)>;

// Errors: gguf.*, engine.unsupported and engine.memory from the file; bench.options where the numbers contradict
// each other, or the model has fewer positions than prompt + generate.
Result<Throughput> measure_throughput(const ThroughputOptions& options, const RunWatch& watch = {},
                                      const Clock& clock = system_clock());

}  // namespace sluice::engine::measure
