// The lightning indexer (DeepSeek-AI 2025, DeepSeek-V3.2, section 2): a small attention without values that says
// which keys a query is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/tensor/compute.h"

namespace sluice::engine::model {

struct IndexQuery {
  const float* q = nullptr;        // [heads][dim]
  const float* weights = nullptr;  // [heads]
  int heads = 0;
  int dim = 0;
};

// Keys, adjacent: [count][dim], F32 or F16.
struct IndexKeys {
  const void* data = nullptr;
  bool exact = false;  // F32
  int count = 0;
};

// chosen = the `most` keys with the highest scores (of equal ones any), ascending; a key's score is the sum over
// the heads of weight * max(0, q . k). `scratch` has tensor::kAttentionScratch floats.
void choose_keys(const tensor::Kernels& kernels, const IndexQuery& query, const IndexKeys& keys, int most,
                 std::vector<int>& chosen, float* scratch);

}  // namespace sluice::engine::model
