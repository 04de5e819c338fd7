// Strings that a program puts together, and words that a page breaks at its margin: what is looked for may stand
// in both halves.
#include <algorithm>
#include <optional>

#include "sense/scan/byte_bits.h"
#include "sense/scan/byte_class.h"
#include "sense/scan/decode/rewritten.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kLongestJoint = 40;  // bytes between two halves
constexpr std::size_t kLeastWord = 6;      // characters of a word that is broken
constexpr std::size_t kLongestMargin = 8;  // bytes before a line's text: indentation, "> ", "# "

bool is_quote(char c) { return c == '"' || c == '\'' || c == '`'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
// What secrets and identifiers are made of.
constexpr ByteTable kToken = byte_table("_-+/=.@:", true);
bool is_token(char c) { return among(c, kToken); }
constexpr ByteTable kSigns = byte_table("+&.|<>~"), kPrefixes = byte_table("fFrRbBuUL@$"),
                    kMargin = byte_table(" \t>#*|");

// Whether the joined list becomes one string somewhere: ["a", "b"].join("").
class Lists {
 public:
  explicit Lists(std::string_view t) : t_(t) {}
  bool joined() {
    if (!joined_) joined_ = find();
    return *joined_;
  }

 private:
  bool find() const {
    for (const char* call : {".join", "implode", "concat", "strcat"})
      if (t_.find(call) != t_.npos) return true;
    return false;
  }

  std::string_view t_;
  std::optional<bool> joined_;  // not looked for yet
};

// Where the string behind the quote at `quote` begins if it continues the one that ends there; 0: it does not.
std::size_t joined_at(std::string_view t, std::size_t quote, Lists& lists) {
  const std::size_t most = std::min(t.size(), quote + kLongestJoint);
  bool sign = false, line = false;
  for (std::size_t at = quote + 1; at < most; ++at) {
    const char c = t[at];
    if (is_quote(c)) return sign || line ? at + 1 : 0;
    if (c == ' ' || c == '\t' || c == '\r' || c == ')' || c == '(') continue;
    if (c == '\n') {
      line = true;
    } else if (c == '\\') {
      continue;  // before the end of a line; elsewhere it is an escape's: 'it\'s'
    } else if (among(c, kSigns) || (c == ',' && lists.joined())) {
      sign = true;
    } else if (!among(c, kPrefixes) || at + 1 >= most || !is_quote(t[at + 1])) {
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

// "page_size", "oauth2_scope": one of a list of names, each on its line.
bool is_name(std::string_view word) {
  if (word.find('_') == word.npos) return false;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const bool begins = i == 0 || word[i - 1] == '_';
    if (!is_lower(word[i]) && (begins || (!is_digit(word[i]) && word[i] != '_'))) return false;
  }
  return word.back() != '_';
}

// Whether the word before began in the line above.
bool continues(const std::vector<Edit>& edits, std::size_t start) {
  return !edits.empty() && edits.back().end == start;
}

}  // namespace

std::vector<Edit> joints_of_strings(std::string_view t) {
  std::vector<Edit> edits;
  Lists lists(t);
  std::size_t done = 0;
  static constexpr ByteClass kQuotes("\"'`");
  ClassBits(t, kQuotes).for_each([&](std::size_t at) {
    if (at < done || at == 0 || !is_token(t[at - 1])) return;
    const std::size_t next = joined_at(t, at, lists);
    if (next == 0 || next >= t.size() || !is_token(t[next])) return;
    edits.push_back({at, next, false});
    done = next + 1;
  });
  return edits;
}

std::vector<Edit> breaks_in_words(std::string_view t) {
  std::vector<Edit> edits;
  for (std::size_t line = t.find('\n'); line != t.npos; line = t.find('\n', line + 1)) {
    std::size_t end = line;
    while (end > 0 && (t[end - 1] == '\r' || t[end - 1] == '\\' || t[end - 1] == ' ')) --end;
    const std::size_t start = word_start(t, end);
    std::size_t next = line + 1;
    while (next < t.size() && next - line <= kLongestMargin && among(t[next], kMargin)) ++next;
    std::size_t stop = next;
    while (stop < t.size() && is_token(t[stop])) ++stop;
    if (end - start < kLeastWord || stop - next < 2) continue;
    const std::string_view before = t.substr(start, end - start), behind = t.substr(next, stop - next);
    // The last half may be a few letters; the first one carries the mark of what it is.
    const bool carries = is_mixed(before) || before.find_first_of("-_=") != before.npos;
    if (is_name(before) && is_name(behind)) continue;
    if (behind.back() == ':' || t.substr(stop, 3) == " = ") continue;  // the next of several fields
    if (carries && (is_mixed(behind) || continues(edits, start))) edits.push_back({end, next, false});
  }
  return edits;
}

}  // namespace sluice::sense::scan
