#include "sense/detect/context/dates.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace sluice::sense::detect {
namespace {

// The part of the text that is read as a day from its beginning; "" if none.
std::string day_of(const std::string& text) {
  const auto day = day_at(text, 0);
  return day ? text.substr(0, day->end) : "";
}

TEST_CASE("days are read in the orders, the names of months and the calendars that people write") {
  for (const char* whole : {"1991-05-26",
                            "26.05.1991",
                            "26. 5. 1991",
                            "5/26/91",
                            "26 05 1991",
                            "26 may 1991",
                            "26th of may, 1991",
                            "may 26, 1991",
                            "26 de mayo de 1991",
                            "26. května 1991",
                            "1991. május 26",
                            "1991. 05. 26",
                            "1991 m. gegužės 26",
                            "26-may-91",
                            "26may1991",
                            "19910526",
                            "260591",
                            "1991年5月26日",
                            "昭和57年4月3日",
                            "平成元年1月8日",
                            "s57.4.3",
                            "1991년 5월 26일",
                            "12 tháng 5 năm 1990",
                            "12 มีนาคม 2530",
                            "12 ม.ค. 2530",
                            "12 март 1984",
                            "12 мая 1984",
                            "12 μαρτίου 1984",
                            "1 farvardin 1365 (21 march 1986)",
                            "1365/01/01"})
    CHECK(day_of(whole) == whole);
}

TEST_CASE("what has no month or no day is none") {
  for (const char* none : {"", "1991", "26", "26.05", "1991-13-45", "40 may 1991", "26 words 1991", "8.2.2434.1",
                           "990013", "19911350", "may 1991", "2.4.1.0", "昭和年", "年月日"})
    CHECK(day_of(none) == "");
}

TEST_CASE("any bytes are read without harm, and a day ends inside of the text") {
  std::mt19937 random(7);
  const std::string parts[] = {"1",  "9",  "26", "1991", ".", "-",  "/",    " ",     "may", "昭和",
                               "年", "月", "日", "(",    ")", "元", "\xE3", "tháng", "s",   ","};
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (int n = 0; n < 9; ++n) text += parts[random() % std::size(parts)];
    for (std::size_t at = 0; at <= text.size(); ++at) {
      const auto day = day_at(text, at);
      if (day) CHECK((day->end > at && day->end <= text.size()));
      std::size_t start = 0;
      const auto around = day_around(text, at, 0, start);
      if (around) CHECK((start <= at && around->end <= text.size()));
    }
  }
}

}  // namespace
}  // namespace sluice::sense::detect
