#include "engine/describe.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "engine/model/cache.h"

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

// The DeepSeek line that an architecture and its sizes stand for; sizes are those of the published models.
std::string deepseek_of(const model::Shape& shape, bool r1) {
  if (shape.architecture == "deepseek4") return shape.blocks >= 61 ? "DeepSeek-V4-Pro" : "DeepSeek-V4";
  if (shape.architecture == "deepseek32") return "DeepSeek-V3.2";
  if (shape.mixture.gate == model::Gate::Sigmoid) return r1 ? "DeepSeek-R1" : "DeepSeek-V3";
  return shape.latent.q_rank == 0 ? "DeepSeek-V2-Lite" : "DeepSeek-V2";
}

// Whether a model is the original or was distilled is told by its names alone, so the words say no more than they
// do.
std::string family_of(const gguf::File& file, const model::Shape& shape) {
  const std::string names = all_names(file), &architecture = shape.architecture;
  const auto named = [&names](const char* part) { return names.find(part) != std::string::npos; };
  if (file.string("sluice.prompt_format") == "guide") return "Sluice guide (own, dense)";
  const bool mixture = shape.mixture.experts > 0;
  if (architecture.starts_with("deepseek")) return deepseek_of(shape, named("r1")) + " (full, mixture of experts)";
  if (named("deepseek-r1-distill"))
    return std::string("DeepSeek-R1-Distill-") + (architecture == "llama" ? "Llama" : "Qwen") +
           " (distilled, dense)";
  if (named("deepseek-r1-0528-qwen3")) return "DeepSeek-R1-0528-Qwen3 (distilled, dense)";
  std::string base(file.string("general.basename").value_or(""));
  if (base.empty()) base = architecture;
  return base + (named("distil") ? " (distilled, " : " (") + (mixture ? "mixture of experts)" : "dense)");
}

// Parameters that one token is multiplied with: all but the experts it does not use and the embedding's other
// rows.
std::uint64_t active_parameters(const gguf::File& file, const model::Shape& shape) {
  std::uint64_t active = 0;
  for (const gguf::Tensor& tensor : file.tensors()) {
    const bool table = tensor.name == "token_embd.weight" && file.tensor("output.weight");
    if (tensor.name.find("_exps.") != std::string_view::npos && shape.mixture.experts > 0)
      active += tensor.elements / static_cast<std::uint64_t>(shape.mixture.experts) *
                static_cast<std::uint64_t>(shape.mixture.used);
    else if (!table)
      active += tensor.elements;
  }
  return active;
}

// The part of a model that a tensor belongs to.
const char* group_of(std::string_view name) {
  const auto has = [name](const char* part) { return name.find(part) != std::string_view::npos; };
  if (has("_exps.")) return "experts";
  if (has("_shexp.")) return "shared experts";
  if (has("attn") || has("indexer")) return "attention";
  if (has("ffn") || has("exp_probs")) return "feed-forward";
  if (has("token_embd")) return "embedding";
  if (name.starts_with("output.")) return "head";
  return "rest";
}

// "Q4_K (84%), Q6_K (16%)": shares of the parameters, largest first; under half a percent left out. `group`: of
// one part of the model, or null for all of it.
std::string quantisation_of(const gguf::File& file, const char* group) {
  std::map<std::string, std::uint64_t> by_type;
  std::uint64_t parameters = 0;
  for (const gguf::Tensor& tensor : file.tensors()) {
    if (group && std::string_view(group) != group_of(tensor.name)) continue;
    by_type[gguf::tensor_type_info(tensor.type).name] += tensor.elements;
    parameters += tensor.elements;
  }
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
  info.active_parameters = active_parameters(file, shape);
  info.family = family_of(file, shape);
  info.quantisation = quantisation_of(file, nullptr);
  for (const char* group : {"embedding", "attention", "feed-forward", "experts", "shared experts", "head"})
    if (std::string types = quantisation_of(file, group); !types.empty())
      info.quantisation_by_part.emplace_back(group, std::move(types));
  info.file_bytes = file.size();
  info.context_trained = shape.context;
  if (model::check_kv_type(shape, model::KvType::Q8_0, false))
    info.kv_bytes_per_token_q8_0 = model::Cache::bytes_per_position(shape, model::KvType::Q8_0);
  info.vocabulary = shape.vocabulary;
  info.digest = file.digest();
  return info;
}

}  // namespace sluice::engine
