#include "sense/detect/context/number_words.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "sense/detect/context/spoken_days.h"

namespace sluice::sense::detect {
namespace {

int value_of(const char* word) {
  const auto number = number_word(word);
  return number ? number->value : -1;
}

TEST_CASE("words of one number are read whole, in languages that join them") {
  for (const auto& [word, value] : {std::pair{"nineteen", 19},
                                    {"neunzehnhunderteinunddreißig", 1931},
                                    {"zweitausenddreizehn", 2013},
                                    {"fünften", 5},
                                    {"achtennegentig", 98},
                                    {"tweeënvijftig", 52},
                                    {"millenovecentosessantadue", 1962},
                                    {"ezerkilencszázharmincnyolc", 1938},
                                    {"tizedikén", 10},
                                    {"третьего", 3},
                                    {"двадцатого", 20},
                                    {"nittonhundra", 1900},
                                    {"soixante", 60}}) {
    CAPTURE(word);
    CHECK(value_of(word) == value);
  }
  for (const char* word : {"", "und", "often", "onerous", "settled", "seven-up", "endeavour", "трет", "9"}) {
    CAPTURE(word);
    CHECK(value_of(word) == -1);
  }
}

TEST_CASE("two words are one number where the second is a part of the first") {
  const auto both = [](const char* first, const char* second) {
    const auto sum = together(*number_word(first), *number_word(second));
    return sum ? sum->value : -1;
  };
  CHECK(both("twenty", "two") == 22);
  CHECK(both("two", "thousand") == 2000);
  CHECK(both("soixante", "treize") == 73);
  CHECK(both("quatre", "vingts") == 80);
  CHECK(both("девятьсот", "шестнадцать") == 916);
  CHECK(both("nineteen", "fifty") == -1);
  CHECK(both("two", "two") == -1);
  CHECK(both("twentieth", "two") == -1);
}

TEST_CASE("a day in words needs a day, a month and a year") {
  const auto day_in = [](const std::string& text) {
    const auto day = spoken_day(text, 0, 40);
    return day ? text.substr(day->start, day->end - day->start) : "";
  };
  CHECK(day_in("on the third of march nineteen fifty-six, i think") == "third of march nineteen fifty-six");
  CHECK(day_in("le premier avril deux mille treize") == "premier avril deux mille treize");
  CHECK(day_in("twelve-oh-five nineteen forty-four") == "twelve-oh-five nineteen forty-four");
  CHECK(day_in("7 of 7 seventy-seven") == "7 of 7 seventy-seven");
  CHECK(day_in("一九八五年腊月初八出生") == "一九八五年腊月初八");
  for (const char* none :
       {"the third of march", "one, two or three of them", "two of the three cats and seventy dogs", "12 05 1984",
        "march 1984", "the first of all. may nineteen fifty be", ""}) {
    CAPTURE(none);
    CHECK(day_in(none) == "");
  }
}

}  // namespace
}  // namespace sluice::sense::detect
