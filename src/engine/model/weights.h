// Binds the tensors of a file to the places of a model, checking name, shape and type of each.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/gguf/gguf.h"
#include "engine/tensor/compute.h"

namespace sluice::engine::model {

// Takes tensors one by one; finish() refuses a file that holds tensors nobody took, since a model computed without
// them would be another model. Weights stay in the file's mapping; vectors are copied as floats.
class Binder {
 public:
  explicit Binder(const gguf::File& file) : file_(file) {}

  // Errors: gguf.tensor (missing, wrong shape), engine.unsupported (type).
  Result<tensor::Weight> matrix(const std::string& name, int rows, int columns);
  Result<std::vector<float>> vector(const std::string& name, int length);
  // Empty if the file has no such tensor.
  Result<std::vector<float>> vector_if_any(const std::string& name, int length);
  bool has(const std::string& name) const { return file_.tensor(name) != nullptr; }
  Status finish() const;

 private:
  Result<const gguf::Tensor*> take(const std::string& name, int columns, int rows);

  const gguf::File& file_;
  std::set<std::string_view> taken_;
};

// One transformer layer of the llama kind. Vectors that a file does not have are empty.
struct Layer {
  std::vector<float> attention_norm, ffn_norm;
  tensor::Weight q, k, v, output;  // attention projections
  std::vector<float> q_bias, k_bias, v_bias;
  std::vector<float> q_norm, k_norm;  // [head_dim]
  tensor::Weight gate, up, down;      // feed-forward network
};

// Embedding, layers, final norm and output head, as llama and qwen2 files have them.
struct Weights {
  tensor::Weight embedding, head;  // the same matrix where the file ties them
  std::vector<float> output_norm;
  std::vector<float> rope_divisors;  // rope_freqs.weight: divides the frequency of each pair; empty: all 1
  std::vector<Layer> layers;
};

struct Shape;
// What a family's layers have beyond llama's.
struct Extras {
  bool biases = false;      // of the projections to q, k and v
  bool head_norms = false;  // of each head of q and k
};
Result<Weights> bind_weights(const gguf::File& file, const Shape& shape, Extras extras);

}  // namespace sluice::engine::model
