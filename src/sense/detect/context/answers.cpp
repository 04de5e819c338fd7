#include "sense/detect/context/answers.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>

namespace sluice::sense::detect {
namespace {

constexpr std::size_t kLongestRest = 24;  // of the question
constexpr std::size_t kLongestName = 24;

constexpr std::string_view kFillers[] = {"it's",   "its",  "it",  "is",  "yes",    "yeah", "yep", "sure", "okay",
                                         "ok",     "um",   "uh",  "er",  "erm",    "hm",   "so",  "well", "that",
                                         "that's", "then", "and", "the", "number", "ja",   "das", "ist",  "oui",
                                         "c'est",  "le",   "sí",  "es",  "el",     "sì",   "è",   "il"};

constexpr std::size_t kLongestFiller = 6;

bool is_filler(std::string_view word) {
  return word.size() <= kLongestFiller &&
         std::find(std::begin(kFillers), std::end(kFillers), word) != std::end(kFillers);
}

// Where a question ends, or what is no question. By a table: it is asked about every byte behind a word such as
// "account", of which there are many.
constexpr std::array<bool, 256> kStops = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("?\n.!0123456789")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_any_of(char c, std::string_view set) { return set.find(c) != set.npos; }

std::size_t behind_signs(std::string_view t, std::size_t at, std::string_view signs) {
  while (at < t.size() && is_any_of(t[at], signs)) ++at;
  return at;
}

std::string_view word_at(std::string_view t, std::size_t at) {
  std::size_t end = at;
  while (end < t.size() && ((scan::is_word_byte(t[end]) && !(t[end] >= '0' && t[end] <= '9')) || t[end] == '\''))
    ++end;
  return t.substr(at, end - at);
}

// "Caller: " at the beginning of a line.
std::size_t behind_speaker(std::string_view t, std::size_t at) {
  for (std::size_t i = at; i < t.size() && i - at < kLongestName; ++i) {
    if (t[i] == ':') return i + 1;
    if (!scan::is_word_byte(t[i]) && !is_any_of(t[i], " .'")) break;
  }
  return at;
}

}  // namespace

std::size_t answer_after(const scan::Document& doc, std::size_t at) {
  const std::string_view t = doc.lower;
  std::size_t i = at;
  while (i < t.size() && i - at < kLongestRest && !kStops[static_cast<unsigned char>(t[i])]) ++i;
  const bool asked = i < t.size() && t[i] == '?';
  i = asked ? behind_signs(t, i + 1, " \"'\n") : at;
  if (asked) i = behind_speaker(t, i);
  i = behind_signs(t, i, " ,");
  bool any_spelled = false;
  for (int words = 0; words < 8; ++words) {
    const std::string_view word = word_at(t, i);
    if (word.empty()) break;
    const std::size_t next = behind_signs(t, i + word.size(), " ,.-");
    if (is_filler(word)) {
      i = next;
      continue;
    }
    const std::string_view link = word_at(t, next);
    if (word.size() != 1 || (link != "for" && link != "as" && link != "wie" && link != "like")) break;
    std::size_t spelled = behind_signs(t, next + link.size(), " ");
    if (word_at(t, spelled) == "in") spelled = behind_signs(t, spelled + 2, " ");
    i = behind_signs(t, spelled + word_at(t, spelled).size(), " ,.-");
    any_spelled = true;
  }
  return asked || any_spelled ? i : at;
}

}  // namespace sluice::sense::detect
