#include "engine/measure/importance.h"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/gguf/gguf.h"
#include "engine/measure/stretches.h"
#include "engine/model/model.h"
#include "engine/quantise/importance_writer.h"
#include "engine/tensor/compute.h"
#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine::measure {
namespace {

// Sums the squares by tensor. Weights are found by where they lie in the file.
class Collector {
 public:
  explicit Collector(const gguf::File& file) {
    for (const gguf::Tensor& tensor : file.tensors())
      if (tensor.dimensions >= 2) by_place_[tensor.data + tensor.bytes] = &tensor;
  }

  void see(const tensor::Weight& weight, const float* x, int rows) {
    const auto found = by_place_.upper_bound(weight.data);  // the first that ends behind it
    if (found == by_place_.end() || weight.data < found->second->data) return;
    const gguf::Tensor& tensor = *found->second;
    const auto columns = static_cast<std::size_t>(weight.columns);
    quantise::Sums& sums = sums_[std::string(tensor.name)];
    if (sums.counts.empty()) {
      sums.counts.resize(tensor.shape[2] * tensor.shape[3]);
      sums.squares.resize(sums.counts.size() * columns);
    }
    const auto row = static_cast<std::uint64_t>(weight.data - tensor.data) / weight.row_bytes;
    const std::uint64_t matrix = row / tensor.shape[1];
    float* squares = sums.squares.data() + matrix * columns;
    for (int r = 0; r < rows; ++r, x += columns)
      for (std::size_t c = 0; c < columns; ++c) squares[c] += x[c] * x[c];
    sums.counts[matrix] += static_cast<float>(rows);
  }

  const std::map<std::string, quantise::Sums, std::less<>>& sums() const { return sums_; }

 private:
  std::map<const std::uint8_t*, const gguf::Tensor*> by_place_;  // by the end of the data
  std::map<std::string, quantise::Sums, std::less<>> sums_;
};

void read(model::Model& model, const std::vector<std::int32_t>& tokens) {
  for (std::size_t begin = 0; begin < tokens.size(); begin += kRows) {
    const std::size_t end = std::min(tokens.size(), begin + kRows);
    std::vector<model::Row> rows;
    for (std::size_t i = begin; i < end; ++i) rows.push_back({tokens[i], 0, static_cast<int>(i), true});
    model.forward(rows);
  }
}

}  // namespace

Result<Measured> measure_importance(const ImportanceOptions& options,
                                    const std::function<void(int stretch, int of)>& watch) {
  SLUICE_TRY(const auto file, gguf::File::open(options.model));
  SLUICE_TRY(const model::Shape shape, model::read_shape(*file));
  SLUICE_TRY(const auto tokenizer, Tokenizer::create(*file));
  Measured measured;
  measured.context = std::min(options.context, shape.context);
  SLUICE_TRY(const auto stretches, stretches_of(*tokenizer, options.text, measured.context, options.stretches));
  Collector collector(*file);
  model::Options loading;
  loading.threads = options.threads;
  loading.context = measured.context;
  loading.rows = kRows;
  loading.watch = [&collector](const tensor::Weight& weight, const float* x, int rows) {
    collector.see(weight, x, rows);
  };
  SLUICE_TRY(const auto model, model::Model::load(*file, loading));
  for (const auto& tokens : stretches) {
    if (watch) watch(measured.stretches, static_cast<int>(stretches.size()));
    read(*model, tokens);
    ++measured.stretches;
    measured.tokens += std::ssize(tokens);
  }
  for (const auto& [name, sums] : collector.sums()) {
    measured.matrices += sums.counts.size();
    measured.untouched += static_cast<std::size_t>(std::count(sums.counts.begin(), sums.counts.end(), 0.0f));
  }
  SLUICE_TRY_VOID(quantise::write_importance(options.out, collector.sums(), options.text_name, measured.stretches,
                                             measured.context, options.force));
  return measured;
}

}  // namespace sluice::engine::measure
