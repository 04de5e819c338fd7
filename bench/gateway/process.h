// A child process whose processor time and memory are read from /proc, its own children included.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bench {

class Process {
 public:
  // Starts `arguments` on the given core (-1: any), standard output and error into the file `log`.
  Process(std::vector<std::string> arguments, const std::string& log, std::vector<std::string> environment = {},
          int core = -1);
  ~Process();  // SIGTERM, then waits
  Process(const Process&) = delete;
  double cpu_us() const;        // time on a processor of all its threads and its children so far
  double resident_kib() const;  // resident set of it and its children
 private:
  std::vector<pid_t> family() const;
  pid_t pid_ = 0;
};

void pin_to_core(int core);    // this thread, and what it starts from now on
void wait_for_port(int port);  // until something listens there; exits the program after 30 s
int free_port();

}  // namespace bench
