// Time, so that tests can turn it. Wall time is for records and prices (UTC); monotonic time is for durations
// and deadlines. Thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice {

using Duration = std::chrono::nanoseconds;
using MonotonicTime = std::chrono::steady_clock::time_point;

struct UtcTime {
  std::int64_t micros = 0;  // since 1970-01-01T00:00:00Z, leap seconds ignored (POSIX)
  auto operator<=>(const UtcTime&) const = default;
};

class Clock {
 public:
  virtual ~Clock() = default;
  virtual UtcTime utc() const = 0;
  virtual MonotonicTime monotonic() const = 0;
};

// The machine's clock.
const Clock& system_clock();

// A clock that stands still until told otherwise; for tests.
class ManualClock : public Clock {
 public:
  explicit ManualClock(UtcTime utc = {}) : utc_(utc) {}
  UtcTime utc() const override { return utc_; }
  MonotonicTime monotonic() const override { return monotonic_; }
  void advance(Duration by) {
    monotonic_ += std::chrono::duration_cast<MonotonicTime::duration>(by);
    utc_.micros += std::chrono::duration_cast<std::chrono::microseconds>(by).count();
  }

 private:
  UtcTime utc_;
  MonotonicTime monotonic_{};
};

// RFC 3339 with microseconds and Z: "2026-11-23T08:15:30.123456Z". Years 0 to 9999.
std::string format_utc(UtcTime time);
// Accepts what format_utc writes, with or without the fraction, and a bare date (midnight UTC).
Result<UtcTime> parse_utc(std::string_view text);

}  // namespace sluice
