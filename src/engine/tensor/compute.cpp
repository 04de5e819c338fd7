#include "engine/tensor/compute.h"

#include <algorithm>

#include "base/check.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/dequantise.h"

namespace sluice::engine::tensor {
namespace {

// Below this many elements a step is over before another thread has noticed it.
constexpr std::int64_t kWorthSharing = 16 * 1024;
// Multiply-adds that a task should have at least: some microseconds.
constexpr std::int64_t kTaskWork = 64 * 1024;
constexpr int kTasksPerThread = 4;  // so that a late thread costs a quarter of its share at most

std::size_t at(int a, int b) { return static_cast<std::size_t>(a) * static_cast<std::size_t>(b); }

}  // namespace

Weight weight_of(const gguf::Tensor& tensor) {
  SLUICE_CHECK(supported(tensor.type) && tensor.dimensions == 2, "the loader checks tensors before it binds them");
  Weight weight;
  weight.data = tensor.data;
  weight.type = tensor.type;
  weight.columns = static_cast<int>(tensor.shape[0]);
  weight.rows = static_cast<int>(tensor.shape[1]);
  weight.row_bytes = tensor.bytes / tensor.shape[1];
  return weight;
}

Buffer::Buffer(int rows, int columns) : columns_(columns), f32_(at(rows, columns)) {
  if (columns % kGroup != 0) return;
  q_.resize(at(rows, columns));
  scale_.resize(at(rows, columns / kGroup));
  sum_.resize(at(rows, columns / kGroup));
}

std::uint64_t Buffer::bytes(int rows, int columns) {
  const auto elements = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns);
  return elements * sizeof(float) + elements + elements / kGroup * 2 * sizeof(float);
}

Compute::Compute(int threads, bool exact, const Kernels& kernels)
    : kernels_(kernels),
      exact_(exact),
      scratch_(static_cast<std::size_t>(threads), std::vector<float>(kAttentionScratch)),
      exact_row_(static_cast<std::size_t>(threads)),
      pool_(threads) {}

void Compute::quantise(Buffer& input, int rows) {
  const int n = input.columns_;
  SLUICE_CHECK(n % kGroup == 0, "rows of quantised weights are whole blocks");
  for_each(rows, rows > 1 && std::int64_t{rows} * n >= kWorthSharing, [&](int i, float*) {
    kernels_.quantise(input.row(i), n, input.q_.data() + at(i, n), input.scale_.data() + at(i, n / kGroup),
                      input.sum_.data() + at(i, n / kGroup));
  });
}

void Compute::multiply_rows(const Product& product, const Activations& x, int first, int count, int thread) {
  const Weight& w = *product.weight;
  const auto stride = static_cast<std::size_t>(w.rows);
  const std::uint8_t* data = w.data + static_cast<std::size_t>(first) * w.row_bytes;
  if (!exact_ || w.type == gguf::TensorType::F32) {
    kernels_.matmul[static_cast<int>(w.type)](data, w.row_bytes, count, x, product.out + first, stride);
  } else {
    std::vector<float>& row = exact_row_[static_cast<std::size_t>(thread)];
    if (row.size() < static_cast<std::size_t>(w.columns)) row.resize(static_cast<std::size_t>(w.columns));
    for (int i = 0; i < count; ++i) {
      dequantise(w.type, data + static_cast<std::size_t>(i) * w.row_bytes, w.columns, row.data());
      kernels_.matmul[static_cast<int>(gguf::TensorType::F32)](reinterpret_cast<const std::uint8_t*>(row.data()),
                                                               0, 1, x, product.out + first + i, stride);
    }
  }
  if (!product.bias) return;
  for (int t = 0; t < x.count; ++t) kernels_.add(product.out + at(t, w.rows) + first, product.bias + first, count);
}

void Compute::multiply(Buffer& input, int rows, std::span<const Product> products) {
  std::int64_t outputs = 0;
  bool any_quantised = false;
  for (const Product& product : products) {
    SLUICE_CHECK(product.weight->columns == input.columns_, "shapes were checked when the model was loaded");
    outputs += product.weight->rows;
    any_quantised = any_quantised || quantised(product.weight->type);
  }
  if (any_quantised && !exact_) quantise(input, rows);
  const Activations x{input.f32_.data(), input.q_.data(), input.scale_.data(),
                      input.sum_.data(), input.columns_,  rows};
  const std::int64_t row_work = std::max<std::int64_t>(std::int64_t{input.columns_} * rows, 1);
  const std::int64_t even = (outputs + threads() * kTasksPerThread - 1) / (threads() * kTasksPerThread);
  const std::int64_t least = (kTaskWork + row_work - 1) / row_work;
  const int per_task = static_cast<int>((std::max(even, least) + 7) / 8 * 8);
  int tasks = 0;
  for (const Product& product : products) tasks += (product.weight->rows + per_task - 1) / per_task;
  pool_.run(tasks, [&](int task, int thread) {
    for (const Product& product : products) {
      const int own = (product.weight->rows + per_task - 1) / per_task;
      if (task < own) {
        const int first = task * per_task;
        multiply_rows(product, x, first, std::min(per_task, product.weight->rows - first), thread);
        return;
      }
      task -= own;
    }
  });
}

void Compute::look_up(const Weight& table, int index, float* out) const {
  SLUICE_CHECK(index >= 0 && index < table.rows, "tokens are checked against the vocabulary before");
  dequantise(table.type, table.data + static_cast<std::size_t>(index) * table.row_bytes, table.columns, out);
}

void Compute::rms_norm(const Buffer& in, int rows, std::span<const float> weight, float epsilon, Buffer& out) {
  const int n = in.columns_;
  for_each(rows, rows > 1 && std::int64_t{rows} * n >= kWorthSharing,
           [&](int i, float*) { kernels_.rms_norm(in.row(i), weight.data(), epsilon, n, out.row(i)); });
}

void Compute::swiglu(const Buffer& gate, const Buffer& up, int rows, Buffer& out) {
  const int n = gate.columns_;
  for_each(rows, rows > 1 && std::int64_t{rows} * n >= kWorthSharing,
           [&](int i, float*) { kernels_.swiglu(gate.row(i), up.row(i), n, out.row(i)); });
}

void Compute::add(Buffer& x, const Buffer& y, int rows) {
  const int n = x.columns_;
  for_each(rows, rows > 1 && std::int64_t{rows} * n >= kWorthSharing,
           [&](int i, float*) { kernels_.add(x.row(i), y.row(i), n); });
}

}  // namespace sluice::engine::tensor
