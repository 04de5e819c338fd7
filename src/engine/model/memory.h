// What a model takes of the machine's memory, and whether there is as much.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"

namespace sluice::engine::model {

// Bytes that the system would give this process now: free and reclaimable memory, and what its control group
// allows. nullopt where the system does not say.
std::optional<std::uint64_t> available_memory();

// What a model takes; UINT64_MAX is more than can be said.
struct MemoryNeed {
  std::uint64_t weights = 0;  // of the file, which is mapped: room that the system should have for it
  std::uint64_t cache = 0;    // keys and values
  std::uint64_t buffers = 0;
  std::uint64_t bytes() const;  // all of it
};

// Refuses what would not fit into memory (engine.memory). `arithmetic` says how the cache's bytes come about.
Status check_memory(const MemoryNeed& need, const std::string& arithmetic);

}  // namespace sluice::engine::model
