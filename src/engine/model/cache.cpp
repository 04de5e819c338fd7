#include "engine/model/cache.h"

#include <new>
#include <string>

namespace sluice::engine::model {
namespace {

constexpr int kPagePositions = 64;  // a short prompt fills one, and a system prompt some

std::string megabytes(std::uint64_t bytes) { return std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB"; }

// Bytes of a position: what latent attention keeps as values, where it keeps any, are its indexer's keys.
std::size_t kept_as_values(const Shape& shape, KvType type) {
  return kv_bytes(shape.latent.kv_rank > 0 ? index_type(type) : type, shape.value_width());
}

// "2 x 128 x 2": bytes of a position and layer. A number of Q8_0 takes 34/32 bytes.
std::string width_of(const Shape& shape, KvType type) {
  const std::string key = std::to_string(shape.key_width()), value = std::to_string(shape.value_width());
  const auto number = [](KvType one) {
    return std::string(one == KvType::F32 ? "4" : one == KvType::F16 ? "2" : "34/32");
  };
  if (shape.value_width() == 0) return key + " x " + number(type);
  if (shape.latent.kv_rank > 0 && index_type(type) != type)
    return "(" + key + " x " + number(type) + " + " + value + " x " + number(index_type(type)) + ")";
  return (key == value ? "2 x " + key : "(" + key + " + " + value + ")") + " x " + number(type);
}

}  // namespace

std::uint64_t Cache::bytes_per_position(const Shape& shape, KvType type) {
  if (shape.compressed.window > 0) {
    // What a position adds on average; a window and the compressors' states come once per slot.
    std::uint64_t bytes = 0;  // per 128 positions
    for (int ratio : shape.compressed.ratios) {
      if (ratio == 0) continue;
      const std::uint64_t index = ratio == 4 ? kv_bytes(index_type(type), shape.compressed.index_dim) : 0;
      bytes += (kv_bytes(type, shape.head_dim) + index) * static_cast<std::uint64_t>(128 / ratio);
    }
    return (bytes + 127) / 128;
  }
  return static_cast<std::uint64_t>(shape.blocks) *
         (kv_bytes(type, shape.key_width()) + kept_as_values(shape, type));
}

std::uint64_t Cache::bytes(const Shape& shape, int slots, int context, KvType type) {
  // Factors are at most 2^10, 2^1, 2^20, 2^2, 2^16 and 2^27: the product can pass 64 bits, so it is checked.
  const std::uint64_t positions = static_cast<std::uint64_t>(slots) * static_cast<std::uint64_t>(context);
  std::uint64_t bytes = 0;
  return __builtin_mul_overflow(bytes_per_position(shape, type), positions, &bytes) ? UINT64_MAX : bytes;
}

Result<Cache> Cache::create(const Shape& shape, int slots, int context, KvType type, const MemoryNeed& need) {
  const std::uint64_t per_position = bytes_per_position(shape, type);
  const std::string arithmetic = std::to_string(slots) + " slots x " + std::to_string(context) + " positions x " +
                                 std::to_string(per_position) + " bytes (" + std::to_string(shape.blocks) +
                                 " layers x " + width_of(shape, type) + ")";
  SLUICE_TRY_VOID(check_memory(need, arithmetic));
  Cache cache;
  cache.slots_ = slots;
  cache.context_ = context;
  cache.type_ = type;
  cache.layers_ = static_cast<std::size_t>(shape.blocks);
  cache.key_bytes_ = kv_bytes(type, shape.key_width());
  cache.value_bytes_ = kept_as_values(shape, type);
  cache.form_ = {kPagePositions, per_position * kPagePositions, false};
  try {
    cache.bytes_ = std::make_unique_for_overwrite<std::byte[]>(need.cache);
  } catch (const std::bad_alloc&) {
    return fail("engine.memory",
                "the system refused " + megabytes(need.cache) + " for the key and value cache = " + arithmetic, "",
                "set a smaller `context` or fewer `slots`");
  }
  return cache;
}

void Cache::visit_page(int slot, int page, const Visit& visit) {
  const int first = page * kPagePositions;
  for (int layer = 0; layer < static_cast<int>(layers_); ++layer) {
    visit({keys(slot, layer, first), kPagePositions * key_bytes_});
    visit({values(slot, layer, first), kPagePositions * value_bytes_});
  }
}

}  // namespace sluice::engine::model
