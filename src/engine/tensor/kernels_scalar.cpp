// The reference of every kernel: plain loops that state what is computed.
#include <algorithm>
#include <cmath>
#include <cstring>

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

void to_q8_0(const float* x, int n, std::uint8_t* out) {
  for (int begin = 0; begin < n; begin += kGroup, x += kGroup, out += sizeof(BlockQ8_0)) {
    float largest = 0;
    bool finite = true;
    for (int i = 0; i < kGroup; ++i) {
      largest = std::max(largest, std::fabs(x[i]));
      finite = finite && std::isfinite(x[i]);
    }
    BlockQ8_0 block{};
    block.d = float_to_half(finite ? largest / 127.0f : NAN);
    const float d = half_to_float(block.d);
    for (int i = 0; i < kGroup && d > 0; ++i)
      // Where d is so small that half floats are far apart, x / d can be beyond 127.
      block.q[i] = static_cast<std::int8_t>(std::clamp(std::nearbyintf(x[i] / d), -127.0f, 127.0f));
    std::memcpy(out, &block, sizeof block);
  }
}

// A number of a row of keys or values.
struct ReadF32 {
  static float at(const std::uint8_t* row, int i) { return reinterpret_cast<const float*>(row)[i]; }
};
struct ReadF16 {
  static float at(const std::uint8_t* row, int i) {
    return half_to_float(reinterpret_cast<const std::uint16_t*>(row)[i]);
  }
};
struct ReadQ8_0 {
  static float at(const std::uint8_t* row, int i) {
    const BlockQ8_0& block = reinterpret_cast<const BlockQ8_0*>(row)[i / kGroup];
    return half_to_float(block.d) * static_cast<float>(block.q[i % kGroup]);
  }
};

// softmax(q K^T * scale) V, one pass for the maximum, one for the sum.
template <class Read>
void attend(const Attention& a) {
  const int width = a.value_dim > 0 ? a.value_dim : a.head_dim;
  const auto row = [&](const void* base, int p) {
    if (a.rows) return static_cast<const std::uint8_t*>(a.rows[p]);
    return static_cast<const std::uint8_t*>(base) + static_cast<std::size_t>(p) * a.stride;
  };
  for (int j = 0; j < a.queries; ++j) {
    const auto score = [&](int p) {
      const std::uint8_t* key = row(a.k, p);
      double total = 0;
      for (int i = 0; i < a.head_dim; ++i)
        total += static_cast<double>(a.q[j][i]) * static_cast<double>(Read::at(key, i));
      return static_cast<float>(total) * a.scale;
    };
    float largest = a.sinks ? a.sinks[j] : -INFINITY;
    for (int p = 0; p < a.counts[j]; ++p) largest = std::max(largest, score(p));
    float total = a.sinks ? std::exp(a.sinks[j] - largest) : 0.0f;
    std::fill_n(a.out[j], width, 0.0f);
    for (int p = 0; p < a.counts[j]; ++p) {
      const float weight = std::exp(score(p) - largest);
      const std::uint8_t* value = row(a.v, p);
      total += weight;
      for (int i = 0; i < width; ++i) a.out[j][i] += weight * Read::at(value, i);
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
  enter<TensorType::MXFP4>(kernels);
  enter<TensorType::Q2_K>(kernels);
  enter<TensorType::Q3_K>(kernels);
  enter<TensorType::IQ4_NL>(kernels);
  enter<TensorType::IQ4_XS>(kernels);
  enter<TensorType::IQ2_XXS>(kernels);
  enter<TensorType::IQ2_XS>(kernels);
  enter<TensorType::IQ2_S>(kernels);
  enter<TensorType::IQ3_XXS>(kernels);
  enter<TensorType::IQ3_S>(kernels);
  enter<TensorType::IQ1_S>(kernels);
  enter<TensorType::IQ1_M>(kernels);
  kernels.quantise = quantise;
  kernels.rms_norm = rms_norm;
  kernels.swiglu = swiglu;
  kernels.add = add;
  kernels.to_half = to_half;
  kernels.to_q8_0 = to_q8_0;
  kernels.attend_f16 = attend<ReadF16>;
  kernels.attend_f32 = attend<ReadF32>;
  kernels.attend_q8_0 = attend<ReadQ8_0>;
  return kernels;
}

}  // namespace

const Kernels& scalar_kernels() {
  static const Kernels kernels = make_kernels();
  return kernels;
}

}  // namespace sluice::engine::tensor
