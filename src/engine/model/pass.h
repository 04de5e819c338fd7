// One forward pass as a sequence of named operations on buffers that are allocated once. The family files are
// written in these.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/cache.h"
#include "engine/model/model.h"
#include "engine/model/weights.h"
#include "engine/tensor/compute.h"

namespace sluice::engine::model {

class Pass {
 public:
  Pass(const Shape& shape, const Options& options, Cache cache, std::span<const float> rope_divisors);
  static std::uint64_t bytes(const Shape& shape, const Options& options);  // of the buffers

  // Starts a pass over `rows`: checks them, embeds their tokens into x, and prepares angles.
  void begin(std::span<const Row> rows, const tensor::Weight& embedding);
  void norm(std::span<const float> weight);          // h = RMSNorm(x)
  void project_qkv(const Layer& layer);              // q, k, v = h W + b
  void norm_heads(const Layer& layer);               // RMSNorm of each head of q and k
  void rotate(Rope rope);                            // q and k by their positions
  void attend(int layer);                            // stores k and v; a = softmax(q K / sqrt(d)) V
  void add_attention(const tensor::Weight& output);  // x = x + a W
  void add_feed_forward(const Layer& layer);         // x = x + (silu(h W_gate) * (h W_up)) W_down
  void finish(std::span<const float> norm, const tensor::Weight& head);  // logits of the rows that want them

  std::span<float> logits(int i);

 private:
  struct Tile {  // adjacent rows of one slot
    int first = 0;
    int rows = 0;
  };
  void prepare_angles();
  void prepare_tiles();
  void rotate_row(Rope rope, float* row, int heads, int index) const;
  void store_row(int layer, int index);
  void attend_tile(int layer, const Tile& tile, int first_head, int heads, float* scratch);

  Shape shape_;
  tensor::Compute compute_;
  Cache cache_;
  std::vector<double> frequencies_;  // radians per position, one per rope pair
  double magnitude_;                 // of the rotated pairs
  int most_rows_;
  std::span<const Row> rows_;
  int count_ = 0;   // rows of this pass
  int wanted_ = 0;  // rows that want logits
  tensor::Buffer x_, h_, q_, k_, v_, a_, projected_, gate_, up_;
  std::vector<float> cos_, sin_;  // [rows][rope_dims / 2]
  std::vector<Tile> tiles_;
  std::vector<float> logits_;  // [wanted][vocabulary]
  bool odd_heads_;             // head_dim is no multiple of 8: the scalar attention serves it
};

}  // namespace sluice::engine::model
