// Compressed attention (DeepSeek-AI 2026, DeepSeek-V4). A query sees the nearest positions as they are and, in
// layers with a ratio, one vector for every `ratio` positions further back: a weighted sum of their vectors, whose
// weights are a softmax over learned scores per dimension. Every 4th position's blocks overlap by half (compressed
// sparse attention), and an indexer chooses the few of them that a query is given; of blocks of 128 it is given
// all (heavily compressed attention). One vector per position is key and value of all heads; each head has a sink,
// a score that takes weight and gives nothing. The rotated dimensions of the result are turned back by the query's
// position.
#pragma once

#include <vector>

#include "engine/model/compressed_cache.h"
#include "engine/model/pass.h"

namespace sluice::engine::model {

struct CompressorWeights {
  tensor::Weight values, scores;  // [parts * dim][embedding]
  std::vector<float> places;      // [ratio][parts * dim] added to the scores by the place in the block
  std::vector<float> norm;        // [dim]
};

struct CompressedWeights {
  tensor::Weight q_down, q_up;              // [q_rank][embedding], [heads * head_dim][q_rank]
  std::vector<float> q_norm;                // [q_rank]
  tensor::Weight kv;                        // [head_dim][embedding]
  std::vector<float> kv_norm;               // [head_dim]
  std::vector<float> sinks;                 // [heads]
  CompressorWeights compressor;             // of layers with a ratio
  CompressorWeights index_compressor;       // of layers with ratio 4
  tensor::Weight index_q, index_heads;      // [index_heads * index_dim][q_rank], [index_heads][embedding]
  std::vector<tensor::Weight> output_down;  // per group of heads: [output_rank][heads of the group * head_dim]
  tensor::Weight output_up;                 // [embedding][groups * output_rank]
};
Result<CompressedWeights> bind_compressed(Binder& binder, const std::string& prefix, const Shape& shape,
                                          int layer);

class CompressedAttention {
 public:
  CompressedAttention(const Shape& shape, const Options& options, CompressedCache cache, Pass& pass);
  static std::uint64_t bytes(const Shape& shape, const Options& options);  // of the buffers

  Pages& pages() { return cache_; }
  void begin();                                             // after the pass's
  void apply(const CompressedWeights& weights, int layer);  // the pass's result = attention(h)

 private:
  void project(const CompressedWeights& weights, int ratio);
  void turn(const CompressedWeights& weights, const Angles& angles, int ratio);
  void store_row(const CompressedWeights& weights, int layer, int index);
  void compress(const CompressorWeights& weights, int layer, int index, bool indexer);
  void choose(int layer, int index, float* scratch);
  void attend(const CompressedWeights& weights, int layer);
  void attend_heads(const CompressedWeights& weights, int index, int first_head, int heads, float* scratch);
  void output(const CompressedWeights& weights, const Angles& angles);
  float* head_result(int head, int index);

  Shape shape_;
  const CompressedShape& c_;
  Pass& pass_;
  CompressedCache cache_;
  Angles near_angles_, far_angles_;  // of layers without and with a ratio
  int nope_;                         // dimensions before the rotated ones
  std::vector<float> ones_;          // [head_dim]
  tensor::Buffer q_down_, q_, kv_;
  tensor::Buffer values_, scores_, index_values_, index_scores_;  // of the compressors
  tensor::Buffer index_q_, index_heads_;
  tensor::Buffer attended_, down_;              // [groups][rows]
  tensor::Buffer low_;                          // [rows][groups * output_rank]
  std::vector<std::vector<const void*>> seen_;  // [rows] what the row's queries are given
  std::vector<tensor::Product> products_;
};

}  // namespace sluice::engine::model
