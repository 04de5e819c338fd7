// Floats to the quantised types of GGUF.
//
// What a block can hold is a scale (and a minimum) and small numbers; which ones are best is searched, as ggml's
// K-quants do (https://github.com/ggml-org/llama.cpp/pull/1684 and the importance matrix of pull 4861): for many
// trial scales the numbers are rounded, and the scale and minimum that fit these numbers best are the solution of
// a weighted least-squares problem. Without importance data the weights lean towards large values, which matter
// more in trained networks; with it the error is weighed by how strongly each column is used.
//
// A block is never worse than what rounding to the nearest with a scale from its largest value gives, measured by
// the sum of squared errors (times the importance, where there is one): that one is tried too, and kept if better.
#pragma once

#include <cstdint>

#include "engine/gguf/types.h"

namespace sluice::engine::quantise {

// F32, F16, BF16, Q8_0, Q6_K, Q5_K, Q5_1, Q5_0, Q4_K, MXFP4.
bool can_quantise(gguf::TensorType type);
// The largest magnitude that the type's scales hold for certain.
float largest_value(gguf::TensorType type);

// Preconditions: can_quantise(type); n is a multiple of the type's block; all values are finite and no larger than
// largest_value(); `out` has room for n elements. `importance`: n positive weights, or null. Pure; any thread.
void quantise_row(gguf::TensorType type, const float* x, int n, const float* importance, std::uint8_t* out);

// Rounding to the nearest with a scale from the largest value; what the tests measure against.
void round_row(gguf::TensorType type, const float* x, int n, std::uint8_t* out);

}  // namespace sluice::engine::quantise
