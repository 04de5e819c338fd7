// Weights of any supported type as floats.
#pragma once

#include <cstdint>
#include <string>

#include "engine/gguf/types.h"

namespace sluice::engine::tensor {

// The types that this build computes with.
bool supported(gguf::TensorType type);
std::string supported_names();  // "F32, F16, Q4_K"
// These weights have kernels that multiply them with quantised activations; others are dequantised for it.
bool quantised(gguf::TensorType type);

// Precondition: supported(type); n is a multiple of the type's block; `row` holds n elements.
void dequantise(gguf::TensorType type, const std::uint8_t* row, int n, float* out);

// The 6-bit scales and minima of the 8 groups of a Q4_K or Q5_K block.
void unpack_scales(const std::uint8_t packed[12], std::uint8_t scales[8], std::uint8_t minima[8]);

}  // namespace sluice::engine::tensor
