// The sizes and constants of a transformer, as the metadata says, checked against limits that no real model
// reaches.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/gguf/gguf.h"
#include "engine/model/rope.h"

namespace sluice::engine::model {

// Multi-head latent attention (DeepSeek-AI 2024, DeepSeek-V2): keys and values are made of one narrow vector.
struct LatentShape {
  int q_rank = 0;                      // width of the compressed queries; 0: queries are not compressed (V2-Lite)
  int kv_rank = 0;                     // width of the compressed keys and values; 0: no latent attention
  int nope = 0;                        // dimensions of a key head that are not rotated
  int value = 0;                       // dimensions of a value head
  int index_heads = 0, index_dim = 0;  // of the indexer (V3.2); 0: all positions are attended to
  int index_top = 0;                   // positions that a query is given
};

// How a router's logits become the experts' weights.
enum class Gate { Softmax, Sigmoid, SqrtSoftplus };

struct MixtureShape {
  int experts = 0;       // per layer; 0: dense
  int used = 0;          // per token
  int feed_forward = 0;  // width inside an expert
  int shared = 0;        // experts that every token uses, computed as one network
  int groups = 1;        // experts stand in groups, and only those of the best groups are chosen from
  int groups_used = 1;
  Gate gate = Gate::Softmax;
  bool normalise = false;  // the chosen weights' sum becomes 1
  double scale = 1;        // of the chosen weights
  int leading_dense = 0;   // first layers that have no experts
};

// Compressed attention and hyper-connections (DeepSeek-AI 2026, DeepSeek-V4).
struct CompressedShape {
  int window = 0;           // nearest positions that are attended to as they are; 0: no compressed attention
  std::vector<int> ratios;  // per layer: positions that become one; 0, 4 or 128
  int q_rank = 0;           // width of the compressed queries
  int index_heads = 0, index_dim = 0;      // of the indexer that chooses among compressed positions
  int index_top = 0;                       // compressed positions that a query is given
  int output_groups = 0, output_rank = 0;  // the output's first matrix is cut into groups of heads
  RopeScaling rope;                        // of layers with a ratio
  int streams = 0;                         // of the residual
  int sinkhorn_steps = 0;
  float stream_epsilon = 0;
  int hashed = 0;                                   // first layers whose experts are told by the token
  std::vector<float> expert_limits, shared_limits;  // per layer, of the gates; 0: none

  int positions(int layer, int context) const {  // compressed ones
    const int ratio = ratios[static_cast<std::size_t>(layer)];
    return ratio > 0 ? context / ratio : 0;
  }
};

struct Shape {
  std::string architecture;  // "llama", "qwen3"
  int blocks = 0;            // transformer layers
  int embedding = 0;         // width of the residual stream
  int feed_forward = 0;      // width inside a dense feed-forward network
  int heads = 0;             // query heads
  int kv_heads = 0;          // key and value heads; heads is a multiple of it
  int head_dim = 0;          // of queries and keys
  int rope_dims = 0;         // dimensions of a head that are rotated; even
  int vocabulary = 0;        // tokens
  int context = 0;           // positions the model was trained on
  float epsilon = 0;         // of the RMS norms
  RopeScaling rope;
  LatentShape latent;
  MixtureShape mixture;
  CompressedShape compressed;

  int q_width() const { return heads * head_dim; }
  int kv_width() const { return kv_heads * head_dim; }
  // Elements that the cache holds per position and layer. Where latent attention has an indexer, its keys take the
  // place of values.
  int key_width() const { return latent.kv_rank > 0 ? latent.kv_rank + rope_dims : kv_width(); }
  int value_width() const { return latent.kv_rank > 0 ? latent.index_dim : kv_width(); }
  bool is_mixture(int layer) const { return mixture.experts > 0 && layer >= mixture.leading_dense; }
  // Width inside the widest network that all tokens go through; at least 1.
  int widest_network() const {
    const int dense = is_mixture(0) ? 1 : feed_forward;
    return std::max(dense, mixture.shared * mixture.feed_forward);
  }
};

// Errors: gguf.missing_key, gguf.key_type, gguf.value (key and range), engine.unsupported (a variant of the
// architecture that this build does not compute).
Result<Shape> read_shape(const gguf::File& file);

}  // namespace sluice::engine::model
