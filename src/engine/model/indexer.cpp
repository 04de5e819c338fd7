#include "engine/model/indexer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace sluice::engine::model {

void choose_keys(const tensor::Kernels& kernels, const IndexQuery& query, const IndexKeys& keys, int most,
                 std::vector<int>& chosen, float* scratch) {
  const auto type = keys.exact ? gguf::TensorType::F32 : gguf::TensorType::F16;
  const tensor::MatmulKernel kernel = kernels.matmul[static_cast<int>(type)];
  const std::size_t row = static_cast<std::size_t>(query.dim) * (keys.exact ? 4 : 2);
  tensor::Activations q;
  q.f32 = query.q;
  q.n = query.dim;
  q.count = query.heads;
  const int tile = static_cast<int>(tensor::kAttentionScratch) / query.heads;
  const float scale = 1.0f / std::sqrt(static_cast<float>(query.dim) * static_cast<float>(query.heads));
  std::vector<float> scores(static_cast<std::size_t>(keys.count), 0.0f);
  for (int begin = 0; begin < keys.count; begin += tile) {
    const int count = std::min(tile, keys.count - begin);
    kernel(static_cast<const std::uint8_t*>(keys.data) + static_cast<std::size_t>(begin) * row, row, count, q,
           scratch, static_cast<std::size_t>(count));
    for (int head = 0; head < query.heads; ++head) {
      const float weight = query.weights[head] * scale;
      for (int i = 0; i < count; ++i)
        scores[static_cast<std::size_t>(begin + i)] += weight * std::max(0.0f, scratch[head * count + i]);
    }
  }
  // Where no head looks at a key its score is 0 exactly, so that equal ones are common. Any of them may be chosen;
  // what the library's sort does with them is what llama.cpp has, with whose answers ours are compared.
  chosen.resize(scores.size());
  std::iota(chosen.begin(), chosen.end(), 0);
  std::partial_sort(chosen.begin(), chosen.begin() + most, chosen.end(), [&scores](int a, int b) {
    return scores[static_cast<std::size_t>(a)] > scores[static_cast<std::size_t>(b)];
  });
  chosen.resize(static_cast<std::size_t>(most));
  std::sort(chosen.begin(), chosen.end());
}

}  // namespace sluice::engine::model
