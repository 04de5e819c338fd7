// One block each; private to this room. `importance` is null or has the block's elements.
#pragma once

#include "engine/tensor/blocks.h"

namespace sluice::engine::quantise {

// How hard a block is tried.
enum class Effort { Rounded, Searched };

void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ8_0& out);
void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ5_0& out);
void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ5_1& out);
void fill(const float* x, const float* importance, Effort effort, tensor::BlockMXFP4& out);
void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ4_K& out);
void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ5_K& out);
void fill(const float* x, const float* importance, Effort effort, tensor::BlockQ6_K& out);

}  // namespace sluice::engine::quantise
