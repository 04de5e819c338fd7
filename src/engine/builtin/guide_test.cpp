#include <doctest/doctest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>

#include "engine/builtin/builtin.h"

using sluice::engine::guide_gguf;

TEST_CASE("the built-in guide is a GGUF v3 file of acceptable size, aligned in memory") {
  auto bytes = guide_gguf();
  REQUIRE(bytes.size() > 100'000);
  CHECK(bytes.size() <= sluice::engine::kGuideMaxBytes);
  CHECK(bytes.substr(0, 8) == std::string_view("GGUF\x03\0\0\0", 8));
  CHECK(reinterpret_cast<std::uintptr_t>(bytes.data()) % sluice::engine::kGuideAlignment == 0);
}

TEST_CASE("the built-in guide holds exactly the bytes of the committed file") {
  std::ifstream file("src/engine/builtin/guide.gguf", std::ios::binary);
  REQUIRE(file);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  CHECK(guide_gguf() == content);
}

TEST_CASE("the built-in guide says what it is and how it wants to be asked") {
  auto bytes = guide_gguf();
  for (const char* text :
       {"sluice-guide", "no general assistant", "sluice.prompt_format", "<|user|>", "<|guide|>", "<|end|>"}) {
    CAPTURE(text);
    CHECK(bytes.find(text) != bytes.npos);
  }
}
