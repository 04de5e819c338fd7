#include "engine/model/shape.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/model/keys.h"
#include "engine/tensor/kernels.h"

namespace sluice::engine::model {
namespace {

// The logarithmic multiplier stands in the file times 0.1, the factor of the YaRN paper.
Result<RopeScaling> read_rope(const gguf::File& file, const Keys& keys) {
  RopeScaling rope;
  SLUICE_TRY(rope.base, keys.positive_or("rope.freq_base", 10000.0, 1e15));
  const std::string_view type = file.string(keys.name("rope.scaling.type")).value_or("none");
  if (type == "none") return rope;
  if (type != "linear" && type != "yarn")
    return fail(
        "engine.unsupported",
        keys.name("rope.scaling.type") + " is \"" + std::string(type) + "\"; none, linear and yarn are supported",
        file.name());
  SLUICE_TRY(rope.factor, keys.positive_or("rope.scaling.factor", std::nullopt, 1e6));
  SLUICE_TRY(rope.attention_factor, keys.positive_or("rope.scaling.attn_factor", 1.0, 1e6));
  if (type == "linear") return rope;
  rope.yarn = true;
  SLUICE_TRY(rope.original_context, keys.count("rope.scaling.original_context_length", 1, 1 << 27));
  SLUICE_TRY(rope.beta_fast, keys.positive_or("rope.scaling.yarn_beta_fast", 32.0, 1e6));
  SLUICE_TRY(rope.beta_slow, keys.positive_or("rope.scaling.yarn_beta_slow", 1.0, 1e6));
  if (keys.has("rope.scaling.yarn_log_multiplier")) {
    SLUICE_TRY(const double multiplier, keys.positive_or("rope.scaling.yarn_log_multiplier", std::nullopt, 1e6));
    rope.log_multiplier = multiplier / 0.1;
  }
  return rope;
}

Status read_heads(const Keys& keys, Shape& shape) {
  SLUICE_TRY(shape.heads, keys.count("attention.head_count", 1, 1024));
  SLUICE_TRY(shape.kv_heads, keys.count_or("attention.head_count_kv", 1, 1024, shape.heads));
  if (shape.heads % shape.kv_heads != 0)
    return fail("gguf.value", keys.name("attention.head_count") + " is " + std::to_string(shape.heads) +
                                  ", not a multiple of " + std::to_string(shape.kv_heads) +
                                  " key and value heads");
  if (!keys.has("attention.key_length") && shape.embedding % shape.heads != 0)
    return fail("gguf.value",
                keys.name("embedding_length") + " does not divide into " + std::to_string(shape.heads) + " heads");
  const int usual = std::max(shape.embedding / shape.heads, 1);
  SLUICE_TRY(shape.head_dim, keys.count_or("attention.key_length", 1, tensor::kMaxHeadDim, usual));
  SLUICE_TRY(const int values, keys.count_or("attention.value_length", 1, tensor::kMaxHeadDim, shape.head_dim));
  if (values != shape.head_dim || shape.head_dim > tensor::kMaxHeadDim)
    return fail("engine.unsupported", "key heads of " + std::to_string(shape.head_dim) + " and value heads of " +
                                          std::to_string(values) + " dimensions; equal ones of at most " +
                                          std::to_string(tensor::kMaxHeadDim) + " are supported");
  SLUICE_TRY(shape.rope_dims, keys.count_or("rope.dimension_count", 2, shape.head_dim, shape.head_dim));
  if (shape.rope_dims % 2 != 0) return fail("gguf.value", keys.name("rope.dimension_count") + " is odd");
  return {};
}

Status read_indexer(const Keys& keys, Shape& shape) {
  LatentShape& latent = shape.latent;
  SLUICE_TRY(latent.index_heads, keys.count("attention.indexer.head_count", 1, 1024));
  SLUICE_TRY(latent.index_dim, keys.count("attention.indexer.key_length", shape.rope_dims, 4096));
  SLUICE_TRY(latent.index_top, keys.count("attention.indexer.top_k", 1, 1 << 20));
  if (latent.q_rank == 0)
    return fail("gguf.value", keys.name("attention.q_lora_rank") + " is 0; the indexer needs compressed queries");
  return {};
}

// The key and value heads of latent attention; files whose projections are not split (attn_kv_b) say the sizes of
// the heads, split ones those of the cache, and the heads' beside it.
Status read_latent(const Keys& keys, Shape& shape) {
  SLUICE_TRY(shape.heads, keys.count("attention.head_count", 1, 1024));
  shape.kv_heads = 1;
  LatentShape& latent = shape.latent;
  SLUICE_TRY(latent.q_rank, keys.count_or("attention.q_lora_rank", 0, 1 << 16, 0));
  SLUICE_TRY(latent.kv_rank, keys.count("attention.kv_lora_rank", 1, tensor::kMaxHeadDim));
  SLUICE_TRY(shape.rope_dims, keys.count("rope.dimension_count", 2, tensor::kMaxHeadDim));
  const bool split = keys.has("attention.key_length_mla");
  SLUICE_TRY(shape.head_dim,
             keys.count(split ? "attention.key_length_mla" : "attention.key_length", 1, tensor::kMaxHeadDim));
  SLUICE_TRY(latent.value,
             keys.count(split ? "attention.value_length_mla" : "attention.value_length", 1, tensor::kMaxHeadDim));
  latent.nope = shape.head_dim - shape.rope_dims;
  if (latent.nope < 1 || shape.rope_dims % 2 != 0)
    return fail("gguf.value", keys.name("rope.dimension_count") + " is " + std::to_string(shape.rope_dims) +
                                  ", not an even number below the " + std::to_string(shape.head_dim) +
                                  " dimensions of a key");
  if (latent.kv_rank + shape.rope_dims > tensor::kMaxHeadDim || (latent.kv_rank + shape.rope_dims) % 8 != 0 ||
      latent.kv_rank % 8 != 0)
    return fail("engine.unsupported", "latent keys of " + std::to_string(latent.kv_rank) + " + " +
                                          std::to_string(shape.rope_dims) +
                                          " dimensions; multiples of 8 of at most " +
                                          std::to_string(tensor::kMaxHeadDim) + " together are supported");
  return {};
}

Result<Gate> read_gate(const gguf::File& file, const Keys& keys) {
  SLUICE_TRY(const int number, keys.count_or("expert_gating_func", 0, 255, 0));
  switch (number) {
    case 0:  // files older than the key: V2 and Qwen3
    case 1:
      return Gate::Softmax;
    case 2:
      return Gate::Sigmoid;
    case 4:
      return Gate::SqrtSoftplus;
    default:
      return fail("engine.unsupported",
                  keys.name("expert_gating_func") + " is " + std::to_string(number) +
                      "; 1 (softmax), 2 (sigmoid) and 4 (square root of softplus) are supported",
                  file.name());
  }
}

Status read_mixture(const gguf::File& file, const Keys& keys, Shape& shape) {
  MixtureShape& mixture = shape.mixture;
  SLUICE_TRY(mixture.experts, keys.count("expert_count", 1, 4096));
  SLUICE_TRY(mixture.used, keys.count("expert_used_count", 1, mixture.experts));
  SLUICE_TRY(mixture.feed_forward, keys.count("expert_feed_forward_length", 1, 1 << 20));
  SLUICE_TRY(mixture.shared, keys.count_or("expert_shared_count", 0, 64, 0));
  if (std::int64_t{mixture.shared} * mixture.feed_forward > 1 << 20)
    return fail("gguf.value", keys.name("expert_shared_count") + " is " + std::to_string(mixture.shared) +
                                  ", too many experts of " + std::to_string(mixture.feed_forward));
  SLUICE_TRY(mixture.groups, keys.count_or("expert_group_count", 1, mixture.experts, 1));
  SLUICE_TRY(mixture.groups_used, keys.count_or("expert_group_used_count", 1, mixture.groups, mixture.groups));
  const int group = mixture.experts / mixture.groups;
  if (group * mixture.groups != mixture.experts || group * mixture.groups_used < mixture.used)
    return fail("gguf.value", keys.name("expert_group_count") + " is " + std::to_string(mixture.groups) + ": " +
                                  std::to_string(mixture.groups_used) + " of these groups of " +
                                  std::to_string(mixture.experts) + " experts can't give " +
                                  std::to_string(mixture.used));
  SLUICE_TRY(mixture.gate, read_gate(file, keys));
  mixture.normalise = file.boolean(keys.name("expert_weights_norm")).value_or(false);
  const double scale = file.number(keys.name("expert_weights_scale")).value_or(1);
  if (!(scale >= 0 && scale <= 1e6))
    return fail("gguf.value", keys.name("expert_weights_scale") + " is " + std::to_string(scale) +
                                  ", not between 0 and 1000000");
  mixture.scale = scale > 0 ? scale : 1;  // 0 stands for none
  SLUICE_TRY(mixture.leading_dense, keys.count_or("leading_dense_block_count", 0, shape.blocks, 0));
  return {};
}

Status read_compression(const Keys& keys, const Shape& shape, CompressedShape& compressed) {
  SLUICE_TRY(compressed.window, keys.count("attention.sliding_window", 1, 1 << 20));
  SLUICE_TRY(compressed.q_rank, keys.count("attention.q_lora_rank", 1, 1 << 16));
  SLUICE_TRY(const auto ratios, keys.numbers("attention.compress_ratios", shape.blocks, 0, 128));
  for (double ratio : ratios) {
    if (ratio != 0 && ratio != 4 && ratio != 128)
      return fail("engine.unsupported", keys.name("attention.compress_ratios") + " holds " +
                                            std::to_string(ratio) + "; 0, 4 and 128 are supported");
    compressed.ratios.push_back(static_cast<int>(ratio));
  }
  SLUICE_TRY(compressed.index_heads, keys.count("attention.indexer.head_count", 1, 1024));
  SLUICE_TRY(compressed.index_dim, keys.count("attention.indexer.key_length", shape.rope_dims, 4096));
  SLUICE_TRY(compressed.index_top, keys.count("attention.indexer.top_k", 1, 1 << 20));
  SLUICE_TRY(compressed.output_groups, keys.count("attention.output_group_count", 1, shape.heads));
  SLUICE_TRY(compressed.output_rank, keys.count("attention.output_lora_rank", 1, 1 << 16));
  if (shape.heads % compressed.output_groups != 0)
    return fail("gguf.value", keys.name("attention.output_group_count") + " is " +
                                  std::to_string(compressed.output_groups) + ", which does not divide " +
                                  std::to_string(shape.heads) + " heads");
  return {};
}

Status read_hyper_connections(const Keys& keys, const Shape& shape, CompressedShape& compressed) {
  SLUICE_TRY(compressed.streams, keys.count("hyper_connection.count", 1, 16));
  SLUICE_TRY(compressed.sinkhorn_steps, keys.count("hyper_connection.sinkhorn_iterations", 1, 1000));
  SLUICE_TRY(const double epsilon, keys.positive_or("hyper_connection.epsilon", std::nullopt, 1));
  compressed.stream_epsilon = static_cast<float>(epsilon);
  SLUICE_TRY(compressed.hashed, keys.count_or("hash_layer_count", 0, shape.blocks, 0));
  SLUICE_TRY(const auto limits, keys.numbers("swiglu_clamp_exp", shape.blocks, 0, 1e6));
  compressed.expert_limits.assign(limits.begin(), limits.end());
  compressed.shared_limits = compressed.expert_limits;
  if (keys.has("swiglu_clamp_shexp")) {
    SLUICE_TRY(const auto shared, keys.numbers("swiglu_clamp_shexp", shape.blocks, 0, 1e6));
    compressed.shared_limits.assign(shared.begin(), shared.end());
  }
  return {};
}

// Positions of layers without a ratio are as they are; of others they are stretched, without making up for it.
Status read_compressed(const gguf::File& file, const Keys& keys, Shape& shape) {
  SLUICE_TRY_VOID(read_heads(keys, shape));
  if (shape.kv_heads != 1 || shape.head_dim % 8 != 0 || shape.head_dim > tensor::kMaxHeadDim)
    return fail("engine.unsupported",
                std::to_string(shape.kv_heads) + " key heads of " + std::to_string(shape.head_dim) +
                    " dimensions; one of a multiple of 8 is supported",
                file.name());
  CompressedShape& compressed = shape.compressed;
  SLUICE_TRY_VOID(read_compression(keys, shape, compressed));
  SLUICE_TRY_VOID(read_hyper_connections(keys, shape, compressed));
  SLUICE_TRY(compressed.rope, read_rope(file, keys));
  SLUICE_TRY(compressed.rope.base, keys.positive_or("attention.compress_rope_freq_base", std::nullopt, 1e15));
  if (compressed.rope.yarn) compressed.rope.attention_factor = 1 / rope_magnitude(compressed.rope);
  SLUICE_TRY(shape.rope.base, keys.positive_or("rope.freq_base", 10000.0, 1e15));
  return {};
}

// The variants that differ by architecture.
Status read_family(const gguf::File& file, const Keys& keys, Shape& shape) {
  const std::string& name = shape.architecture;
  const bool latent = name == "deepseek2" || name == "deepseek32";
  if (name == "deepseek4") {
    SLUICE_TRY_VOID(read_compressed(file, keys, shape));
    return read_mixture(file, keys, shape);
  }
  SLUICE_TRY(shape.rope, read_rope(file, keys));
  if (latent) {
    SLUICE_TRY_VOID(read_latent(keys, shape));
    if (name == "deepseek32") {
      SLUICE_TRY_VOID(read_indexer(keys, shape));
    }
  } else {
    SLUICE_TRY_VOID(read_heads(keys, shape));
  }
  // Up to its window's length a sliding window sees everything; longer contexts are not offered.
  SLUICE_TRY(const int window, keys.count_or("attention.sliding_window", 0, 1 << 27, 0));
  if (window > 0) shape.context = std::min(shape.context, window);
  if (latent || name == "qwen3moe") {
    SLUICE_TRY_VOID(read_mixture(file, keys, shape));
    if (name == "qwen3moe") shape.mixture.normalise = true;  // not said in the file
    return {};
  }
  if (file.unsigned_integer(keys.name("expert_count")).value_or(0) > 0)
    return fail(
        "engine.unsupported",
        "the model is a mixture of experts (" + keys.name("expert_count") + "); " + name + " is supported without",
        file.name());
  return {};
}

constexpr const char* kArchitectures[] = {"llama",     "qwen2",      "qwen3",    "qwen3moe",
                                          "deepseek2", "deepseek32", "deepseek4"};

Status check_architecture(const gguf::File& file, const std::string& name) {
  std::string known;
  for (const char* each : kArchitectures) {
    if (name == each) return {};
    known += (known.empty() ? "" : ", ") + std::string(each);
  }
  return fail("engine.unsupported", "architecture \"" + name + "\" is not supported; these are: " + known,
              file.name(), "use a file of these, for example a DeepSeek-R1-Distill model");
}

}  // namespace

Result<Shape> read_shape(const gguf::File& file) {
  Shape shape;
  SLUICE_TRY(const auto architecture, file.require_string("general.architecture"));
  shape.architecture = architecture;
  SLUICE_TRY_VOID(check_architecture(file, shape.architecture));
  const Keys keys(file, shape.architecture);
  SLUICE_TRY(shape.blocks, keys.count("block_count", 1, 1024));
  SLUICE_TRY(const int predicting, keys.count_or("nextn_predict_layers", 0, shape.blocks - 1, 0));
  shape.blocks -= predicting;  // they guess further tokens; the answer does not depend on them
  SLUICE_TRY(shape.embedding, keys.count("embedding_length", 1, 1 << 17));
  SLUICE_TRY(shape.feed_forward, keys.count("feed_forward_length", 1, 1 << 20));
  SLUICE_TRY(shape.context, keys.count("context_length", 1, 1 << 27));
  SLUICE_TRY_VOID(read_family(file, keys, shape));
  SLUICE_TRY(const double epsilon, keys.positive_or("attention.layer_norm_rms_epsilon", std::nullopt, 1));
  shape.epsilon = static_cast<float>(epsilon);
  const gguf::Tensor* embedding = file.tensor("token_embd.weight");
  if (!embedding || embedding->dimensions != 2 || embedding->shape[1] > (1u << 21))
    return fail("gguf.tensor", "tensor token_embd.weight is missing or not a matrix of at most 2097152 rows",
                file.name());
  shape.vocabulary = static_cast<int>(embedding->shape[1]);
  return shape;
}

}  // namespace sluice::engine::model
