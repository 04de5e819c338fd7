#include "base/id.h"

#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/time.h"

using namespace sluice;

TEST_CASE("digests agree with the published vectors") {
  // FIPS 180-4 example "abc"; RFC 4231 test case 2.
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("HMAC-SHA-256 of keys and texts of all lengths is OpenSSL's own") {
  std::string all;
  for (int i = 0; i < 300; ++i) all += char(i * 7 + 1);
  for (std::size_t key = 0; key <= 200; ++key) {
    for (std::size_t text : {0, 1, 55, 63, 64, 65, 119, 300}) {
      std::array<std::uint8_t, 32> expected{};
      unsigned length = 0;
      HMAC(EVP_sha256(), all.data(), int(key), reinterpret_cast<const unsigned char*>(all.data()), text,
           expected.data(), &length);
      REQUIRE(length == expected.size());
      INFO("a key of ", key, " bytes and a text of ", text);
      CHECK(hmac_sha256_hex(std::string_view(all).substr(0, key), std::string_view(all).substr(0, text)) ==
            to_hex(expected));
    }
  }
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

TEST_CASE("ids of a later second sort behind those of an earlier one") {
  // The first seven characters are the second in digits of base 32 whose order is that of their bytes.
  auto second_in = [](std::string_view id) {
    constexpr std::string_view kDigits = "234567abcdefghijklmnopqrstuvwxyz";
    std::int64_t value = 0;
    for (char c : id.substr(4, 7)) value = value * 32 + std::int64_t(kDigits.find(c));
    return value;
  };
  std::int64_t before = system_clock().utc().micros / 1'000'000;
  std::string id = random_id("req_");
  std::int64_t after = system_clock().utc().micros / 1'000'000;
  CHECK(second_in(id) >= before);
  CHECK(second_in(id) <= after);
}

TEST_CASE("constant-time comparison is a comparison") {
  CHECK(equal_constant_time("abc", "abc"));
  CHECK_FALSE(equal_constant_time("abc", "abd"));
  CHECK_FALSE(equal_constant_time("abc", "ab"));
}

TEST_CASE("random bytes are given out once, however many are asked for at a time") {
  std::set<std::string> seen;
  std::vector<std::uint8_t> bytes;
  std::size_t chunks = 0;
  for (std::size_t size = 16; size < 6000; size += size < 100 ? 1 : 97) {
    bytes.assign(size, 0);
    fill_random(bytes);
    for (std::size_t at = 0; at + 16 <= size; at += 16, ++chunks)
      seen.emplace(bytes.begin() + at, bytes.begin() + at + 16);
  }
  CHECK(seen.size() == chunks);
  CHECK_FALSE(seen.contains(std::string(16, '\0')));
  CHECK(random_id("") != random_id(""));
}
