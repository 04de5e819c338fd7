// Models of a real one's shape made of random numbers: speed does not depend on what the weights say.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/gguf/sample.h"
#include "engine/tensor/random_weights.h"

namespace sluice::engine::bench {

using gguf::TensorType;

struct Sizes {
  const char* name;
  std::uint32_t blocks, embedding, feed_forward, heads, kv_heads, vocabulary;
};
inline constexpr Sizes kSizes[] = {{"small", 8, 1024, 2816, 16, 4, 32000},
                                   {"qwen2-1.5b", 28, 1536, 8960, 12, 2, 151936}};

inline std::string random_matrix(TensorType type, std::uint64_t columns, std::uint64_t rows,
                                 std::mt19937& random) {
  // One row of random bytes, repeated: what matters is that it is as long as a real one.
  const std::vector<std::uint8_t> row = tensor::random_row(type, static_cast<int>(columns), random);
  std::string data;
  data.reserve(row.size() * rows);
  for (std::uint64_t i = 0; i < rows; ++i) data.append(row.begin(), row.end());
  return data;
}

// A GGUF file without a vocabulary.
inline std::string make_model(const Sizes& s, TensorType type) {
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

}  // namespace sluice::engine::bench
