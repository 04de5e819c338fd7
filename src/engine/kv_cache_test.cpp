// The engine with keys and values in Q8_0: the same words whatever of a prompt comes from where, and pages on disk
// that no cache of another type takes for its own.
#include <doctest/doctest.h>

#include <fstream>

#include "base/test_folder.h"
#include "engine/engine.h"
#include "engine/logits.h"
#include "engine/model_set.h"
#include "engine/test_answer.h"

namespace sluice::engine {
namespace {

using model::KvType;

constexpr const char* kFolder = "../shared/engine/";
constexpr const char* kFiles[] = {"tiny-llama-Q8_0", "tiny-qwen2-Q4_K_M", "tiny-qwen3-Q8_0",
                                  "tiny-deepseek2-Q4_K_M", "tiny-deepseek4-MXFP4_MOE"};

LoadOptions options_of(const std::string& name, KvType kv_type) {
  LoadOptions options;
  options.path = kFolder + name + ".gguf";
  options.threads = 2;
  options.context = 1024;
  options.kv_type = kv_type;
  options.cache_bytes = 32 << 20;
  options.cache_tenants = {"acme"};
  return options;
}

bool there(const std::string& name) {
  if (std::ifstream(kFolder + name + ".gguf")) return true;
  MESSAGE("SKIPPED: " << name << " is not there");
  return false;
}

Said ask(Engine& engine, Keep keep) {
  chat::Request request;
  request.protocol = chat::Protocol::OpenAiCompletions;
  std::string prompt;
  for (int i = 0; i < 40; ++i) prompt += "line " + std::to_string(i * i % 37) + ": the dog ran over hill " + "\n";
  request.inputs = {prompt};
  request.sampling.temperature = 0.8;
  request.sampling.seed = 7;
  request.sampling.max_tokens = 40;
  return ask(engine, request, {"acme", keep});
}

}  // namespace

TEST_CASE("a Q8_0 cache answers the same from memory, and from disk after a restart; F16 finds none of it") {
  for (const char* name : kFiles) {
    if (!there(name)) return;
    CAPTURE(name);
    const TestFolder folder;
    LoadOptions narrow = options_of(name, KvType::Q8_0), half = options_of(name, KvType::F16);
    narrow.cache_folder = half.cache_folder = folder.path();
    Said first;
    {
      auto engine = load_if_there(narrow);
      first = ask(*engine, Keep::Disk);
      CHECK(first.usage.cache_hit == 0);
      const Said again = ask(*engine, Keep::Disk);
      CHECK(again.usage.cache_hit > 0);
      CHECK(again.text == first.text);
    }
    {
      const Said restored = ask(*load_if_there(narrow), Keep::Nothing);
      CHECK(restored.usage.cache_hit > 0);
      CHECK(restored.text == first.text);
    }
    CHECK(ask(*load_if_there(half), Keep::Disk).usage.cache_hit == 0);
    CHECK(ask(*load_if_there(half), Keep::Nothing).usage.cache_hit > 0);
    CHECK(ask(*load_if_there(narrow), Keep::Nothing).usage.cache_hit == 0);
  }
}

TEST_CASE("a Q8_0 cache takes a little more than half of F16's memory, as the engine and its header tell") {
  for (const char* name : kFiles) {
    if (!there(name)) return;
    CAPTURE(name);
    const ModelInfo half = load_if_there(options_of(name, KvType::F16))->info(),
                    narrow = load_if_there(options_of(name, KvType::Q8_0))->info();
    CHECK(half.kv_type == "f16");
    CHECK(narrow.kv_type == "q8_0");
    CHECK(half.kv_bytes_per_token_q8_0 == narrow.kv_bytes_per_token);
    const bool indexed = half.architecture == "deepseek4";  // its indexer's keys stay F16, and are most of it here
    CHECK(narrow.kv_bytes_per_token * 32 >= half.kv_bytes_per_token * 17);
    CHECK(narrow.kv_bytes_per_token * 32 <= half.kv_bytes_per_token * (indexed ? 25 : 17));
    const auto examined = examine(options_of(name, KvType::Q8_0));
    REQUIRE(examined.has_value());
    CHECK(examined->info.kv_bytes_per_token == narrow.kv_bytes_per_token);
  }
}

TEST_CASE("what can't have a Q8_0 cache is refused by whatever would load it") {
  if (!there(kFiles[0])) return;
  LoadOptions exact = options_of(kFiles[0], KvType::Q8_0);
  exact.exact = true;
  CHECK(Engine::load(exact).error().code == "engine.unsupported");
  CHECK(examine(exact).error().code == "engine.unsupported");
  LogitsRequest logits;
  logits.path = exact.path;
  logits.prompt = "a";
  logits.exact = true;
  logits.kv_type = KvType::Q8_0;
  CHECK(compute_logits(logits).error().code == "engine.unsupported");
  LoadOptions odd = exact;
  odd.exact = false;
  odd.context = 0;
  odd.path = "../shared/weights/stories260K-F32.gguf";  // heads of 8
  if (!std::ifstream(odd.path)) return;
  const auto refused = Engine::load(odd);
  REQUIRE(!refused.has_value());
  CHECK(refused.error().message.find("keys have 8") != std::string::npos);
  CHECK(examine(odd).error().code == "engine.unsupported");
}

}  // namespace sluice::engine
