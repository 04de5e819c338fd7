#include "app/talk/lines.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace sluice::app {
namespace {

constexpr std::size_t kLongest = 1u << 20;

}  // namespace

Lines::Read Lines::next(const Interrupts& interrupts) {
  for (;;) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos || buffer_.size() >= kLongest || (ended_ && !buffer_.empty())) {
      const std::size_t length = std::min(end, std::min(buffer_.size(), kLongest));
      std::string text = buffer_.substr(0, length);
      buffer_.erase(0, length + (length == end ? 1 : 0));
      if (text.ends_with('\r')) text.pop_back();
      return {Kind::Line, std::move(text)};
    }
    if (ended_) return {};
    pollfd sources[] = {{interrupts.fd(), POLLIN, 0}, {fd_, POLLIN, 0}};
    if (poll(sources, 2, -1) < 0 && errno != EINTR) ended_ = true;
    if (sources[0].revents != 0) {
      interrupts.clear();
      buffer_.clear();
      return {Kind::Interrupted, ""};
    }
    if (sources[1].revents == 0) continue;
    char bytes[4096];
    const ssize_t got = read(fd_, bytes, sizeof bytes);
    if (got > 0) buffer_.append(bytes, static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) ended_ = true;
  }
}

}  // namespace sluice::app
