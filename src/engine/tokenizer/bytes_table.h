// A map from byte strings to ids for vocabularies: built once, then looked up for every piece of a text. Open
// addressing over one array, so that a look-up costs one or two cache misses. The strings are not copied: they
// must outlive the table.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace sluice::engine {

class BytesTable {
 public:
  static constexpr std::int32_t kAbsent = -1;

  explicit BytesTable(std::size_t expected = 0) : slots_(std::bit_ceil(expected * 2 + 16)) {}

  // The first of several equal strings wins. Precondition: id >= 0, at most the expected number of strings.
  void add(std::string_view bytes, std::int32_t id) {
    Slot& slot = slots_[find_slot(bytes)];
    if (slot.id != kAbsent) return;
    slot = {bytes.data(), static_cast<std::uint32_t>(bytes.size()), id};
  }

  std::int32_t find(std::string_view bytes) const { return slots_[find_slot(bytes)].id; }

 private:
  struct Slot {
    const char* data = nullptr;
    std::uint32_t size = 0;
    std::int32_t id = kAbsent;
  };

  std::size_t find_slot(std::string_view bytes) const {
    const std::size_t mask = slots_.size() - 1;
    std::size_t at = std::hash<std::string_view>{}(bytes)&mask;
    while (slots_[at].id != kAbsent && std::string_view(slots_[at].data, slots_[at].size) != bytes) {
      at = (at + 1) & mask;
    }
    return at;
  }

  std::vector<Slot> slots_;  // a power of two, at most half full
};

}  // namespace sluice::engine
