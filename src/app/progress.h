// How far a long command is: a bar with speed and time left on a terminal, otherwise a line now and then. On
// standard error, so that the result on standard output stays clean.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"

namespace sluice::app {

class ProgressLine {
 public:
  explicit ProgressLine(const Clock& clock = system_clock());
  // `begun`: bytes that were there before, which count for the bar and not for the speed. Shows nothing of what is
  // over within a second.
  void update(const std::string& what, std::uint64_t done, std::uint64_t total, std::uint64_t begun = 0);
  // The same of things that are not bytes: "12 of 40 stretches".
  void count(const std::string& what, const std::string& things, std::uint64_t done, std::uint64_t total);
  void finish();  // removes the bar

 private:
  bool due(const std::string& what);  // and not too early or too often
  void show(double share, const std::string& words);

  const Clock& clock_;
  const bool terminal_;
  std::string what_;
  MonotonicTime start_{}, shown_{};
  bool visible_ = false;
};

// "62% of 4.7 GB, 812 MB/s, 2 s left"; without speed before the first second.
std::string progress_words(std::uint64_t done, std::uint64_t total, std::uint64_t begun, Duration elapsed);
std::string bytes_words(double bytes);  // "812 MB": powers of 1000, three digits

}  // namespace sluice::app
