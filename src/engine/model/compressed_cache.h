// What compressed attention remembers of each slot and layer: the nearest positions as they are, in a ring; one
// vector for every `ratio` positions further back, and another for the indexer that chooses among them; and the
// inputs of those vectors that are not complete yet, in a ring too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/result.h"
#include "engine/model/kv_type.h"
#include "engine/model/memory.h"
#include "engine/model/pages.h"
#include "engine/model/shape.h"

namespace sluice::engine::model {

class CompressedCache : public Pages {
 public:
  // `rows`: most rows of a pass. Compressors' inputs are F32 whatever the type. Precondition: check_kv_type().
  // Errors: engine.memory with the arithmetic; nothing is allocated then.
  static Result<CompressedCache> create(const Shape& shape, int slots, int context, int rows, KvType type,
                                        const MemoryNeed& need);
  static std::uint64_t bytes(const Shape& shape, int slots, int context, int rows, KvType type);

  // Of each layer: the nearest positions that the window still shows at the page's end, the page's blocks, and the
  // inputs of its last block where the next one overlaps it. No block is in the making at a page's end.
  const PageForm& page_form() const override { return form_; }
  void visit_page(int slot, int page, const Visit& visit) override;

  KvType type() const { return type_; }

  // [head_dim] of a position, of type(); it stays until `window + rows` further positions have been stored.
  std::byte* near(int slot, int layer, int position) {
    return at(slot, layer, plan(layer).near, near_rows_, position, head_bytes_);
  }
  // [head_dim] of type() and [index_dim] of index_type(), of `ratio` positions from block * ratio on.
  std::byte* far(int slot, int layer, int block) {
    return base(slot, layer) + plan(layer).far + block * head_bytes_;
  }
  std::byte* index(int slot, int layer, int block) {
    return base(slot, layer) + plan(layer).index + block * index_bytes_;
  }
  // A position's inputs: values and scores of the compressor, [2][parts * head_dim] or [2][parts * index_dim],
  // where overlapping compressors have 2 parts.
  float* state(int slot, int layer, int position) {
    const Plan& p = plan(layer);
    return reinterpret_cast<float*>(at(slot, layer, p.state, p.state_rows, position, p.state_bytes));
  }
  float* index_state(int slot, int layer, int position) {
    const Plan& p = plan(layer);
    return reinterpret_cast<float*>(at(slot, layer, p.index_state, p.state_rows, position, p.index_state_bytes));
  }

 private:
  struct Plan {  // offsets in bytes from the layer's beginning
    std::int64_t begin = 0, near = 0, far = 0, index = 0, state = 0, index_state = 0;
    int ratio = 0;
    std::int64_t state_rows = 0, state_bytes = 0, index_state_bytes = 0;
  };
  const Plan& plan(int layer) const { return plans_[static_cast<std::size_t>(layer)]; }
  std::byte* base(int slot, int layer) { return bytes_.get() + slot * slot_bytes_ + plan(layer).begin; }
  std::byte* at(int slot, int layer, std::int64_t offset, std::int64_t rows, int position, std::int64_t bytes) {
    return base(slot, layer) + offset + position % rows * bytes;
  }
  void lay_out(const Shape& shape, int context, int rows);

  void measure_page();

  KvType type_ = KvType::F16;
  PageForm form_;
  int window_ = 0;
  std::int64_t near_rows_ = 0, head_bytes_ = 0, index_bytes_ = 0, slot_bytes_ = 0;
  std::vector<Plan> plans_;
  // Not touched until written, so that the system provides only the pages that jobs reach.
  std::unique_ptr<std::byte[]> bytes_;
};

}  // namespace sluice::engine::model
