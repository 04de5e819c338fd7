// Keys and values of the positions seen so far, one contiguous region per slot and layer. Latent attention keeps
// one vector for both, as key.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/result.h"
#include "engine/model/pages.h"
#include "engine/model/shape.h"

namespace sluice::engine::model {

// Bytes that the system would give this process now: free and reclaimable memory, and what its control group
// allows. nullopt where the system does not say.
std::optional<std::uint64_t> available_memory();

// Refuses what would not fit into memory (engine.memory). `arithmetic` says how the cache's bytes come about,
// `beside` are bytes that the caller is going to allocate too; `wraps`: the sum is beyond 64 bits.
Status check_memory(std::uint64_t bytes, bool wraps, std::uint64_t beside, const std::string& arithmetic);

class Cache : public Pages {
 public:
  // `exact`: F32 instead of F16. Errors: engine.memory with the arithmetic; nothing is allocated then.
  // `beside`: bytes that the caller is going to allocate too.
  static Result<Cache> create(const Shape& shape, int slots, int context, bool exact, std::uint64_t beside);
  static std::uint64_t bytes_per_position(const Shape& shape, bool exact);

  // A page's keys, then its values, layer by layer.
  const PageForm& page_form() const override { return form_; }
  void visit_page(int slot, int page, const Visit& visit) override;

  int context() const { return context_; }
  int slots() const { return slots_; }
  bool exact() const { return exact_; }

  // First position of a slot's keys [context][key_width] or values [context][value_width] in a layer, F16 (uint16)
  // or F32. Null for the form that this cache does not have.
  std::uint16_t* half_keys(int slot, int layer) { return at(halves_.get(), slot, layer, 0); }
  std::uint16_t* half_values(int slot, int layer) { return at(halves_.get(), slot, layer, 1); }
  float* keys(int slot, int layer) { return at(floats_.get(), slot, layer, 0); }
  float* values(int slot, int layer) { return at(floats_.get(), slot, layer, 1); }

 private:
  template <class Number>
  Number* at(Number* first, int slot, int layer, int which) const {
    return first ? first + offset(slot, layer, which) : nullptr;
  }
  std::size_t offset(int slot, int layer, int which) const {
    const auto positions = static_cast<std::size_t>(context_);
    const std::size_t region = (key_width_ + value_width_) * positions;
    return (static_cast<std::size_t>(slot) * layers_ + static_cast<std::size_t>(layer)) * region +
           (which == 1 ? key_width_ * positions : 0);
  }

  int slots_ = 0;
  int context_ = 0;
  bool exact_ = false;
  PageForm form_;
  std::size_t layers_ = 0;
  std::size_t key_width_ = 0, value_width_ = 0;  // elements per position
  // Not touched until written, so that the system provides only the pages that jobs reach.
  std::unique_ptr<std::uint16_t[]> halves_;
  std::unique_ptr<float[]> floats_;
};

}  // namespace sluice::engine::model
