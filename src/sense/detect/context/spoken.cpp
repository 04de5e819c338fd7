#include "sense/detect/context/spoken.h"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sense/detect/context/number_words.h"

namespace sluice::sense::detect {
namespace {

constexpr std::string_view kLinks[] = {
    "is",   "was", "number", "no",     "at", "on",  "the",    "it's",  "its", "me",    "him",
    "her",  "us",  "back",   "to",     "as", "ist", "lautet", "unter", "es",  "el",    "número",
    "est",  "le",  "au",     "numéro", "è",  "al",  "numero", "op",    "nu",  "номер", "это",
    "jest", "je",  "på",     "til",    "é",  "är",  "er",     "'s",    "’s",  "mich",  "an"};
// Between the parts of one number: "quarante et un", "treinta y cinco".
constexpr std::string_view kJoints[] = {"et", "y", "e", "und", "en", "og", "și", "and"};

constexpr std::size_t kFewest = 7, kMost = 24, kMostLinks = 4;

bool is_figure(char c) { return c >= '0' && c <= '9'; }

// The next word: letters, or figures.
std::string_view word_at(std::string_view t, std::size_t at) {
  std::size_t end = at;
  const bool figures = at < t.size() && is_figure(t[at]);
  while (end < t.size() &&
         (figures ? is_figure(t[end]) : (scan::is_word_byte(t[end]) && !is_figure(t[end])) || t[end] == '\''))
    ++end;
  return t.substr(at, end - at);
}

std::size_t behind_gap(std::string_view t, std::size_t at) {
  const std::size_t from = at;
  while (at < t.size() && at - from < 4 && std::string_view(" ,:-–.").find(t[at]) != std::string_view::npos) ++at;
  return at;
}

// "one two three four five six seven" counts.
bool counts(std::string_view digits) {
  return std::adjacent_find(digits.begin(), digits.end(), [](char a, char b) { return b != a + 1; }) ==
         digits.end();
}

// A letter of Japanese, Chinese or Korean here, or one byte on.
bool is_close(std::string_view t, std::size_t at) {
  const auto lead = [&](std::size_t i) { return i < t.size() ? static_cast<unsigned char>(t[i]) : 0u; };
  return (lead(at) >= 0xE3 && lead(at) <= 0xED) ||
         (lead(at) < 0x80 && lead(at + 1) >= 0xE3 && lead(at + 1) <= 0xED);
}

// Words for the figures of scripts that put no blank between them.
constexpr struct {
  std::string_view word;
  char digit;
} kClose[] = {{"ゼロ", '0'}, {"レイ", '0'}, {"マル", '0'},   {"イチ", '1'},   {"ニー", '2'},   {"ニ", '2'},
              {"サン", '3'}, {"ヨン", '4'}, {"ゴー", '5'},   {"ゴ", '5'},     {"ロク", '6'},   {"ナナ", '7'},
              {"シチ", '7'}, {"ハチ", '8'}, {"キュウ", '9'}, {"キュー", '9'}, {"ぜろ", '0'},   {"れい", '0'},
              {"まる", '0'}, {"いち", '1'}, {"に", '2'},     {"さん", '3'},   {"よん", '4'},   {"ご", '5'},
              {"ろく", '6'}, {"なな", '7'}, {"しち", '7'},   {"はち", '8'},   {"きゅう", '9'}, {"零", '0'},
              {"〇", '0'},   {"幺", '1'},   {"一", '1'},     {"二", '2'},     {"三", '3'},     {"四", '4'},
              {"五", '5'},   {"六", '6'},   {"七", '7'},     {"八", '8'},     {"九", '9'},     {"공", '0'},
              {"영", '0'},   {"일", '1'},   {"이", '2'},     {"삼", '3'},     {"사", '4'},     {"오", '5'},
              {"육", '6'},   {"륙", '6'},   {"칠", '7'},     {"팔", '8'},     {"구", '9'}};

// Behind one of these, or at `at`.
std::size_t behind_one(std::string_view t, std::size_t at, std::initializer_list<std::string_view> all) {
  for (const std::string_view one : all) {
    if (t.substr(at).starts_with(one)) return at + one.size();
  }
  return at;
}

// "電話番号はゼロハチゼロ、ヨンイチハチハチ", "번호는 공일공, 팔팔이육"
Spoken close_after(std::string_view t, std::size_t at) {
  Spoken said;
  for (int links = 0; links < 4; ++links) {
    const std::size_t next = behind_one(t, at,
                                        {" ", ":", "：", "?", "番号", "番號", "号码", "號碼", "は", "が", "是",
                                         "번호", "는", "은", "가", "요", "「"});
    if (next == at) break;
    at = next;
  }
  while (at < t.size() && said.digits.size() < kMost) {
    const auto found = std::find_if(std::begin(kClose), std::end(kClose),
                                    [&](const auto& one) { return t.substr(at).starts_with(one.word); });
    if (found == std::end(kClose)) {
      const std::size_t next = behind_one(t, at, {", ", "、", "，", ",", " ", "の", "-", "・"});
      if (said.digits.empty() || next == at) break;
      at = next;
      continue;
    }
    if (said.digits.empty()) said.start = at;
    said.digits += found->digit;
    at += found->word.size();
    said.end = at;
  }
  return said;
}

// The figures that are said, one number behind the other.
class Row {
 public:
  void say(const NumberWord& number, int times, bool joined) {
    if (joined && !numbers_.empty()) {
      if (const auto both = together(numbers_.back(), number)) {
        numbers_.back() = *both;
        return;
      }
    }
    for (; times > 0; --times) numbers_.push_back(number);
  }
  void figures(std::string_view text) {
    flush();
    digits_ += text;
  }
  bool empty() const { return numbers_.empty() && digits_.empty(); }
  bool after_ten() const {
    return !numbers_.empty() && numbers_.back().value >= 20 && numbers_.back().value % 10 == 0;
  }
  // Sums and years are said with hundreds and thousands, figures to dial hardly.
  bool high() const { return high_; }
  const std::string& digits() {
    flush();
    return digits_;
  }

