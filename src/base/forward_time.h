// ForwardTime: wall time that never goes back, so that what a date has ended stays ended when somebody sets the
// clock back. Where it is set forward, that stands until the process ends. Thread-safe.
#pragma once

#include <mutex>

#include "base/time.h"

namespace sluice {

class ForwardTime {
 public:
  explicit ForwardTime(const Clock& clock) : clock_(clock), tick_(clock.monotonic()) {}
  UtcTime now();

 private:
  const Clock& clock_;
  std::mutex mutex_;  // guards what follows
  UtcTime latest_;
  MonotonicTime tick_;
};

}  // namespace sluice
