// Tokens per second of the forward pass, on a file or on random weights of a given shape. README.md says how to
// run it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "engine/gguf/sample.h"
#include "engine/model/model.h"
#include "engine/tensor/pool.h"
#include "engine/tensor/random_weights.h"

namespace {

using namespace sluice::engine;
using gguf::TensorType;

constexpr int kRuns = 5;

struct Sizes {
  const char* name;
  std::uint32_t blocks, embedding, feed_forward, heads, kv_heads, vocabulary;
};
constexpr Sizes kSizes[] = {{"small", 8, 1024, 2816, 16, 4, 32000}, {"qwen2-1.5b", 28, 1536, 8960, 12, 2, 151936}};

std::string random_matrix(TensorType type, std::uint64_t columns, std::uint64_t rows, std::mt19937& random) {
  // One row of random bytes, repeated: what matters is that it is as long as a real one.
  const std::vector<std::uint8_t> row = tensor::random_row(type, static_cast<int>(columns), random);
  std::string data;
  data.reserve(row.size() * rows);
  for (std::uint64_t i = 0; i < rows; ++i) data.append(row.begin(), row.end());
  return data;
}

std::string make_model(const Sizes& s, TensorType type) {
  std::mt19937 random(1);
  gguf::Sample sample;
  sample.string("general.architecture", "llama");
  const std::pair<const char*, std::uint32_t> numbers[] = {
      {"block_count", s.blocks},         {"context_length", 4096},
      {"embedding_length", s.embedding}, {"feed_forward_length", s.feed_forward},
      {"attention.head_count", s.heads}, {"attention.head_count_kv", s.kv_heads}};
  for (const auto& [key, value] : numbers) sample.u32(std::string("llama.") + key, value);
  sample.f32("llama.attention.layer_norm_rms_epsilon", 1e-5f);
  const auto matrix = [&](const std::string& name, std::uint64_t columns, std::uint64_t rows) {
    sample.tensor(name, {columns, rows}, type, random_matrix(type, columns, rows, random));
  };
  const auto vector = [&](const std::string& name) {
    sample.tensor(name, {s.embedding}, TensorType::F32, random_matrix(TensorType::F32, s.embedding, 1, random));
  };
  const std::uint64_t kv_width = s.embedding / s.heads * s.kv_heads;
  matrix("token_embd.weight", s.embedding, s.vocabulary);
  vector("output_norm.weight");
  for (std::uint32_t i = 0; i < s.blocks; ++i) {
    const std::string prefix = "blk." + std::to_string(i) + ".";
    vector(prefix + "attn_norm.weight");
    vector(prefix + "ffn_norm.weight");
    matrix(prefix + "attn_q.weight", s.embedding, s.embedding);
    matrix(prefix + "attn_k.weight", s.embedding, kv_width);
    matrix(prefix + "attn_v.weight", s.embedding, kv_width);
    matrix(prefix + "attn_output.weight", s.embedding, s.embedding);
    matrix(prefix + "ffn_gate.weight", s.embedding, s.feed_forward);
    matrix(prefix + "ffn_up.weight", s.embedding, s.feed_forward);
    matrix(prefix + "ffn_down.weight", s.feed_forward, s.embedding);
  }
  return sample.bytes();
}

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
