// A text as one vector: the hidden states of its tokens, pooled.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace sluice::engine {

enum class Pooling : std::uint8_t { Mean, First, Last };
const char* pooling_name(Pooling pooling);  // "mean", "first", "last"

// Takes the hidden states one after another, so that the vector does not depend on how the text was cut into
// steps.
class PooledText {
 public:
  explicit PooledText(Pooling pooling) : pooling_(pooling) {}

  // Is the state at this position of a text of `length` tokens needed?
  bool wants(std::size_t position, std::size_t length) const;
  // The next of the wanted states, in order of position.
  void take(std::span<const float> state);

  // [embedding] of length 1 (L2). With `dimensions` above 0 only the first so many, of length 1 again. Empty where
  // the states hold no usable numbers. Precondition: dimensions is at most [embedding].
  std::vector<float> vector(int dimensions = 0) const;

 private:
  Pooling pooling_;
  std::vector<double> sum_;
};

}  // namespace sluice::engine
