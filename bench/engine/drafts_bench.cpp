// Guessed tokens on a model of random weights of a real one's size: what they bring where all are right, and what
// they cost where none is. README.md says how to run it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <future>
#include <random>
#include <string>
#include <vector>

#include "engine/model/model.h"
#include "engine/scheduler/fakes.h"
#include "engine/scheduler/scheduler.h"
#include "engine/tensor/pool.h"
#include "random_model.h"

namespace {

using namespace sluice;
using namespace sluice::engine;
using namespace bench;

constexpr int kPrompt = 64, kRuns = 5;

int fail(const std::string& message) {
  std::fprintf(stderr, "bench_drafts: %s\n", message.c_str());
  return 1;
}

// Tokens a second of one answer. All rows of the model's matrices are the same, so that all tokens are equally
// likely: at temperature 0 the first is chosen each time, and every guess is right; at 1 hardly any is.
double rate(const gguf::File& file, int drafts, double temperature, int tokens) {
  model::Options options;
  options.threads = tensor::usable_processors();
  options.context = 1024;
  options.logits = 1 + drafts;
  options.rows = options.logits + kPrompt;
  auto model = model::Model::load(file, options);
  if (!model) std::exit(fail(model.error().to_string()));
  const FakeTokenizer tokenizer;
  Scheduler scheduler(**model, tokenizer, {1, options.context, kPrompt, 1, drafts});
  double best = 0;
  for (int run = 0; run < kRuns; ++run) {
    JobRequest job;
    for (int i = 0; i < kPrompt; ++i) job.prompt.push_back(i % 7);
    job.sampler.temperature = temperature;
    job.sampler.seed = static_cast<std::uint64_t>(run);
    job.sampler.bias = {{FakeTokenizer::kEnd, -100}};
    job.max_tokens = tokens;
    std::promise<void> ended;
    std::chrono::steady_clock::time_point first{}, last{};
    job.sink = [&](chat::Chunk chunk) {
      last = std::chrono::steady_clock::now();
      if (first == std::chrono::steady_clock::time_point{}) first = last;
      if (chunk.last) ended.set_value();
    };
    if (auto submitted = scheduler.submit(std::move(job)); !submitted)
      std::exit(fail(submitted.error().to_string()));
    ended.get_future().wait();
    best = std::max(best, (tokens - 1) / std::chrono::duration<double>(last - first).count());
  }
  if (drafts > 0)
    std::printf("    %lld guessed, %lld right\n", static_cast<long long>(scheduler.guessed()),
                static_cast<long long>(scheduler.guessed_right()));
  return best;
}

}  // namespace

int main(int count, char** arguments) {
  const std::string wanted = count > 1 ? arguments[1] : "qwen2-1.5b", named = count > 2 ? arguments[2] : "Q4_K";
  const int tokens = count > 3 ? std::atoi(arguments[3]) : 32;
  for (const Sizes& sizes : kSizes)
    for (const TensorType type : tensor::kAllTypes) {
      if (wanted != sizes.name || named != gguf::tensor_type_info(type).name) continue;
      const std::string bytes = make_model(sizes, type);
      auto file = gguf::File::from_bytes(bytes, wanted);
      if (!file) return fail(file.error().to_string());
      for (const double temperature : {0.0, 1.0})
        for (const int drafts : {0, 4, 0, 4})
          std::printf("%s %s, %s: drafts %d, %6.2f tokens/s\n", wanted.c_str(), named.c_str(),
                      temperature > 0 ? "none right" : "all right", drafts,
                      rate(**file, drafts, temperature, tokens));
      return 0;
    }
  return fail("usage: bench_drafts small|qwen2-1.5b TYPE [tokens]");
}
