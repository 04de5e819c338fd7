#include "engine/model/weights.h"

#include <charconv>
#include <cstring>

#include "engine/tensor/dequantise.h"

namespace sluice::engine::model {
namespace {

std::string sizes(std::uint64_t columns, std::uint64_t rows, std::uint64_t depth) {
  return std::to_string(columns) + " x " + std::to_string(rows) + (depth > 1 ? " x " + std::to_string(depth) : "");
}

Result<AttentionWeights> bind_attention(Binder& binder, const std::string& prefix, const Shape& shape,
                                        Extras extras) {
  AttentionWeights weights;
  SLUICE_TRY(weights.q, binder.matrix(prefix + "attn_q.weight", shape.q_width(), shape.embedding));
  SLUICE_TRY(weights.k, binder.matrix(prefix + "attn_k.weight", shape.kv_width(), shape.embedding));
  SLUICE_TRY(weights.v, binder.matrix(prefix + "attn_v.weight", shape.kv_width(), shape.embedding));
  SLUICE_TRY(weights.output, binder.matrix(prefix + "attn_output.weight", shape.embedding, shape.q_width()));
  if (extras.biases) {
    SLUICE_TRY(weights.q_bias, binder.vector(prefix + "attn_q.bias", shape.q_width()));
    SLUICE_TRY(weights.k_bias, binder.vector(prefix + "attn_k.bias", shape.kv_width()));
    SLUICE_TRY(weights.v_bias, binder.vector(prefix + "attn_v.bias", shape.kv_width()));
  }
  if (extras.head_norms) {
    SLUICE_TRY(weights.q_norm, binder.vector(prefix + "attn_q_norm.weight", shape.head_dim));
    SLUICE_TRY(weights.k_norm, binder.vector(prefix + "attn_k_norm.weight", shape.head_dim));
  }
  return weights;
}

Result<Layer> bind_layer(Binder& binder, const Shape& shape, int index, Extras extras) {
  const std::string prefix = "blk." + std::to_string(index) + ".";
  Layer layer;
  SLUICE_TRY(layer.attention_norm, binder.vector(prefix + "attn_norm.weight", shape.embedding));
  SLUICE_TRY(layer.attention, bind_attention(binder, prefix, shape, extras));
  SLUICE_TRY(layer.ffn_norm, binder.vector(prefix + "ffn_norm.weight", shape.embedding));
  if (shape.is_mixture(index)) {
    SLUICE_TRY(layer.mixture, bind_mixture(binder, prefix, shape));
  } else {
    SLUICE_TRY(layer.network, bind_network(binder, prefix, "", shape.embedding, shape.feed_forward));
  }
  return layer;
}

}  // namespace

Result<const gguf::Tensor*> Binder::find(const std::string& name, int columns, int rows, int depth) {
  const gguf::Tensor* tensor = file_.tensor(name);
  if (!tensor) return fail("gguf.tensor", "tensor " + name + " is missing", file_.name());
  if (tensor->shape[3] != 1 || tensor->shape[0] != static_cast<std::uint64_t>(columns) ||
      tensor->shape[1] != static_cast<std::uint64_t>(rows) ||
      tensor->shape[2] != static_cast<std::uint64_t>(depth))
    return fail("gguf.tensor",
                "tensor " + name + " is " + sizes(tensor->shape[0], tensor->shape[1], tensor->shape[2]) +
                    ", expected " +
                    sizes(static_cast<std::uint64_t>(columns), static_cast<std::uint64_t>(rows),
                          static_cast<std::uint64_t>(depth)),
                file_.name() + " byte " + std::to_string(tensor->offset));
  taken_.insert(tensor->name);
  return tensor;
}

Result<const gguf::Tensor*> Binder::take(const std::string& name, int columns, int rows, int depth) {
  SLUICE_TRY(const gguf::Tensor* tensor, find(name, columns, rows, depth));
  if (!tensor::supported(tensor->type))
    return fail("engine.unsupported", "tensor " + name + " has type " + gguf::tensor_type_info(tensor->type).name,
                file_.name(), "supported are " + tensor::supported_names());
  return tensor;
}

Result<tensor::Weight> Binder::matrix(const std::string& name, int rows, int columns) {
  SLUICE_TRY(const gguf::Tensor* tensor, take(name, columns, rows));
  return tensor::weight_of(*tensor, 0);
}

Result<std::vector<tensor::Weight>> Binder::matrices(const std::string& name, int depth, int rows, int columns) {
  SLUICE_TRY(const gguf::Tensor* tensor, take(name, columns, rows, depth));
  std::vector<tensor::Weight> out;
  for (int i = 0; i < depth; ++i) out.push_back(tensor::weight_of(*tensor, i));
  return out;
}

Result<std::vector<float>> Binder::vector(const std::string& name, int length) { return floats(name, 1, length); }

Result<std::vector<float>> Binder::vector_if_any(const std::string& name, int length) {
  if (!has(name)) return std::vector<float>();
  return vector(name, length);
}

Result<std::vector<float>> Binder::floats(const std::string& name, int rows, int columns) {
  SLUICE_TRY(const gguf::Tensor* tensor, take(name, columns, rows));
  std::vector<float> out(tensor->elements);
  for (int i = 0; i < rows; ++i)
    tensor::dequantise(
        tensor->type,
        tensor->data + tensor->bytes / static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(i), columns,
        out.data() + static_cast<std::ptrdiff_t>(i) * columns);
  return out;
}

Result<std::vector<std::int32_t>> Binder::integers(const std::string& name, int rows, int columns) {
  SLUICE_TRY(const gguf::Tensor* tensor, find(name, columns, rows, 1));
  if (tensor->type != gguf::TensorType::I32)
    return fail("engine.unsupported", "tensor " + name + " has type " + gguf::tensor_type_info(tensor->type).name,
                file_.name(), "I32 is supported there");
  std::vector<std::int32_t> out(tensor->elements);
  std::memcpy(out.data(), tensor->data, tensor->bytes);
  return out;
}

bool Binder::ignored(std::string_view name) const {
  if (first_ignored_ < 0 || !name.starts_with("blk.")) return false;
  int layer = 0;
  const auto end = std::from_chars(name.data() + 4, name.data() + name.size(), layer);
  return end.ec == std::errc() && layer >= first_ignored_;
}

Status Binder::finish() const {
  for (const gguf::Tensor& tensor : file_.tensors())
    if (!taken_.contains(tensor.name) && !ignored(tensor.name))
      return fail(
          "engine.unsupported",
          "tensor " + std::string(tensor.name) + " has no place in this architecture as this build knows it",
          file_.name(), "the model is a variant that would be computed wrongly");
  return {};
}

tensor::Weight rows_of(const tensor::Weight& weight, int first, int count) {
  tensor::Weight part = weight;
  part.data += weight.row_bytes * static_cast<std::size_t>(first);
  part.rows = count;
  return part;
}

Result<FeedForward> bind_network(Binder& binder, const std::string& prefix, const char* suffix, int embedding,
                                 int width) {
  FeedForward network;
  SLUICE_TRY(network.gate, binder.matrix(prefix + "ffn_gate" + suffix + ".weight", width, embedding));
  SLUICE_TRY(network.up, binder.matrix(prefix + "ffn_up" + suffix + ".weight", width, embedding));
  SLUICE_TRY(network.down, binder.matrix(prefix + "ffn_down" + suffix + ".weight", embedding, width));
  return network;
}

// Experts told by the token: numbers from the file that become indices.
Result<std::vector<std::int32_t>> bind_told_experts(Binder& binder, const std::string& prefix,
                                                    const Shape& shape) {
  const std::string name = prefix + "ffn_gate_tid2eid.weight";
  SLUICE_TRY(auto told, binder.integers(name, shape.vocabulary, shape.mixture.used));
  for (std::int32_t expert : told)
    if (expert < 0 || expert >= shape.mixture.experts)
      return fail("gguf.value", "tensor " + name + " names expert " + std::to_string(expert) + " of " +
                                    std::to_string(shape.mixture.experts));
  return told;
}

Result<MixtureWeights> bind_mixture(Binder& binder, const std::string& prefix, const Shape& shape, bool told) {
  const MixtureShape& mixture = shape.mixture;
  const int width = mixture.feed_forward, wide = shape.embedding;
  MixtureWeights weights;
  SLUICE_TRY(weights.router, binder.matrix(prefix + "ffn_gate_inp.weight", mixture.experts, wide));
  if (told) {
    SLUICE_TRY(weights.by_token, bind_told_experts(binder, prefix, shape));
  }
  SLUICE_TRY(weights.bias, binder.vector_if_any(prefix + "exp_probs_b.bias", mixture.experts));
  if (binder.has(prefix + "ffn_gate_up_exps.weight")) {  // both in one tensor, gates first
    SLUICE_TRY(const auto both,
               binder.matrices(prefix + "ffn_gate_up_exps.weight", mixture.experts, 2 * width, wide));
    for (const tensor::Weight& each : both) {
      weights.gate.push_back(rows_of(each, 0, width));
      weights.up.push_back(rows_of(each, width, width));
    }
  } else {
    SLUICE_TRY(weights.gate, binder.matrices(prefix + "ffn_gate_exps.weight", mixture.experts, width, wide));
    SLUICE_TRY(weights.up, binder.matrices(prefix + "ffn_up_exps.weight", mixture.experts, width, wide));
  }
  SLUICE_TRY(weights.down, binder.matrices(prefix + "ffn_down_exps.weight", mixture.experts, wide, width));
  if (mixture.shared > 0) {
    SLUICE_TRY(weights.shared, bind_network(binder, prefix, "_shexp", wide, mixture.shared * width));
  }
  return weights;
}

Status bind_ends(Binder& binder, const Shape& shape, tensor::Weight& embedding, std::vector<float>& output_norm,
                 tensor::Weight& head) {
  SLUICE_TRY(embedding, binder.matrix("token_embd.weight", shape.vocabulary, shape.embedding));
  head = embedding;
  if (binder.has("output.weight")) {
    SLUICE_TRY(head, binder.matrix("output.weight", shape.vocabulary, shape.embedding));
  }
  SLUICE_TRY(output_norm, binder.vector("output_norm.weight", shape.embedding));
  return {};
}

Result<Weights> bind_weights(const gguf::File& file, const Shape& shape, Extras extras) {
  Binder binder(file);
  binder.ignore_layers_from(shape.blocks);
  Weights weights;
  SLUICE_TRY_VOID(bind_ends(binder, shape, weights.embedding, weights.output_norm, weights.head));
  SLUICE_TRY(weights.rope_divisors, binder.vector_if_any("rope_freqs.weight", shape.rope_dims / 2));
  weights.layers.reserve(static_cast<std::size_t>(shape.blocks));
  for (int i = 0; i < shape.blocks; ++i) {
    SLUICE_TRY(auto layer, bind_layer(binder, shape, i, extras));
    weights.layers.push_back(std::move(layer));
  }
  SLUICE_TRY_VOID(binder.finish());
  return weights;
}

}  // namespace sluice::engine::model
