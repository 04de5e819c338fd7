#include "backend/retry_after.h"

#include <time.h>

#include <charconv>
#include <optional>

namespace sluice::backend {
namespace {

constexpr std::int64_t kLongest = 86'400;

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 0) return std::nullopt;
  // "1.5" and "250.0" are sent too: what follows the point makes it longer.
  std::string_view rest(end, std::size_t(text.data() + text.size() - end));
  if (rest.empty()) return value;
  if (rest.front() != '.' || rest.find_first_not_of("0123456789", 1) != rest.npos) return std::nullopt;
  bool more = rest.find_first_not_of("0", 1) != rest.npos;
  return value + (more && value < kLongest * 1000 ? 1 : 0);
}

// The one form of a date that may be sent today, "Sun, 06 Nov 1994 08:49:37 GMT"; seconds since 1970.
std::optional<std::int64_t> date(const std::string& text) {
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!end || *end != '\0') return std::nullopt;
  return ::timegm(&parts);
}

}  // namespace

int retry_after(const http::Headers& headers, UtcTime now) {
  std::optional<std::int64_t> seconds;
  if (auto field = headers.get("retry-after-ms")) {
    seconds = number(*field);
    if (seconds) *seconds = *seconds / 1000 + (*seconds % 1000 != 0 ? 1 : 0);
  }
  auto field = headers.get("retry-after");
  if (!seconds && field) seconds = number(*field);
  if (!seconds && field) {
    auto until = date(std::string(*field));
    auto sent = date(std::string(headers.get("date").value_or("")));
    if (until) seconds = *until - sent.value_or(now.micros / 1'000'000);
  }
  return seconds && *seconds > 0 && *seconds <= kLongest ? int(*seconds) : 0;
}

}  // namespace sluice::backend
