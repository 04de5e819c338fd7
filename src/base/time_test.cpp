#include "base/time.h"

#include <doctest/doctest.h>

#include <ctime>
#include <random>

using namespace sluice;

TEST_CASE("format_utc agrees with the C library's gmtime over four centuries") {
  std::mt19937_64 random(7);
  std::uniform_int_distribution<std::int64_t> seconds(-3'000'000'000, 9'000'000'000);
  for (int i = 0; i < 5000; ++i) {
    std::time_t t = seconds(random);
    std::tm tm{};
    gmtime_r(&t, &tm);
    char expected[40];
    std::strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000042Z", &tm);
    UtcTime time{t * 1'000'000 + 42};
    REQUIRE(format_utc(time) == expected);
    REQUIRE(parse_utc(expected)->micros == time.micros);
  }
}

TEST_CASE("parse_utc refuses what is not a time and says how to write one") {
  for (auto text : {"", "2026", "2026-13-01", "2026-02-30", "2026-11-23T24:00:00Z", "2026-11-23T08:00:00",
                    "2026-11-23T08:00:00Zx", "2026-11-23 08:00:00Z", "x026-11-23"}) {
    auto parsed = parse_utc(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == "time.format");
    CHECK(!parsed.error().hint.empty());
  }
}
