// What every family's forward pass has: the rows of a step, their residual stream, the norm and the network behind
// each layer's attention, and the logits at the end; named operations on buffers that are allocated once. The
// family files are written in these and in the kinds of attention beside.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/model/model.h"
#include "engine/model/rope.h"
#include "engine/model/weights.h"
#include "engine/tensor/compute.h"

namespace sluice::engine::model {

// Below this much arithmetic a step is done before a second thread has noticed it.
inline constexpr std::int64_t kWorthSharing = 16 * 1024;

class Pass {
 public:
  Pass(const Shape& shape, const Options& options);
  static std::uint64_t bytes(const Shape& shape, const Options& options);  // of the buffers

  // Starts a pass over `rows`: checks them and embeds their tokens into x.
  void begin(std::span<const Row> rows, const tensor::Weight& embedding);
  void norm(std::span<const float> weight);                        // h = RMSNorm(x)
  void feed_forward(const FeedForward& network, float limit = 0);  // result = (silu(h W_gate) * (h W_up)) W_down
  void add_result();                                               // x = x + result
  // Logits and hidden states of the rows that want them.
  void finish(std::span<const float> norm, const tensor::Weight& head);

  std::span<float> logits(int i);
  std::span<const float> hidden(int i);

  // For the parts that families are made of.
  tensor::Compute& compute() { return compute_; }
  tensor::Buffer& x() { return x_; }
  tensor::Buffer& h() { return h_; }
  tensor::Buffer& result() { return result_; }
  int count() const { return count_; }  // rows of this pass
  const Row& row(int i) const { return rows_[static_cast<std::size_t>(i)]; }
  // body(i) for each row, on the pool where `width` floats a row make it worth.
  template <class Body>
  void for_rows(std::int64_t width, Body&& body) {
    compute_.for_each(count_, count_ > 1 && count_ * width >= kWorthSharing, [&](int i, float*) { body(i); });
  }

 private:
  void keep_hidden(std::span<const float> norm);

  Shape shape_;
  tensor::Compute compute_;
  int most_rows_, most_positions_, slots_;
  std::span<const Row> rows_;
  int count_ = 0;
  int wanted_ = 0;  // rows that want logits
  int kept_ = 0;    // rows that want their hidden state
  tensor::Buffer x_, h_, result_, gate_, up_, hidden_;
  std::vector<float> logits_;  // [wanted][vocabulary]
};

// The angles of the rows of a pass.
class Angles {
 public:
  Angles(const RopeScaling& scaling, int dims, int rows, std::span<const float> divisors = {});
  void prepare(const Pass& pass);
  // Turns the first `dims` of `values` by the position of the pass's row `index`, or back.
  void turn(Rope kind, float* values, int index) const;
  void turn_back(Rope kind, float* values, int index) const;
  void turn_by(Rope kind, float* values, int position) const;  // computes the angles anew

 private:
  std::vector<double> frequencies_;  // radians per position, one per pair
  double magnitude_;                 // of the turned pairs
  std::vector<float> cos_, sin_;     // [rows][pairs]
};

// Adjacent rows of one slot at ascending positions, which share a walk over its keys and values.
struct Tile {
  int first = 0;
  int rows = 0;
};
void cut_tiles(const Pass& pass, int most_rows, std::vector<Tile>& tiles);

}  // namespace sluice::engine::model
