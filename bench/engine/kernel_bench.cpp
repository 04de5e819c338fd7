// Weights of each type times one row and 16 rows of activations, one thread: the kernels of this processor beside
// the way without one, in which weights are made floats first. README.md says how to run it.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "engine/tensor/dequantise.h"
#include "engine/tensor/kernels.h"
#include "engine/tensor/random_weights.h"

namespace {

using namespace sluice::engine::tensor;
using sluice::engine::gguf::TensorType;

constexpr int kColumns = 2048, kRows = 256, kMost = 16, kRuns = 30;

double seconds(const auto& body) {
  const auto begin = std::chrono::steady_clock::now();
  body();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

struct Input {
  std::vector<float> x, scale, sum;
  std::vector<std::int8_t> q;

  explicit Input(std::mt19937& random)
      : x(kColumns * kMost), scale(x.size() / 32), sum(x.size() / 32), q(x.size()) {
    std::normal_distribution<float> normal(0, 1);
    for (float& value : x) value = normal(random);
    best_kernels().quantise(x.data(), static_cast<int>(x.size()), q.data(), scale.data(), sum.data());
  }
  Activations rows(int count) const { return {x.data(), q.data(), scale.data(), sum.data(), kColumns, count}; }
};

void measure(TensorType type, const Input& input) {
  std::mt19937 random(3);
  std::vector<std::uint8_t> weights;
  for (int i = 0; i < kRows; ++i) {
    const auto row = random_row(type, kColumns, random);
    weights.insert(weights.end(), row.begin(), row.end());
  }
  const std::size_t row_bytes = weights.size() / kRows;
  const Kernels& kernels = best_kernels();
  std::vector<float> out(kRows * kMost), row(kColumns);
  std::printf("%-8s", sluice::engine::gguf::tensor_type_info(type).name);
  for (const int count : {1, kMost}) {
    double with = 1e9, without = 1e9;
    for (int run = 0; run < kRuns; ++run) {  // in turns, so that what else runs here meets both
      with = std::min(with, seconds([&] {
                        kernels.matmul[static_cast<int>(type)](weights.data(), row_bytes, kRows, input.rows(count),
                                                               out.data(), kRows);
                      }));
      without = std::min(without, seconds([&] {
                           for (int i = 0; i < kRows; ++i) {
                             dequantise(type, weights.data() + row_bytes * static_cast<std::size_t>(i), kColumns,
                                        row.data());
                             kernels.matmul[0](reinterpret_cast<const std::uint8_t*>(row.data()), 0, 1,
                                               input.rows(count), out.data() + i, kRows);
                           }
                         }));
    }
    const double products = double{kColumns} * kRows * count;
    std::printf("   %2d rows: %6.2f G/s, floats first %6.2f G/s, ratio %5.1f", count, products / with / 1e9,
                products / without / 1e9, without / with);
  }
  std::printf("\n");
}

}  // namespace

int main() {
  std::mt19937 random(1);
  const Input input(random);
  std::printf("%s; products of weights and activations a second\n", best_kernels().name);
  for (const TensorType type : kAllTypes)
    if (quantised(type)) measure(type, input);
}
