// SLUICE_CHECK(condition, "why it must hold"): an invariant of our own code. It stays on in release builds
// and ends the process with the place when it fails, since a gateway that no longer knows its state must not
// go on sending text. Never use it for input: bad input is an Error.
#pragma once

namespace sluice {
[[noreturn]] void check_failed(const char* condition, const char* why, const char* file, int line);
}

#define SLUICE_CHECK(condition, why)                               \
  do {                                                             \
    if (!(condition)) [[unlikely]]                                 \
      ::sluice::check_failed(#condition, why, __FILE__, __LINE__); \
  } while (false)
