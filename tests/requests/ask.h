// A random request to an engine, what comes of it, and what must hold of that.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "chat/event.h"
#include "chat/request.h"
#include "engine/engine.h"

namespace sluice::check {

// What a sink was given. Thread-safe.
class Heard {
 public:
  void take(const chat::Chunk& chunk);
  void take_vector(std::span<const float> vector);
  bool wait(std::chrono::seconds at_most);  // for the end; false: it did not come
  int calls() const;
  bool ended() const;

  // Behind wait() or a cancel.
  std::string reasoning, text, logprobs, error;
  std::vector<float> vector;
  std::optional<chat::Usage> usage;
  std::optional<chat::FinishReason> finish;
  int ends = 0;

 private:
  mutable std::mutex lock_;
  std::condition_variable changed_;
  int calls_ = 0;
};

enum class Form { None, Json, Schema, Pattern, Grammar };

struct Model;

struct Asked {
  std::uint64_t seed = 0;
  std::shared_ptr<engine::Engine> engine;  // where it was asked
  const Model* model = nullptr;
  chat::Request request;
  engine::CacheUse cache;
  std::string begins;  // what no other tenant's or other request's text begins with, unless it is the same
  Form form = Form::None;
  bool embed = false;
  engine::JobId job = 0;
  std::shared_ptr<Heard> heard = std::make_shared<Heard>();
  bool first = false;  // of its tenant with this beginning since all was forgotten
  bool cancelled = false;
  int calls_at_cancel = 0;
};

inline constexpr const char* kTenants[] = {"acme", "other", "third"};

// The same for the same seed.
Asked make(std::uint64_t seed, bool can_embed);
// Some tokens long, with whatever text.
Asked long_answer(std::uint64_t seed);
// Submits it; the error if it was refused.
std::string submit(engine::Engine& engine, Asked& asked, const std::shared_ptr<Heard>& heard,
                   const engine::CacheUse& cache);
// What is wrong with the answer itself; "" if nothing.
std::string judge(const Asked& asked);
// What is wrong with it beside the one that was given to the same request alone.
std::string compare(const Heard& one, const Heard& alone);

}  // namespace sluice::check
