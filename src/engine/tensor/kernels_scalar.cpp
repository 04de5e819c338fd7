// The reference of every kernel: plain loops that state what is computed.
#include <algorithm>
#include <cmath>

#include "engine/gguf/types.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/dequantise.h"
#include "engine/tensor/half.h"
#include "engine/tensor/kernels.h"

namespace sluice::engine::tensor {
namespace {

using gguf::TensorType;

constexpr int kTile = kSuper;  // weights dequantised at a time; a multiple of every block

template <TensorType type>
void matmul(const std::uint8_t* weights, std::size_t row_bytes, int rows, const Activations& x, float* out,
            std::size_t stride) {
  const gguf::TensorTypeInfo info = gguf::tensor_type_info(type);
  const int groups = x.n / kGroup;
  float w[kTile];
  for (int i = 0; i < rows; ++i) {
    const std::uint8_t* row = weights + row_bytes * static_cast<std::size_t>(i);
    for (int t = 0; t < x.count; ++t) {
      float total = 0;
      for (int begin = 0; begin < x.n; begin += kTile) {
        const int n = std::min(kTile, x.n - begin);
        dequantise(type, row + static_cast<std::size_t>(begin) / info.block * info.bytes, n, w);
        for (int e = 0; e < n; ++e) {
          const std::size_t at =
              static_cast<std::size_t>(t) * static_cast<std::size_t>(x.n) + static_cast<std::size_t>(begin + e);
          if (info.block == 1)
            total += w[e] * x.f32[at];
          else
            total += w[e] * (x.scale[t * groups + (begin + e) / kGroup] * static_cast<float>(x.q[at]));
        }
      }
      out[static_cast<std::size_t>(t) * stride + static_cast<std::size_t>(i)] = total;
    }
  }
}

// Groups whose largest magnitude is not a finite number become NaN, so that the damage shows in the logits.
void quantise(const float* x, int n, std::int8_t* q, float* scale, float* sum) {
  for (int g = 0; g < n / kGroup; ++g) {
    const float* group = x + g * kGroup;
    float largest = 0;
    bool finite = true;
    for (int i = 0; i < kGroup; ++i) {
      largest = std::max(largest, std::fabs(group[i]));
      finite = finite && std::isfinite(group[i]);
    }
    // Below 1e-30 the inverse would leave the range of a float; such a group is zero for all purposes.
    const float inverse = finite && largest > 1e-30f ? 127.0f / largest : 0.0f;
    scale[g] = !finite ? NAN : inverse > 0 ? largest / 127.0f : 0.0f;
    int total = 0;
    for (int i = 0; i < kGroup; ++i) {
      const int value = inverse > 0 ? static_cast<int>(std::nearbyintf(group[i] * inverse)) : 0;
      q[g * kGroup + i] = static_cast<std::int8_t>(value);
      total += value;
    }
    sum[g] = scale[g] * static_cast<float>(total);
  }
}

// Zhang and Sennrich 2019, Root Mean Square Layer Normalization: x / sqrt(mean(x^2) + epsilon) * weight.
void rms_norm(const float* x, const float* weight, float epsilon, int n, float* out) {
  double squares = 0;
  for (int i = 0; i < n; ++i) squares += static_cast<double>(x[i]) * static_cast<double>(x[i]);
  const auto factor = static_cast<float>(1.0 / std::sqrt(squares / n + static_cast<double>(epsilon)));
  for (int i = 0; i < n; ++i) out[i] = x[i] * factor * weight[i];
}

// Shazeer 2020, GLU Variants Improve Transformer: silu(gate) * up with silu(z) = z / (1 + exp(-z)).
void swiglu(const float* gate, const float* up, int n, float* out) {
  for (int i = 0; i < n; ++i) out[i] = gate[i] / (1.0f + std::exp(-gate[i])) * up[i];
}

void add(float* x, const float* y, int n) {
  for (int i = 0; i < n; ++i) x[i] += y[i];
}

void to_half(const float* x, int n, std::uint16_t* out) {
  for (int i = 0; i < n; ++i) out[i] = float_to_half(x[i]);
}

float to_float(float value) { return value; }
float to_float(std::uint16_t value) { return half_to_float(value); }

// softmax(q K^T * scale) V, one pass for the maximum, one for the sum.
template <class Element>
void attend(const Attention& a) {
  const int width = a.value_dim > 0 ? a.value_dim : a.head_dim;
  const auto row = [&](const void* base, int p) {
    if (a.rows) return static_cast<const Element*>(a.rows[p]);
    return static_cast<const Element*>(base) + static_cast<std::size_t>(p) * a.stride;
  };
  for (int j = 0; j < a.queries; ++j) {
    const auto score = [&](int p) {
      const Element* key = row(a.k, p);
      double total = 0;
      for (int i = 0; i < a.head_dim; ++i)
        total += static_cast<double>(a.q[j][i]) * static_cast<double>(to_float(key[i]));
      return static_cast<float>(total) * a.scale;
    };
    float largest = a.sinks ? a.sinks[j] : -INFINITY;
    for (int p = 0; p < a.counts[j]; ++p) largest = std::max(largest, score(p));
    float total = a.sinks ? std::exp(a.sinks[j] - largest) : 0.0f;
    std::fill_n(a.out[j], width, 0.0f);
    for (int p = 0; p < a.counts[j]; ++p) {
      const float weight = std::exp(score(p) - largest);
      const Element* value = row(a.v, p);
      total += weight;
      for (int i = 0; i < width; ++i) a.out[j][i] += weight * to_float(value[i]);
    }
    for (int i = 0; i < width; ++i) a.out[j][i] /= total;
  }
}

template <TensorType type>
void enter(Kernels& kernels) {
  kernels.matmul[static_cast<int>(type)] = matmul<type>;
}

Kernels make_kernels() {
  Kernels kernels{};
  kernels.name = "scalar";
  enter<TensorType::F32>(kernels);
  enter<TensorType::F16>(kernels);
  enter<TensorType::BF16>(kernels);
  enter<TensorType::Q4_0>(kernels);
  enter<TensorType::Q4_1>(kernels);
  enter<TensorType::Q5_0>(kernels);
  enter<TensorType::Q5_1>(kernels);
  enter<TensorType::Q8_0>(kernels);
  enter<TensorType::Q4_K>(kernels);
  enter<TensorType::Q5_K>(kernels);
  enter<TensorType::Q6_K>(kernels);
  kernels.quantise = quantise;
  kernels.rms_norm = rms_norm;
  kernels.swiglu = swiglu;
  kernels.add = add;
  kernels.to_half = to_half;
  kernels.attend_f16 = attend<std::uint16_t>;
  kernels.attend_f32 = attend<float>;
  return kernels;
}

}  // namespace

const Kernels& scalar_kernels() {
  static const Kernels kernels = make_kernels();
  return kernels;
}

}  // namespace sluice::engine::tensor
