#include "app/talk/mailbox.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "base/check.h"

namespace sluice::app {
namespace {

sigset_t interrupt_set() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  return set;
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) close(fd_);
}

Interrupts::Interrupts(bool wanted) {
  if (!wanted) return;
  const sigset_t set = interrupt_set();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  fd_ = Descriptor(signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC));
  SLUICE_CHECK(fd_.get() >= 0, "the process has a descriptor left");
}

Interrupts::~Interrupts() {
  if (fd_.get() < 0) return;
  clear();
  const sigset_t set = interrupt_set();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void Interrupts::clear() const {
  signalfd_siginfo info;
  while (fd_.get() >= 0 && read(fd_.get(), &info, sizeof info) > 0) {
  }
}

Mailbox::Mailbox() : ready_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  SLUICE_CHECK(ready_.get() >= 0, "the process has a descriptor left");
}

void Mailbox::put(chat::Chunk chunk) {
  {
    std::lock_guard guard(lock_);
    waiting_.push_back(std::move(chunk));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(ready_.get(), &one, sizeof one);
}

std::optional<chat::Chunk> Mailbox::wait(const Interrupts& interrupts) {
  for (;;) {
    pollfd sources[] = {{interrupts.fd(), POLLIN, 0}, {ready_.get(), POLLIN, 0}};
    bool empty = true;
    {
      std::lock_guard guard(lock_);
      empty = waiting_.empty();
    }
    poll(sources, 2, empty ? -1 : 0);
    if (sources[0].revents != 0) return std::nullopt;
    std::uint64_t count = 0;
    [[maybe_unused]] const auto drained = read(ready_.get(), &count, sizeof count);
    std::lock_guard guard(lock_);
    if (waiting_.empty()) continue;
    chat::Chunk chunk = std::move(waiting_.front());
    waiting_.pop_front();
    return chunk;
  }
}

}  // namespace sluice::app
