// What a program that reads strangers' files is not given. Between vfork and exec: async-signal-safe, no memory is
// taken. Private to this room.
#pragma once

#include <cstddef>

namespace sluice::extract {

struct Confinement {
  unsigned cpu_seconds = 10;
  bool network = false;
};

// False: the kernel does not let it be so, and the program must not run.
bool confine(const Confinement& confinement);

}  // namespace sluice::extract
