#include "engine/sampler/logprobs.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::engine {

Logprobs logprobs_of(std::span<const float> logits, std::int32_t chosen, std::size_t count) {
  constexpr double kNothing = -9999;
  float largest = -INFINITY;
  for (const float logit : logits)
    if (std::isfinite(logit)) largest = std::max(largest, logit);
  double sum = 0;
  for (const float logit : logits)
    if (std::isfinite(logit)) sum += std::exp(static_cast<double>(logit) - static_cast<double>(largest));
  const double log_sum = std::log(sum) + static_cast<double>(largest);
  const auto of = [&](std::int32_t token) {
    const float logit = logits[static_cast<std::size_t>(token)];
    if (!std::isfinite(logit)) return kNothing;
    return std::max(kNothing, std::min(0.0, static_cast<double>(logit) - log_sum));
  };
  Logprobs out{{chosen, of(chosen)}, {}};
  std::vector<std::int32_t> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  count = std::min(count, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(),
                    [&](std::int32_t a, std::int32_t b) {
                      const double x = of(a), y = of(b);
                      return x != y ? x > y : a < b;
                    });
  for (std::size_t i = 0; i < count; ++i) out.top.push_back({order[i], of(order[i])});
  return out;
}

}  // namespace sluice::engine
