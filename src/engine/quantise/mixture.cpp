#include "engine/quantise/mixture.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::engine::quantise {
namespace {

using gguf::TensorType;

struct TargetRow {
  Target target;
  const char* name;
  std::uint32_t file_type;
  TensorType type;  // of what nothing else is said about
};
constexpr std::array<TargetRow, 5> kTargets{{{Target::Q8_0, "Q8_0", 7, TensorType::Q8_0},
                                             {Target::Q6_K, "Q6_K", 18, TensorType::Q6_K},
                                             {Target::Q5_K_M, "Q5_K_M", 17, TensorType::Q5_K},
                                             {Target::Q4_K_M, "Q4_K_M", 15, TensorType::Q4_K},
                                             {Target::MXFP4, "MXFP4", 38, TensorType::MXFP4}}};

const TargetRow& row(Target target) {
  return *std::find_if(kTargets.begin(), kTargets.end(), [&](const TargetRow& r) { return r.target == target; });
}

bool has(std::string_view name, std::string_view part) { return name.find(part) != name.npos; }

std::uint64_t layer_of(std::string_view name) {
  std::uint64_t layer = 0;
  if (name.starts_with("blk.")) std::from_chars(name.data() + 4, name.data() + name.size(), layer);
  return layer;
}

// The first and last eighth, and every third between.
bool takes_more_bits(std::uint64_t layer, std::uint64_t layers) {
  const std::uint64_t eighth = layers / 8;
  return layer < eighth || layer >= 7 * layers / 8 || (layer - eighth) % 3 == 2;
}

bool is_weight_to_quantise(const gguf::Tensor& tensor) {
  if (tensor.dimensions < 2 || !tensor.name.ends_with("weight")) return false;
  for (const char* kept : {"_norm.weight", "ffn_gate_inp.weight", "ffn_gate_tid2eid.weight"})
    if (has(tensor.name, kept)) return false;
  switch (tensor.type) {
    case TensorType::I8:
    case TensorType::I16:
    case TensorType::I32:
    case TensorType::I64:
    case TensorType::F64:
      return false;
    default:
      return true;
  }
}

TensorType fallback(TensorType type) {
  if (type == TensorType::Q4_K) return TensorType::Q5_0;
  if (type == TensorType::Q5_K) return TensorType::Q5_1;
  return type == TensorType::Q6_K ? TensorType::Q8_0 : TensorType::F16;
}

}  // namespace

std::optional<Target> target_of(std::string_view name) {
  for (const TargetRow& r : kTargets) {
    const std::string_view other = r.name;
    const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; };
    if (std::equal(name.begin(), name.end(), other.begin(), other.end(),
                   [&](char a, char b) { return upper(a) == b; }))
      return r.target;
  }
  return std::nullopt;
}

const char* target_name(Target target) { return row(target).name; }
std::uint32_t file_type(Target target) { return row(target).file_type; }

Mixture::Mixture(const gguf::File& file, Target target) : target_(target) {
  const std::string architecture(file.string("general.architecture").value_or(""));
  layers_ = file.unsigned_integer(architecture + ".block_count").value_or(0);
  experts_ = file.unsigned_integer(architecture + ".expert_count").value_or(0);
  tied_ = file.tensor("output.weight") == nullptr;
}

TensorType Mixture::wanted(const gguf::Tensor& tensor) const {
  const std::string_view name = tensor.name;
  const TensorType usual = row(target_).type;
  const bool head = name == "output.weight" || (tied_ && name == "token_embd.weight");
  if (target_ == Target::MXFP4) {
    const bool network = experts_ > 0 ? has(name, "_exps.") : has(name, "ffn_");
    return network && !head ? TensorType::MXFP4 : TensorType::Q8_0;
  }
  if (target_ == Target::Q8_0) return usual;
  if (head) return tensor.row_length() % 256 == 0 ? TensorType::Q6_K : TensorType::Q8_0;
  const bool mixed = target_ == Target::Q4_K_M || target_ == Target::Q5_K_M;
  const bool values = has(name, "attn_v.weight") || has(name, "attn_kv_b.weight");
  constexpr std::uint64_t kFew = 8;  // Mixtral's number: what all tokens share is small beside the experts then
  if (experts_ == kFew && (values || has(name, "attn_k.weight"))) return TensorType::Q8_0;
  if (experts_ == kFew && has(name, "attn_output.weight") && target_ == Target::Q4_K_M) return TensorType::Q5_K;
  if (!mixed) return usual;
  if (has(name, "attn_qkv.weight")) return target_ == Target::Q4_K_M ? TensorType::Q5_K : TensorType::Q6_K;
  if ((values || has(name, "ffn_down")) && takes_more_bits(layer_of(name), layers_)) return TensorType::Q6_K;
  return usual;
}

Choice Mixture::choose(const gguf::Tensor& tensor) const {
  if (!is_weight_to_quantise(tensor)) return {tensor.type, tensor.type, true};
  Choice choice;
  choice.type = choice.wanted = wanted(tensor);
  while (tensor.row_length() % gguf::tensor_type_info(choice.type).block != 0) choice.type = fallback(choice.type);
  return choice;
}

}  // namespace sluice::engine::quantise
