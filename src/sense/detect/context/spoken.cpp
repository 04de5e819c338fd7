#include "sense/detect/context/spoken.h"

#include <algorithm>
#include <string_view>

namespace sluice::sense::detect {
namespace {

struct DigitWord {
  std::string_view word;
  char digit;
};
constexpr DigitWord kDigits[] = {
    {"zero", '0'},   {"oh", '0'},    {"o", '0'},     {"nought", '0'}, {"naught", '0'}, {"one", '1'},
    {"two", '2'},    {"three", '3'}, {"four", '4'},  {"five", '5'},   {"six", '6'},    {"seven", '7'},
    {"eight", '8'},  {"nine", '9'},  {"niner", '9'}, {"null", '0'},   {"eins", '1'},   {"zwei", '2'},
    {"zwo", '2'},    {"drei", '3'},  {"vier", '4'},  {"fünf", '5'},   {"sechs", '6'},  {"sieben", '7'},
    {"acht", '8'},   {"neun", '9'},  {"cero", '0'},  {"uno", '1'},    {"dos", '2'},    {"tres", '3'},
    {"cuatro", '4'}, {"cinco", '5'}, {"seis", '6'},  {"siete", '7'},  {"ocho", '8'},   {"nueve", '9'},
    {"zéro", '0'},   {"un", '1'},    {"deux", '2'},  {"trois", '3'},  {"quatre", '4'}, {"cinq", '5'},
    {"sept", '7'},   {"huit", '8'},  {"neuf", '9'},  {"due", '2'},    {"tre", '3'},    {"quattro", '4'},
    {"cinque", '5'}, {"sei", '6'},   {"sette", '7'}, {"otto", '8'},   {"nove", '9'}};

constexpr std::string_view kLinks[] = {"is",  "was",    "number", "no",  "at",    "on",     "the", "it's",
                                       "its", "me",     "him",    "her", "us",    "back",   "to",  "as",
                                       "ist", "lautet", "unter",  "es",  "el",    "número", "est", "le",
                                       "au",  "numéro", "è",      "al",  "numero"};

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

char digit_of(std::string_view word) {
  const auto found =
      std::find_if(std::begin(kDigits), std::end(kDigits), [&](const DigitWord& d) { return d.word == word; });
  return found == std::end(kDigits) ? '\0' : found->digit;
}

// "one two three four five six seven" counts.
bool counts(std::string_view digits) {
  return std::adjacent_find(digits.begin(), digits.end(), [](char a, char b) { return b != a + 1; }) ==
         digits.end();
}

}  // namespace

Spoken spoken_after(const scan::Document& doc, std::size_t at) {
  const std::string_view t = doc.lower;
  Spoken said;
  std::size_t links = 0, words = 0;
  for (std::size_t times = 1, i = behind_gap(t, at); i < t.size() && said.digits.size() < kMost;) {
    const std::string_view word = word_at(t, i);
    if (word.empty()) break;
    const char digit = digit_of(word);
    if (digit != '\0') {
      if (said.digits.empty()) said.start = said.start == 0 ? i : said.start;
      said.digits.append(times, digit);
      ++words;
      times = 1;
    } else if (is_figure(word[0])) {
      if (said.digits.empty()) said.start = said.start == 0 ? i : said.start;
      said.digits.append(word);
      times = 1;
    } else if (word == "double" || word == "triple" || word == "plus") {
      if (said.digits.empty() && said.start == 0) said.start = i;
      times = word == "double" ? 2 : word == "triple" ? 3 : 1;
    } else if (said.digits.empty() && said.start == 0 && links < kMostLinks &&
               std::find(std::begin(kLinks), std::end(kLinks), word) != std::end(kLinks)) {
      ++links;
    } else {
      break;
    }
    if (!said.digits.empty()) said.end = i + word.size();
    const std::size_t next = behind_gap(t, i + word.size());
    if (next == i + word.size()) break;
    i = next;
  }
  if (said.digits.size() < kFewest || words < 2 || counts(said.digits)) said.digits.clear();
  return said;
}

}  // namespace sluice::sense::detect
