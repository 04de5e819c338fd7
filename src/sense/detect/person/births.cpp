// Dates of birth of people, known by the words around them: in prose, forms, keys of records and heads of tables.
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "base/check.h"
#include "sense/detect/context/dates.h"
#include "sense/detect/context/full_names.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/person/birth_words.h"
#include "sense/detect/person/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

class Births : public scan::Detector {
 public:
  explicit Births(scan::PhraseSet& set)
      : words_(set),
        named_date_(
            R"(^:? (?:(?:Mrs?|Ms|Frau|Herr)\.? )?(?:\p{Lu}[\pL'’-]+ ){1,3}\p{Lu}[\pL'’-]+(?:, | \()(\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})(?:[,);]|$))") {
    SLUICE_CHECK(named_date_.ok(), "our own pattern compiles");
    add_birth_words(words_);
  }

  const char* name() const override { return "births"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    const std::size_t first = hits.size();
    for (const std::uint32_t name : doc.names) beside_name(doc, name, hits);
    for (const auto& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (tags & kBirth) birth(doc, hit, tags, first, hits);
      if (tags & kRole) in_care(doc, hit, hits);
    }
    return {};
  }

 private:
  struct Found {
    std::size_t start = 0;
    Day day;
  };

  // Here and below a pattern is tried where there are digits enough for it: words such as "born" stand everywhere.
  void birth(const Document& doc, const scan::PhraseHit& hit, Tags tags, std::size_t first,
             std::vector<Hit>& hits) const {
    if ((tags & kShort) && hit.end < doc.text.size() && static_cast<unsigned char>(doc.text[hit.end]) >= 0xE4)
      return;
    Found found;
    const std::size_t gap = tags & kFar ? kFarthest : 5;
    const bool before = (tags & kBehind) && date_before(doc, hit.start, hit.end, gap, found);
    if (!before && ((tags & kLast) || !date_after(doc, hit, tags, found))) return;
    if (words_.around(doc, hit.start, hit.end, 90, 0, kNobody) & kNobody) return;
    const Day& day = found.day;
    if ((tags & kSign) && !(tags & kBorn) && !day.compact && !is_long_ago(day.year)) return;
    const bool other_calendar =
        (tags & kOtherCalendar) && ((day.year >= 1300 && day.year < 1450) || day.year > 2400);
    if (day.year >= 100 && (day.year < 1910 || day.year > 2100) && !other_calendar) return;  // history books
    // "born December 13, 1989" is how one writes of the famous; "born 12.03.1984" is from a form.
    const bool raises = !(tags & kBorn) || !day.named || !doc.at_signs.empty();
    const auto start = static_cast<std::uint32_t>(found.start);
    constexpr std::size_t kBack = 16;  // two words lead to one date
    for (std::size_t i = hits.size(); i > first && i + kBack > hits.size(); --i) {
      if (hits[i - 1].start != start) continue;
      hits[i - 1].raises = hits[i - 1].raises || raises;
      return;
    }
    hits.push_back(Hit{Kind::DateOfBirth, 0.85, start, static_cast<std::uint32_t>(day.end), raises});
  }

  // Right behind the word, on the next line of a form, or as the first number of the clause: "born at the county
  // hospital on 04/05/1962".
  bool date_after(const Document& doc, const scan::PhraseHit& hit, Tags tags, Found& found) const {
    const std::size_t end = hit.end;
    if (!has_digits(doc, end, end + 64, 2)) return false;
    auto run = std::partition_point(doc.numbers.begin(), doc.numbers.end(),
                                    [&](const scan::NumberRun& r) { return r.start < end; });
    if (run == doc.numbers.end() || run->start > end + 40) return false;
    const std::string_view gap = std::string_view(doc.lower).substr(end, run->start - end);
    const bool form = gap.find_first_not_of(" \t\r\n:*|-_") == gap.npos && gap.size() <= 8 && !(tags & kBorn);
    const bool close = gap.size() <= 24 && gap.find('\n') == gap.npos;
    const bool clause = run->digits >= 6 && gap.find_first_of(".\n;:") == gap.npos;
    if ((!form && !close && !clause) || ((tags & kSign) && gap.size() > 12)) return false;
    auto day = day_around(doc.lower, run->start, end, found.start);
    if (!day && !(tags & kSign) && run->digits <= 2 && gap.find('\n') == gap.npos) {
      // "Happy birthday Lorraine! 60 today, 5th May 1965": an age or a page comes first.
      const std::size_t shortly = run->start + 16;
      if (++run == doc.numbers.end() || run->start > shortly) return false;
      day = day_around(doc.lower, run->start, end, found.start);
      if (!day || day->compact || !is_long_ago(day->year)) return false;
    }
    if (!day || ((tags & kSign) && found.start > end + 2)) return false;
    if (day->compact) {
      // Six or eight digits are a day right behind a key: "dob 010605", "<bday>19710309", "BDAY;VALUE=date:".
      const bool key = !(tags & kBorn) && run->groups == 1;
      if (!key || gap.size() > 14 || gap.find_first_of(",.!?") != gap.npos) return false;
      if (std::count_if(gap.begin(), gap.end(), [](char c) { return c == ' '; }) > 2) return false;
      if (gap.size() > 5 && gap.find_first_of(":=>") == gap.npos) return false;
    }
    found.day = *day;
    return true;
  }

