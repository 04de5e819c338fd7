#include "sense/detect/context/spoken_days.h"

#include <algorithm>
#include <array>
#include <vector>

#include "sense/detect/context/dates.h"
#include "sense/detect/context/number_words.h"
#include "sense/scan/phrases.h"

namespace sluice::sense::detect {
namespace {

constexpr std::size_t kMostTokens = 24;
constexpr std::size_t kReach = 110;  // bytes of one day

// Words between the parts of a day.
constexpr std::string_view kLinks[] = {"of",   "the",  "de",   "del",  "di",  "du",  "do",  "da", "den", "der",
                                       "von",  "van",  "in",   "and",  "und", "et",  "y",   "e",  "en",  "dne",
                                       "dnia", "roku", "year", "ngày", "d",   "año", "ano", "a"};

struct Token {
  enum What { Number, Month, Link } what = Link;
  std::size_t start = 0, end = 0;
  NumberWord number;
  bool figures = false;
  bool joined = false;  // only a blank or a hyphen before it
  bool parted = false;  // a colon, a bracket or a quotation mark before it
};

bool is_figure(char c) { return c >= '0' && c <= '9'; }

bool is_link(std::string_view word) {
  return std::find(std::begin(kLinks), std::end(kLinks), word) != std::end(kLinks);
}

class Tokens {
 public:
  Tokens(std::string_view text, std::size_t from, std::size_t end) : t_(text), i_(from), end_(end) {}

  // The next word; false at the end of a sentence, of a line and of the window.
  bool next(Token& token, std::string_view& word) {
    const std::size_t before = i_;
    bool parted = false;
    while (i_ < end_ && !scan::is_word_byte(t_[i_])) {
      const char c = t_[i_];
      if (c == '\n' || c == ';' || c == '!' || c == '?' || (c == '.' && stops())) return false;
      parted = parted || c == ':' || c == '(' || c == ')' || c == '"' || c == '|';
      ++i_;
    }
    if (i_ >= end_) return false;
    token = Token();
    token.parted = parted;
    token.start = i_;
    token.joined = i_ == before + 1 && (t_[before] == ' ' || t_[before] == '-');
    token.figures = is_figure(t_[i_]);
    while (i_ < t_.size() && scan::is_word_byte(t_[i_]) && is_figure(t_[i_]) == token.figures) ++i_;
    token.end = i_;
    word = t_.substr(token.start, token.end - token.start);
    if (token.figures) skip_ending();
    return true;
  }

 private:
  // "19th", "1er"
  void skip_ending() {
    std::size_t end = i_;
    while (end < t_.size() && scan::is_word_byte(t_[end])) ++end;
    const std::string_view ending = t_.substr(i_, end - i_);
    for (const std::string_view one : {"st", "nd", "rd", "th", "er", "e", "de", "ste", "го", "º"}) {
      if (ending == one) i_ = end;
    }
  }
  // "5. mai": the point of a number in figures ends nothing.
  bool stops() const { return i_ == 0 || !is_figure(t_[i_ - 1]); }

  std::string_view t_;
  std::size_t i_, end_;
};

bool read_number(std::string_view word, Token& token) {
  if (token.figures) {
    if (word.size() > 4) return false;
    for (const char c : word) token.number.value = token.number.value * 10 + (c - '0');
    return true;
  }
  const auto number = number_word(word);
  if (number) token.number = *number;
  return number.has_value();
}

// Whether numbers, the first of which begins the year, are one that somebody may be born in.
bool is_year(const std::vector<int>& all, std::size_t from, std::size_t to) {
  if (from >= to || to - from > 3) return false;
  const int first = all[from];
  if (to - from == 1) return (first >= 20 && first <= 99) || (first >= 1890 && first <= 2099);
  if (first != 19 && first != 20) return false;
  return all[to - 1] <= 99 && (to - from == 2 || all[from + 1] == 0);  // "nineteen oh four"
}

// A row of numbers, names of months and links between them.
class Sequence {
 public:
  void add(const Token& token) {
    if (token.what == Token::Number) {
      words_ += !token.figures;
      if (token.joined && last_ == Token::Number && !numbers_.empty() && !last_figures_ && !token.figures) {
        if (const auto both = together(whole_, token.number)) {
          whole_ = *both;
          numbers_.back() = both->value;
          end_ = token.end;
          return;
        }
      }
      whole_ = token.number;
      numbers_.push_back(token.number.value);
      last_figures_ = token.figures;
    }
    if (token.what == Token::Month) {
      if (month_ != kNone) spoilt_ = true;
      month_ = numbers_.size();
    }
    if (token.what != Token::Link) {
      if (start_ == kNone) start_ = token.start;
      end_ = token.end;
      last_ = token.what;
    }
  }
  bool empty() const { return start_ == kNone; }
  std::size_t start() const { return start_; }
  std::size_t end() const { return end_; }

