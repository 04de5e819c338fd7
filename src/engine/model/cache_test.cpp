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

}  // namespace

TEST_CASE("slots, layers, keys and values never share a position") {
  const Shape shape = shape_of(3, 2, 4);
  for (bool exact : {false, true}) {
    auto cache = Cache::create(shape, 2, 5, exact, 0);
    REQUIRE(cache.has_value());
    // Every region is written with a number of its own, then read back.
    const auto each = [&](auto&& visit) {
      int number = 0;
      for (int slot = 0; slot < 2; ++slot)
        for (int layer = 0; layer < 3; ++layer)
          for (int which = 0; which < 2; ++which, ++number)
            for (std::size_t i = 0; i < 5 * 8; ++i) {
              if (exact)
                visit((which ? cache->values(slot, layer) : cache->keys(slot, layer))[i], number);
              else
                visit((which ? cache->half_values(slot, layer) : cache->half_keys(slot, layer))[i], number);
            }
    };
    each([](auto& element, int number) {
      element = static_cast<std::remove_reference_t<decltype(element)>>(number);
    });
    bool same = true;
    each([&](auto& element, int number) { same = same && static_cast<int>(element) == number; });
    CHECK(same);
  }
}

TEST_CASE("a cache that memory can't hold is refused before it is allocated, with the arithmetic") {
  const Shape large = shape_of(1024, 1024, 512);
  for (int context : {1 << 20, 1 << 27}) {  // 2^51 bytes, and more than 2^64
    auto cache = Cache::create(large, 256, context, true, 1 << 20);
    REQUIRE(!cache.has_value());
    CHECK(cache.error().code == "engine.memory");
    CHECK(cache.error().message.find("256 slots x " + std::to_string(context) + " positions") !=
          std::string::npos);
    CHECK(cache.error().message.find("1024 layers x 2 x 524288 x 4") != std::string::npos);
    CHECK(!cache.error().hint.empty());
  }
}

TEST_CASE("memory for buffers counts too") {
  if (!available_memory()) return;
  auto cache = Cache::create(shape_of(1, 1, 8), 1, 16, false, *available_memory() * 2);
  REQUIRE(!cache.has_value());
  CHECK(cache.error().code == "engine.memory");
}

}  // namespace sluice::engine::model
