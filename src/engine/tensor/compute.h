// Matrix operations on the pool: what a model file is written in. Shapes are [rows][columns], rows contiguous.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "engine/gguf/gguf.h"
#include "engine/tensor/kernels.h"
#include "engine/tensor/pool.h"

namespace sluice::engine::tensor {

// A weight matrix inside the mapped file: `rows` outputs of `columns` inputs.
struct Weight {
  const std::uint8_t* data = nullptr;
  gguf::TensorType type = gguf::TensorType::F32;
  int rows = 0;
  int columns = 0;
  std::size_t row_bytes = 0;
};

// Matrix `index` of a tensor of matrices. Precondition: a supported type, and sizes that fit an int.
Weight weight_of(const gguf::Tensor& tensor, int index);

// Rows of activations with room for their int8 form.
class Buffer {
 public:
  Buffer() = default;
  Buffer(int rows, int columns);  // columns of every row
  float* row(int i) { return f32_.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(columns_); }
  const float* row(int i) const {
    return f32_.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(columns_);
  }
  int columns() const { return columns_; }
  // Rows of fewer columns than it was made for, one after another; what it held is lost.
  void set_columns(int columns);
  static std::uint64_t bytes(int rows, int columns);  // at most

 private:
  friend class Compute;
  int columns_ = 0;
  std::vector<float> f32_;
  struct Int8 {
    std::vector<std::int8_t> q;
    std::vector<float> scale, sum;
  };
  Int8 coarse_, rest_;  // rest: what coarse leaves, as int8 again; empty until it is needed
};

// One product of a step: out = input * weight^T + bias, for all rows of the input or for some.
struct Product {
  const Weight* weight = nullptr;
  float* out = nullptr;         // [rows of input][weight->rows]
  const float* bias = nullptr;  // [weight->rows] or null
  int first = 0;                // rows [first, first + rows) of input and out; others stay as they are
  int rows = -1;                // -1: all
};

// Sees what meets a weight, before it is multiplied: `rows` rows of weight.columns floats, one after another.
using Watch = std::function<void(const Weight& weight, const float* x, int rows)>;

// Owns nothing of a model. Used by one thread at a time.
class Compute {
 public:
  // exact: F32 activations against dequantised weights, the reference numbers.
  Compute(int threads, bool exact, const Kernels& kernels = best_kernels());

  int threads() const { return pool_.threads(); }
  bool exact() const { return exact_; }
  const Kernels& kernels() const { return kernels_; }
  // On the fast path activations are int8 twice, the second time what the first leaves: about 16 bits, at twice
  // the arithmetic for the same weights read. For models whose choices between near equals hang on it.
  void set_fine(bool fine) { fine_ = fine; }

  // Called by multiply() on its caller's thread; for tools that measure what a model does.
  void set_watch(Watch watch) { watch_ = std::move(watch); }

  // All products read the same input rows [0, rows), which are quantised once if any weight is.
  void multiply(Buffer& input, int rows, std::span<const Product> products);
  // out = input * weight, for inputs as wide as the weight has rows: [rows][weight->columns]. The products' biases
  // are not used.
  void multiply_transposed(const Buffer& input, int rows, std::span<const Product> products);
  void look_up(const Weight& table, int index, float* out) const;  // one row of an embedding
  void rms_norm(const Buffer& in, int rows, std::span<const float> weight, float epsilon, Buffer& out);
  // `limit` > 0: the gate is cut above it, `up` at both sides of it.
  void swiglu(Buffer& gate, Buffer& up, int rows, Buffer& out, float limit = 0);
  void add(Buffer& x, const Buffer& y, int rows);
  // body(i, scratch) for i in [0, count), on the pool if there are many. `scratch` has kAttentionScratch floats.
  template <class Body>
  void for_each(int count, bool parallel, Body&& body) {
    if (!parallel) {
      for (int i = 0; i < count; ++i) body(i, scratch_[0].data());
      return;
    }
    pool_.run(count, [&](int i, int thread) { body(i, scratch_[static_cast<std::size_t>(thread)].data()); });
  }

 private:
  void quantise(Buffer& input, int rows);
  void quantise_row(Buffer& input, int i, float* scratch);
  Activations activations(const Buffer& input, const Buffer::Int8& form, int first, int rows) const;
  struct Task {  // some outputs of a product
    const Product* product;
    int first, count;
  };
  void share_out(std::span<const Product> products, int rows);
  void multiply_rows(const Task& task, const Buffer& input, int rows, int thread);
  void multiply_kernel(const Task& task, const Buffer& input, int rows, float* out, float* scratch);
  void multiply_floats(const Task& task, const Activations& x, float* out, int thread);

  const Kernels& kernels_;
  bool exact_;
  bool fine_ = false;
  Watch watch_;
  std::vector<std::vector<float>> scratch_;  // one per thread
  std::vector<std::vector<float>> row_;      // of weights or activations, one per thread
  std::vector<Task> tasks_;                  // of the current step
  Pool pool_;                                // last: its threads end before what they use
};

}  // namespace sluice::engine::tensor
