// Which tensor becomes which type.
//
// The rule is llama.cpp's (src/llama-quant.cpp), so that a file called Q4_K_M is what others call so too:
// - Only matrices named ...weight are quantised; norms, vectors, the router (ffn_gate_inp) and tables of integers
//   stay as they are.
// - The output head, and the embedding where it is the head too, becomes Q6_K, in Q8_0 and MXFP4 files Q8_0.
// - In Q4_K_M and Q5_K_M, attn_v (attn_kv_b) and ffn_down become Q6_K in the first and last eighth of the layers
//   and in every third layer between; attn_qkv becomes Q5_K or Q6_K. With eight experts attn_k and attn_v (or
//   attn_kv_b) become Q8_0, and attn_output becomes Q5_K.
// - In MXFP4 the experts become MXFP4 and all else Q8_0; in a model without experts the feed-forward networks take
//   the experts' place (our own rule: llama.cpp has none).
// - Rows that are no multiple of 256 can't hold K blocks: Q4_K falls back to Q5_0, Q5_K to Q5_1, Q6_K to Q8_0; and
//   what is no multiple of 32 becomes F16.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/gguf/gguf.h"

namespace sluice::engine::quantise {

enum class Target { Q8_0, Q6_K, Q5_K_M, Q4_K_M, MXFP4 };
std::optional<Target> target_of(std::string_view name);  // "Q4_K_M"; without case
const char* target_name(Target target);
// general.file_type of such a file, as llama.cpp numbers them.
std::uint32_t file_type(Target target);

struct Choice {
  gguf::TensorType type = gguf::TensorType::F32;
  gguf::TensorType wanted = gguf::TensorType::F32;  // differs from `type` where the shape forced another
  bool kept = false;                                // not quantised: the type is the file's
};

class Mixture {
 public:
  Mixture(const gguf::File& file, Target target);
  Choice choose(const gguf::Tensor& tensor) const;

 private:
  gguf::TensorType wanted(const gguf::Tensor& tensor) const;

  Target target_;
  std::uint64_t layers_ = 0, experts_ = 0;
  bool tied_ = false;  // the embedding is the head
};

}  // namespace sluice::engine::quantise
