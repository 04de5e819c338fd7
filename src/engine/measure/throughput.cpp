#include "engine/measure/throughput.h"

#include <algorithm>
#include <memory>
#include <random>

#include "engine/gguf/gguf.h"
#include "engine/model/cache.h"
#include "engine/model/model.h"

namespace sluice::engine::measure {
namespace {

Status check(const ThroughputOptions& o, const model::Shape& shape) {
  const auto wrong = [](std::string what) { return fail("bench.options", std::move(what)); };
  if (o.prompt < 0 || o.generate < 0 || o.prompt + o.generate < 1)
    return wrong("nothing to measure: prompt and generate are both 0");
  if (o.batches.empty() || *std::min_element(o.batches.begin(), o.batches.end()) < 1 || o.chunk < 1 ||
      o.repeat < 1 || o.threads < 1)
    return wrong("batches, chunk, repeat and threads are at least 1");
  if (o.prompt + o.generate <= shape.context) return {};
  return fail("bench.options",
              "the model has " + std::to_string(shape.context) + " positions; prompt and generate need " +
                  std::to_string(o.prompt + o.generate),
              o.path, "measure fewer tokens");
}

class Runs {
 public:
  Runs(const ThroughputOptions& options, model::Model& model, const Clock& clock)
      : options_(options), model_(model), clock_(clock), random_(1) {}

  // Tokens per second; 0 where there is nothing to do.
  double read(int batch) {
    const MonotonicTime began = clock_.monotonic();
    std::uniform_int_distribution<std::int32_t> any(0, model_.shape().vocabulary - 1);
    std::vector<model::Row> rows;
    for (int slot = 0; slot < batch; ++slot)
      for (int position = 0; position < options_.prompt;) {
        rows.clear();
        for (; position < options_.prompt && static_cast<int>(rows.size()) < options_.chunk; ++position)
          rows.push_back({any(random_), slot, position, position + 1 == options_.prompt});
        model_.forward(rows);
      }
    return rate(batch * options_.prompt, began);
  }

  double write(int batch) {
    std::vector<model::Row> rows;
    for (int slot = 0; slot < batch; ++slot) rows.push_back({slot % model_.shape().vocabulary, slot, 0, true});
    const MonotonicTime began = clock_.monotonic();
    for (int step = 0; step < options_.generate; ++step) {
      for (int i = 0; i < batch; ++i) {
        model::Row& row = rows[static_cast<std::size_t>(i)];
        row.position = options_.prompt + step;
        if (step == 0) continue;
        const std::span<float> logits = model_.logits(i);
        row.token = static_cast<std::int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin());
      }
      model_.forward(rows);
    }
    return rate(batch * options_.generate, began);
  }

 private:
  double rate(int tokens, MonotonicTime began) const {
    const std::chrono::duration<double> took = clock_.monotonic() - began;
    return tokens == 0 || took.count() <= 0 ? 0 : tokens / took.count();
  }

  const ThroughputOptions& options_;
  model::Model& model_;
  const Clock& clock_;
  std::mt19937 random_;
};

}  // namespace

Rate rate_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
  return {median, values.front(), values.back()};
}

Result<Throughput> measure_throughput(const ThroughputOptions& options, const RunWatch& watch,
                                      const Clock& clock) {
  Result<std::unique_ptr<gguf::File>> opened = options.path.empty()
                                                   ? gguf::File::from_bytes(options.embedded, "builtin:guide")
                                                   : gguf::File::open(options.path);
  SLUICE_TRY(const auto file, std::move(opened));
  SLUICE_TRY(const model::Shape shape, model::read_shape(*file));
  SLUICE_TRY_VOID(check(options, shape));
  model::Options wanted;
  wanted.threads = options.threads;
  wanted.slots = *std::max_element(options.batches.begin(), options.batches.end());
  wanted.context = options.prompt + options.generate;
  wanted.rows = std::max(options.chunk, wanted.slots);
  wanted.exact = options.exact;
  wanted.kv_type = options.kv_type;
  SLUICE_TRY(const auto model, model::Model::load(*file, wanted));

  Throughput out;
  out.weights = file->size();
  out.cache = model::Cache::bytes_per_position(shape, model::used_kv_type(wanted)) *
              static_cast<std::uint64_t>(wanted.slots) * static_cast<std::uint64_t>(wanted.context);
  Runs runs(options, *model, clock);
  const int of = static_cast<int>(options.batches.size()) * (options.repeat + 1);
  int run = 0;
  for (const int batch : options.batches) {
    std::vector<double> read, written;
    for (int i = 0; i <= options.repeat; ++i) {
      if (watch) watch(run++, of);
      const double reads = runs.read(batch), writes = runs.write(batch);
      if (i == 0) continue;  // the first touches the weights
      read.push_back(reads);
      written.push_back(writes);
    }
    out.batches.push_back({batch, rate_of(std::move(read)), rate_of(std::move(written))});
  }
  return out;
}

}  // namespace sluice::engine::measure
