// What a file must be to be loaded as a model: named errors for each way to be something else.
#include <doctest/doctest.h>

#include <cmath>
#include <random>

#include "engine/gguf/sample.h"
#include "engine/model/model.h"

namespace sluice::engine::model {
namespace {

using gguf::Sample;
using gguf::TensorType;

// A llama of one layer: width 16, 2 query heads and 1 key head of 8, feed-forward 24, 10 tokens. `change` may skip
// or replace a tensor by returning false.
struct Recipe {
  std::string architecture = "llama";
  std::string skip;  // tensor to leave out
  std::uint64_t kv_width = 8;
  std::string reshape;                                         // tensor to give one row too many
  std::vector<std::pair<std::string, std::uint32_t>> numbers;  // more metadata
};

Sample make(const Recipe& recipe) {
  Sample sample;
  const std::string& a = recipe.architecture;
  sample.string("general.architecture", a);
  std::vector<std::pair<std::string, std::uint32_t>> numbers{
      {"block_count", 1},          {"context_length", 32},      {"embedding_length", 16},
      {"feed_forward_length", 24}, {"attention.head_count", 2}, {"attention.head_count_kv", 1}};
  for (const auto& [key, value] : recipe.numbers) {
    std::erase_if(numbers, [&key](const auto& pair) { return pair.first == key; });
    numbers.emplace_back(key, value);
  }
  for (const auto& [key, value] : numbers) sample.u32(a + "." + key, value);
  sample.f32(a + ".attention.layer_norm_rms_epsilon", 1e-5f);
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0, 0.5f);
  const auto add = [&](const std::string& name, std::uint64_t columns, std::uint64_t rows) {
    if (name == recipe.skip) return;
    if (name == recipe.reshape) ++rows;
    gguf::Bytes data;
    for (std::uint64_t i = 0; i < columns * rows; ++i) data.put(normal(random));
    const std::vector<std::uint64_t> matrix{columns, rows};
    sample.tensor(name, name.ends_with("norm.weight") ? std::vector<std::uint64_t>{columns} : matrix,
                  TensorType::F32, data.text);
  };
  add("token_embd.weight", 16, 10);
  add("output_norm.weight", 16, 1);
  add("blk.0.attn_norm.weight", 16, 1);
  add("blk.0.attn_q.weight", 16, 16);
  add("blk.0.attn_k.weight", 16, recipe.kv_width);
  add("blk.0.attn_v.weight", 16, recipe.kv_width);
  add("blk.0.attn_output.weight", 16, 16);
  add("blk.0.ffn_norm.weight", 16, 1);
  add("blk.0.ffn_gate.weight", 16, 24);
  add("blk.0.ffn_up.weight", 16, 24);
  add("blk.0.ffn_down.weight", 24, 16);
  return sample;
}

std::string error_of(const Sample& sample, int context = 16) {
  const std::string bytes = sample.bytes();
  auto file = gguf::File::from_bytes(bytes, "sample");
  REQUIRE_MESSAGE(file.has_value(), file.error().to_string());
  Options options;
  options.context = context;
  auto model = Model::load(**file, options);
  return model ? "" : model.error().code + ": " + model.error().message;
}

}  // namespace

TEST_CASE("a whole model loads, with its embedding as head where there is no other") {
  CHECK(error_of(make({})) == "");
}

TEST_CASE("each missing tensor is named") {
  for (const char* name :
       {"output_norm.weight", "blk.0.attn_norm.weight", "blk.0.attn_q.weight", "blk.0.ffn_down.weight"}) {
    Recipe recipe;
    recipe.skip = name;
    CHECK(error_of(make(recipe)) == std::string("gguf.tensor: tensor ") + name + " is missing");
  }
  Recipe biased;
  biased.architecture = "qwen2";
  CHECK(error_of(make(biased)) == "gguf.tensor: tensor blk.0.attn_q.bias is missing");
  Recipe none;
  none.skip = "token_embd.weight";
  CHECK(error_of(make(none)).starts_with("gguf.tensor: tensor token_embd.weight is missing"));
}

