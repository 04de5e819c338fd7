#include "ledger/crc32c.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

using namespace sluice::ledger;

TEST_CASE("The sum is CRC-32C, by the examples of RFC 3720, B.4") {
  std::string rising, falling;
  for (int i = 0; i < 32; ++i) rising += char(i), falling += char(31 - i);
  for (auto sum : {crc32c, crc32c_by_tables}) {
    CHECK(sum(std::string(32, '\0'), 0) == 0x8a9136aa);
    CHECK(sum(std::string(32, '\xff'), 0) == 0x62a8ab43);
    CHECK(sum(rising, 0) == 0x46dd794e);
    CHECK(sum(falling, 0) == 0x113fdb5c);
    CHECK(sum("", 0) == 0);
    for (std::size_t cut = 0; cut <= 32; ++cut)
      CHECK(sum(rising.substr(cut), sum(rising.substr(0, cut), 0)) == 0x46dd794e);
  }
}

TEST_CASE("The instruction and the tables agree on all lengths and places") {
  std::mt19937_64 random(7);
  std::string bytes(600, '\0');
  for (char& byte : bytes) byte = char(random());
  for (std::size_t from = 0; from < 9; ++from)
    for (std::size_t length = 0; length <= bytes.size() - from; ++length) {
      std::string_view piece = std::string_view(bytes).substr(from, length);
      auto before = std::uint32_t(random());
      CAPTURE(length);
      CHECK(crc32c(piece, before) == crc32c_by_tables(piece, before));
    }
}
