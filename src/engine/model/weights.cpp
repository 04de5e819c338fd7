#include "engine/model/weights.h"

#include "engine/model/shape.h"
#include "engine/tensor/dequantise.h"

namespace sluice::engine::model {
namespace {

std::string sizes(std::uint64_t columns, std::uint64_t rows) {
  return std::to_string(columns) + " x " + std::to_string(rows);
}

Result<Layer> bind_layer(Binder& binder, const Shape& shape, int index, Extras extras) {
  const std::string prefix = "blk." + std::to_string(index) + ".";
  Layer layer;
  SLUICE_TRY(layer.attention_norm, binder.vector(prefix + "attn_norm.weight", shape.embedding));
  SLUICE_TRY(layer.q, binder.matrix(prefix + "attn_q.weight", shape.q_width(), shape.embedding));
  SLUICE_TRY(layer.k, binder.matrix(prefix + "attn_k.weight", shape.kv_width(), shape.embedding));
  SLUICE_TRY(layer.v, binder.matrix(prefix + "attn_v.weight", shape.kv_width(), shape.embedding));
  SLUICE_TRY(layer.output, binder.matrix(prefix + "attn_output.weight", shape.embedding, shape.q_width()));
  if (extras.biases) {
    SLUICE_TRY(layer.q_bias, binder.vector(prefix + "attn_q.bias", shape.q_width()));
    SLUICE_TRY(layer.k_bias, binder.vector(prefix + "attn_k.bias", shape.kv_width()));
    SLUICE_TRY(layer.v_bias, binder.vector(prefix + "attn_v.bias", shape.kv_width()));
  }
  if (extras.head_norms) {
    SLUICE_TRY(layer.q_norm, binder.vector(prefix + "attn_q_norm.weight", shape.head_dim));
    SLUICE_TRY(layer.k_norm, binder.vector(prefix + "attn_k_norm.weight", shape.head_dim));
  }
  SLUICE_TRY(layer.ffn_norm, binder.vector(prefix + "ffn_norm.weight", shape.embedding));
  SLUICE_TRY(layer.gate, binder.matrix(prefix + "ffn_gate.weight", shape.feed_forward, shape.embedding));
  SLUICE_TRY(layer.up, binder.matrix(prefix + "ffn_up.weight", shape.feed_forward, shape.embedding));
  SLUICE_TRY(layer.down, binder.matrix(prefix + "ffn_down.weight", shape.embedding, shape.feed_forward));
  return layer;
}

}  // namespace

Result<const gguf::Tensor*> Binder::take(const std::string& name, int columns, int rows) {
  const gguf::Tensor* tensor = file_.tensor(name);
  if (!tensor) return fail("gguf.tensor", "tensor " + name + " is missing", file_.name());
  const std::uint64_t elements = tensor->shape[0] * tensor->shape[1];
  if (tensor->elements != elements || tensor->shape[0] != static_cast<std::uint64_t>(columns) ||
      tensor->shape[1] != static_cast<std::uint64_t>(rows))
    return fail("gguf.tensor",
                "tensor " + name + " is " + sizes(tensor->shape[0], tensor->shape[1]) + ", expected " +
                    sizes(static_cast<std::uint64_t>(columns), static_cast<std::uint64_t>(rows)),
                file_.name() + " byte " + std::to_string(tensor->offset));
  if (!tensor::supported(tensor->type))
    return fail("engine.unsupported", "tensor " + name + " has type " + gguf::tensor_type_info(tensor->type).name,
                file_.name(), "supported are F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q5_K and Q6_K");
  taken_.insert(tensor->name);
  return tensor;
}

Result<tensor::Weight> Binder::matrix(const std::string& name, int rows, int columns) {
  SLUICE_TRY(const gguf::Tensor* tensor, take(name, columns, rows));
  if (tensor->dimensions != 2) return fail("gguf.tensor", "tensor " + name + " is not a matrix", file_.name());
  return tensor::weight_of(*tensor);
}

Result<std::vector<float>> Binder::vector(const std::string& name, int length) {
  SLUICE_TRY(const gguf::Tensor* tensor, take(name, length, 1));
  std::vector<float> out(static_cast<std::size_t>(length));
  tensor::dequantise(tensor->type, tensor->data, length, out.data());
  return out;
}

Result<std::vector<float>> Binder::vector_if_any(const std::string& name, int length) {
  if (!has(name)) return std::vector<float>();
  return vector(name, length);
}

Status Binder::finish() const {
  for (const gguf::Tensor& tensor : file_.tensors())
    if (!taken_.contains(tensor.name))
      return fail(
          "engine.unsupported",
          "tensor " + std::string(tensor.name) + " has no place in this architecture as this build knows it",
          file_.name(), "the model is a variant that would be computed wrongly");
  return {};
}

Result<Weights> bind_weights(const gguf::File& file, const Shape& shape, Extras extras) {
  Binder binder(file);
  Weights weights;
  SLUICE_TRY(weights.embedding, binder.matrix("token_embd.weight", shape.vocabulary, shape.embedding));
  weights.head = weights.embedding;
  if (binder.has("output.weight")) {
    SLUICE_TRY(weights.head, binder.matrix("output.weight", shape.vocabulary, shape.embedding));
  }
  SLUICE_TRY(weights.output_norm, binder.vector("output_norm.weight", shape.embedding));
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
