// Manifold-constrained hyper-connections (Xie et al. 2025, mHC): the residual is several streams. Each part of a
// layer reads a weighted sum of them and writes its result back to all, while a matrix whose rows and columns sum
// to one mixes the streams; the weights are made of the streams themselves.
#pragma once

#include <string>
#include <vector>

#include "engine/model/pass.h"

namespace sluice::engine::model {

struct HyperWeights {
  tensor::Weight mix;        // [outputs][streams * embedding]
  std::vector<float> base;   // [outputs]
  std::vector<float> scale;  // of reading, writing and mixing; at the end of reading only
};
// `outputs`: streams * (2 + streams) for a part of a layer, streams at the end.
Result<HyperWeights> bind_hyper(Binder& binder, const std::string& prefix, const Shape& shape, bool at_end);

class HyperConnections {
 public:
  HyperConnections(const Shape& shape, const Options& options, Pass& pass);
  static std::uint64_t bytes(const Shape& shape, const Options& options);  // of the buffers

  void begin();                            // after the pass's: each stream = x
  void read(const HyperWeights& weights);  // x = what the next part of the layer reads
  void write();                            // streams = what read() prepared of the result and the streams

 private:
  void mix(const HyperWeights& weights);
  void weigh(const HyperWeights& weights, int index);
  void gather(int index);

  int n_, embedding_, steps_;
  float epsilon_, norm_epsilon_;
  Pass& pass_;
  std::vector<float> ones_;          // [n * embedding]
  tensor::Buffer streams_, normed_;  // [rows][n * embedding]
  tensor::Buffer mixes_;             // [rows][n * (2 + n)]: weights of reading, writing, and mixing [from][to]
};

}  // namespace sluice::engine::model
