#include <doctest/doctest.h>

#include "wire/anthropic_messages.h"

using namespace sluice;

TEST_CASE("names of betas pass as they come, and nothing else that a header can hold does") {
  CHECK(wire::read_betas("interleaved-thinking-2025-05-14, context-1m-2025-08-07,").names ==
        "interleaved-thinking-2025-05-14,context-1m-2025-08-07");
  CHECK(wire::read_betas("claude-code-20250219").names == "claude-code-20250219");
  CHECK(wire::read_betas("").names.empty());
  for (const char* other :
       {"my patient has diabetes", "ghp_x7Kq2mR9vT4wZ8nB3cF6hJ1pL5sD0gAyEuQi", "jane.roe@corp.de",
        "a4539148803436467-2025-05-14", "card-4539-1488-0343-6467-2025-05-14", "-2025-05-14",
        "Interleaved-2025-05-14", "a\r\nx-evil-2025-05-14"}) {
    CAPTURE(other);
    CHECK(wire::read_betas(other).names.empty());
    CHECK(wire::read_betas(other).more);
    CHECK(wire::read_betas(std::string("context-1m-2025-08-07,") + other).names == "context-1m-2025-08-07");
  }
  std::string many;
  for (int i = 0; i < 40; ++i) many += "beta" + std::to_string(i) + "-2025-05-14,";
  CHECK(wire::read_betas(many).more);
  CHECK(wire::read_betas(many).names.size() < 400);
}
