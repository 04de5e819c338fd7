#include "engine/quantise/importance.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>

#include "engine/gguf/gguf.h"

namespace sluice::engine::quantise {
namespace {

constexpr std::string_view kSums = ".in_sum2", kCounts = ".counts";
constexpr std::int32_t kMostEntries = 1'000'000, kLongestName = 512, kMostValues = 1 << 28;
// A column that no text used still matters a little: the search needs positive weights.
constexpr float kLeastShare = 1e-4f;

Failure bad(std::string what, const std::string& path) {
  return fail("quantise.importance", std::move(what), path, "give what llama-imatrix wrote for this model");
}

std::vector<float> floats_of(const gguf::Tensor& tensor) {
  std::vector<float> values(tensor.elements);
  std::memcpy(values.data(), tensor.data, tensor.bytes);
  return values;
}

template <class T>
bool take(std::ifstream& in, T& value) {
  return static_cast<bool>(in.read(reinterpret_cast<char*>(&value), sizeof value));
}

}  // namespace

Result<Importance> Importance::read(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  char magic[4] = {};
  if (!in || !in.read(magic, sizeof magic)) return bad("the file can't be read", path);
  return std::memcmp(magic, "GGUF", sizeof magic) == 0 ? read_gguf(path) : read_old(path);
}

Result<Importance> Importance::read_gguf(const std::string& path) {
  SLUICE_TRY(const auto file, gguf::File::open(path));
  Importance importance;
  for (const gguf::Tensor& sums : file->tensors()) {
    if (!sums.name.ends_with(kSums)) continue;
    const std::string name(sums.name.substr(0, sums.name.size() - kSums.size()));
    const gguf::Tensor* counts = file->tensor(name + std::string(kCounts));
    if (!counts) return bad(name + " has sums but no counts", path);
    if (sums.type != gguf::TensorType::F32 || counts->type != gguf::TensorType::F32 ||
        sums.elements % counts->elements != 0)
      return bad("sums and counts of " + name + " don't fit together", path);
    std::vector<float> weights = floats_of(sums);
    const std::vector<float> count = floats_of(*counts);
    const std::size_t columns = weights.size() / count.size();
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const float times = count[i / columns];
      weights[i] = times > 0 ? weights[i] / times : 1.0f;
    }
    SLUICE_TRY_VOID(importance.add(name, std::move(weights), path));
  }
  if (importance.entries_.empty()) return bad("the file has no importance data", path);
  return importance;
}

Result<Importance> Importance::read_old(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  Importance importance;
  std::int32_t entries = 0;
  if (!take(in, entries) || entries < 1 || entries > kMostEntries)
    return bad("the file is neither GGUF nor of the older format of importance data", path);
  for (std::int32_t i = 0; i < entries; ++i) {
    std::int32_t length = 0, calls = 0, count = 0;
    const std::string what = "entry " + std::to_string(i);
    if (!take(in, length) || length < 1 || length > kLongestName) return bad(what + " has no proper name", path);
    std::string name(static_cast<std::size_t>(length), '\0');
    if (!in.read(name.data(), length) || !take(in, calls) || !take(in, count) || count < 1 || count > kMostValues)
      return bad(what + " is cut short or has no proper size", path);
    std::vector<float> weights;
    while (std::ssize(weights) < count) {  // in pieces, so that a wrong size needs no memory before the file ends
      const auto piece = std::min<std::ptrdiff_t>(count - std::ssize(weights), 1 << 16);
      weights.resize(weights.size() + static_cast<std::size_t>(piece));
      if (!in.read(reinterpret_cast<char*>(weights.data() + std::ssize(weights) - piece),
                   piece * static_cast<std::ptrdiff_t>(sizeof(float))))
        return bad("the file ends inside the values of " + what, path);
    }
    for (float& w : weights) w /= static_cast<float>(std::max(calls, 1));
    SLUICE_TRY_VOID(importance.add(std::move(name), std::move(weights), path));
  }
  return importance;
}

Status Importance::add(std::string name, std::vector<float> weights, const std::string& path) {
  double sum = 0;
  for (float w : weights) {
    if (!std::isfinite(w) || w < 0) return bad("a value of " + name + " is negative or no number", path);
    sum += static_cast<double>(w);
  }
  const auto mean = static_cast<float>(sum / static_cast<double>(weights.size()));
  for (float& w : weights) w = mean > 0 ? std::max(w / mean, kLeastShare) : 1.0f;
  if (!entries_.emplace(std::move(name), std::move(weights)).second)
    return bad("a matrix has importance data twice", path);
  return {};
}

Result<const std::vector<float>*> Importance::of(std::string_view tensor, std::uint64_t columns,
                                                 std::uint64_t matrices) const {
  const auto found = entries_.find(tensor);
  if (found == entries_.end()) return nullptr;
  const std::vector<float>& weights = found->second;
  if (weights.size() != columns && weights.size() != columns * matrices)
    return fail("quantise.importance",
                "the importance data have " + std::to_string(weights.size()) + " values for " +
                    std::string(tensor) + ", which has " + std::to_string(matrices) + " matrices of " +
                    std::to_string(columns) + " columns",
                "", "they were made for another model");
  return &weights;
}

}  // namespace sluice::engine::quantise
