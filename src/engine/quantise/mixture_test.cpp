#include "engine/quantise/mixture.h"

#include <doctest/doctest.h>

#include "engine/gguf/sample.h"

namespace sluice::engine::quantise {
namespace {

using gguf::TensorType;

struct Matrix {
  std::string name;
  std::vector<std::uint64_t> shape{256, 1};
  TensorType type = TensorType::F32;
};

// The types of these matrices in a model of so many layers and experts.
std::vector<TensorType> types(Target target, const std::vector<Matrix>& matrices, std::uint32_t layers = 32,
                              std::uint32_t experts = 0) {
  gguf::Sample sample;
  sample.string("general.architecture", "llama").u32("llama.block_count", layers);
  sample.u32("llama.expert_count", experts);
  for (const Matrix& m : matrices) {
    std::uint64_t elements = 1;
    for (auto size : m.shape) elements *= size;
    sample.tensor(m.name, m.shape, m.type, std::string(elements * gguf::tensor_type_info(m.type).bytes, '\0'));
  }
  const std::string bytes = sample.bytes();
  const auto file = gguf::File::from_bytes(bytes, "sample");
  REQUIRE_MESSAGE(file.has_value(), file.error().to_string());
  const Mixture mixture(**file, target);
  std::vector<TensorType> chosen;
  for (const gguf::Tensor& tensor : (*file)->tensors()) chosen.push_back(mixture.choose(tensor).type);
  return chosen;
}

}  // namespace

TEST_CASE("files that another program quantised have the types that the rule gives") {
  for (const auto& [name, target] :
       {std::pair("tiny-qwen2-Q4_K_M", Target::Q4_K_M), std::pair("tiny-deepseek2-Q4_K_M", Target::Q4_K_M),
        std::pair("tiny-deepseek4-MXFP4_MOE", Target::MXFP4), std::pair("tiny-llama-Q8_0", Target::Q8_0),
        std::pair("tiny-qwen3-Q8_0", Target::Q8_0)}) {
    const auto file = gguf::File::open(std::string("../shared/engine/") + name + ".gguf");
    if (!file) {
      MESSAGE("SKIPPED: " << name << " is not there");
      continue;
    }
    const Mixture mixture(**file, target);
    for (const gguf::Tensor& tensor : (*file)->tensors()) {
      CAPTURE(tensor.name);
      CHECK(gguf::tensor_type_info(mixture.choose(tensor).type).name ==
            std::string(gguf::tensor_type_info(tensor.type).name));
    }
    CHECK((*file)->unsigned_integer("general.file_type") == file_type(target));
  }
}

TEST_CASE("the first and last eighth of the layers and every third between take more bits") {
  std::vector<Matrix> matrices{{"output.weight"}};
  for (int i = 0; i < 32; ++i) matrices.push_back({"blk." + std::to_string(i) + ".ffn_down.weight"});
  const auto chosen = types(Target::Q4_K_M, matrices);
  CHECK(chosen[0] == TensorType::Q6_K);
  for (int i = 0; i < 32; ++i) {
    const bool more = i < 4 || i >= 28 || (i - 4) % 3 == 2;
    CAPTURE(i);
    CHECK(chosen[static_cast<std::size_t>(i + 1)] == (more ? TensorType::Q6_K : TensorType::Q4_K));
  }
}

TEST_CASE("norms, vectors, routers and integers are kept, and what is tied to the head is quantised like it") {
  const std::vector<Matrix> matrices{{"token_embd.weight"},
                                     {"blk.0.attn_q_norm.weight", {256, 4}},
                                     {"blk.0.ffn_gate_inp.weight"},
                                     {"blk.0.attn_q.bias", {256}},
                                     {"blk.0.ffn_gate_tid2eid.weight", {256, 4}, TensorType::I32},
                                     {"blk.0.attn_q.weight", {256, 4}, TensorType::F16}};
  CHECK(types(Target::Q5_K_M, matrices) == std::vector{TensorType::Q6_K, TensorType::F32, TensorType::F32,
                                                       TensorType::F32, TensorType::I32, TensorType::Q5_K});
}

TEST_CASE("rows that hold no whole blocks fall back to smaller blocks and at last to F16") {
  const std::vector<Matrix> matrices{{"output.weight"},
                                     {"blk.9.attn_q.weight", {96, 4}},
                                     {"blk.0.ffn_down.weight", {96, 4}},
                                     {"blk.9.attn_k.weight", {172, 4}}};
  CHECK(types(Target::Q4_K_M, matrices) ==
        std::vector{TensorType::Q6_K, TensorType::Q5_0, TensorType::Q8_0, TensorType::F16});
  CHECK(types(Target::Q5_K_M, matrices)[1] == TensorType::Q5_1);
  CHECK(types(Target::Q8_0, matrices) ==
        std::vector{TensorType::Q8_0, TensorType::Q8_0, TensorType::Q8_0, TensorType::F16});
}

TEST_CASE("in MXFP4 the experts take it, and without experts the feed-forward networks") {
  const std::vector<Matrix> matrices{{"output.weight"},
                                     {"blk.0.ffn_up_exps.weight", {256, 4, 2}},
                                     {"blk.0.ffn_up_shexp.weight", {256, 4}},
                                     {"blk.0.attn_k_b.weight", {256, 4, 2}},
                                     {"blk.1.ffn_up.weight", {256, 4}}};
  CHECK(types(Target::MXFP4, matrices, 2, 4) ==
        std::vector{TensorType::Q8_0, TensorType::MXFP4, TensorType::Q8_0, TensorType::Q8_0, TensorType::Q8_0});
  CHECK(types(Target::MXFP4, matrices, 2, 0)[4] == TensorType::MXFP4);
}

TEST_CASE("targets are named without regard to case, and nothing else is a target") {
  CHECK(target_of("q4_k_m") == Target::Q4_K_M);
  CHECK(target_of("MXFP4") == Target::MXFP4);
  for (const char* other : {"", "Q4_K", "Q4_K_M ", "Q3_K_M"}) CHECK(!target_of(other));
}

}  // namespace sluice::engine::quantise
