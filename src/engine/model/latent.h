// Multi-head latent attention (DeepSeek-AI 2024, DeepSeek-V2, section 2.1). Keys and values of all heads are made
// of one narrow vector per position, the latent c, and a rotated key r that the heads share; the cache keeps [c,
// r].
//
// A head's key is W_k c and its value W_v c. Since q . (W_k c) = (W_k^T q) . c, queries are taken to the latent's
// space (absorbed), attention runs over the cache as it is, with c as key and as value, and only its result is
// taken through W_v.
//
// V3.2 adds an indexer: of more positions than `index_top` a query is given those that the indexer chooses. Its
// keys and queries are rotated in their first dimensions, by halves.
#pragma once

#include <vector>

#include "engine/model/cache.h"
#include "engine/model/pass.h"

namespace sluice::engine::model {

struct LatentWeights {
  tensor::Weight q;                    // [heads * head_dim][embedding], where queries are not compressed
  tensor::Weight q_down, q_up;         // or [q_rank][embedding] and [heads * head_dim][q_rank]
  std::vector<float> q_norm;           // [q_rank]
  tensor::Weight kv_down;              // [kv_rank + rope_dims][embedding]
  std::vector<float> kv_norm;          // [kv_rank]
  std::vector<tensor::Weight> absorb;  // per head: [kv_rank][nope], that is W_k^T
  std::vector<tensor::Weight> keys;    // or per head: [nope][kv_rank], that is W_k
  std::vector<tensor::Weight> values;  // per head: [value][kv_rank], that is W_v
  tensor::Weight output;               // [embedding][heads * value]
  tensor::Weight index_q, index_k;     // of the indexer: [index_heads * index_dim][q_rank], [index_dim][embedding]
  tensor::Weight index_heads;          // [index_heads][embedding]
  std::vector<float> index_norm, index_bias;  // [index_dim] a layer norm of its keys
};
Result<LatentWeights> bind_latent(Binder& binder, const std::string& prefix, const Shape& shape);

class LatentAttention {
 public:
  LatentAttention(const Shape& shape, const Options& options, Cache cache, Pass& pass);
  static std::uint64_t bytes(const Shape& shape, const Options& options);  // of the buffers

  Pages& pages() { return cache_; }
  void begin();                                         // after the pass's
  void apply(const LatentWeights& weights, int layer);  // the pass's result = attention(h)

 private:
  void project(const LatentWeights& weights);
  void absorb(const LatentWeights& weights);
  void index(const LatentWeights& weights);
  void store_row(int layer, int index);
  void choose(int layer, int index, float* scratch);
  void attend(int layer);
  void attend_tile(int layer, const Tile& tile, int first_head, int heads, float* scratch);
  void output(const LatentWeights& weights);
  int by_head(int head, int row) const { return head * pass_.count() + row; }

  Shape shape_;
  Pass& pass_;
  Cache cache_;
  Angles angles_;
  int wide_;  // kv_rank + rope_dims
  float scale_;
  tensor::Buffer q_down_, q_, kv_;                  // [rows]
  tensor::Buffer nope_, absorbed_, latent_q_;       // [heads][rows]
  tensor::Buffer attended_, values_;                // [heads][rows]
  tensor::Buffer a_;                                // [rows][heads * value]
  tensor::Buffer index_q_, index_k_, index_heads_;  // [rows]
  std::vector<std::vector<const void*>> seen_;      // [rows] what the row is given; empty: all
  std::vector<tensor::Product> products_;
  std::vector<Tile> tiles_;
};

}  // namespace sluice::engine::model
