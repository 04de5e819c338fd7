#include "wire/answer_parts.h"

#include <algorithm>

namespace sluice::wire {

std::string_view trimmed(std::string_view text) {
  constexpr const char* kSpace = " \t\r\n";
  std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string one_line(std::string json) {
  std::replace_if(json.begin(), json.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return json;
}

std::string event_name(std::string type) {
  constexpr std::size_t kLongest = 64;  // today's have up to 46 bytes
  const bool plain = std::all_of(type.begin(), type.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' ||
           c == '-';
  });
  return plain && type.size() <= kLongest ? type : "";
}

std::optional<std::int64_t> token_count(json::Value value) {
  auto n = value.integer();
  if (!n || *n < 0 || *n > std::int64_t(1) << 50) return std::nullopt;
  return n;
}

Error protocol_error(std::string message) {
  return {"upstream.protocol", std::move(message), "",
          "try again; if it stays, whoever runs this Sluice checks what the deployment's address leads to"};
}

Error truncated_error() {
  return {"upstream.truncated", "the answer stops before its end", "",
          "try again; what was received so far is not a whole answer"};
}

Error empty_error() { return {"upstream.truncated", "the deployment sent an empty answer", "", "try again"}; }

Error broken_off_error() {
  return {"upstream.unavailable", "the deployment broke the answer off", "",
          "try again; what was received so far is not a whole answer"};
}

}  // namespace sluice::wire
