#include "engine/describe.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace sluice::engine {
namespace {

// For comparison: lower case, with '-' for blanks and underscores.
std::string plain(std::string_view name) {
  std::string out;
  for (char c : name) {
    const bool separator = c == ' ' || c == '_';
    out += separator ? '-' : (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

std::string file_stem(const std::string& path) {
  std::string stem = path.substr(path.find_last_of('/') + 1);
  if (stem.ends_with(".gguf")) stem.resize(stem.size() - 5);
  return stem;
}

// The names that a file gives itself, most specific first.
std::string all_names(const gguf::File& file) {
  std::string names;
  for (const char* key : {"general.name", "general.basename", "general.finetune", "general.base_model.0.name"})
    names += plain(file.string(key).value_or("")) + " ";
  return names + plain(file_stem(file.name()));
}

// Whether a model is the original or was distilled is told by its names alone, so the words say no more than they
// do. What gets this far is dense: experts are refused when the shape is read.
std::string family_of(const gguf::File& file, const std::string& architecture) {
  const std::string names = all_names(file);
  const auto named = [&names](const char* part) { return names.find(part) != std::string::npos; };
  if (file.string("sluice.prompt_format") == "guide") return "Sluice guide (own, dense)";
  if (named("deepseek-r1-distill"))
    return std::string("DeepSeek-R1-Distill-") + (architecture == "qwen2" ? "Qwen" : "Llama") +
           " (distilled, dense)";
  std::string base(file.string("general.basename").value_or(""));
  if (base.empty()) base = architecture;
  return base + (named("distil") ? " (distilled, dense)" : " (dense)");
}

// "Q4_K (84%), Q6_K (16%)": shares of the parameters, largest first; under half a percent left out.
std::string quantisation_of(const gguf::File& file, std::uint64_t parameters) {
  std::map<std::string, std::uint64_t> by_type;
  for (const gguf::Tensor& tensor : file.tensors())
    by_type[gguf::tensor_type_info(tensor.type).name] += tensor.elements;
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [name, elements] : by_type) order.emplace_back(elements, name);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string out;
  for (const auto& [elements, name] : order) {
    const double share = 100.0 * static_cast<double>(elements) / static_cast<double>(parameters);
    if (share < 0.5) continue;
    out += (out.empty() ? "" : ", ") + name + " (" + std::to_string(static_cast<int>(share + 0.5)) + "%)";
  }
  return out;
}

}  // namespace

ModelInfo describe(const gguf::File& file, const model::Shape& shape) {
  ModelInfo info;
  info.name = file.string("general.name").value_or("");
  if (info.name.empty()) info.name = file_stem(file.name());
  info.architecture = shape.architecture;
  for (const gguf::Tensor& tensor : file.tensors()) info.parameters += tensor.elements;
  info.family = family_of(file, shape.architecture);
  info.quantisation = quantisation_of(file, info.parameters);
  info.file_bytes = file.bytes().size();
  info.context_trained = shape.context;
  info.vocabulary = shape.vocabulary;
  info.digest = file.digest();
  return info;
}

}  // namespace sluice::engine
