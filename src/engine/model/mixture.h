// A mixture of experts (Shazeer et al. 2017; DeepSeek-AI 2024): a router chooses some of many feed-forward
// networks for each token, and their results are weighted and added to those of the networks that all tokens use.
#pragma once

#include <vector>

#include "engine/model/pass.h"

namespace sluice::engine::model {

// Indices of the `count` highest values, highest first; of equals the first. What is not a number comes last.
void best_of(std::span<const float> values, int count, std::vector<int>& out);

// The chosen experts of one token, best first, with their weights.
struct Choice {
  std::vector<int> experts;
  std::vector<float> weights;
};

// The router's logits of one token become its choice. `bias` (or empty) is added for choosing, not for weighting.
// `told` (or empty) are the experts of the token where it chooses them itself.
//
// Of groups, those are kept whose two best experts sum up highest (DeepSeek-V3); where softmax gates, those with
// the best expert (DeepSeek-V2, "group_limited_greedy").
void choose_experts(const MixtureShape& shape, std::span<const float> logits, std::span<const float> bias,
                    std::span<const std::int32_t> told, Choice& choice);

class Mixture {
 public:
  Mixture(const Shape& shape, const Options& options, Pass& pass);
  static std::uint64_t bytes(const Shape& shape, const Options& options);  // of the buffers

  // The pass's result = shared(h) + sum of weight * expert(h). `limit`, `shared_limit`: of the gates, 0: none.
  void apply(const MixtureWeights& weights, float limit = 0, float shared_limit = 0);

 private:
  void choose(const MixtureWeights& weights);
  void sort_by_expert();

  MixtureShape shape_;
  int embedding_;
  Pass& pass_;
  tensor::Buffer logits_;             // [rows][experts]
  tensor::Buffer in_, gate_, up_;     // [rows * used], in the order of experts; in_ takes the results too
  std::vector<Choice> choices_;       // [rows]
  std::vector<int> counts_, firsts_;  // [experts] rows of an expert and where they begin
  std::vector<int> places_;           // [rows * used] of a row's choices in the order of experts
  std::vector<tensor::Product> products_;
};

}  // namespace sluice::engine::model
