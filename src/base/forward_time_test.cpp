#include "base/forward_time.h"

#include <doctest/doctest.h>

using namespace sluice;

TEST_CASE("Forward time goes on where the clock is set back, and follows it where it is set forward") {
  struct SetClock : ManualClock {
    UtcTime utc() const override { return {ManualClock::utc().micros + off}; }
    std::int64_t off = 0;
  } clock;
  ForwardTime time(clock);
  const UtcTime before = time.now();
  clock.off = -1'000'000'000;
  CHECK(time.now() == before);
  clock.advance(std::chrono::seconds(3));
  CHECK(time.now().micros == before.micros + 3'000'000);
  clock.off = 50'000'000;
  CHECK(time.now().micros == before.micros + 53'000'000);
  clock.off = 0;
  clock.advance(std::chrono::seconds(1));
  CHECK(time.now().micros == before.micros + 54'000'000);
}
