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

Weight weight_of(const gguf::Tensor& tensor, int index) {
  SLUICE_CHECK(supported(tensor.type), "the loader checks tensors before it binds them");
  Weight weight;
  weight.type = tensor.type;
  weight.columns = static_cast<int>(tensor.shape[0]);
  weight.rows = static_cast<int>(tensor.shape[1]);
  weight.row_bytes = tensor.bytes / tensor.rows();
  weight.data = tensor.data + weight.row_bytes * tensor.shape[1] * static_cast<std::size_t>(index);
  return weight;
}

Buffer::Buffer(int rows, int columns) : columns_(columns), f32_(at(rows, columns)) {
  coarse_.q.resize(f32_.size());
  coarse_.scale.resize(f32_.size() / kGroup);
  coarse_.sum.resize(f32_.size() / kGroup);
}

void Buffer::set_columns(int columns) {
  columns_ = columns;
  SLUICE_CHECK(columns >= 0, "widths are checked when a model is loaded");
}

std::uint64_t Buffer::bytes(int rows, int columns) {
  const auto elements = static_cast<std::uint64_t>(rows) * static_cast<std::uint64_t>(columns);
  const std::uint64_t int8 = elements + elements / kGroup * 2 * sizeof(float);
  return elements * sizeof(float) + 2 * int8;
}

Compute::Compute(int threads, bool exact, const Kernels& kernels)
    : kernels_(kernels),
      exact_(exact),
      scratch_(static_cast<std::size_t>(threads), std::vector<float>(kAttentionScratch)),
      row_(static_cast<std::size_t>(threads)),
      pool_(threads) {}

void Compute::quantise_row(Buffer& input, int i, float* scratch) {
  const int n = input.columns_, groups = n / kGroup;
  const auto to = [&](const float* x, Buffer::Int8& form) {
    kernels_.quantise(x, n, form.q.data() + at(i, n), form.scale.data() + at(i, groups),
                      form.sum.data() + at(i, groups));
  };
  to(input.row(i), input.coarse_);
  if (!fine_) return;
  const std::int8_t* q = input.coarse_.q.data() + at(i, n);
  const float *x = input.row(i), *scale = input.coarse_.scale.data() + at(i, groups);
  for (int e = 0; e < n; ++e) scratch[e] = x[e] - scale[e / kGroup] * static_cast<float>(q[e]);
  to(scratch, input.rest_);
}

void Compute::quantise(Buffer& input, int rows) {
  const int n = input.columns_;
  SLUICE_CHECK(n % kGroup == 0, "rows of quantised weights are whole blocks");
  if (fine_ && input.rest_.q.empty()) input.rest_ = input.coarse_;
  const bool parallel = rows > 1 && std::int64_t{rows} * n >= kWorthSharing;
  const auto body = [&](int i, int thread) {
    std::vector<float>& rest = row_[static_cast<std::size_t>(thread)];
    if (rest.size() < static_cast<std::size_t>(n)) rest.resize(static_cast<std::size_t>(n));
    quantise_row(input, i, rest.data());
  };
  if (parallel) return pool_.run(rows, body);
  for (int i = 0; i < rows; ++i) body(i, 0);
}

Activations Compute::activations(const Buffer& input, const Buffer::Int8& form, int first, int rows) const {
  const int n = input.columns_, groups = n / kGroup;
  return {input.row(first),
          form.q.data() + at(first, n),
          form.scale.data() + at(first, groups),
          form.sum.data() + at(first, groups),
          n,
          rows};
}

void Compute::multiply_kernel(const Task& task, const Buffer& input, int rows, float* out, float* scratch) {
  const Weight& w = *task.product->weight;
  const MatmulKernel kernel = kernels_.matmul[static_cast<int>(w.type)];
  const std::uint8_t* data = w.data + static_cast<std::size_t>(task.first) * w.row_bytes;
  const auto stride = static_cast<std::size_t>(w.rows);
  const int first = task.product->first;
  kernel(data, w.row_bytes, task.count, activations(input, input.coarse_, first, rows), out, stride);
  if (!fine_ || !quantised(w.type)) return;
  // The rest is multiplied by some rows at a time, whose results fit the scratch.
  const int most = std::max(static_cast<int>(kAttentionScratch) / task.count, 1);
  for (int t = 0; t < rows; t += most) {
    const int count = std::min(most, rows - t);
    const Activations rest = activations(input, input.rest_, first + t, count);
    kernel(data, w.row_bytes, task.count, rest, scratch, static_cast<std::size_t>(task.count));
    for (int j = 0; j < count; ++j) kernels_.add(out + at(t + j, w.rows), scratch + at(j, task.count), task.count);
  }
}

