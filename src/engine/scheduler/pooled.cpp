#include "engine/scheduler/pooled.h"

#include <cmath>

#include "base/check.h"

namespace sluice::engine {

const char* pooling_name(Pooling pooling) {
  switch (pooling) {
    case Pooling::Mean:
      return "mean";
    case Pooling::First:
      return "first";
    case Pooling::Last:
      break;
  }
  return "last";
}

bool PooledText::wants(std::size_t position, std::size_t length) const {
  switch (pooling_) {
    case Pooling::Mean:
      return true;
    case Pooling::First:
      return position == 0;
    case Pooling::Last:
      break;
  }
  return position + 1 == length;
}

// The mean's divisor falls out when the vector is brought to length 1.
void PooledText::take(std::span<const float> state) {
  sum_.resize(state.size(), 0.0);
  for (std::size_t i = 0; i < state.size(); ++i) sum_[i] += static_cast<double>(state[i]);
}

std::vector<float> PooledText::vector(int dimensions) const {
  const std::size_t size = dimensions > 0 ? static_cast<std::size_t>(dimensions) : sum_.size();
  SLUICE_CHECK(size <= sum_.size(), "the engine refuses more dimensions than the model has");
  double squares = 0;
  for (std::size_t i = 0; i < size; ++i) squares += sum_[i] * sum_[i];
  const double length = std::sqrt(squares);
  if (!(length > 0) || !std::isfinite(length)) return {};
  std::vector<float> out;
  out.reserve(size);
  for (std::size_t i = 0; i < size; ++i) out.push_back(static_cast<float>(sum_[i] / length));
  return out;
}

}  // namespace sluice::engine
