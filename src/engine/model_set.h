// Several models of which not all fit into memory: each is loaded when it is first asked for, and the one that has
// been idle longest makes room.
//
// A model is in use as long as a lease of it lives, and is never unloaded then. Who asks for a model that is not
// loaded waits; a thread of the set loads one after the other, in the order in which they were asked for. Where
// only models in use could make room, the ones used least recently take no new requests until they have: a busy
// model keeps no other out for ever.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "engine/engine.h"

namespace sluice::engine {

// What a model takes while it is loaded.
struct Footprint {
  std::uint64_t weights = 0;  // bytes of the file, which is mapped
  std::uint64_t cache = 0;    // bytes of keys and values: slots x positions x bytes per position, and windows
  std::uint64_t kept = 0;     // bytes that its prefix cache may take
  std::uint64_t buffers = 0;  // of a step, and of logits
  std::uint64_t bytes() const { return weights + cache + kept + buffers; }
};

// What Engine::load() would load, from the file's header alone. `context` is capped at the model's own. Errors:
// those of Engine::load() that the header tells.
struct Examined {
  LoadOptions options;
  ModelInfo info;
  Footprint footprint;
};
Result<Examined> examine(LoadOptions options);
// The same with the prompt format, for which the vocabulary is read: what the file is, whether or not there is
// room for it.
Result<Examined> inspect(LoadOptions options);
std::optional<std::uint64_t> available_memory();  // bytes; nullopt where the system does not say

class ModelSet {
 public:
  // Keeps the model loaded; ends with its last copy.
  using Lease = std::shared_ptr<Engine>;
  using Taker = std::function<void(Result<Lease>)>;
  using Loader = std::function<Result<std::unique_ptr<Engine>>(const LoadOptions&)>;
  enum class State { NotLoaded, Loading, Loaded };

  // `memory`: bytes that the footprints of what is loaded may have together. `sweep`: how often the set looks for
  // pages on disk that are too old and belong to a model that is not loaded (a loaded one looks after its own); it
  // does so at its start, too.
  ModelSet(std::vector<Examined> models, std::uint64_t memory, Loader loader = &Engine::load,
           std::chrono::milliseconds sweep = std::chrono::minutes(10));
  ~ModelSet();  // who waits gets engine.stopped; what is leased lives on
  ModelSet(const ModelSet&) = delete;
  ModelSet& operator=(const ModelSet&) = delete;

  // All from any thread. `taker` is called once: at once on the caller's thread if the model is loaded, else later
  // on the set's, where it must not block; it is dropped uncalled if `owner` has gone by then. Errors: those of
  // Engine::load(); engine.memory with the arithmetic for a model that could never fit.
  void lease(std::size_t model, const std::weak_ptr<void>& owner, Taker taker);
  State state(std::size_t model) const;
  // Forgets every prefix of every model, in memory and on disk. Where other rules for keeping are in force, what
  // is kept is bound to these `rules` (LoadOptions::cache_rules) from the next loading of its model on. Waits for
  // the disk.
  void forget_prefixes(const std::optional<std::string>& rules = std::nullopt);
  const Examined& model(std::size_t model) const;
  std::size_t size() const;

 private:
  struct Shared;  // what leases share with the set
  std::shared_ptr<Shared> shared_;
  std::jthread thread_;
};

const char* state_name(ModelSet::State state);  // "not loaded", "loading", "loaded"

}  // namespace sluice::engine
