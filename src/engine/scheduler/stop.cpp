#include "engine/scheduler/stop.h"

#include <algorithm>
#include <utility>

namespace sluice::engine {

StopMatcher::StopMatcher(const std::vector<std::string>& stops) {
  for (const std::string& stop : stops) {
    if (stop.empty()) continue;
    Pattern pattern{stop, std::vector<std::size_t>(stop.size() + 1, 0), 0};
    for (std::size_t n = 1, have = 0; n < stop.size(); ++n) {
      while (have > 0 && stop[n] != stop[have]) have = pattern.fallback[have];
      if (stop[n] == stop[have]) ++have;
      pattern.fallback[n + 1] = have;
    }
    patterns_.push_back(std::move(pattern));
  }
}

void StopMatcher::advance(Pattern& pattern, char byte) {
  while (pattern.have > 0 && pattern.text[pattern.have] != byte) pattern.have = pattern.fallback[pattern.have];
  if (pattern.text[pattern.have] == byte) ++pattern.have;
}

std::string StopMatcher::feed(std::string_view text) {
  if (matched_) return {};
  for (char byte : text) {
    held_ += byte;
    for (Pattern& pattern : patterns_) {
      advance(pattern, byte);
      if (pattern.have != pattern.text.size()) continue;
      matched_ = true;
      if (pattern.have > which_.size()) which_ = pattern.text;
    }
    if (!matched_) continue;
    held_.resize(held_.size() - which_.size());
    return std::exchange(held_, {});
  }
  std::size_t hold = 0;
  for (const Pattern& pattern : patterns_) hold = std::max(hold, pattern.have);
  std::string certain = held_.substr(0, held_.size() - hold);
  held_.erase(0, held_.size() - hold);
  return certain;
}

std::string StopMatcher::end() {
  if (matched_) return {};
  for (Pattern& pattern : patterns_) pattern.have = 0;
  return std::exchange(held_, {});
}

}  // namespace sluice::engine
