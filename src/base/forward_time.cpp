#include "base/forward_time.h"

#include <algorithm>

namespace sluice {

UtcTime ForwardTime::now() {
  std::lock_guard hold(mutex_);
  const MonotonicTime tick = clock_.monotonic();
  const auto passed = std::chrono::duration_cast<std::chrono::microseconds>(tick - tick_).count();
  tick_ = tick;
  latest_ = std::max(UtcTime{latest_.micros + std::max<std::int64_t>(passed, 0)}, clock_.utc());
  return latest_;
}

}  // namespace sluice
