// Tokens per second of the forward pass, on a file or on random weights of a given shape. README.md says how to
// run it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "engine/model/model.h"
#include "engine/tensor/pool.h"
#include "random_model.h"

namespace {

using namespace sluice::engine;
using namespace bench;

constexpr int kRuns = 5;

template <class Body>
double best_seconds(Body&& body) {
  double best = 1e9;
  for (int run = 0; run < kRuns; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    body();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

void prefill(model::Model& model, int chunk) {
  std::vector<model::Row> rows;
  for (int i = 0; i < chunk; ++i) rows.push_back({i % 100, 0, i, i + 1 == chunk});
  const double seconds = best_seconds([&] { model.forward(rows); });
  std::printf("prefill, chunk of %4d: %8.1f tokens/s\n", chunk, chunk / seconds);
}

void decode(model::Model& model, int sequences, int position, double weight_bytes) {
  std::vector<model::Row> rows;
  for (int s = 0; s < sequences; ++s) rows.push_back({1 + s, s, position, true});
  const double seconds = best_seconds([&] {
                           for (int i = 0; i < 4; ++i) model.forward(rows);
                         }) /
                         4;
  std::printf("decode, %d at %4d:      %8.1f tokens/s  (%.1f GB/s of weights)\n", sequences, position,
              sequences / seconds, weight_bytes / seconds / 1e9);
}

int fail(const std::string& message) {
  std::fprintf(stderr, "bench_engine: %s\n", message.c_str());
  return 1;
}

int measure(const gguf::File& file, int threads) {
  model::Options options;
  options.threads = threads > 0 ? threads : tensor::usable_processors();
  options.slots = 4;
  options.rows = 512;
  auto shape = model::read_shape(file);
  if (!shape) return fail(shape.error().to_string());
  options.context = std::min(shape->context, 4096);
  auto model = model::Model::load(file, options);
  if (!model) return fail(model.error().to_string());
  double weight_bytes = 0;
  for (const gguf::Tensor& tensor : file.tensors())
    if (tensor.name != "token_embd.weight" || !file.tensor("output.weight"))
      weight_bytes += static_cast<double>(tensor.bytes);
  std::printf("%s: %d threads, %.0f MB of weights per token\n", file.name().c_str(), options.threads,
              weight_bytes / 1e6);
  prefill(**model, 64);
  prefill(**model, std::min(512, options.context));
  for (int position : {0, 512, 2048})
    if (position < options.context) decode(**model, 1, position, weight_bytes);
  decode(**model, 4, 0, weight_bytes);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return fail("usage: bench_engine FILE.gguf [threads] | small|qwen2-1.5b TYPE [threads]");
  const std::string first = arguments[1];
  for (const Sizes& sizes : kSizes) {
    if (first != sizes.name) continue;
    const std::string wanted = count > 2 ? arguments[2] : "Q4_K";
    for (TensorType type : tensor::kAllTypes) {
      if (wanted != gguf::tensor_type_info(type).name) continue;
      const std::string bytes = make_model(sizes, type);
      auto file = gguf::File::from_bytes(bytes, first + " " + wanted);
      if (!file) return fail(file.error().to_string());
      return measure(**file, count > 3 ? std::atoi(arguments[3]) : 0);
    }
    return fail("unknown type " + wanted);
  }
  auto file = gguf::File::open(first);
  if (!file) return fail(file.error().to_string());
  return measure(**file, count > 2 ? std::atoi(arguments[2]) : 0);
}
