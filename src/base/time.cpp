#include "base/time.h"

#include <fmt/format.h>

namespace sluice {
namespace {

class SystemClock : public Clock {
 public:
  UtcTime utc() const override {
    auto now = std::chrono::system_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<std::chrono::microseconds>(now).count()};
  }
  MonotonicTime monotonic() const override { return std::chrono::steady_clock::now(); }
};

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

// Reads exactly `digits` decimal digits at `pos`, advancing it; -1 if they are not there.
int read_digits(std::string_view text, std::size_t& pos, int digits) {
  int value = 0;
  for (int i = 0; i < digits; ++i, ++pos) {
    if (pos >= text.size() || text[pos] < '0' || text[pos] > '9') return -1;
    value = value * 10 + (text[pos] - '0');
  }
  return value;
}

// Writes `n`, which has at most `digits` decimal digits, at `pos`.
void write_digits(std::string& text, std::size_t pos, int digits, std::int64_t n) {
  for (int i = digits - 1; i >= 0; --i, n /= 10) text[pos + std::size_t(i)] = char('0' + n % 10);
}

}  // namespace

const Clock& system_clock() {
  static const SystemClock clock;
  return clock;
}

std::string format_utc(UtcTime time) {
  std::int64_t day = floor_div(time.micros, kMicrosPerDay);
  std::int64_t in_day = time.micros - day * kMicrosPerDay;
  std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};
  std::int64_t seconds = in_day / kMicrosPerSecond;
  std::string text = "0000-00-00T00:00:00.000000Z";  // by hand: each record has several of these
  write_digits(text, 0, 4, int(date.year()));
  write_digits(text, 5, 2, unsigned(date.month()));
  write_digits(text, 8, 2, unsigned(date.day()));
  write_digits(text, 11, 2, seconds / 3600);
  write_digits(text, 14, 2, seconds / 60 % 60);
  write_digits(text, 17, 2, seconds % 60);
  write_digits(text, 20, 6, in_day % kMicrosPerSecond);
  return text;
}

Result<UtcTime> parse_utc(std::string_view text) {
  auto bad = [&] {
    return fail("time.format", fmt::format("'{}' is not a UTC time", text), "",
                "write it as 2026-11-23 or 2026-11-23T08:15:30Z");
  };
  std::size_t pos = 0;
  auto expect = [&](char c) { return pos < text.size() && text[pos] == c && ++pos; };
  int year = read_digits(text, pos, 4);
  if (year < 0 || !expect('-')) return bad();
  int month = read_digits(text, pos, 2);
  if (month < 0 || !expect('-')) return bad();
  int day = read_digits(text, pos, 2);
  std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month(unsigned(month)),
                                   std::chrono::day(unsigned(day))};
  if (day < 0 || !date.ok()) return bad();
  std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  if (pos == text.size()) return UtcTime{days * kMicrosPerDay};
  if (!expect('T')) return bad();
  int hour = read_digits(text, pos, 2);
  if (hour < 0 || hour > 23 || !expect(':')) return bad();
  int minute = read_digits(text, pos, 2);
  if (minute < 0 || minute > 59 || !expect(':')) return bad();
  int second = read_digits(text, pos, 2);
  if (second < 0 || second > 59) return bad();
  std::int64_t micros = 0;
  if (expect('.')) {
    int scale = 100'000;
    for (int digit; scale > 0 && pos < text.size() && text[pos] != 'Z'; scale /= 10) {
      if ((digit = read_digits(text, pos, 1)) < 0) return bad();
      micros += std::int64_t(digit) * scale;
    }
  }
  if (!expect('Z') || pos != text.size()) return bad();
  return UtcTime{days * kMicrosPerDay + (hour * 3600 + minute * 60 + second) * kMicrosPerSecond + micros};
}

}  // namespace sluice
