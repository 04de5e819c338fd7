// Keys and values of the positions seen so far, one contiguous region per slot and layer. Latent attention keeps
// one vector for both, as key.
#pragma once

#include <cstdint>
#include <memory>

#include "base/result.h"
#include "engine/model/kv_type.h"
#include "engine/model/memory.h"
#include "engine/model/pages.h"
#include "engine/model/shape.h"

namespace sluice::engine::model {

class Cache : public Pages {
 public:
  // Precondition: check_kv_type(). `need`: of the model that the cache is for. Errors: engine.memory with the
  // arithmetic; nothing is allocated then.
  static Result<Cache> create(const Shape& shape, int slots, int context, KvType type, const MemoryNeed& need);
  static std::uint64_t bytes(const Shape& shape, int slots, int context, KvType type);
  static std::uint64_t bytes_per_position(const Shape& shape, KvType type);

  // A page's keys, then its values, layer by layer.
  const PageForm& page_form() const override { return form_; }
  void visit_page(int slot, int page, const Visit& visit) override;

  int context() const { return context_; }
  int slots() const { return slots_; }
  KvType type() const { return type_; }

  // A position's keys [key_width] or values [value_width] in a layer; those of the next position follow. Of
  // type(), but where the values are an indexer's keys of index_type().
  std::byte* keys(int slot, int layer, int position) { return at(slot, layer, 0, position, key_bytes_); }
  std::byte* values(int slot, int layer, int position) {
    return at(slot, layer, key_bytes_ * static_cast<std::size_t>(context_), position, value_bytes_);
  }
  std::size_t key_bytes() const { return key_bytes_; }  // of a position
  std::size_t value_bytes() const { return value_bytes_; }

 private:
  std::byte* at(int slot, int layer, std::size_t offset, int position, std::size_t bytes) {
    const std::size_t region = (key_bytes_ + value_bytes_) * static_cast<std::size_t>(context_);
    return bytes_.get() + (static_cast<std::size_t>(slot) * layers_ + static_cast<std::size_t>(layer)) * region +
           offset + static_cast<std::size_t>(position) * bytes;
  }

  int slots_ = 0;
  int context_ = 0;
  KvType type_ = KvType::F16;
  PageForm form_;
  std::size_t layers_ = 0;
  std::size_t key_bytes_ = 0, value_bytes_ = 0;
  // Not touched until written, so that the system provides only the pages that jobs reach.
  std::unique_ptr<std::byte[]> bytes_;
};

}  // namespace sluice::engine::model
