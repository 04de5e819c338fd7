#include "http/correlation.h"

#include <algorithm>
#include <array>
#include <set>
#include <span>

#include "base/check.h"
#include "base/id.h"
#include "http/characters.h"

namespace sluice::http {
namespace {

constexpr std::size_t kMaxRequestId = 128;
constexpr std::size_t kMaxTraceState = 512;
constexpr int kMaxMembers = 32;
constexpr std::size_t kTraceDigits = 32, kSpanDigits = 16;
constexpr std::size_t kParentSize = 55;  // "00-" + 32 + "-" + 16 + "-" + 2
constexpr std::uint8_t kSampled = 1;

bool lower_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool valid_id(std::string_view text) { return lower_hex(text) && text.find_first_not_of('0') != text.npos; }

bool key_character(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '-' || c == '*' || c == '/';
}

bool key_part(std::string_view part, std::size_t longest, bool digit_first) {
  if (part.empty() || part.size() > longest) return false;
  if (!(part[0] >= 'a' && part[0] <= 'z') && !(digit_first && is_digit(part[0]))) return false;
  return std::all_of(part.begin(), part.end(), key_character);
}

// Section 3.3.1.3.1: "name", or "tenant@system".
bool valid_key(std::string_view key) {
  std::size_t at = key.find('@');
  if (at == key.npos) return key_part(key, 256, false);
  return key_part(key.substr(0, at), 241, true) && key_part(key.substr(at + 1), 14, false);
}

// Printable ASCII but ',' and '=', at most 256, no space at the end.
bool valid_value(std::string_view value) {
  if (value.empty() || value.size() > 256 || value.back() == ' ') return false;
  return std::all_of(value.begin(), value.end(),
                     [](char c) { return c >= 0x20 && c < 0x7f && c != ',' && c != '='; });
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::string random_hex(std::size_t digits) {
  std::array<std::uint8_t, kTraceDigits / 2> bytes{};
  std::string hex;
  do {
    std::span<std::uint8_t> wanted(bytes.data(), digits / 2);
    fill_random(wanted);
    hex = to_hex(wanted);
  } while (!valid_id(hex));
  return hex;
}

// All fields of this name in one value, as section 3.3.1.1 lets senders split it.
std::string joined(const Headers& headers, std::string_view wanted) {
  std::string all;
  for (const auto& [name, value] : headers.list()) {
    if (!equal_ignoring_case(name, wanted) || value.empty()) continue;
    if (!all.empty()) all += ',';
    all += value;
  }
  return all;
}

}  // namespace

std::optional<std::string_view> client_request_id(const Headers& headers) {
  if (headers.count("x-request-id") != 1) return std::nullopt;
  std::string_view id = *headers.get("x-request-id");
  auto fits = [](char c) {
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '.' || c == '_' || c == '-';
  };
  if (id.empty() || id.size() > kMaxRequestId || !std::all_of(id.begin(), id.end(), fits)) return std::nullopt;
  return id;
}

std::optional<TraceContext> parse_traceparent(std::string_view value) {
  if (value.size() < kParentSize || value[2] != '-' || value[35] != '-' || value[52] != '-') return std::nullopt;
  std::string_view version = value.substr(0, 2), flags = value.substr(53, 2);
  if (!lower_hex(version) || version == "ff" || !lower_hex(flags)) return std::nullopt;
  if (value.size() > kParentSize && (version == "00" || value[kParentSize] != '-')) return std::nullopt;
  TraceContext context;
  context.trace_id = value.substr(3, kTraceDigits);
  context.span_id = value.substr(36, kSpanDigits);
  if (!valid_id(context.trace_id) || !valid_id(context.span_id)) return std::nullopt;
  context.flags = std::uint8_t(hex_value(flags[1]) & kSampled);
  return context;
}

bool valid_tracestate(std::string_view value) {
  if (value.size() > kMaxTraceState) return false;
  int members = 0;
  std::set<std::string_view> keys;
  while (!value.empty()) {
    std::size_t comma = value.find(',');
    std::string_view member = trim(value.substr(0, comma));
    value.remove_prefix(comma == value.npos ? value.size() : comma + 1);
    if (member.empty()) continue;  // allowed, and counts for nothing
    std::size_t equals = member.find('=');
    if (equals == member.npos || !valid_key(member.substr(0, equals)) || !valid_value(member.substr(equals + 1)))
      return false;
    if (++members > kMaxMembers || !keys.insert(member.substr(0, equals)).second) return false;
  }
  return members > 0;
}

TraceContext trace_of(const Headers& headers) {
  if (headers.count("traceparent") == 1) {
    if (auto context = parse_traceparent(*headers.get("traceparent"))) {
      std::string state = joined(headers, "tracestate");
      if (valid_tracestate(state)) context->trace_state = std::move(state);
      return *context;
    }
  }
  TraceContext fresh;
  fresh.trace_id = random_hex(kTraceDigits);
  fresh.span_id = random_hex(kSpanDigits);
  return fresh;
}

TraceContext child_of(const TraceContext& context) {
  TraceContext child = context;
  child.span_id = random_hex(kSpanDigits);
  return child;
}

std::string traceparent(const TraceContext& context) {
  return "00-" + context.trace_id + "-" + context.span_id + (context.flags & kSampled ? "-01" : "-00");
}

void set_trace(Headers& headers, const TraceContext& context) {
  headers.set("traceparent", traceparent(context));
  if (!context.trace_state.empty()) headers.set("tracestate", context.trace_state);
}

}  // namespace sluice::http
