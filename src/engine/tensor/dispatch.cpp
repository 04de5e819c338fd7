// Chooses the kernels by what the processor can do.
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "engine/tensor/avx2.h"
#include "engine/tensor/kernels.h"

namespace sluice::engine::tensor {
namespace {

#if defined(__x86_64__)
bool has_avx2() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  const bool half = __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
  // These two also ask whether the operating system saves the wide registers.
  return half && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

Kernels make_avx2() {
  Kernels kernels = scalar_kernels();
  kernels.name = "avx2";
  enter_avx2_matmul(kernels);
  enter_avx2_levels(kernels);
  enter_avx2_lattices(kernels);
  enter_avx2_vector(kernels);
  enter_avx2_attention(kernels);
  return kernels;
}
#endif

}  // namespace

const Kernels* avx2_kernels() {
#if defined(__x86_64__)
  static const bool present = has_avx2();
  if (!present) return nullptr;
  static const Kernels kernels = make_avx2();
  return &kernels;
#else
  return nullptr;
#endif
}

const Kernels& best_kernels() {
  static const Kernels& best = avx2_kernels() ? *avx2_kernels() : scalar_kernels();
  return best;
}

}  // namespace sluice::engine::tensor
