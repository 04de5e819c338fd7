#include "base/id.h"

#include <doctest/doctest.h>

#include <set>

using namespace sluice;

TEST_CASE("digests agree with the published vectors") {
  // FIPS 180-4 example "abc"; RFC 4231 test case 2.
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("ids are distinct and keep their prefix") {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    auto id = random_id("req_");
    CHECK(id.size() == 30);
    CHECK(id.starts_with("req_"));
    CHECK(seen.insert(id).second);
  }
}

TEST_CASE("constant-time comparison is a comparison") {
  CHECK(equal_constant_time("abc", "abc"));
  CHECK_FALSE(equal_constant_time("abc", "abd"));
  CHECK_FALSE(equal_constant_time("abc", "ab"));
}
