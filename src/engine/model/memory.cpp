#include "engine/model/memory.h"

#include <algorithm>
#include <fstream>

namespace sluice::engine::model {
namespace {

std::optional<std::uint64_t> read_number(const char* path) {
  std::ifstream file(path);
  std::uint64_t value = 0;
  if (file >> value) return value;
  return std::nullopt;
}

// Of the process's control group: bytes of files that are in memory and could leave it.
std::uint64_t cached_in_group() {
  std::ifstream stat("/sys/fs/cgroup/memory.stat");
  std::string key;
  std::uint64_t value = 0, sum = 0;
  while (stat >> key >> value)
    if (key == "inactive_file" || key == "active_file") sum += value;
  return sum;
}

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB"; }

}  // namespace

std::optional<std::uint64_t> available_memory() {
  std::optional<std::uint64_t> available;
  std::ifstream meminfo("/proc/meminfo");
  std::string key, unit;
  std::uint64_t kilobytes = 0;
  while (meminfo >> key >> kilobytes) {
    if (key == "MemAvailable:") available = kilobytes * 1024;
    std::getline(meminfo, unit);
  }
  const auto limit = read_number("/sys/fs/cgroup/memory.max");  // "max" is no number: no limit
  const auto used = read_number("/sys/fs/cgroup/memory.current");
  if (limit && used) {
    // What files have there goes where room is needed; of a model that was read before much may be there already.
    const std::uint64_t kept = *used - std::min(*used, cached_in_group());
    const std::uint64_t left = *limit > kept ? *limit - kept : 0;
    available = available ? std::min(*available, left) : left;
  }
  return available;
}

std::uint64_t MemoryNeed::bytes() const {
  std::uint64_t total = 0;
  const bool wraps =
      __builtin_add_overflow(weights, cache, &total) || __builtin_add_overflow(total, buffers, &total);
  return wraps ? UINT64_MAX : total;
}

Status check_memory(const MemoryNeed& need, const std::string& arithmetic) {
  const std::optional<std::uint64_t> available = available_memory();
  const std::uint64_t total = need.bytes();
  if (total < UINT64_MAX && (!available || total <= *available)) return {};
  return fail("engine.memory",
              "the model needs " + megabytes(need.weights) + " of weights, " +
                  (need.cache == UINT64_MAX ? std::string("more than 2^64 bytes") : megabytes(need.cache)) +
                  " of keys and values = " + arithmetic + ", and " + megabytes(need.buffers) + " of buffers; " +
                  (available ? megabytes(*available) : std::string("less")) + " are available",
              "", "set a smaller `context`, fewer `slots` or a smaller `cache`, or take a smaller file");
}

}  // namespace sluice::engine::model
