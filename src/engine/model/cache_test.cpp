#include "engine/model/cache.h"

#include <doctest/doctest.h>

#include <optional>

namespace sluice::engine::model {
namespace {

Shape shape_of(int blocks, int kv_heads, int head_dim) {
  Shape shape;
  shape.blocks = blocks;
  shape.heads = shape.kv_heads = kv_heads;
  shape.head_dim = head_dim;
  return shape;
}

Result<Cache> create(const Shape& shape, int slots, int context, KvType type) {
  return Cache::create(shape, slots, context, type, {0, Cache::bytes(shape, slots, context, type), 0});
}

}  // namespace

TEST_CASE("slots, layers, keys, values and positions never share a byte, whatever they are kept in") {
  const Shape shape = shape_of(3, 2, 32);
  for (const KvType type : {KvType::F16, KvType::Q8_0, KvType::F32}) {
    auto cache = create(shape, 2, 5, type);
    REQUIRE(cache.has_value());
    CHECK(cache->key_bytes() == (type == KvType::Q8_0 ? 68u : type == KvType::F16 ? 128u : 256u));
    CHECK(Cache::bytes_per_position(shape, type) == 6 * cache->key_bytes());
    // Every vector is written with a number of its own, then read back.
    const auto each = [&](auto&& visit) {
      int number = 0;
      for (int slot = 0; slot < 2; ++slot)
        for (int layer = 0; layer < 3; ++layer)
          for (int position = 0; position < 5; ++position)
            for (bool value : {false, true}) {
              std::byte* vector =
                  value ? cache->values(slot, layer, position) : cache->keys(slot, layer, position);
              for (std::size_t i = 0; i < cache->key_bytes(); ++i) visit(vector[i], number);
              ++number;
            }
    };
    each([](std::byte& byte, int number) { byte = static_cast<std::byte>(number); });
    bool same = true;
    each([&](std::byte& byte, int number) { same = same && static_cast<int>(byte) == number; });
    CHECK(same);
  }
}

TEST_CASE("an indexer's keys stay F16 beside latents in Q8_0") {
  Shape shape = shape_of(2, 1, 0);
  shape.latent.kv_rank = 512;
  shape.rope_dims = 64;
  shape.latent.index_dim = 128;
  CHECK(Cache::bytes_per_position(shape, KvType::F16) == 2 * (576 + 128) * 2);
  CHECK(Cache::bytes_per_position(shape, KvType::Q8_0) == 2 * (576 / 32 * 34 + 128 * 2));
  auto cache = create(shape, 1 << 8, 1 << 27, KvType::Q8_0);
  REQUIRE(!cache.has_value());
  CHECK(cache.error().message.find("1736 bytes (2 layers x (576 x 34/32 + 128 x 2))") != std::string::npos);
}

TEST_CASE("a cache that memory can't hold is refused before it is allocated, with the arithmetic") {
  const Shape large = shape_of(1024, 1024, 512);
  for (int context : {1 << 20, 1 << 27}) {  // 2^51 bytes, and more than 2^64
    auto cache = create(large, 256, context, KvType::F32);
    REQUIRE(!cache.has_value());
    CHECK(cache.error().code == "engine.memory");
    CHECK(cache.error().message.find("256 slots x " + std::to_string(context) + " positions") !=
          std::string::npos);
    CHECK(cache.error().message.find("1024 layers x 2 x 524288 x 4") != std::string::npos);
    CHECK(!cache.error().hint.empty());
  }
}

TEST_CASE("weights and buffers count too, each told apart") {
  if (!available_memory()) return;
  const std::uint64_t all = *available_memory();
  for (const MemoryNeed& need : {MemoryNeed{all + (1 << 30), 512, 0}, MemoryNeed{0, 512, all + (1 << 30)},
                                 MemoryNeed{all / 2, all / 4, all / 2}}) {
    auto cache = Cache::create(shape_of(1, 1, 8), 1, 16, KvType::F16, need);
    REQUIRE(!cache.has_value());
    CHECK(cache.error().code == "engine.memory");
    const auto told = [&](std::uint64_t bytes, const char* of) {
      return cache.error().message.find(std::to_string((bytes + (1 << 20) - 1) >> 20) + " MiB of " + of) !=
             std::string::npos;
    };
    CHECK(told(need.weights, "weights"));
    CHECK(told(need.cache, "keys and values"));
    CHECK(told(need.buffers, "buffers"));
  }
  CHECK(check_memory({all / 4, all / 4, all / 4}, "").has_value());
  CHECK(MemoryNeed{UINT64_MAX - 1, 1, 1}.bytes() == UINT64_MAX);
}

}  // namespace sluice::engine::model
