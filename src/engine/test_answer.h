// A whole answer of an engine, for tests. Only tests include this.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace sluice::engine {

struct Said {
  std::string text, reasoning;
  std::vector<chat::ToolCallDelta> calls;
  chat::Usage usage;
  std::optional<chat::FinishReason> finish;
};

// Waits for the answer's end. The engine must take the request.
inline Said ask(Engine& engine, const chat::Request& request, const CacheUse& cache = {}) {
  Said said;
  std::promise<void> ended;
  const auto sink = [&](chat::Chunk chunk) {
    for (const chat::Event& event : chunk.events) {
      if (const auto* delta = std::get_if<chat::TextDelta>(&event)) said.text += delta->text;
      if (const auto* delta = std::get_if<chat::ReasoningDelta>(&event)) said.reasoning += delta->text;
      if (const auto* call = std::get_if<chat::ToolCallDelta>(&event)) said.calls.push_back(*call);
      if (const auto* usage = std::get_if<chat::Usage>(&event)) said.usage = *usage;
      if (const auto* finish = std::get_if<chat::Finish>(&event)) said.finish = finish->reason;
    }
    if (chunk.last) ended.set_value();
  };
  const auto job = engine.submit(request, sink, cache);
  REQUIRE_MESSAGE(job.has_value(), (job ? "" : job.error().to_string()));
  ended.get_future().wait();
  return said;
}

// nullptr, with a message, where the file is not there.
inline std::unique_ptr<Engine> load_if_there(const LoadOptions& options) {
  if (!std::ifstream(options.path)) {
    MESSAGE("SKIPPED: " << options.path << " is not there");
    return nullptr;
  }
  auto engine = Engine::load(options);
  REQUIRE_MESSAGE(engine.has_value(), (engine ? "" : engine.error().to_string()));
  return std::move(*engine);
}

}  // namespace sluice::engine
