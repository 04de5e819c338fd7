// Attention with grouped queries (Ainslie et al. 2023): several query heads share a head of keys and values.
#pragma once

#include <vector>

#include "engine/model/cache.h"
#include "engine/model/pass.h"

namespace sluice::engine::model {

class Attention {
 public:
  Attention(const Shape& shape, const Options& options, Cache cache, std::span<const float> rope_divisors,
            Pass& pass);
  static std::uint64_t bytes(const Shape& shape, const Options& options);  // of the buffers

  Pages& pages() { return cache_; }
  void begin();                                      // after the pass's: angles and tiles of its rows
  void project(const AttentionWeights& weights);     // q, k, v = h W + b
  void norm_heads(const AttentionWeights& weights);  // RMSNorm of each head of q and k
  void rotate(Rope rope);                            // q and k by their positions
  void attend(int layer);                            // stores k and v; a = softmax(q K / sqrt(d)) V
  void output(const AttentionWeights& weights);      // the pass's result = a W

 private:
  void store_row(int layer, int index);
  void attend_tile(int layer, const Tile& tile, int first_head, int heads, float* scratch);

  Shape shape_;
  Pass& pass_;
  Cache cache_;
  Angles angles_;
  tensor::Buffer q_, k_, v_, a_;
  std::vector<Tile> tiles_;
  bool odd_heads_;  // head_dim is no multiple of 8: the scalar attention serves it
};

}  // namespace sluice::engine::model
