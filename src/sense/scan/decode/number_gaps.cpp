// Gaps in numbers. A list of numbers looks just like a number whose groups are kept apart by commas, so that lists
// count only where their groups have the sizes of such a number, stand by themselves and pass a check digit, and
// where not many others of the same page fail it.
#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "sense/check/check.h"
#include "sense/scan/byte_bits.h"
#include "sense/scan/byte_class.h"
#include "sense/scan/decode/rewritten.h"
#include "text/utf8.h"
#include "text/words.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kLongestGap = 64;    // bytes
constexpr std::size_t kLongestGroup = 19;  // characters
constexpr std::size_t kMostLetters = 6;    // of a group that has digits
constexpr std::size_t kLeastDigits = 6, kLeastCharacters = 8,
                      kMostCharacters = 34;  // of a number: the longest IBAN
constexpr std::size_t kMostGroups = 20;
constexpr std::size_t kListed = 13;     // digits up to which no card number is believed without a word
constexpr std::size_t kMoreGroups = 2;  // beside those of a number that is written as a list

// Sizes of the groups of numbers that are believed without a word, or are too long for a list to be one by chance.
struct Shape {
  const char* sizes;
  bool (*valid)(std::string_view);
};
constexpr Shape kShapes[] = {{"4444", check::luhn},
                             {"88", check::luhn},
                             {"22222222", check::luhn},
                             {"465", check::luhn},
                             {"464", check::luhn},
                             {"1222332", check::france_nir},
                             {"684", check::china_resident_id}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
constexpr ByteTable kAlnum = byte_table("", true), kDoubled = byte_table("*~`_"),
                    kInLists = byte_table(",;|:\t\n\r'\"`+*~=\\&[]{}#>"), kPlain = byte_table(" -./()_"),
                    kNamed = byte_table("=:\"'");
bool is_alnum(char c) { return among(c, kAlnum); }

// What stands between two groups.
enum class Gap : std::uint8_t {
  None,    // something else: the number ends
  Plain,   // what numbers have: a blank, '-', '.', '/', brackets
  List,    // what lists have as well: commas, line breaks, cells
  Markup,  // what only somebody puts there who means one number: <b>, **, &zwnj;, " + "
};

struct Group {
  std::size_t start = 0, end = 0;
  bool digits = true;  // nothing else
  std::size_t figures = 0;
  Gap before = Gap::None;                // between the group before and this one
  bool new_line = false, colon = false;  // in that gap
  std::size_t size() const { return end - start; }
};

class Numbers {
 public:
  explicit Numbers(std::string_view text) : t_(text) {}

  std::vector<Edit> take() {
    static constexpr ByteClass kDigits("0123456789");
    std::size_t next = 0;
    ClassBits(t_, kDigits).for_each([&](std::size_t at) {
      if (at >= next) next = run(at);
    });
    if (2 * passed_ < lists_.size()) lists_.clear();  // a page of numbers
    for (const List& list : lists_)
      if (list.valid) edits_.insert(edits_.end(), list.edits.begin(), list.edits.end());
    std::sort(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.start < b.start; });
    edits_.erase(
        std::unique(edits_.begin(), edits_.end(), [](const Edit& a, const Edit& b) { return a.start == b.start; }),
        edits_.end());
    return std::move(edits_);
  }

 private:
  struct List {
    std::vector<Edit> edits;
    bool valid = false;
  };

  // The run of groups around the digit at i; returns where it ends.
  std::size_t run(std::size_t i) {
    while (i > 0 && is_alnum(t_[i - 1])) --i;
    groups_.clear();
    bool odd = false;
    Group group{i, i};
    std::size_t end = i;
    while (read_group(group) && !is_time(group)) {
      groups_.push_back(group);
      odd = odd || group.before > Gap::Plain;
      end = group.end;
      if (word_follows(end)) break;
      const bool named = group.digits && has_name(group.start);
      group = Group{end, end};
      group.before = named && names_next_part(groups_.back(), group) ? Gap::List : gap(group);
      if (group.before == Gap::None) break;
    }
    if (odd) judge(0, groups_.size());
    while (end < t_.size() && is_alnum(t_[end])) ++end;  // a word that is no group is looked at once
    return end;
  }

  // Whether a name that counts may stand before it: nearly no number in a text has '=' or ':' there.
  bool has_name(std::size_t at) const {
    if (at > 0 && t_[at - 1] == ' ') --at;
    if (at == 0 || !among(t_[at - 1], kNamed)) return false;
    at = skip_back(at, "\"' ");
    if (at == 0 || (t_[at - 1] != '=' && t_[at - 1] != ':')) return false;
    at = skip_back(at - 1, "\"' ");
    return at > 0 && (is_digit(t_[at - 1]) || (is_letter(t_[at - 1]) && (at == 1 || !is_alnum(t_[at - 2]))));
  }

  // "part_1=4539&part_2=5787": between the groups is the name of the next part, which is that of the one before
  // but for a number or a letter behind it. Moves group.start to the next one.
  bool names_next_part(const Group& before, Group& group) const {
    std::size_t at = skip_back(before.start, "\"' ");
    const std::string_view name = name_before(skip_back(at - 1, "\"' "));
    if (name.empty()) return false;
    const std::size_t most = std::min(t_.size(), group.start + kLongestGap);
    const std::size_t start = at = skip(group.start, most, "\"',;&| \t\r\n{}");
    if (at == group.start || at == most || !is_letter(t_[at])) return false;
    while (at < most && is_of_name(t_[at])) ++at;
    std::size_t end = at;
    while (end > start && t_[end - 1] == ' ') --end;
    at = skip(at, most, "\"' ");
    if (at == most || (t_[at] != '=' && t_[at] != ':') || !are_parts(name, t_.substr(start, end - start)))
      return false;
    at = skip(at + 1, most, "\"' ");
    if (at == most || !is_digit(t_[at])) return false;
    group.start = at;
    return true;
  }

  static bool is_of_name(char c) { return is_alnum(c) || c == '_' || c == '-' || c == ' ' || c == '.'; }
  std::size_t skip(std::size_t at, std::size_t most, std::string_view characters) const {
    while (at < most && characters.find(t_[at]) != characters.npos) ++at;
    return at;
  }
  std::size_t skip_back(std::size_t at, std::string_view characters) const {
    while (at > 0 && characters.find(t_[at - 1]) != characters.npos) --at;
    return at;
  }
  std::string_view name_before(std::size_t end) const {
    std::size_t start = end;
    while (start > 0 && end - start < kLongestGap && is_of_name(t_[start - 1])) --start;
    while (start < end && !is_letter(t_[start])) ++start;
    return t_.substr(start, end - start);
  }

  // The first may have words before its name.
  static bool are_parts(std::string_view one, std::string_view next) {
    const std::string_view first = without_number(one), second = without_number(next);
    if (first.size() == one.size() || second.size() == next.size()) return false;
    return one.substr(first.size()) != next.substr(second.size()) && first.ends_with(second) &&
           (first.size() == second.size() || second.empty() || !is_alnum(first[first.size() - second.size() - 1]));
  }
  // Without the digits, or the single letter, at its end.
  static std::string_view without_number(std::string_view name) {
    std::size_t end = name.size();
    while (end > 0 && is_digit(name[end - 1])) --end;
    if (end == name.size() && end > 0 && is_letter(name[end - 1]) && (end == 1 || !is_alnum(name[end - 2]))) --end;
    return name.substr(0, end);
  }

  // "1998 about": the word behind the blank is no group, which read_group() would take longer to say.
  bool word_follows(std::size_t at) const {
    if (at == t_.size() || t_[at] != ' ') return false;
    std::size_t end = at + 1;
    while (end < t_.size() && t_[end] >= 'a' && t_[end] <= 'z') ++end;
    return end > at + 1 && (end == t_.size() || !is_alnum(t_[end]));
  }

  // "12:30", "width: 4", "a:b": a colon keeps apart what is no one number, but for long groups.
  bool is_time(const Group& group) const {
    if (!group.colon) return false;
    const Group& before = groups_.back();
    return before.size() < 3 || group.size() < 3 || !before.digits || !group.digits;
  }

  // From group.start on. False: nothing that a number consists of.
  bool read_group(Group& group) const {
    std::size_t letters = 0, at = group.start;
    bool upper = true;
    for (; at < t_.size() && is_alnum(t_[at]) && at - group.start <= kLongestGroup; ++at) {
      if (is_digit(t_[at])) continue;
      ++letters;
      upper = upper && is_upper(t_[at]);
    }
    group.end = at;
    group.digits = letters == 0;
    group.figures = group.size() - letters;
    if (at == group.start || group.size() > kLongestGroup || letters > kMostLetters) return false;
    return letters < group.size() || (upper && letters <= 4 && !groups_.empty());
  }

  // What begins at group.start; moves that to where it ends.
  Gap gap(Group& group) const {
    const std::size_t start = group.start, most = std::min(t_.size(), start + kLongestGap);
    std::size_t at = start;
    bool markup = false, list = false, quoted = false, joined = false;
    int lines = 0;
    while (at < most && !is_alnum(t_[at])) {
      const char c = t_[at];
      if (c == '<' && tag(at, markup, list)) continue;
      if (c == '&' && entity(at)) {
        markup = true;
        continue;
      }
      if (static_cast<unsigned char>(c) >= 0x80) {
        if (text::word_part(text::next_code_point(t_, at)) != text::WordPart::None) return Gap::None;
        list = true;
        continue;
      }
      if (among(c, kDoubled) && at + 1 < t_.size() && t_[at + 1] == c) markup = true;
      quoted = quoted || c == '"' || c == '\'';
      joined = joined || c == '+' || c == '&' || c == '\\' || (c == '|' && t_[at - 1] == '|');
      lines += c == '\n';
      const bool lists = among(c, kInLists);
      if (!lists && !among(c, kPlain)) return Gap::None;
      list = list || lists;
      ++at;
    }
    if (at == start || at >= most || !is_alnum(t_[at]) || lines > 2) return Gap::None;
    group.start = at;
    group.new_line = lines > 0;
    group.colon = t_.substr(start, at - start).find(':') != t_.npos;
    if (markup || (quoted && joined)) return Gap::Markup;
    return list || at - start > 3 ? Gap::List : Gap::Plain;
  }

  // A tag at `at`, which moves behind it.
  bool tag(std::size_t& at, bool& markup, bool& list) const {
    const std::string_view rest = t_.substr(at, kLongestGap);
    const std::size_t close = rest.starts_with("<!--") ? rest.find("-->") : rest.find('>');
    if (close == rest.npos || close < 2) return false;
    std::size_t name = rest[1] == '/' ? 2 : 1, end = name;
    while (end < close && is_letter(rest[end])) ++end;
    static constexpr std::string_view kInline[] = {"b",    "i",    "u",   "s",   "em",  "strong", "span", "font",
                                                   "wbr",  "a",    "tt",  "big", "del", "ins",    "sub",  "sup",
                                                   "mark", "code", "kbd", "bdi", "bdo", "q",      "small"};
    const std::string_view written = rest.substr(name, end - name);
    const bool is_inline =
        rest[1] == '!' || std::find(std::begin(kInline), std::end(kInline), written) != std::end(kInline);
    if (!is_inline && end == name) return false;
    (is_inline ? markup : list) = true;
    at += rest[1] == '!' ? close + 3 : close + 1;
    return true;
  }

  // A character reference at `at`, which moves behind it.
  bool entity(std::size_t& at) const {
    const std::string_view rest = t_.substr(at, 24);
    const std::size_t end = rest.find(';');
    if (end == rest.npos || end < 3) return false;
    for (std::size_t i = 1; i < end; ++i)
      if (!is_alnum(rest[i]) && !(i == 1 && rest[i] == '#')) return false;
    at += end + 1;
    return true;
  }

  // Groups [first, last) as one number, or those of its parts that can be one.
  void judge(std::size_t first, std::size_t last) {
    std::size_t characters = 0, figures = 0;
    bool digits = true, markup = false, lines = false;
    for (std::size_t i = first; i < last; ++i) {
      characters += groups_[i].size();
      figures += groups_[i].figures;
      digits = digits && groups_[i].digits;
      markup = markup || (i > first && groups_[i].before == Gap::Markup);
      lines = lines || (i > first && groups_[i].new_line);
    }
    const bool fits = characters <= kMostCharacters && last - first <= kMostGroups;
    if (fits && figures >= kLeastDigits && characters >= kLeastCharacters &&
        (!digits || markup || characters <= kListed)) {
      if (!digits || markup || !is_amount(first, last)) edit(first, last, edits_);
      return;
    }
    lists(first, last);
    if (fits || !lines) return;
    for (std::size_t i = first, from = first; i < last; ++i) {  // each line for itself
      if (i + 1 < last && !groups_[i + 1].new_line) continue;
      if (i + 1 - from > 1) judge(from, i + 1);
      from = i + 1;
    }
  }

  // A list of all groups but two at most that has the shape of a number with a check digit.
  void lists(std::size_t first, std::size_t last) {
    for (const Shape& shape : kShapes) {
      const std::size_t count = std::strlen(shape.sizes);
      if (last - first < count || last - first > count + kMoreGroups) continue;
      for (std::size_t i = first; i + count <= last; ++i)
        if (has_shape(i, shape.sizes)) list(i, i + count, shape.valid);
    }
  }

  bool has_shape(std::size_t i, std::string_view sizes) const {
    for (const char size : sizes) {
      const Group& group = groups_[i++];
      if (!group.digits || group.size() != static_cast<std::size_t>(size - '0')) return false;
    }
    return true;
  }

  void list(std::size_t first, std::size_t last, bool (*valid)(std::string_view)) {
    List list;
    edit(first, last, list.edits);
    if (list.edits.empty()) return;
    std::string number;
    for (std::size_t i = first; i < last; ++i) number += t_.substr(groups_[i].start, groups_[i].size());
    list.valid = valid(number);
    passed_ += list.valid;
    lists_.push_back(std::move(list));
  }

  // "12,345,678": thousands, or decimals in a list.
  bool is_amount(std::size_t first, std::size_t last) const {
    bool thousands = groups_[first].size() <= 3, points = false, others = false;
    for (std::size_t i = first + 1; i < last; ++i) {
      const std::string_view between = t_.substr(groups_[i - 1].end, groups_[i].start - groups_[i - 1].end);
      thousands = thousands && groups_[i].size() == 3 && (between == "," || between == "'" || between == ".");
      points = points || between == ".";
      others = others || between != ".";
    }
    return thousands || (points && others);
  }

  void edit(std::size_t first, std::size_t last, std::vector<Edit>& edits) const {
    for (std::size_t i = first + 1; i < last; ++i)
      if (groups_[i].before > Gap::Plain) edits.push_back({groups_[i - 1].end, groups_[i].start, true});
  }

  std::string_view t_;
  std::vector<Group> groups_;
  std::vector<Edit> edits_;
  std::vector<List> lists_;
  std::size_t passed_ = 0;  // of lists_
};

}  // namespace

std::vector<Edit> gaps_in_numbers(std::string_view text) { return Numbers(text).take(); }

}  // namespace sluice::sense::scan
