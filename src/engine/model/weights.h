// Binds the tensors of a file to the places of a model, checking name, shape and type of each.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/gguf/gguf.h"
#include "engine/model/shape.h"
#include "engine/tensor/compute.h"

namespace sluice::engine::model {

// Takes tensors one by one; finish() refuses a file that holds tensors nobody took, since a model computed without
// them would be another model. Weights stay in the file's mapping; vectors are copied as floats.
class Binder {
 public:
  explicit Binder(const gguf::File& file) : file_(file) {}

  // Errors: gguf.tensor (missing, wrong shape), engine.unsupported (type).
  Result<tensor::Weight> matrix(const std::string& name, int rows, int columns);
  // `depth` matrices in one tensor.
  Result<std::vector<tensor::Weight>> matrices(const std::string& name, int depth, int rows, int columns);
  Result<std::vector<float>> vector(const std::string& name, int length);
  // Empty if the file has no such tensor.
  Result<std::vector<float>> vector_if_any(const std::string& name, int length);
  // A matrix of any supported type as floats, and one of 32-bit integers.
  Result<std::vector<float>> floats(const std::string& name, int rows, int columns);
  Result<std::vector<std::int32_t>> integers(const std::string& name, int rows, int columns);
  bool has(const std::string& name) const { return file_.tensor(name) != nullptr; }
  // Tensors of layers from `first` on have no place, and need none.
  void ignore_layers_from(int first) { first_ignored_ = first; }
  Status finish() const;

 private:
  Result<const gguf::Tensor*> find(const std::string& name, int columns, int rows, int depth);
  Result<const gguf::Tensor*> take(const std::string& name, int columns, int rows, int depth = 1);
  bool ignored(std::string_view name) const;

  const gguf::File& file_;
  std::set<std::string_view> taken_;
  int first_ignored_ = -1;
};

// Rows [first, first + count) of a matrix.
tensor::Weight rows_of(const tensor::Weight& weight, int first, int count);

// Vectors that a file does not have are empty.
struct AttentionWeights {
  tensor::Weight q, k, v, output;
  std::vector<float> q_bias, k_bias, v_bias;
  std::vector<float> q_norm, k_norm;  // [head_dim]
};

struct FeedForward {
  tensor::Weight gate, up, down;  // gate.rows is the width inside; 0: there is no such network
};

// A layer's experts and who chooses them.
struct MixtureWeights {
  tensor::Weight router;                       // [experts][embedding]
  std::vector<float> bias;                     // of the choice, not of the weights; or empty
  std::vector<std::int32_t> by_token;          // [vocabulary][used] experts told by the token; or empty
  std::vector<tensor::Weight> gate, up, down;  // [experts]
  FeedForward shared;
};

struct Layer {
  std::vector<float> attention_norm, ffn_norm;
  AttentionWeights attention;
  FeedForward network;     // of a dense layer
  MixtureWeights mixture;  // of a mixture layer
};

// Embedding, layers, final norm and output head, as the llama and qwen families have them.
struct Weights {
  tensor::Weight embedding, head;  // the same matrix where the file ties them
  std::vector<float> output_norm;
  std::vector<float> rope_divisors;  // rope_freqs.weight: divides the frequency of each pair; empty: all 1
  std::vector<Layer> layers;
};

// What a family's layers have beyond llama's.
struct Extras {
  bool biases = false;      // of the projections to q, k and v
  bool head_norms = false;  // of each head of q and k
};
Result<Weights> bind_weights(const gguf::File& file, const Shape& shape, Extras extras);

// The parts that other families have too; `prefix` is "blk.N.".
Result<FeedForward> bind_network(Binder& binder, const std::string& prefix, const char* suffix, int embedding,
                                 int width);
Result<MixtureWeights> bind_mixture(Binder& binder, const std::string& prefix, const Shape& shape,
                                    bool told = false);
Status bind_ends(Binder& binder, const Shape& shape, tensor::Weight& embedding, std::vector<float>& output_norm,
                 tensor::Weight& head);

}  // namespace sluice::engine::model
