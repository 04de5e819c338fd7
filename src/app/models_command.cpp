#include <cstdio>
#include <optional>
#include <string_view>
#include <vector>

#include "app/commands.h"
#include "engine/builtin/builtin.h"
#include "engine/engine.h"
#include "engine/logits.h"
#include "engine/model_set.h"
#include "json/writer.h"

namespace sluice::app {
namespace {

void write_ids(json::Writer& w, std::string_view name, const std::vector<int>& ids) {
  w.key(name).array();
  for (int id : ids) w.value(id);
  w.end();
}

void write_nll(json::Writer& w, std::string_view name, const std::optional<double>& nll) {
  w.key(name);
  if (nll)
    w.value(*nll);
  else
    w.null();
}

std::string to_json(const engine::LogitsResult& result, const LogitsOptions& options) {
  json::Writer w;
  w.object().member("model", options.file).member("architecture", result.architecture);
  w.member("mode", options.exact ? "exact" : "fast").member("kv_cache", options.exact ? "f32" : options.kv_cache);
  write_ids(w, "tokens", result.tokens);
  write_nll(w, "mean_nll", result.mean_nll);
  w.member("continued", options.force.empty() ? "greedy" : "forced");
  write_ids(w, "continuation", result.continuation);
  write_nll(w, "continuation_nll", result.continuation_nll);
  w.member("text", result.text);
  w.key("top").array();
  for (const engine::TopLogits& position : result.top) {
    w.array();
    for (const auto& [token, logit] : position) w.array().value(token).value(static_cast<double>(logit)).end();
    w.end();
  }
  w.end().end();
  return w.take();
}

}  // namespace

int models_logits(const LogitsOptions& options) {
  engine::LogitsRequest request;
  request.path = options.file;
  request.tokens = options.tokens;
  if (!options.prompt_file.empty()) {
    auto text = read_input(options.prompt_file);
    if (!text) return complain(text.error());
    request.prompt = std::move(*text);
  } else if (options.tokens.empty()) {
    request.prompt = options.prompt;
  }
  if (!options.grammar.empty()) {
    auto text = read_input(options.grammar);
    if (!text) return complain(text.error());
    request.grammar = std::move(*text);
  }
  request.plain = options.plain;
  request.forced = options.force;
  request.predict = options.predict;
  request.top = options.top;
  request.all_positions = options.all;
  request.exact = options.exact;
  request.kv_type = *engine::model::kv_type_called(options.kv_cache);
  request.threads = options.threads;
  request.chunk = options.chunk;
  const auto result = engine::compute_logits(request);
  if (!result) return complain(result.error());
  std::printf("%s\n", to_json(*result, options).c_str());
  return 0;
}

int models_inspect(const std::string& file) {
  engine::LoadOptions options;
  options.threads = 1;
  options.slots = 1;
  if (file == "builtin:guide") {
    options.embedded = engine::guide_gguf();
    options.embedded_name = file;
  } else {
    options.path = file;
  }
  const auto examined = engine::inspect(options);
  if (!examined) return complain(examined.error());
  const engine::ModelInfo& m = examined->info;
  std::printf("name            %s\narchitecture    %s\nfamily          %s\nquantisation    %s\n", m.name.c_str(),
              m.architecture.c_str(), m.family.c_str(), m.quantisation.c_str());
  for (const auto& [part, types] : m.quantisation_by_part)
    std::printf("  %-13s %s\n", part.c_str(), types.c_str());
  std::printf("parameters      %llu, %llu of them active per token\nfile            %llu bytes, %s\n",
              (unsigned long long)m.parameters, (unsigned long long)m.active_parameters,
              (unsigned long long)m.file_bytes, m.digest.c_str());
  std::printf("context         %d positions as trained, %d by default\n", m.context_trained, m.context);
  std::printf("KV cache        %llu bytes per position", (unsigned long long)m.kv_bytes_per_token);
  if (m.kv_bytes_per_token_q8_0 > 0)
    std::printf(", %llu with kv_cache: q8_0", (unsigned long long)m.kv_bytes_per_token_q8_0);
  std::printf("\nvocabulary      %d tokens\nprompt format   %s\n", m.vocabulary, m.prompt_format.c_str());
  const engine::Footprint& f = examined->footprint;
  std::printf("memory          %llu bytes for a job of %d positions: file %llu + KV cache %llu + buffers %llu\n",
              (unsigned long long)f.bytes(), m.context, (unsigned long long)f.weights, (unsigned long long)f.cache,
              (unsigned long long)f.buffers);
  if (const auto available = engine::available_memory(); available && *available < f.bytes())
    std::printf("                which does not fit: %llu are available\n", (unsigned long long)*available);
  return 0;
}

}  // namespace sluice::app
