// Many connections at once on one thread, by epoll: a saturating closed loop, and streams whose events are
// counted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace bench {

// Keeps `connections` connections busy with the same request for `seconds`; how many were answered. Exits the
// program on anything but a 200.
std::uint64_t saturate(std::uint16_t port, std::string_view request, int connections, double seconds);

struct StreamCount {
  int whole = 0;           // streams that ended with [DONE] after every event in order
  std::uint64_t lost = 0;  // events that did not come
};

// Opens `count` streams and reads each to its end. `opened` is called when every stream has shown its first event.
StreamCount read_streams(std::uint16_t port, std::string_view request, int count, int events,
                         const std::function<void()>& opened);

}  // namespace bench
