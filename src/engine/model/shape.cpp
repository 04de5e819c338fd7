#include "engine/model/shape.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "engine/tensor/kernels.h"

namespace sluice::engine::model {
namespace {

// Reads "<architecture>.<name>" keys.
class Keys {
 public:
  Keys(const gguf::File& file, std::string prefix) : file_(file), prefix_(std::move(prefix)) {}

  std::string name(const char* key) const { return prefix_ + "." + key; }
  bool has(const char* key) const { return file_.has(name(key)); }

  Result<int> count(const char* key, int least, int most) const {
    SLUICE_TRY(auto value, file_.require_unsigned(name(key)));
    if (value < static_cast<std::uint64_t>(least) || value > static_cast<std::uint64_t>(most))
      return fail("gguf.value",
                  name(key) + " is " + std::to_string(value) + ", outside " + std::to_string(least) + " to " +
                      std::to_string(most),
                  file_.name());
    return static_cast<int>(value);
  }
  Result<int> count_or(const char* key, int least, int most, int otherwise) const {
    if (!has(key)) return otherwise;
    return count(key, least, most);
  }
  Result<double> positive_or(const char* key, std::optional<double> otherwise, double most) const {
    if (!has(key) && otherwise) return *otherwise;
    SLUICE_TRY(auto value, file_.require_number(name(key)));
    if (!(value > 0 && value <= most))
      return fail("gguf.value",
                  name(key) + " is " + std::to_string(value) + ", not between 0 and " + std::to_string(most),
                  file_.name());
    return value;
  }

 private:
  const gguf::File& file_;
  std::string prefix_;
};

Status refuse_variants(const gguf::File& file, const Keys& keys) {
  if (file.unsigned_integer(keys.name("expert_count")).value_or(0) > 0)
    return fail(
        "engine.unsupported",
        "the model is a mixture of experts (" + keys.name("expert_count") + "); dense models are supported",
        file.name());
  return {};
}

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

}  // namespace

Result<Shape> read_shape(const gguf::File& file) {
  Shape shape;
  SLUICE_TRY(const auto architecture, file.require_string("general.architecture"));
  shape.architecture = architecture;
  if (architecture != "llama" && architecture != "qwen2" && architecture != "qwen3")
    return fail("engine.unsupported",
                "architecture \"" + shape.architecture + "\" is not supported; llama, qwen2 and qwen3 are",
                file.name(), "use a file of these, for example a DeepSeek-R1-Distill model");
  const Keys keys(file, shape.architecture);
  SLUICE_TRY_VOID(refuse_variants(file, keys));
  SLUICE_TRY(shape.blocks, keys.count("block_count", 1, 1024));
  SLUICE_TRY(shape.embedding, keys.count("embedding_length", 1, 1 << 17));
  SLUICE_TRY(shape.feed_forward, keys.count("feed_forward_length", 1, 1 << 20));
  SLUICE_TRY(shape.context, keys.count("context_length", 1, 1 << 27));
  SLUICE_TRY_VOID(read_heads(keys, shape));
  SLUICE_TRY(const double epsilon, keys.positive_or("attention.layer_norm_rms_epsilon", std::nullopt, 1));
  shape.epsilon = static_cast<float>(epsilon);
  SLUICE_TRY(shape.rope, read_rope(file, keys));
  // Up to its window's length a sliding window sees everything; longer contexts are not offered.
  SLUICE_TRY(const int window, keys.count_or("attention.sliding_window", 0, 1 << 27, 0));
  if (window > 0) shape.context = std::min(shape.context, window);
  const gguf::Tensor* embedding = file.tensor("token_embd.weight");
  if (!embedding || embedding->dimensions != 2 || embedding->shape[1] > (1u << 21))
    return fail("gguf.tensor", "tensor token_embd.weight is missing or not a matrix of at most 2097152 rows",
                file.name());
  shape.vocabulary = static_cast<int>(embedding->shape[1]);
  return shape;
}

}  // namespace sluice::engine::model