  // "1984年3月5日生", "12.03.1984 doğumlu"
  // At most `gap` bytes stand between the day and the word.
  static constexpr std::size_t kFarthest = 32;
  bool date_before(const Document& doc, std::size_t start, std::size_t end, std::size_t gap, Found& found) const {
    auto run = std::partition_point(doc.numbers.begin(), doc.numbers.end(),
                                    [&](const scan::NumberRun& r) { return r.start < start; });
    for (int back = 0; back < 3 && run != doc.numbers.begin(); ++back) {
      --run;
      if (run->start + 40 + gap < start) return false;
      const std::size_t least = start > 64 ? start - 64 : 0;
      const auto day = day_around(doc.lower, run->start, least, found.start);
      if (!day || day->compact || day->end > end || day->end + gap < start) continue;
      if (gap == kFarthest && doc.slice(day->end, start).find_first_of(".\n;") != std::string_view::npos) continue;
      found.day = *day;
      return true;
    }
    return false;
  }

  static re2::StringPiece piece(const std::string& text, std::size_t start, std::size_t end) {
    end = std::min(end, text.size());
    return re2::StringPiece(text.data() + start, end - start);
  }

  // "resident Mabel Thorogood, 18/12/1931, falls risk": a name, then a date too old to be that of a visit.
  void in_care(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) const {
    if (!has_digits(doc, hit.end, std::min<std::size_t>(doc.text.size(), hit.end + 72u), 6)) return;
    re2::StringPiece date;
    if (!RE2::PartialMatch(piece(doc.text, hit.end, hit.end + 72), named_date_, &date)) return;
    if (!is_old(date)) return;
    const auto start = static_cast<std::uint32_t>(date.data() - doc.text.data());
    hits.push_back(Hit{Kind::DateOfBirth, 0.7, start, static_cast<std::uint32_t>(start + date.size())});
  }

  // "Horatio Bramwell, 23/01/1951, hospital number K4471902": beside a name, in a paper about people.
  void beside_name(const Document& doc, std::size_t name, std::vector<Hit>& hits) const {
    const std::size_t end = full_name_end(doc, name);
    if (!has_digits(doc, end, std::min(doc.text.size(), end + 20), 3)) return;
    const std::size_t at = behind_signs(doc.text, end);
    if (at == end) return;
    const auto day = day_at(doc.lower, at);
    if (!day || day->compact || !is_long_ago(day->year) || !stands_alone(doc.text, day->end)) return;
    const auto start = static_cast<std::uint32_t>(at);
    const auto stop = static_cast<std::uint32_t>(day->end);
    const bool personal = words_.around(doc, name, stop, 200, 200, kPersonal) & kPersonal;
    const bool of_contact = day->year != 0 && (day->year < 100 || day->year <= 2009) && contact_behind(doc, stop);
    if (!personal && !of_contact && !age_follows(doc.lower, day->end, day->year)) return;
    const auto same = [&](const Hit& h) { return h.kind == Kind::DateOfBirth && h.start == start; };
    if (hits.empty() || !same(hits.back())) hits.push_back(Hit{Kind::DateOfBirth, 0.65, start, stop});
  }

  // In the next cell or behind the next comma stands how to reach somebody: "Ada Brook | 2001-05-17 |
  // ada@brook.se". When somebody joined stands there too, but hardly so long ago.
  static bool contact_behind(const Document& doc, std::size_t end) {
    constexpr std::size_t kCell = 8, kAddress = 48;  // bytes to the next cell, and of an address before its sign
    const std::size_t cell = behind_signs(doc.text, end);
    if (cell == end) return false;
    const auto at = std::lower_bound(doc.at_signs.begin(), doc.at_signs.end(), cell);
    if (at != doc.at_signs.end() && *at < cell + kAddress &&
        doc.slice(cell, *at).find_first_of(" \n,;|") == std::string_view::npos)
      return true;
    const auto run = std::partition_point(doc.numbers.begin(), doc.numbers.end(),
                                          [&](const scan::NumberRun& r) { return r.start < cell; });
    return run != doc.numbers.end() && run->start <= cell + kCell && run->digits >= 9 && run->digits <= 13;
  }

  // "07-Sep-1973 (51y)": an age that makes it a day of birth in these years.
  static bool age_follows(const std::string& t, std::size_t end, int year) {
    if (year < 1910 || end + 4 >= t.size() || t[end] != ' ' || t[end + 1] != '(') return false;
    int age = 0;
    std::size_t at = end + 2;
    while (at < t.size() && at < end + 5 && t[at] >= '0' && t[at] <= '9') age = age * 10 + (t[at++] - '0');
    if (at < t.size() && t[at] == ' ') ++at;
    return age > 0 && at < t.size() && (t[at] == 'y' || t[at] == 'j' || t[at] == 'a') && year + age >= 2015 &&
           year + age <= 2035;
  }

  // Behind the signs that part a name from a date in lists: a comma, a bracket, a dash, a bar, a gap of columns.
  static std::size_t behind_signs(const std::string& text, std::size_t end) {
    const std::string_view gap = std::string_view(text).substr(end, 8);
    for (const std::string_view sign : {", ", " (", "; ", "\t", " - ", " – ", " — ", " | ", "    ", "   "})
      if (gap.starts_with(sign)) return std::min(text.find_first_not_of(' ', end + sign.size()), end + 8);
    return end;
  }

  static bool stands_alone(const std::string& text, std::size_t end) {
    return end >= text.size() || std::string_view(",);\t\n. |").find(text[end]) != std::string_view::npos;
  }

  // The same of a year, which may have but two digits.
  static bool is_long_ago(int year) { return (year >= 30 && year < 100) || (year >= 1910 && year <= 2014); }

  // Too long ago for a visit or an invoice, and of somebody who may live.
  static bool is_old(re2::StringPiece date) {
    static const RE2 kYear(R"((\d{4}))");
    int year = 0;
    return RE2::PartialMatch(date, kYear, &year) && year >= 1910 && year <= 2009;
  }

  Words words_;
  RE2 named_date_;
};

}  // namespace

Made make_births(scan::PhraseSet& set) { return std::make_unique<Births>(set); }

}  // namespace sluice::sense::detect
