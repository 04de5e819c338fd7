// Chooses the next token from logits.
//
// The order is: bias, penalties, temperature, top-k, top-p, min-p (probabilities are those after the temperature).
// The n-th choice depends on the seed, n, the logits and the tokens so far only, so an answer is the same whatever
// it is batched with.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace sluice::engine {

struct SamplerSettings {
  double temperature = 1;  // 0: the most likely token, always
  double top_p = 1;        // the fewest most likely tokens that have this share together; 1: off
  double min_p = 0;        // at least this share of the most likely one's probability; 0: off
  std::int64_t top_k = 0;  // this many most likely tokens; 0: off
  std::uint64_t seed = 0;
  // Of a token that came before: repetition (Keskar et al. 2019; prompt and answer) divides its logit if it is
  // positive and multiplies it if not; presence is taken off once, frequency once for each time (OpenAI; the
  // answer only).
  double repetition_penalty = 1;
  double frequency_penalty = 0, presence_penalty = 0;
  std::vector<std::pair<std::int32_t, double>> bias;  // added to these tokens' logits; each in the vocabulary
};

class Sampler {
 public:
  explicit Sampler(const SamplerSettings& settings) : settings_(settings) {}

  // Tokens of the prompt, for the repetition penalty.
  void saw(std::span<const std::int32_t> prompt);
  // The token, or -1 if no logit is a finite number. Equal logits: the lower token comes first.
  std::int32_t choose(std::span<const float> logits);

 private:
  struct Candidate {
    double weight;  // exp((logit - largest) / temperature)
    std::int32_t token;
  };
  bool adjusts() const;
  std::span<const float> adjusted(std::span<const float> logits);
  std::int32_t draw(std::span<const float> logits);
  void keep_likely(std::span<const float> logits, float largest);
  double keep_top();
  double next_uniform();

  SamplerSettings settings_;
  std::uint64_t choices_ = 0;                   // made so far
  std::vector<Candidate> candidates_;           // kept between calls for its memory
  std::unordered_map<std::int32_t, int> said_;  // times in the answer; 0: in the prompt only
  std::vector<float> adjusted_;
};

}  // namespace sluice::engine
