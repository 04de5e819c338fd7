// Strings that a program puts together, and words that a page breaks at its margin: what is looked for may stand
// in both halves.
#include <algorithm>

#include "sense/scan/rewritten.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kLongestJoint = 40;  // bytes between two halves
constexpr std::size_t kLeastWord = 6;      // characters of a word that is broken
constexpr std::size_t kLongestMargin = 8;  // bytes before a line's text: indentation, "> ", "# "

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool among(char c, std::string_view set) { return set.find(c) != set.npos; }
// What secrets and identifiers are made of.
bool is_token(char c) { return is_digit(c) || is_upper(c) || is_lower(c) || among(c, "_-+/=.@:"); }

// Whether the joined list becomes one string somewhere: ["a", "b"].join("").
bool joins_lists(std::string_view t) {
  for (const char* call : {".join", "implode", "concat", "strcat"})
    if (t.find(call) != t.npos) return true;
  return false;
}

// Where the string behind the quote at `quote` begins if it continues the one that ends there; 0: it does not.
std::size_t joined_at(std::string_view t, std::size_t quote, bool lists) {
  const std::size_t most = std::min(t.size(), quote + kLongestJoint);
  bool sign = false, line = false;
  for (std::size_t at = quote + 1; at < most; ++at) {
    const char c = t[at];
    if (is_quote(c)) return sign || line ? at + 1 : 0;
    if (c == ' ' || c == '\t' || c == '\r' || c == ')' || c == '(') continue;
    if (c == '\n' || c == '\\') {
      line = true;
    } else if (among(c, "+&.|<>~") || (c == ',' && lists)) {
      sign = true;
    } else if (!among(c, "fFrRbBuUL@$") || at + 1 >= most || !is_quote(t[at + 1])) {
      return 0;
    }
  }
  return 0;
}

std::size_t word_start(std::string_view t, std::size_t end) {
  while (end > 0 && is_token(t[end - 1])) --end;
  return end;
}

// Letters and digits, or letters of both cases, as generators mix them and words do not; or capitals alone.
bool is_mixed(std::string_view word) {
  const bool digit = std::any_of(word.begin(), word.end(), is_digit);
  const bool lower = std::any_of(word.begin(), word.end(), is_lower);
  const bool upper = std::any_of(word.begin() + 1, word.end(), is_upper);
  return upper || (digit && lower);
}

// Whether the word before began in the line above.
bool continues(const std::vector<Edit>& edits, std::size_t start) {
  return !edits.empty() && edits.back().end == start;
}

}  // namespace

std::vector<Edit> joints_of_strings(std::string_view t) {
  std::vector<Edit> edits;
  const bool lists = joins_lists(t);
  for (std::size_t at = t.find_first_of("\"'`"); at != t.npos; at = t.find_first_of("\"'`", at + 1)) {
    if (at == 0 || !is_token(t[at - 1])) continue;
    const std::size_t next = joined_at(t, at, lists);
    if (next == 0 || next >= t.size() || !is_token(t[next])) continue;
    edits.push_back({at, next, false});
    at = next;
  }
  return edits;
}

std::vector<Edit> breaks_in_words(std::string_view t) {
  std::vector<Edit> edits;
  for (std::size_t line = t.find('\n'); line != t.npos; line = t.find('\n', line + 1)) {
    std::size_t end = line;
    while (end > 0 && (t[end - 1] == '\r' || t[end - 1] == '\\' || t[end - 1] == ' ')) --end;
    const std::size_t start = word_start(t, end);
    std::size_t next = line + 1;
    while (next < t.size() && next - line <= kLongestMargin && among(t[next], " \t>#*|")) ++next;
    std::size_t stop = next;
    while (stop < t.size() && is_token(t[stop])) ++stop;
    if (end - start < kLeastWord || stop - next < 2) continue;
    const std::string_view before = t.substr(start, end - start), behind = t.substr(next, stop - next);
    // The last half may be a few letters; the first one carries the mark of what it is.
    const bool carries = is_mixed(before) || before.find_first_of("-_=") != before.npos;
    if (carries && (is_mixed(behind) || continues(edits, start))) edits.push_back({end, next, false});
  }
  return edits;
}

}  // namespace sluice::sense::scan
