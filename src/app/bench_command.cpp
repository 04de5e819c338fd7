#include <fmt/format.h>

#include <cstdio>
#include <fstream>

#include "app/commands.h"
#include "app/progress.h"
#include "engine/builtin/builtin.h"
#include "engine/measure/throughput.h"
#include "engine/model_set.h"
#include "engine/tensor/pool.h"
#include "json/writer.h"

namespace sluice::app {
namespace {

using engine::measure::Rate;
using engine::measure::Throughput;

constexpr const char* kGuide = "builtin:guide";

// The most memory that this process has had, in bytes; 0 where the system does not say.
std::uint64_t most_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kibibytes = 0;
    if (word == "VmHWM:" && status >> kibibytes) return kibibytes * 1024;
  }
  return 0;
}

std::string kv_cache(const BenchOptions& o) { return o.exact ? "f32" : o.kv_cache; }

void write(json::Writer& w, const char* name, int tokens, const Rate& rate) {
  if (tokens == 0) return;
  w.key(name).object().member("tokens", tokens).member("median", rate.median).member("min", rate.least);
  w.member("max", rate.most).end();
}

void print_json(const BenchOptions& o, const engine::ModelInfo& info, const Throughput& t, int threads) {
  json::Writer w;
  w.object().member("model", info.name).member("architecture", info.architecture);
  w.member("quantisation", info.quantisation).member("parameters", info.parameters).member("digest", info.digest);
  w.member("threads", threads).member("mode", o.exact ? "exact" : "fast").member("kv_cache", kv_cache(o));
  w.member("chunk", o.chunk);
  w.member("repeat", o.repeat).key("memory").object().member("weights", t.weights).member("cache", t.cache);
  w.member("process_most", most_memory()).end().key("tokens_per_second").array();
  for (const auto& batch : t.batches) {
    w.object().member("batch", batch.batch);
    write(w, "prompt", o.prompt, batch.prompt);
    write(w, "generate", o.generate, batch.generate);
    w.end();
  }
  std::printf("%s\n", w.end().end().take().c_str());
}

std::string cell(int tokens, const Rate& rate) {
  if (tokens == 0) return "-";
  return fmt::format("{:.1f} ({:.1f} to {:.1f})", rate.median, rate.least, rate.most);
}

void print(const BenchOptions& o, const engine::ModelInfo& info, const Throughput& t, int threads) {
  std::string text = fmt::format("{} ({}), {}, {:.3g} M parameters\n", info.name, info.architecture,
                                 info.quantisation, static_cast<double>(info.parameters) / 1e6);
  text += fmt::format("{} of weights, {} of keys and values in {}; this process had {} at most\n",
                      bytes_words(static_cast<double>(t.weights)), bytes_words(static_cast<double>(t.cache)),
                      kv_cache(o), bytes_words(static_cast<double>(most_memory())));
  text += fmt::format("{} threads, {}; tokens per second of all sequences: median of {} (least to most)\n\n",
                      threads, o.exact ? "exact" : "fast", o.repeat);
  text += fmt::format("{:<7}{:<34}{}\n", "BATCH", fmt::format("PROMPT OF {}", o.prompt),
                      fmt::format("GENERATE {}", o.generate));
  for (const auto& batch : t.batches)
    text += fmt::format("{:<7}{:<34}{}\n", batch.batch, cell(o.prompt, batch.prompt),
                        cell(o.generate, batch.generate));
  std::printf("%s", text.c_str());
}

}  // namespace

int bench_engine(const BenchOptions& options) {
  engine::LoadOptions load;
  engine::measure::ThroughputOptions wanted;
  if (options.file == kGuide) {
    load.embedded = wanted.embedded = engine::guide_gguf();
    load.embedded_name = kGuide;
  } else {
    load.path = wanted.path = options.file;
  }
  const auto examined = engine::examine(load);
  if (!examined) return complain(examined.error());
  wanted.prompt = options.prompt;
  wanted.generate = options.generate;
  wanted.batches = options.batches;
  wanted.chunk = options.chunk;
  wanted.repeat = options.repeat;
  wanted.exact = options.exact;
  wanted.kv_type = *engine::model::kv_type_called(options.kv_cache);
  wanted.threads = options.threads > 0 ? options.threads : engine::tensor::usable_processors();
  ProgressLine progress;
  const auto result = engine::measure::measure_throughput(wanted, [&progress](int run, int of) {
    progress.count("measuring", "runs", static_cast<std::uint64_t>(run), static_cast<std::uint64_t>(of));
  });
  progress.finish();
  if (!result) return complain(result.error());
  options.json ? print_json(options, examined->info, *result, wanted.threads)
               : print(options, examined->info, *result, wanted.threads);
  return 0;
}

}  // namespace sluice::app
