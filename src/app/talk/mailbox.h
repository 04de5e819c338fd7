// Where whoever answers puts the pieces of the answer, and where the talk waits for them and for Ctrl-C at once.
#pragma once

#include <deque>
#include <mutex>
#include <optional>

#include "chat/event.h"

namespace sluice::app {

// A file descriptor that is closed with it.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  int get() const { return fd_; }

 private:
  int fd_;
};

// Ctrl-C as something to wait for. While one lives, SIGINT is blocked in this thread and in all that it starts.
class Interrupts {
 public:
  explicit Interrupts(bool wanted);  // false: Ctrl-C ends the program, as ever
  ~Interrupts();
  int fd() const { return fd_.get(); }  // readable once Ctrl-C was pressed; -1: never
  void clear() const;                   // what was pressed so far is forgotten

 private:
  Descriptor fd_;
};

// put() from any thread, everything else from one.
class Mailbox {
 public:
  Mailbox();
  void put(chat::Chunk chunk);
  // The next chunk; nullopt if Ctrl-C came first.
  std::optional<chat::Chunk> wait(const Interrupts& interrupts);

 private:
  std::mutex lock_;  // guards waiting_
  std::deque<chat::Chunk> waiting_;
  Descriptor ready_;  // an eventfd
};

}  // namespace sluice::app
