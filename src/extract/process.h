// One run of a program: bytes to its standard input, what it writes to its standard output back.
//
// The program may be taken over by the file it reads, so it gets as little as it needs: no shell, no environment
// but PATH and LANG, no descriptor but its three, "/" as its folder, standard error thrown away, a process group
// of its own, no new privileges, limits of memory (2 GB), processor time, files and their sizes, no core; and,
// unless it is allowed, no sockets. Its group is killed when the run ends, however it ends. What is *not* taken
// away: the file system as this user sees it, and other processes of this user; docs/extractors.md says how to
// take those away.
//
// Blocking; from any thread, whose signals wait meanwhile. The program also dies with that thread. Linux.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "extract/outcome.h"

namespace sluice::extract {

// Ends runs from another thread. Thread-safe; sticky.
class Stop {
 public:
  Stop();
  ~Stop();
  Stop(const Stop&) = delete;
  void set();
  bool is_set() const;
  int descriptor() const { return descriptor_; }  // readable once set; -1: there was none to be had

 private:
  int descriptor_;
};

struct Program {
  std::vector<std::string> command;  // path and arguments
  Duration time_limit = std::chrono::seconds(10);
  std::size_t max_output = 8'000'000;  // bytes
  bool network = false;
};

struct Ran {
  Outcome outcome =
      Outcome::Failed;  // Read: it took all, ended with status 0 in time and wrote no more than it may
  int status = 0;       // of ExitStatus; the signal's number of Signal
  std::string output;   // of Read
};

Ran run(const Program& program, std::string_view input, const Stop& stop);

}  // namespace sluice::extract
