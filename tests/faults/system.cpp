// Memory that runs out and a disk that is full, in the place of what the system gives. The process's own
// definitions come before those of any library, SQLite's calls included.
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <new>

#include "faults.h"

namespace {

thread_local std::int64_t until_failure = 0;  // 0: no failure is planned

bool no_room(int file) {
  struct stat about;
  return ::fstat(file, &about) == 0 && S_ISREG(about.st_mode) && faults::number("disk_full") != 0;
}

int full() {
  errno = ENOSPC;
  return -1;
}

}  // namespace

void faults::fail_allocation(std::int64_t nth) { until_failure = nth; }

#ifdef SLUICE_WRAPS_NEW
// ThreadSanitizer brings an operator new of its own, so that the linker leads our libraries' calls here.
extern "C" void* __real__Znwm(std::size_t size);
extern "C" void* __wrap__Znwm(std::size_t size) {
  if (until_failure > 0 && --until_failure == 0) throw std::bad_alloc();
  return __real__Znwm(size);
}
#else
void* operator new(std::size_t size) {
  if (until_failure > 0 && --until_failure == 0) throw std::bad_alloc();
  if (void* memory = std::malloc(size > 0 ? size : 1)) return memory;
  throw std::bad_alloc();
}

void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif

extern "C" {
ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  if (no_room(file)) return full();
  return ssize_t(::syscall(SYS_pwrite64, file, bytes, size, at));
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) { return pwrite64(file, bytes, size, at); }

ssize_t write(int file, const void* bytes, size_t size) {
  if (no_room(file)) return full();
  return ssize_t(::syscall(SYS_write, file, bytes, size));
}

int ftruncate64(int file, off64_t size) noexcept {
  struct stat about;
  if (::fstat(file, &about) == 0 && size > about.st_size && no_room(file)) return full();
  return int(::syscall(SYS_ftruncate, file, size));
}
}
