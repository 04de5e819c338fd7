// The clock that jumps. Its question for the wall time is also how the memory fault knows that a request has come:
// that is the first thing a request asks for.
#include "base/time.h"
#include "faults.h"

namespace sluice {

const Clock& true_clock() asm("__real__ZN6sluice12system_clockEv");

namespace {

void arm_memory() {
  thread_local std::int64_t armed = 0;
  const std::int64_t nth = faults::number("request_allocation");
  if (nth != 0 && nth != armed) faults::fail_allocation(nth);
  armed = nth;
}

class JumpingClock : public Clock {
 public:
  UtcTime utc() const override {
    arm_memory();
    return {true_clock().utc().micros + faults::number("wall_s") * 1'000'000};
  }
  MonotonicTime monotonic() const override {
    return true_clock().monotonic() + std::chrono::seconds(faults::number("monotonic_s"));
  }
};

}  // namespace

const Clock& jumping_clock() asm("__wrap__ZN6sluice12system_clockEv");
const Clock& jumping_clock() {
  static const JumpingClock clock;
  return clock;
}

}  // namespace sluice
