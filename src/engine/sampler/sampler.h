// Chooses the next token from logits.
//
// The order is: temperature, top-k, top-p, min-p (probabilities are those after the temperature). The n-th choice
// depends on the seed, n and the logits only, so an answer is the same whatever it is batched with.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::engine {

struct SamplerSettings {
  double temperature = 1;  // 0: the most likely token, always
  double top_p = 1;        // the fewest most likely tokens that have this share together; 1: off
  double min_p = 0;        // at least this share of the most likely one's probability; 0: off
  std::int64_t top_k = 0;  // this many most likely tokens; 0: off
  std::uint64_t seed = 0;
};

class Sampler {
 public:
  explicit Sampler(const SamplerSettings& settings) : settings_(settings) {}

  // The token, or -1 if no logit is a finite number. Equal logits: the lower token comes first.
  std::int32_t choose(std::span<const float> logits);

 private:
  struct Candidate {
    double weight;  // exp((logit - largest) / temperature)
    std::int32_t token;
  };
  void keep_likely(std::span<const float> logits, float largest);
  double keep_top();
  double next_uniform();

  SamplerSettings settings_;
  std::uint64_t choices_ = 0;          // made so far
  std::vector<Candidate> candidates_;  // kept between calls for its memory
};

}  // namespace sluice::engine
