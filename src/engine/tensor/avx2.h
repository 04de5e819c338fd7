// Entry points of the AVX2 files; private to this room. Call them only after the processor was checked.
#pragma once

#include "engine/tensor/kernels.h"

namespace sluice::engine::tensor {

void enter_avx2_matmul(Kernels& kernels);
void enter_avx2_levels(Kernels& kernels);
void enter_avx2_lattices(Kernels& kernels);  // once
void enter_avx2_vector(Kernels& kernels);
void enter_avx2_attention(Kernels& kernels);

}  // namespace sluice::engine::tensor
