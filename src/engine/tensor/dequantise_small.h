// Dequantisation of the types of few bits; private to this room.
#pragma once

#include "engine/tensor/blocks.h"

namespace sluice::engine::tensor {

void dequantise(const BlockQ2_K& block, float* out);
void dequantise(const BlockQ3_K& block, float* out);
void dequantise(const BlockIQ4_NL& block, float* out);
void dequantise(const BlockIQ4_XS& block, float* out);
void dequantise(const BlockIQ2_XXS& block, float* out);
void dequantise(const BlockIQ2_XS& block, float* out);
void dequantise(const BlockIQ2_S& block, float* out);
void dequantise(const BlockIQ3_XXS& block, float* out);
void dequantise(const BlockIQ3_S& block, float* out);
void dequantise(const BlockIQ1_S& block, float* out);
void dequantise(const BlockIQ1_M& block, float* out);

}  // namespace sluice::engine::tensor
