// The inner loops, once per instruction set, behind one table. Every entry has a scalar version that is the
// reference of the tests and the fallback on processors without the instructions.
//
// A kernel's result for one row of activations does not depend on how many rows it is given: answers are the same
// whatever a request is batched with.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::engine::tensor {

// Rows of activations, `count` x `n`, contiguous. Quantised form (n a multiple of 32): element i of group g is
// about scale[g] * q[i]; sum[g] is scale[g] times the sum of the group's q. A kernel reads one form only.
struct Activations {
  const float* f32 = nullptr;      // [count][n]
  const std::int8_t* q = nullptr;  // [count][n], -127..127
  const float* scale = nullptr;    // [count][n / 32]
  const float* sum = nullptr;      // [count][n / 32]
  int n = 0;
  int count = 0;
};

// out[t * stride + i] = weight row i (of `rows`) times activation row t.
using MatmulKernel = void (*)(const std::uint8_t* weights, std::size_t row_bytes, int rows, const Activations& x,
                              float* out, std::size_t stride);

// Several queries against the keys and values of one head of one sequence; query j sees the first counts[j]
// positions. Row p of keys begins at k + p * stride.
struct Attention {
  const float* const* q = nullptr;  // [queries] -> [head_dim]
  float* const* out = nullptr;      // [queries] -> [head_dim]
  const int* counts = nullptr;      // [queries], >= 1
  int queries = 0;                  // 1 .. kMaxQueries
  const void* k = nullptr;          // F16, F32 or blocks of Q8_0
  const void* v = nullptr;
  std::size_t stride = 0;    // bytes
  int head_dim = 0;          // a multiple of 8 for all but the scalar kernels, of 32 for Q8_0; <= kMaxHeadDim
  float scale = 1;           // of the scores
  float* scratch = nullptr;  // [kAttentionScratch]
  int value_dim =
      0;  // of v and out, likewise a multiple of 8; 0: head_dim. Rows of v may be the beginnings of k's
  const float* sinks = nullptr;  // [queries] a score per query that takes weight and has no value; or null
  const void* const* rows =
      nullptr;  // keys and values lie at these places instead of k + p * stride and v + p * stride
};
inline constexpr int kMaxQueries = 32;
inline constexpr int kMaxHeadDim = 576;
inline constexpr int kKeyBlock = 32;              // keys taken at a time, at fixed positions
inline constexpr std::size_t kAttentionScratch =  // floats
    std::size_t{2} * kKeyBlock * kMaxHeadDim + std::size_t{2} * kMaxQueries;

inline constexpr int kTensorTypes = 40;  // gguf::TensorType numbers are below

struct Kernels {
  const char* name;                   // "avx2"
  MatmulKernel matmul[kTensorTypes];  // by the weights' type; null: weights are dequantised and multiplied as F32
  void (*quantise)(const float* x, int n, std::int8_t* q, float* scale, float* sum);
  void (*rms_norm)(const float* x, const float* weight, float epsilon, int n, float* out);
  void (*swiglu)(const float* gate, const float* up, int n, float* out);  // silu(gate) * up
  void (*add)(float* x, const float* y, int n);                           // x += y
  void (*to_half)(const float* x, int n, std::uint16_t* out);
  // Blocks of Q8_0, n a multiple of 32: d = max |x| / 127 as a half, q the integer nearest to x / d. A block with
  // a number that is not finite becomes NaN.
  void (*to_q8_0)(const float* x, int n, std::uint8_t* out);
  void (*attend_f16)(const Attention&);
  void (*attend_f32)(const Attention&);
  void (*attend_q8_0)(const Attention&);
};

const Kernels& scalar_kernels();
const Kernels* avx2_kernels();  // null if the processor or the build has no AVX2, FMA and F16C
const Kernels& best_kernels();  // chosen once by cpuid

}  // namespace sluice::engine::tensor
