// A trained model (../shared/weights) in every type that its sizes allow, against the ids its authors publish.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "engine/gguf/sample.h"
#include "engine/model/model.h"
#include "engine/tensor/random_weights.h"

namespace sluice::engine::model {
namespace {

using gguf::TensorType;

constexpr const char* kPath = "../shared/weights/stories260K-F32.gguf";
// Greedy continuation of BOS (id 1), from the README beside the file.
const std::vector<int> kIds{403, 407, 261, 378, 432, 383, 286, 261, 376, 298, 315, 421,
                            395, 317, 426, 338, 401, 396, 267, 337, 410, 408, 419, 292};

// The file with its matrices in another type, where a row is whole blocks of it.
std::string convert(const gguf::File& file, TensorType type) {
  gguf::Sample sample;
  sample.string("general.architecture", "llama");
  for (const char* key : {"block_count", "context_length", "embedding_length", "feed_forward_length",
                          "attention.head_count", "attention.head_count_kv", "rope.dimension_count"})
    sample.u32(std::string("llama.") + key,
               static_cast<std::uint32_t>(*file.unsigned_integer(std::string("llama.") + key)));
  for (const char* key : {"attention.layer_norm_rms_epsilon", "rope.freq_base"})
    sample.f32(std::string("llama.") + key, static_cast<float>(*file.number(std::string("llama.") + key)));
  for (const gguf::Tensor& tensor : file.tensors()) {
    const bool whole = tensor.shape[0] % gguf::tensor_type_info(type).block == 0;
    const TensorType to = tensor.dimensions == 2 && whole ? type : TensorType::F32;
    const std::vector<std::uint64_t> shape(tensor.shape.begin(), tensor.shape.begin() + tensor.dimensions);
    sample.tensor(tensor.name, shape, to,
                  tensor::encode(to, reinterpret_cast<const float*>(tensor.data), tensor.elements));
  }
  return sample.bytes();
}

std::vector<std::vector<float>> run(const gguf::File& file, bool exact) {
  Options options;
  options.context = 64;
  options.exact = exact;
  options.threads = 2;
  auto model = Model::load(file, options);
  REQUIRE_MESSAGE(model.has_value(), model.error().to_string());
  std::vector<Row> rows{{1, 0, 0, true}};
  for (std::size_t i = 0; i + 1 < kIds.size(); ++i) rows.push_back({kIds[i], 0, static_cast<int>(i + 1), true});
  (*model)->forward(rows);
  std::vector<std::vector<float>> logits;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::span<float> row = (*model)->logits(static_cast<int>(i));
    logits.emplace_back(row.begin(), row.end());
  }
  return logits;
}

std::vector<int> best(const std::vector<std::vector<float>>& logits) {
  std::vector<int> out;
  for (const auto& row : logits)
    out.push_back(static_cast<int>(std::max_element(row.begin(), row.end()) - row.begin()));
  return out;
}

double root_mean_square(const std::vector<std::vector<float>>& a, const std::vector<std::vector<float>>& b) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < a[i].size(); ++j, ++count)
      sum += std::pow(static_cast<double>(a[i][j] - b[i][j]), 2);
  return std::sqrt(sum / count);
}

}  // namespace

TEST_CASE(
    "the trained model gives its published ids in F32, F16, BF16, Q8_0 and Q4_0, each as close as its bits "
    "allow") {
  if (!std::ifstream(kPath)) {
    MESSAGE("SKIPPED: " << std::string(kPath) << " is not there");
    return;
  }
  auto file = gguf::File::open(kPath);
  REQUIRE(file.has_value());
  const auto truth = run(**file, true);
  CHECK(best(truth) == kIds);
  CHECK(best(run(**file, false)) == kIds);
  // Root mean square error of the logits, whose own spread is about 5. Half floats keep 11 bits, bfloat 8, Q8_0
  // about 8 per block, Q4_0 4.
  const std::pair<TensorType, double> types[] = {{TensorType::F32, 1e-4},
                                                 {TensorType::F16, 0.01},
                                                 {TensorType::BF16, 0.06},
                                                 {TensorType::Q8_0, 0.1},
                                                 {TensorType::Q4_0, 2}};
  for (const auto& [type, most] : types) {
    const std::string bytes = convert(**file, type);
    auto converted = gguf::File::from_bytes(bytes, "converted");
    REQUIRE_MESSAGE(converted.has_value(), converted.error().to_string());
    for (bool exact : {true, false}) {
      const auto logits = run(**converted, exact);
      const double error = root_mean_square(logits, truth);
      const std::string name = gguf::tensor_type_info(type).name;
      CAPTURE(name);
      CAPTURE(exact);
      INFO(error);
      CHECK(error <= most + (exact ? 0 : 0.03));
      if (type != TensorType::Q4_0) CHECK(best(logits) == kIds);
    }
  }
}

}  // namespace sluice::engine::model
