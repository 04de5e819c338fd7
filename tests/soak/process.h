// The gateway as a process: started, measured by /proc, asked to stop. Linux.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace soak {

class Process {
 public:
  // Starts `arguments`, standard output and error into the file `log`.
  Process(std::vector<std::string> arguments, std::string log, std::vector<std::string> environment);
  ~Process();  // SIGKILL, if it runs still
  Process(const Process&) = delete;

  double resident_mib() const;
  int descriptors() const;
  double cpu_seconds() const;
  bool running();
  void terminate();       // SIGTERM
  int wait(int seconds);  // exit status; 128 + signal; -1: runs still
  std::string log_text() const;
  std::uint16_t port(int seconds);  // from "Sluice serves on http://127.0.0.1:PORT/"; 0: it did not start

 private:
  pid_t pid_;
  std::string log_;
  int status_ = -1;
};

// Runs a command to its end; returns its exit status, and its output in `output`.
int run_command(const std::string& command, std::string& output);

}  // namespace soak