void Compute::multiply_floats(const Task& task, const Activations& x, float* out, int thread) {
  const Weight& w = *task.product->weight;
  const MatmulKernel kernel = kernels_.matmul[static_cast<int>(gguf::TensorType::F32)];
  std::vector<float>& row = row_[static_cast<std::size_t>(thread)];
  if (row.size() < static_cast<std::size_t>(w.columns)) row.resize(static_cast<std::size_t>(w.columns));
  for (int i = 0; i < task.count; ++i) {
    dequantise(w.type, w.data + static_cast<std::size_t>(task.first + i) * w.row_bytes, w.columns, row.data());
    kernel(reinterpret_cast<const std::uint8_t*>(row.data()), 0, 1, x, out + i, static_cast<std::size_t>(w.rows));
  }
}

void Compute::multiply_rows(const Task& task, const Buffer& input, int rows, int thread) {
  const Product& product = *task.product;
  const Weight& w = *product.weight;
  if (product.rows >= 0) rows = product.rows;
  float* out = product.out + at(product.first, w.rows) + task.first;
  const bool kernel = kernels_.matmul[static_cast<int>(w.type)] != nullptr;
  if (w.type == gguf::TensorType::F32 || (kernel && !exact_))
    multiply_kernel(task, input, rows, out, scratch_[static_cast<std::size_t>(thread)].data());
  else
    multiply_floats(task, activations(input, input.coarse_, product.first, rows), out, thread);
  if (!product.bias) return;
  for (int t = 0; t < rows; ++t)
    for (int i = 0; i < task.count; ++i)
      out[at(t, w.rows) + static_cast<std::size_t>(i)] += product.bias[task.first + i];
}

// Cuts the products into tasks of about the same work.
void Compute::share_out(std::span<const Product> products, int rows) {
  const auto work = [&](const Product& product) {  // per output
    return std::int64_t{product.weight->columns} * (product.rows < 0 ? rows : product.rows);
  };
  std::int64_t total = 0;
  for (const Product& product : products) total += work(product) * product.weight->rows;
  const std::int64_t share = std::max(total / (threads() * kTasksPerThread), kTaskWork);
  tasks_.clear();
  for (const Product& product : products) {
    if (work(product) == 0) continue;
    const std::int64_t outputs = (share / work(product) + 7) / 8 * 8;
    const int per_task = static_cast<int>(std::clamp<std::int64_t>(outputs, 8, product.weight->rows + 8));
    for (int first = 0; first < product.weight->rows; first += per_task)
      tasks_.push_back({&product, first, std::min(per_task, product.weight->rows - first)});
  }
}

void Compute::multiply(Buffer& input, int rows, std::span<const Product> products) {
  bool any_quantised = false;
  for (const Product& product : products) {
    SLUICE_CHECK(product.weight->columns == input.columns_, "the loader checks shapes");
    any_quantised = any_quantised || quantised(product.weight->type);
    if (watch_) watch_(*product.weight, input.row(product.first), product.rows < 0 ? rows : product.rows);
  }
  if (any_quantised && !exact_) quantise(input, rows);
  share_out(products, rows);
  pool_.run(static_cast<int>(tasks_.size()),
            [&](int i, int thread) { multiply_rows(tasks_[static_cast<std::size_t>(i)], input, rows, thread); });
}

void Compute::multiply_transposed(const Buffer& input, int rows, std::span<const Product> products) {
  pool_.run(static_cast<int>(products.size()), [&](int i, int thread) {
    const Product& product = products[static_cast<std::size_t>(i)];
    const Weight& w = *product.weight;
    const int count = product.rows < 0 ? rows : product.rows;
    std::vector<float>& row = row_[static_cast<std::size_t>(thread)];
    if (row.size() < static_cast<std::size_t>(w.columns)) row.resize(static_cast<std::size_t>(w.columns));
    std::fill_n(product.out + at(product.first, w.columns), at(count, w.columns), 0.0f);
    for (int r = 0; r < w.rows; ++r) {
      dequantise(w.type, w.data + static_cast<std::size_t>(r) * w.row_bytes, w.columns, row.data());
      for (int t = product.first; t < product.first + count; ++t) {
        const float x = input.row(t)[r];
        float* out = product.out + at(t, w.columns);
        for (int c = 0; c < w.columns; ++c) out[c] += x * row[static_cast<std::size_t>(c)];
      }
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

void Compute::swiglu(Buffer& gate, Buffer& up, int rows, Buffer& out, float limit) {
  const int n = gate.columns_;
  for_each(rows, rows > 1 && std::int64_t{rows} * n >= kWorthSharing, [&](int i, float*) {
    float *g = gate.row(i), *u = up.row(i);
    for (int e = 0; e < n && limit > 0; ++e) {
      g[e] = std::min(g[e], limit);
      u[e] = std::clamp(u[e], -limit, limit);
    }
    kernels_.swiglu(g, u, n, out.row(i));
  });
}

void Compute::add(Buffer& x, const Buffer& y, int rows) {
  const int n = x.columns_;
  for_each(rows, rows > 1 && std::int64_t{rows} * n >= kWorthSharing,
           [&](int i, float*) { kernels_.add(x.row(i), y.row(i), n); });
}

}  // namespace sluice::engine::tensor
