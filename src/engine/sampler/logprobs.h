// What a model thought of its tokens: log-probabilities as its logits give them, before temperature, penalties,
// bias and form.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sluice::engine {

struct TokenLogprob {
  std::int32_t token = -1;
  double logprob = 0;  // natural; -9999 where the probability is nothing, as DeepSeek's API says it
};

struct Logprobs {
  TokenLogprob chosen;
  std::vector<TokenLogprob> top;  // the most likely first
};

// `count` most likely ones, fewer if the vocabulary is smaller. Precondition: chosen is a place in logits.
Logprobs logprobs_of(std::span<const float> logits, std::int32_t chosen, std::size_t count);

}  // namespace sluice::engine