  // A day, a month and a year, not all of them in figures.
  bool is_day() const {
    if (spoilt_ || words_ == 0 || numbers_.size() < 2) return false;
    const std::size_t n = numbers_.size();
    const auto day = [&](std::size_t i) { return numbers_[i] >= 1 && numbers_[i] <= 31; };
    if (month_ == 1 && n == 2 && numbers_[0] >= 1890 && numbers_[0] <= 2099) return day(1);  // Hungarian
    if (month_ == 1) return day(0) && is_year(numbers_, 1, n);
    if (month_ == 0) return day(0) && is_year(numbers_, 1, n);
    if (month_ != kNone || words_ < 2) return false;
    // "twenty-first of the fourth, sixty-three"; "twelve oh five nineteen forty-four"
    std::vector<int> some;
    for (std::size_t i = 0; i < n; ++i) {
      if (numbers_[i] != 0 || some.size() > 2) some.push_back(numbers_[i]);
    }
    if (some.size() < 3 || some[0] < 1 || some[0] > 31 || some[1] < 1 || some[1] > 31) return false;
    return (some[0] <= 12 || some[1] <= 12) && is_year(some, 2, some.size()) && some[2] != 0;
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  std::vector<int> numbers_;
  NumberWord whole_;
  std::size_t start_ = kNone, end_ = 0, month_ = kNone;
  int words_ = 0;
  Token::What last_ = Token::Link;
  bool spoilt_ = false, last_figures_ = false;
};

// "一九八五年四月三日", "昭和五十七年四月三日", "二〇一三年腊月初八"
std::optional<SpokenDay> in_han(std::string_view t, std::size_t from, std::size_t last) {
  static constexpr std::string_view kFigures[] = {"〇", "零", "一", "二", "三", "四", "五", "六",
                                                  "七", "八", "九", "十", "廿", "初", "元"};
  const auto figure = [&](std::size_t at) {
    return std::any_of(std::begin(kFigures), std::end(kFigures),
                       [&](std::string_view f) { return t.substr(at).starts_with(f); });
  };
  const auto figures = [&](std::size_t& at, std::size_t most) {
    const std::size_t begin = at;
    while (at - begin < 3 * most && figure(at)) at += 3;
    return at - begin;
  };
  for (std::size_t at = from; at <= last && at < t.size(); ++at) {
    if (static_cast<unsigned char>(t[at]) < 0xE3) continue;
    std::size_t i = at;
    for (const std::string_view era : {"昭和", "平成", "令和", "大正", "民國", "民国"}) {
      if (t.substr(i).starts_with(era)) i += era.size();
    }
    const std::size_t year = figures(i, 4);
    if ((i - year == at ? year < 6 : year == 0) || !t.substr(i).starts_with("年")) continue;
    i += 3;
    if (figures(i, 3) == 0) {
      if (!t.substr(i).starts_with("腊") && !t.substr(i).starts_with("正") && !t.substr(i).starts_with("冬"))
        continue;
      i += 3;
    }
    if (!t.substr(i).starts_with("月")) continue;
    i += 3;
    const std::size_t date = i;
    if (figures(i, 3) == 0) continue;
    if (t.substr(i).starts_with("日") || t.substr(i).starts_with("号"))
      i += 3;
    else if (!t.substr(date).starts_with("初") && !t.substr(date).starts_with("十") &&
             !t.substr(date).starts_with("廿"))
      continue;
    return SpokenDay{at, i};
  }
  return std::nullopt;
}

}  // namespace

std::optional<SpokenDay> spoken_day(std::string_view lower, std::size_t from, std::size_t last) {
  if (const auto day = in_han(lower, from, last)) return day;
  Tokens tokens(lower, from, std::min(lower.size(), last + kReach));
  // Most texts have no number here, in which case no name of a month is looked for.
  std::array<Token, kMostTokens> all;
  std::array<std::string_view, kMostTokens> words;
  std::array<bool, kMostTokens> is_number{};
  std::size_t count = 0, numbers = 0;
  while (count < kMostTokens && tokens.next(all[count], words[count])) {
    is_number[count] = !is_link(words[count]) && read_number(words[count], all[count]);
    numbers += is_number[count];
    if (numbers == 0 && all[count].start > last) break;
    ++count;
  }
  if (numbers < 2) return std::nullopt;
  Sequence row;
  for (std::size_t i = 0; i <= count; ++i) {
    bool part = false;
    if (i < count && all[i].parted && !row.empty()) {
      if (row.is_day() && row.start() <= last) break;
      row = Sequence();
    }
    if (i < count) {
      Token token = all[i];
      const bool beside = (i > 0 && is_number[i - 1]) || (i + 1 < count && is_number[i + 1]) ||
                          (i + 2 < count && is_number[i + 2]) || (i > 1 && is_number[i - 2]);
      if (is_number[i]) {
        token.what = Token::Number;
        part = true;
      } else if (is_link(words[i])) {
        part = !row.empty();
      } else if (beside && !token.figures && is_month(words[i])) {
        token.what = Token::Month;
        part = !row.is_day();  // "Lugo" begins as a month of Italian does
      }
      if (part) row.add(token);
    }
    if (part) continue;
    if (!row.empty() && row.is_day() && row.start() <= last) return SpokenDay{row.start(), row.end()};
    row = Sequence();
    if (i < count && all[i].start > last) break;
  }
  if (!row.empty() && row.is_day() && row.start() <= last) return SpokenDay{row.start(), row.end()};
  return std::nullopt;
}

}  // namespace sluice::sense::detect
