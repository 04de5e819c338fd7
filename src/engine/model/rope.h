// Rotary positions (Su et al. 2021, RoFormer), stretched for long contexts where a file says so: linearly, or
// frequency by frequency (Peng et al. 2023, YaRN).
#pragma once

#include <span>
#include <vector>

namespace sluice::engine::model {

// Which dimensions of a head form the pairs that are turned.
enum class Rope { Interleaved /* 2i, 2i + 1 */, Halves /* i, i + d/2; GPT-NeoX */ };

struct RopeScaling {
  double base = 10000;
  double factor = 1;  // the context is stretched by it
  bool yarn = false;  // else all frequencies are divided by `factor`
  // YaRN: pairs that turn more than beta_fast times within the original context stay as they are, those that turn
  // less than beta_slow times are divided by `factor`, a ramp lies between.
  int original_context = 0;
  double beta_fast = 32, beta_slow = 1;
  double attention_factor = 1;  // of the turned values
  double log_multiplier = 0;    // DeepSeek's mscale_all_dim; 0: absent
};

// Radians per position for each of dims / 2 pairs. `divisors`: of each frequency (Llama 3); empty: all 1.
std::vector<double> rope_frequencies(const RopeScaling& scaling, int dims, std::span<const float> divisors = {});
// What turned values are multiplied with: YaRN makes up for the flatter softmax of long contexts. DeepSeek puts
// that into the scores' scale instead (rope_score_factor), where it reaches the unturned dimensions too.
double rope_magnitude(const RopeScaling& scaling);
double rope_score_factor(const RopeScaling& scaling);  // of the scores; 1 without log_multiplier

// Turns `pairs` pairs of `values`; cos and sin hold one number per pair. `direction` -1 turns back.
void rope_turn(Rope kind, float* values, int pairs, const float* cos, const float* sin, float direction = 1);

}  // namespace sluice::engine::model
