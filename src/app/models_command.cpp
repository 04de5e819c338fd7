#include <cstdio>

#include "app/commands.h"
#include "engine/builtin/builtin.h"
#include "engine/engine.h"

namespace sluice::app {

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
  auto engine = engine::Engine::load(options);
  if (!engine) return complain(engine.error());
  const engine::ModelInfo& m = (*engine)->info();
  std::printf("name            %s\narchitecture    %s\nfamily          %s\nquantisation    %s\n", m.name.c_str(),
              m.architecture.c_str(), m.family.c_str(), m.quantisation.c_str());
  std::printf("parameters      %llu\nfile            %llu bytes, %s\n", (unsigned long long)m.parameters,
              (unsigned long long)m.file_bytes, m.digest.c_str());
  std::printf("context         %d positions as trained, %d by default\n", m.context_trained, m.context);
  std::printf("KV cache        %llu bytes per position\nvocabulary      %d tokens\nprompt format   %s\n",
              (unsigned long long)m.kv_bytes_per_token, m.vocabulary, m.prompt_format.c_str());
  return 0;
}

}  // namespace sluice::app
