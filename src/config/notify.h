// Whom an obligation `notify(NAME)` tells, and how.
#pragma once

#include <chrono>
#include <string>

namespace sluice::config {

struct NotifyTarget {
  std::string name;
  std::string url;                                   // the receiver of signed notices; empty: the log line alone
  std::string secret_env;                            // names the variable with the key of the signature
  std::string secret;                                // its value; never printed
  std::string ca_file;                               // a PEM bundle instead of the system's
  std::chrono::milliseconds timeout{10'000};         // of one delivery
  std::chrono::milliseconds give_up{86'400'000};     // how long a notice is delivered again before it is dropped
  std::chrono::milliseconds longest_pause{300'000};  // between two deliveries to a receiver that fails
  int queue = 10'000;  // notices that may wait on the disk; the next ones are dropped
  bool held = false;   // also told when a request waits for an approval
  std::string where;   // "sluice.yaml:12"
};

}  // namespace sluice::config
