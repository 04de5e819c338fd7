#include "engine/model/compressed_cache.h"

#include <algorithm>
#include <new>
#include <string>

#include "engine/model/cache.h"

namespace sluice::engine::model {
namespace {

// Positions that may be taken back, beyond those that a block in the making needs.
constexpr int kTakeBack = 16;
constexpr std::int64_t kAlign = 64;
constexpr int kPagePositions = 128;  // a multiple of every ratio

std::int64_t aligned(std::int64_t bytes) { return (bytes + kAlign - 1) / kAlign * kAlign; }

}  // namespace

void CompressedCache::lay_out(const Shape& shape, int context, int rows) {
  const CompressedShape& c = shape.compressed;
  head_bytes_ = static_cast<std::int64_t>(kv_bytes(type_, shape.head_dim));
  index_bytes_ = static_cast<std::int64_t>(kv_bytes(index_type(type_), c.index_dim));
  window_ = c.window;
  near_rows_ = std::min<std::int64_t>(std::int64_t{c.window} + rows, context);
  for (int layer = 0; layer < shape.blocks; ++layer) {
    Plan p;
    p.begin = slot_bytes_;
    p.ratio = c.ratios[static_cast<std::size_t>(layer)];
    const int ratio = p.ratio, parts = ratio == 4 ? 2 : 1;
    const std::int64_t blocks = c.positions(layer, context);
    p.far = aligned(near_rows_ * head_bytes_);
    p.index = p.far + aligned(blocks * head_bytes_);
    p.state = p.index + (ratio == 4 ? aligned(blocks * index_bytes_) : 0);
    p.state_rows = parts * ratio + kTakeBack;
    p.state_bytes = std::int64_t{2} * parts * shape.head_dim * 4;
    p.index_state = p.state + (ratio > 0 ? aligned(p.state_rows * p.state_bytes) : 0);
    p.index_state_bytes = std::int64_t{2} * parts * c.index_dim * 4;
    slot_bytes_ += p.index_state + (ratio == 4 ? aligned(p.state_rows * p.index_state_bytes) : 0);
    plans_.push_back(p);
  }
}

void CompressedCache::visit_page(int slot, int page, const Visit& visit) {
  const int end = (page + 1) * kPagePositions;
  const auto piece = [&](std::byte* first, std::int64_t bytes) {
    visit({first, static_cast<std::size_t>(bytes)});
  };
  for (int layer = 0; layer < static_cast<int>(plans_.size()); ++layer) {
    const Plan& p = plan(layer);
    for (int position = end - std::min(window_, kPagePositions); position < end; ++position)
      piece(near(slot, layer, position), head_bytes_);
    if (p.ratio == 0) continue;
    const int blocks = kPagePositions / p.ratio;
    piece(far(slot, layer, page * blocks), blocks * head_bytes_);
    if (p.ratio != 4) continue;
    piece(index(slot, layer, page * blocks), blocks * index_bytes_);
    for (int position = end - p.ratio; position < end; ++position) {
      piece(reinterpret_cast<std::byte*>(state(slot, layer, position)), p.state_bytes);
      piece(reinterpret_cast<std::byte*>(index_state(slot, layer, position)), p.index_state_bytes);
    }
  }
}

void CompressedCache::measure_page() {
  form_ = {kPagePositions, 0, true};
  const std::int64_t near = std::min(window_, kPagePositions) * head_bytes_;
  std::int64_t bytes = 0;
  for (const Plan& p : plans_) {
    bytes += near;
    if (p.ratio > 0) bytes += kPagePositions / p.ratio * head_bytes_;
    if (p.ratio == 4)
      bytes += kPagePositions / p.ratio * index_bytes_ + p.ratio * (p.state_bytes + p.index_state_bytes);
  }
  form_.bytes = static_cast<std::uint64_t>(bytes);
}

std::uint64_t CompressedCache::bytes(const Shape& shape, int slots, int context, int rows, KvType type) {
  CompressedCache plan;
  plan.type_ = type;
  plan.lay_out(shape, context, rows);
  std::uint64_t bytes = 0;
  const bool wraps = __builtin_mul_overflow(static_cast<std::uint64_t>(plan.slot_bytes_),
                                            static_cast<std::uint64_t>(slots), &bytes);
  return wraps ? UINT64_MAX : bytes;
}

Result<CompressedCache> CompressedCache::create(const Shape& shape, int slots, int context, int rows, KvType type,
                                                const MemoryNeed& need) {
  CompressedCache cache;
  cache.type_ = type;
  cache.lay_out(shape, context, rows);  // factors are at most 2^10, 2^27, 2^13 and 2^2: no product passes 63 bits
  const std::uint64_t per_position = Cache::bytes_per_position(shape, type);
  const std::string arithmetic = std::to_string(slots) + " slots x " + std::to_string(cache.slot_bytes_) +
                                 " bytes (" + std::to_string(context) + " positions x " +
                                 std::to_string(per_position) + " bytes on average, and windows)";
  cache.measure_page();
  SLUICE_TRY_VOID(check_memory(need, arithmetic));
  try {
    cache.bytes_ = std::make_unique_for_overwrite<std::byte[]>(need.cache);
  } catch (const std::bad_alloc&) {
    return fail("engine.memory", "the system refused the key and value cache = " + arithmetic, "",
                "set a smaller `context` or fewer `slots`");
  }
  return cache;
}

}  // namespace sluice::engine::model