TEST_CASE("each tensor of another shape is named with both shapes") {
  for (const char* name :
       {"blk.0.attn_q.weight", "blk.0.attn_k.weight", "blk.0.ffn_up.weight", "blk.0.ffn_down.weight"}) {
    Recipe recipe;
    recipe.reshape = name;
    const std::string error = error_of(make(recipe));
    CHECK(error.starts_with(std::string("gguf.tensor: tensor ") + name));
    CHECK(error.find("expected") != std::string::npos);
  }
}

TEST_CASE("a tensor without a place in the architecture is refused, since ignoring it would be another model") {
  Sample sample = make({});
  sample.tensor("blk.0.attn_q_norm.weight", {8}, TensorType::F32, std::string(32, '\0'));
  CHECK(error_of(sample).starts_with("engine.unsupported: tensor blk.0.attn_q_norm.weight"));
}

TEST_CASE("metadata out of range, and variants that this build does not compute, are refused by key") {
  const auto with = [](const char* key, std::uint32_t value) {
    Recipe recipe;
    recipe.numbers = {{key, value}};
    return error_of(make(recipe));
  };
  CHECK(with("block_count", 0).starts_with("gguf.value: llama.block_count is 0"));
  CHECK(with("block_count", 0xffffffffu).starts_with("gguf.value: llama.block_count"));
  CHECK(with("embedding_length", 0x80000000u).starts_with("gguf.value"));
  CHECK(with("attention.head_count", 0).starts_with("gguf.value"));
  CHECK(with("attention.head_count", 3).starts_with("gguf.value"));
  CHECK(with("attention.head_count_kv", 0).starts_with("gguf.value"));
  CHECK(with("attention.key_length", 100000).starts_with("gguf.value"));
  CHECK(with("attention.value_length", 4).starts_with("engine.unsupported"));
  CHECK(with("rope.dimension_count", 7).starts_with("gguf.value"));
  CHECK(with("rope.dimension_count", 1000).starts_with("gguf.value"));
  CHECK(with("rope.freq_base", 0).starts_with("gguf.value"));
  CHECK(with("expert_count", 8).starts_with("engine.unsupported"));
  Sample scaled = make({});
  scaled.string("llama.rope.scaling.type", "longrope");
  CHECK(error_of(scaled).starts_with("engine.unsupported: llama.rope.scaling.type"));
  Sample yarn = make({});
  yarn.string("llama.rope.scaling.type", "yarn");
  CHECK(error_of(yarn).starts_with("gguf.missing_key"));
  Recipe other;
  other.architecture = "mamba";
  CHECK(error_of(make(other)).starts_with("engine.unsupported: architecture \"mamba\""));
  CHECK(error_of(make({}), 33).starts_with("engine.unsupported: a context of 33"));
  Recipe window;
  window.numbers = {{"attention.sliding_window", 8}};
  CHECK(error_of(make(window), 9).starts_with("engine.unsupported"));
  CHECK(error_of(make(window), 8) == "");
}

TEST_CASE("head sizes that the fast kernels don't take are computed too") {
  // At the first position nothing is rotated and softmax is 1, so attention passes the values on, and with as many
  // key heads as query heads it does not matter how they are cut: 2 heads of 8 and 4 of 4 give the same logits.
  Recipe two, four;
  two.kv_width = four.kv_width = 16;
  two.numbers = {{"attention.head_count_kv", 2}};
  four.numbers = {{"attention.head_count", 4}, {"attention.head_count_kv", 4}};
  std::vector<std::vector<float>> logits;
  for (const Recipe& recipe : {two, four}) {
    const std::string bytes = make(recipe).bytes();
    auto file = gguf::File::from_bytes(bytes, "sample");
    REQUIRE(file.has_value());
    Options options;
    options.context = 16;
    options.exact = true;
    auto model = Model::load(**file, options);
    REQUIRE_MESSAGE(model.has_value(), model.error().to_string());
    const Row row{3, 0, 0, true};
    (*model)->forward({&row, 1});
    logits.emplace_back((*model)->logits(0).begin(), (*model)->logits(0).end());
  }
  for (std::size_t i = 0; i < logits[0].size(); ++i)
    CHECK(logits[0][i] == doctest::Approx(logits[1][i]).epsilon(1e-5));
}

}  // namespace sluice::engine::model