 private:
  void flush() {
    for (const NumberWord& number : numbers_) {
      digits_ += std::to_string(number.value);
      high_ = high_ || number.value >= 1000 || number.times;
    }
    numbers_.clear();
  }
  std::vector<NumberWord> numbers_;
  std::string digits_;
  bool high_ = false;
};

}  // namespace

Spoken spoken_after(const scan::Document& doc, std::size_t at) {
  const std::string_view t = doc.lower;
  if (at < t.size() && doc.lower.size() > at + 20 && is_close(t, at)) {
    Spoken said = close_after(t, at);
    if (said.digits.size() < kFewest || counts(said.digits)) said.digits.clear();
    return said;
  }
  Spoken said;
  Row row;
  std::size_t links = 0, words = 0, start = t.npos;
  bool joined = false;  // only a blank or a hyphen before this word
  int times = 1;
  for (std::size_t i = behind_gap(t, at); i < t.size() && words < kMost;) {
    const std::string_view word = word_at(t, i);
    if (word.empty()) break;
    const bool may_lead = row.empty() && start == t.npos;
    std::optional<NumberWord> number;
    if (may_lead && links < kMostLinks &&
        std::find(std::begin(kLinks), std::end(kLinks), word) != std::end(kLinks)) {
      ++links;
    } else if (is_figure(word[0])) {
      start = std::min(start, i);
      row.figures(word);
      said.end = i + word.size();
      times = 1;
    } else if (word == "double" || word == "triple" || word == "plus" || word == "doppel" || word == "dubbel") {
      start = std::min(start, i);
      times = word == "triple" ? 3 : word == "plus" ? 1 : 2;
    } else if ((number = number_word(word)) && !number->ordinal) {
      start = std::min(start, i);
      row.say(*number, times, joined && times == 1);
      said.end = i + word.size();
      ++words;
      times = 1;
    } else if (!(row.after_ten() &&
                 std::find(std::begin(kJoints), std::end(kJoints), word) != std::end(kJoints))) {
      break;
    }
    const std::size_t next = behind_gap(t, i + word.size());
    if (next == i + word.size()) break;
    joined = next == i + word.size() + 1 && (t[next - 1] == ' ' || t[next - 1] == '-');
    i = next;
  }
  said.digits = row.digits();
  said.start = start == t.npos ? 0 : start;
  if (said.digits.size() < kFewest || words < 2 || counts(said.digits) || row.high()) said.digits.clear();
  return said;
}

}  // namespace sluice::sense::detect
