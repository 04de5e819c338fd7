// A child process whose processor time and memory are read from /proc, its own children included.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace bench {

class Process {
 public:
  // Starts `arguments`, standard output and error into the file `log`.
  Process(std::vector<std::string> arguments, const std::string& log, std::vector<std::string> environment = {});
  ~Process();  // SIGTERM, then waits
  Process(const Process&) = delete;
  double cpu_us() const;        // user and system time of it and its children so far; resolution 10 ms
  double resident_kib() const;  // resident set of it and its children
 private:
  std::vector<pid_t> family() const;
  pid_t pid_ = 0;
};

void wait_for_port(int port);  // until something listens there; exits the program after 30 s
int free_port();

}  // namespace bench
