#include "gateway/client_words.h"

#include <algorithm>

#include "base/id.h"

namespace sluice::gateway {
namespace {

constexpr std::size_t kLongestPrefix = 12;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Letters alone: a word or a name, but not of hexadecimal digits.
bool is_word(std::string_view part) {
  const auto beyond_hex = [](char c) { return !is_digit(c) && (c | 0x20) > 'f'; };
  return std::none_of(part.begin(), part.end(), is_digit) && std::any_of(part.begin(), part.end(), beyond_hex);
}

// "req-7f3a", "4b1f0c2e-...", "01J9ZK...": at most a short word in front, and the rest is counted or drawn.
bool looks_like_an_id(std::string_view id) {
  if (std::none_of(id.begin(), id.end(), is_digit)) return false;
  for (bool first = true; !id.empty(); first = false) {
    const std::size_t end = std::min(id.find_first_of("-_"), id.size());
    const std::string_view part = id.substr(0, end);
    id.remove_prefix(std::min(end + 1, id.size()));
    if (part.find('.') != part.npos) return false;
    if (is_word(part) && (!first || part.size() > kLongestPrefix)) return false;
  }
  return true;
}

}  // namespace

bool is_harmless(const sense::Judge& judge, std::string_view text) {
  const sense::Judgement judged = judge.judge_text(text, {});
  return judged.findings.empty() && judged.label.cls == sense::Class::Public && !judged.label.local_only &&
         judged.label.categories.empty();
}

std::string loggable_id(const sense::Judge& judge, std::string_view secret, std::string_view id) {
  if (id.empty() || (looks_like_an_id(id) && is_harmless(judge, id))) return std::string(id);
  return "hash-" + hmac_sha256_hex(secret, "request id " + std::string(id)).substr(0, 16);
}

}  // namespace sluice::gateway
