#include "app/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace sluice::app {
namespace {

using namespace std::chrono_literals;

constexpr Duration kBarEvery = 100ms, kLineEvery = 10s, kQuiet = 1s;
constexpr int kBarWidth = 24;

std::string time_words(double seconds) {
  const auto s = static_cast<long long>(seconds + 0.5);
  if (s < 60) return fmt::format("{} s", s);
  if (s < 3600) return fmt::format("{} min {:02} s", s / 60, s % 60);
  return fmt::format("{} h {:02} min", s / 3600, s % 3600 / 60);
}

double share(std::uint64_t done, std::uint64_t total) {
  return total == 0 ? 1 : std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
}

}  // namespace

std::string bytes_words(double bytes) {
  const char* units[] = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  while (bytes >= 999.5 && unit + 1 < std::size(units)) bytes /= 1000, ++unit;
  return unit > 0 && bytes < 9.995 ? fmt::format("{:.1f} {}", bytes, units[unit])
                                   : fmt::format("{:.0f} {}", bytes, units[unit]);
}

std::string progress_words(std::uint64_t done, std::uint64_t total, std::uint64_t begun, Duration elapsed) {
  std::string words = fmt::format("{}% of {}", static_cast<int>(100 * share(done, total)),
                                  bytes_words(static_cast<double>(total)));
  const double seconds = std::chrono::duration<double>(elapsed).count();
  if (seconds < 1 || done <= begun) return words;
  const double speed = static_cast<double>(done - begun) / seconds;
  words += ", " + bytes_words(speed) + "/s";
  if (done < total) words += ", " + time_words(static_cast<double>(total - done) / speed) + " left";
  return words;
}

ProgressLine::ProgressLine(const Clock& clock) : clock_(clock), terminal_(::isatty(STDERR_FILENO) == 1) {}

bool ProgressLine::due(const std::string& what) {
  const MonotonicTime now = clock_.monotonic();
  if (what != what_) {
    finish();
    what_ = what;
    start_ = shown_ = now;
  }
  if (now - start_ < kQuiet || now - shown_ < (terminal_ ? kBarEvery : kLineEvery)) return false;
  shown_ = now;
  return true;
}

void ProgressLine::update(const std::string& what, std::uint64_t done, std::uint64_t total, std::uint64_t begun) {
  if (due(what)) show(share(done, total), progress_words(done, total, begun, shown_ - start_));
}

void ProgressLine::count(const std::string& what, const std::string& things, std::uint64_t done,
                         std::uint64_t total) {
  if (due(what)) show(share(done, total), fmt::format("{} of {} {}", done, total, things));
}

void ProgressLine::show(double share, const std::string& words) {
  if (!terminal_) {
    std::fprintf(stderr, "%s: %s\n", what_.c_str(), words.c_str());
    return;
  }
  const auto full = static_cast<std::size_t>(kBarWidth * share);
  const std::string bar = std::string(full, '#') + std::string(kBarWidth - full, '.');
  std::fprintf(stderr, "\r\033[K%s [%s] %s", what_.c_str(), bar.c_str(), words.c_str());
  std::fflush(stderr);
  visible_ = true;
}

void ProgressLine::finish() {
  if (visible_) std::fputs("\r\033[K", stderr);
  visible_ = false;
  what_.clear();
}

}  // namespace sluice::app
