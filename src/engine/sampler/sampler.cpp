#include "engine/sampler/sampler.h"

#include <algorithm>
#include <cmath>

namespace sluice::engine {
namespace {

// SplitMix64 (Steele, Lea and Flood 2014): a good mixer of a counter, which makes the n-th number addressable.
std::uint64_t mix(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

// Below this a temperature would only overflow the division; the most likely token is what it means.
constexpr double kLeastTemperature = 1e-4;

}  // namespace

double Sampler::next_uniform() {
  const std::uint64_t bits = mix(mix(settings_.seed) + choices_++);
  return static_cast<double>(bits >> 11) * 0x1p-53;  // [0, 1)
}

// Tokens whose weight is not negligible: exp(-40) of the best is below any chance worth drawing for.
void Sampler::keep_likely(std::span<const float> logits, float largest) {
  candidates_.clear();
  const double inverse = 1.0 / settings_.temperature;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double exponent = (static_cast<double>(logits[i]) - static_cast<double>(largest)) * inverse;
    if (exponent > -40.0) candidates_.push_back({std::exp(exponent), static_cast<std::int32_t>(i)});
  }
}

// Applies top-k, top-p and min-p; returns the total weight of what is left.
double Sampler::keep_top() {
  const auto better = [](const Candidate& a, const Candidate& b) {
    return a.weight != b.weight ? a.weight > b.weight : a.token < b.token;
  };
  const auto total = [this] {
    double sum = 0;
    for (const Candidate& candidate : candidates_) sum += candidate.weight;
    return sum;
  };
  const auto k = static_cast<std::uint64_t>(settings_.top_k);
  if (settings_.top_k > 0 && k < candidates_.size()) {
    std::nth_element(candidates_.begin(), candidates_.begin() + settings_.top_k, candidates_.end(), better);
    candidates_.resize(k);
  }
  if (settings_.top_p < 1) {
    // A heap gives the best ones in order at the cost of those only that are taken.
    const auto worse = [&](const Candidate& a, const Candidate& b) { return better(b, a); };
    const double enough = settings_.top_p * total();
    std::make_heap(candidates_.begin(), candidates_.end(), worse);
    auto end = candidates_.end();
    double sum = 0;
    do {
      std::pop_heap(candidates_.begin(), end, worse);
      sum += (--end)->weight;
    } while (end != candidates_.begin() && sum < enough);
    candidates_.erase(candidates_.begin(), end);
  }
  if (settings_.min_p > 0)  // the best one's weight is 1
    std::erase_if(candidates_, [this](const Candidate& candidate) { return candidate.weight < settings_.min_p; });
  std::sort(candidates_.begin(), candidates_.end(),
            [](const Candidate& a, const Candidate& b) { return a.token < b.token; });
  return total();
}

void Sampler::saw(std::span<const std::int32_t> prompt) {
  if (settings_.repetition_penalty == 1) return;
  for (const std::int32_t token : prompt) said_.emplace(token, 0);
}

bool Sampler::adjusts() const {
  return settings_.repetition_penalty != 1 || settings_.frequency_penalty != 0 ||
         settings_.presence_penalty != 0 || !settings_.bias.empty();
}

std::span<const float> Sampler::adjusted(std::span<const float> logits) {
  adjusted_.assign(logits.begin(), logits.end());
  for (const auto& [token, bias] : settings_.bias)
    if (static_cast<std::size_t>(token) < adjusted_.size())
      adjusted_[static_cast<std::size_t>(token)] += static_cast<float>(bias);
  for (const auto& [token, times] : said_) {
    if (static_cast<std::size_t>(token) >= adjusted_.size()) continue;
    double logit = adjusted_[static_cast<std::size_t>(token)];
    logit = logit > 0 ? logit / settings_.repetition_penalty : logit * settings_.repetition_penalty;
    if (times > 0) logit -= settings_.presence_penalty + settings_.frequency_penalty * times;
    adjusted_[static_cast<std::size_t>(token)] = static_cast<float>(logit);
  }
  return adjusted_;
}

std::int32_t Sampler::choose(std::span<const float> logits) {
  if (!adjusts()) return draw(logits);
  const std::int32_t token = draw(adjusted(logits));
  if (token >= 0) ++said_[token];
  return token;
}

std::int32_t Sampler::draw(std::span<const float> logits) {
  std::int32_t best = -1;
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (std::isfinite(logits[i]) && (best < 0 || logits[i] > logits[static_cast<std::size_t>(best)]))
      best = static_cast<std::int32_t>(i);
  if (best < 0) return -1;
  if (settings_.temperature < kLeastTemperature || settings_.top_k == 1) return best;
  keep_likely(logits, logits[static_cast<std::size_t>(best)]);
  if (candidates_.empty()) return best;
  double left = keep_top() * next_uniform();
  for (const Candidate& candidate : candidates_) {
    left -= candidate.weight;
    if (left < 0) return candidate.token;
  }
  return candidates_.empty() ? best : candidates_.back().token;  // rounding left a rest
}

}  // namespace sluice::engine
