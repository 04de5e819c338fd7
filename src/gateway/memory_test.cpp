#include "gateway/memory.h"

#include <doctest/doctest.h>

#include <random>

#include "gateway/keeping.h"

using namespace sluice;
using gateway::Memory;
using gateway::Remembered;

TEST_CASE("memory: an entry comes back with its label, to its own tenant only") {
  Memory memory(1 << 20);
  Remembered value{"thought", {}};
  value.label.raise(sense::Category::Health, {"finding", "x", sense::Class::Regulated, sense::Category::Health});
  REQUIRE(memory.put("a", "call:1", value));
  auto back = memory.get("a", "call:1");
  REQUIRE(back);
  CHECK(back->text == "thought");
  CHECK(back->label.cls == sense::Class::Regulated);
  CHECK_FALSE(memory.get("b", "call:1"));
  CHECK_FALSE(memory.get("a", "call:2"));
  CHECK_FALSE(memory.forget("b", "call:1"));
  CHECK(memory.forget("a", "call:1"));
  CHECK_FALSE(memory.get("a", "call:1"));
  CHECK(memory.bytes() == 0);
}

TEST_CASE("memory: what is over is not there, whoever asks and whether anybody does") {
  Memory memory(1 << 20);
  auto first = std::make_shared<gateway::Origin>(), second = std::make_shared<gateway::Origin>();
  memory.put("a", "short", {"x", {}, first, UtcTime{100}});
  memory.put("a", "swept", {"x", {}, first, UtcTime{100}});
  memory.put("a", "long", {"x", {}, second, UtcTime{1000}});
  memory.put("a", "for good", {"x", {}, second, {}});
  CHECK(memory.get("a", "short", UtcTime{99}));
  CHECK_FALSE(memory.get("a", "short", UtcTime{100}));
  CHECK_FALSE(memory.get("a", "short", UtcTime{0}));
  CHECK(memory.sweep(UtcTime{100}) == 1);
  CHECK_FALSE(memory.get("a", "swept", UtcTime{0}));
  CHECK(memory.origins() == std::vector<std::shared_ptr<const gateway::Origin>>{second});
  memory.limit(*second, UtcTime{500});
  memory.limit(*second, UtcTime{900});  // nothing is made to last longer
  CHECK(memory.get("a", "for good", UtcTime{499}));
  CHECK(memory.sweep(UtcTime{500}) == 2);
  memory.put("b", "k", {"x", {}, first, {}});
  memory.put("b", "other", {"x", {}, second, {}});
  memory.forget(*first);
  CHECK_FALSE(memory.get("b", "k"));
  CHECK(memory.get("b", "other"));
  CHECK(memory.forget("b", "other"));
  CHECK(memory.bytes() == 0);
}

TEST_CASE("memory: one tenant can't push out another's entries, whatever it keeps") {
  Memory memory(64 << 10);
  REQUIRE(memory.put("quiet", "k", {"mine", {}}));
  for (int i = 0; i < 5000; ++i) memory.put("loud", std::to_string(i), {std::string(500, 'x'), {}});
  CHECK(memory.get("quiet", "k"));
  CHECK(memory.get("loud", "4999"));
  CHECK_FALSE(memory.get("loud", "0"));
  CHECK(memory.bytes() <= (64 << 10) / 4 + 1024);
}

TEST_CASE("memory: random use never holds more than its limit, and what was just kept is there") {
  std::mt19937 random(7);
  Memory memory(32 << 10);
  for (int i = 0; i < 20000; ++i) {
    std::string tenant = "t" + std::to_string(random() % 7), key = "k" + std::to_string(random() % 50);
    std::string text(random() % 3000, 'y');
    if (memory.put(tenant, key, {text, {}})) {
      auto back = memory.get(tenant, key);
      REQUIRE(back);
      REQUIRE(back->text == text);
    }
    if (random() % 5 == 0) memory.forget(tenant, "k" + std::to_string(random() % 50));
    REQUIRE(memory.bytes() <= (32 << 10));
  }
  CHECK_FALSE(memory.put("t", "big", {std::string(9 << 10, 'z'), {}}));
}
