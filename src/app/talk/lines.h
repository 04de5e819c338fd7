// Lines from a terminal or a pipe, read so that Ctrl-C is not missed.
#pragma once

#include <string>

#include "app/talk/mailbox.h"

namespace sluice::app {

class Lines {
 public:
  enum class Kind { Line, Interrupted, End };
  struct Read {
    Kind kind = Kind::End;
    std::string text;  // without its end
  };
  explicit Lines(int fd) : fd_(fd) {}
  // A last line without an end is a line. Longer than 1 MiB: cut into several.
  Read next(const Interrupts& interrupts);

 private:
  const int fd_;
  std::string buffer_;
  bool ended_ = false;
};

}  // namespace sluice::app
