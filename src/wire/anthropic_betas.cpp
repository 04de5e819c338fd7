// Names of betas in the header anthropic-beta.
#include <algorithm>

#include "wire/anthropic_messages.h"

namespace sluice::wire {
namespace {

constexpr std::size_t kLongestName = 56, kMostNames = 16;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }

// Bytes of "-2025-05-14" or "-20250219" at the end, or 0.
std::size_t date_at_end(std::string_view name) {
  for (const std::string_view form : {"-0000-00-00", "-00000000"}) {
    if (name.size() <= form.size()) continue;
    const std::string_view end = name.substr(name.size() - form.size());
    bool fits = true;
    for (std::size_t i = 0; i < form.size(); ++i)
      fits = fits && (form[i] == '0' ? is_digit(end[i]) : end[i] == '-');
    if (fits) return form.size();
  }
  return 0;
}

// Words before a date, and no number that could be anybody's.
bool is_beta(std::string_view name) {
  const std::size_t date = name.size() <= kLongestName ? date_at_end(name) : 0;
  if (date == 0 || !is_small(name.front())) return false;
  name.remove_suffix(date);
  std::size_t digits = 0;
  for (const char c : name) {
    digits = is_digit(c) ? digits + 1 : 0;
    if (digits > 3 || (!is_small(c) && !is_digit(c) && c != '-')) return false;
  }
  return true;
}

}  // namespace

Betas read_betas(std::string_view header) {
  Betas betas;
  std::size_t count = 0;
  while (!header.empty()) {
    const std::size_t comma = std::min(header.find(','), header.size());
    std::string_view name = header.substr(0, comma);
    header.remove_prefix(std::min(comma + 1, header.size()));
    while (!name.empty() && (name.front() == ' ' || name.front() == '\t')) name.remove_prefix(1);
    while (!name.empty() && (name.back() == ' ' || name.back() == '\t')) name.remove_suffix(1);
    if (name.empty()) continue;
    if (!is_beta(name) || count == kMostNames) {
      betas.more = true;
      continue;
    }
    if (count++ > 0) betas.names += ',';
    betas.names += name;
  }
  return betas;
}

}  // namespace sluice::wire
