// Dates of birth of people, known by the words around them: in prose, forms, keys of records and heads of tables.
#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/check.h"
#include "sense/detect/context/dates.h"
#include "sense/detect/context/full_names.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/spoken_days.h"
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
      if (tags & kIdentity) behind_number(doc, hit, hits);
      if (tags & kLabel) on_label(doc, hit, hits);
    }
    with_age(doc, hits);
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
    if ((tags & kAfterName) && !behind_capital(doc, hit.start)) return;
    if ((tags & kCame) && !came_before(doc, hit.start)) return;
    if ((tags & kMine) && !(words_.around(doc, hit.start, hit.end, 160, 0) & kBirth)) return;
    const bool before = (tags & kBehind) && date_before(doc, hit.start, hit.end, gap, found);
    if (!before && (tags & kBehind) && words_before(doc, hit, first, hits)) return;
    if (!before && ((tags & kLast) || !date_after(doc, hit, tags, found)))
      return in_words(doc, hit, tags, first, hits);
    if (words_.around(doc, before ? hit.start : found.start, hit.end, 90, 0, kNobody) & kNobody) return;
    const Day& day = found.day;
    if ((tags & kSign) && !(tags & kBorn) && !day.compact && !is_long_ago(day.year)) return;
    const bool other_calendar =
        (tags & kOtherCalendar) && ((day.year >= 1300 && day.year < 1450) || day.year > 2400);
    if (day.year >= 100 && (day.year < 1910 || day.year > 2100) && !other_calendar) return;  // history books
    if (!before && is_denied(doc, found.start)) return;
    // "born December 13, 1989" is how one writes of the famous; "born 12.03.1984" is from a form.
    const bool raises = !(tags & kBorn) || !day.named || !doc.at_signs.empty() ||
                        (words_.around(doc, hit.start, hit.end, 80, 0) & kKin);
    report(found.start, day.end, 0.85, raises, first, hits);
  }

  static void report(std::size_t start, std::size_t end, double confidence, bool raises, std::size_t first,
                     std::vector<Hit>& hits) {
    constexpr std::size_t kBack = 16;  // two words lead to one date
    for (std::size_t i = hits.size(); i > first && i + kBack > hits.size(); --i) {
      if (hits[i - 1].kind != Kind::DateOfBirth || hits[i - 1].start >= end || start >= hits[i - 1].end) continue;
      hits[i - 1].raises = hits[i - 1].raises || raises;
      return;
    }
    hits.push_back(Hit{Kind::DateOfBirth, confidence, static_cast<std::uint32_t>(start),
                       static_cast<std::uint32_t>(end), raises});
  }

  // "born on the third of march nineteen fifty-six". Who writes of the famous writes figures.
  void in_words(const Document& doc, const scan::PhraseHit& hit, Tags tags, std::size_t first,
                std::vector<Hit>& hits) const {
    constexpr std::size_t kAfter = 48;
    const bool asked = hit.end < doc.text.size() && doc.text[hit.end] == '?';  // "DOB? It's eleven-oh-four ..."
    const std::size_t from = hit.end + std::size_t{asked};
    if ((tags & (kSign | kLast)) == kSign) {
      if (doc.slice(hit.start, hit.end).find('*') != std::string_view::npos) return;  // a point of a list
      const auto day = spoken_day(doc.lower, from, from + 2u);
      if (day) report(day->start, day->end, 0.75, true, first, hits);
      return;
    }
    if (tags & kLast) return;
    const auto day = spoken_day(doc.lower, from, from + kAfter);
    if (day) report(day->start, day->end, 0.75, true, first, hits);
  }

  // "am fünften Mai neunzehnhunderteinunddreißig in Husum zur Welt"
  static bool words_before(const Document& doc, const scan::PhraseHit& hit, std::size_t first,
                           std::vector<Hit>& hits) {
    constexpr std::size_t kBefore = 100;
    const std::size_t least = hit.start > kBefore ? hit.start - kBefore : 0;
    const std::size_t stop = doc.lower.find_last_of(".\n;", hit.start);
    const std::size_t from = stop == std::string::npos ? least : std::max(least, stop + 1);
    if (from >= hit.start) return false;
    const auto day = spoken_day(doc.lower, from, hit.start);
    if (!day || day->end > hit.start) return false;
    report(day->start, day->end, 0.75, true, first, hits);
    return true;
  }

  static bool came_before(const Document& doc, std::size_t at) {
    constexpr std::size_t kClause = 90;
    const std::size_t from = at > kClause ? at - kClause : 0;
    const std::string_view clause = std::string_view(doc.lower).substr(from, at - from);
    for (const std::string_view came : {" kam ", " kamen ", " kwam ", " kom "}) {
      if (clause.find(came) != clause.npos) return true;
    }
    return false;
  }

  // "SSN 518-43-7702, 08-03-1966": behind the number of an office, too long ago for its being issued.
  static void behind_number(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) {
    auto run = std::partition_point(doc.numbers.begin(), doc.numbers.end(),
                                    [&](const scan::NumberRun& r) { return r.start < hit.end; });
    if (run == doc.numbers.end() || run->start > hit.end + 8u || run->digits < 7) return;
    const std::size_t at = behind_signs(doc.text, run->end);
    if (at == run->end) return;
    const auto day = day_at(doc.lower, at);
    if (!day || day->compact || day->year < 1910 || day->year > 2007 || !stands_alone(doc.text, day->end)) return;
    report(at, day->end, 0.65, true, hits.size() > 16 ? hits.size() - 16 : 0, hits);
  }

  // "My date of birth isn't 1 Jan 1970"
  static bool is_denied(const Document& doc, std::size_t start) {
    const std::string_view before = std::string_view(doc.lower).substr(0, start);
    for (const std::string_view no :
         {"isn't ", "isn’t ", " not ", "wasn't ", " nicht ", " niet ", " no es ", " n'est pas le "}) {
      if (before.ends_with(no)) return true;
    }
    return false;
  }

  // A word of at least two letters ends there, the first of which is a capital: a name.
  static bool behind_capital(const Document& doc, std::size_t at) {
    std::size_t from = at;
    while (from > 0 && at - from < 40 && (scan::is_word_byte(doc.text[from - 1]) || doc.text[from - 1] == '-'))
      --from;
    return at - from >= 3 && doc.text[from] != doc.lower[from];
  }

  // "MBEKI, T / 15-MAR-1989 / fasting glucose": a name in capitals, then a date too old to be that of a visit.
  void on_label(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) const {
    constexpr std::size_t kNear = 90;
    auto run = std::partition_point(doc.numbers.begin(), doc.numbers.end(),
                                    [&](const scan::NumberRun& r) { return r.start < hit.end; });
    for (; run != doc.numbers.end() && run->start < hit.end + kNear; ++run) {
      const auto day = day_at(doc.lower, run->start);
      if (!day || day->compact || !is_long_ago(day->year) || !behind_sign_and_capital(doc, run->start)) continue;
      hits.push_back(Hit{Kind::DateOfBirth, 0.65, run->start, static_cast<std::uint32_t>(day->end)});
      return;
    }
  }

  static bool behind_sign_and_capital(const Document& doc, std::size_t at) {
    std::size_t i = at;
    while (i > 0 && at - i < 4 && std::string_view(" /|,;-\t").find(doc.text[i - 1]) != std::string_view::npos)
      --i;
    return i > 1 && at - i >= 2 && doc.text[i - 1] >= 'A' && doc.text[i - 1] <= 'Z' &&
           (doc.text[i - 2] == ' ' || (doc.text[i - 2] >= 'A' && doc.text[i - 2] <= 'Z'));
  }

  // "15-MAR-1979 (51y)", whoever stands before.
  static void with_age(const Document& doc, std::vector<Hit>& hits) {
    for (std::size_t i = 0; i < doc.numbers.size(); ++i) {
      const scan::NumberRun& run = doc.numbers[i];
      if (run.groups < 2 || run.end >= doc.text.size() ||
          std::string_view(" yja").find(doc.text[run.end]) == std::string_view::npos)
        continue;
      const Groups g(doc, run);
      const std::size_t last = g.count() - 1, end = g.end(last - 1);
      if (g.size(last) > 2 || g.separator(last - 1) != " (") continue;
      std::size_t start = 0;
      const bool parted = i > 0 && doc.numbers[i - 1].start + 12u > end;  // by the name of a month
      const auto day = day_around(doc.lower, parted ? doc.numbers[i - 1].start : run.start, 0, start);
      if (!day || day->compact || day->end != end || !age_follows(doc.lower, end, day->year)) continue;
      const auto same = [&](const Hit& h) {
        return h.kind == Kind::DateOfBirth && h.start < end && start < h.end;
      };
      if (std::none_of(hits.begin(), hits.end(), same))
        hits.push_back(
            Hit{Kind::DateOfBirth, 0.65, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
    }
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
    const bool answer = !form && !(tags & (kSign | kBorn)) && is_answer(doc.lower, end, run->start);
    if ((!form && !close && !clause && !answer) || ((tags & (kSign | kTight)) && gap.size() > 12)) return false;
    auto day = day_around(doc.lower, run->start, end, found.start);
    if (!day && !(tags & kSign) && run->digits <= 2 && gap.find('\n') == gap.npos) {
      // "Happy birthday Lorraine! 60 today, 5th May 1965": an age or a page comes first.
      const std::size_t shortly = run->start + 16;
      if (++run == doc.numbers.end() || run->start > shortly) return false;
      day = day_around(doc.lower, run->start, end, found.start);
      if (!day || day->compact || !is_long_ago(day->year)) return false;
    }
    if (!day || ((tags & (kSign | kTight)) && found.start > end + 2)) return false;
    if (answer && !close && !clause && (!is_long_ago(day->year) && day->year >= 30)) return false;
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

  // "When's your bday?\n> 6th Jan 99", "Birthday?\nAda: it's 6 Jan 1999": on the line below a question, behind the
  // name of who speaks.
  static bool is_answer(const std::string& t, std::size_t end, std::size_t number) {
    const std::string_view gap = std::string_view(t).substr(end, number - end);
    const std::size_t asked = gap.find('?');
    if (asked == gap.npos || asked > 12 || gap.find('\n', asked) == gap.npos) return false;
    std::string_view rest = gap.substr(asked + 1);
    const std::size_t speaker = rest.find_last_of(":>]");
    if (speaker != rest.npos) rest.remove_prefix(speaker + 1);
    return std::count(rest.begin(), rest.end(), ' ') <= 3 && rest.find_first_of(".;") == rest.npos;
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
    // "She's Philippa Renshaw, twelve-oh-five nineteen forty-four"
    if (end + 2 < doc.text.size() && doc.text[end] == ',' && doc.text[end + 1] == ' ' &&
        doc.lower[end + 2] >= 'a') {
      if (const auto said = spoken_day(doc.lower, end + 2, end + 2))
        report(said->start, said->end, 0.65, true, hits.size() > 16 ? hits.size() - 16 : 0, hits);
    }
    if (!has_digits(doc, end, std::min(doc.text.size(), end + 32), 3)) return;
    const std::size_t at = behind_signs(doc.text, end);
    if (at == end) return;
    const auto day = day_at(doc.lower, at);
    if (!day || day->compact || !is_long_ago(day->year) || !stands_alone(doc.text, day->end)) return;
    const auto start = static_cast<std::uint32_t>(at);
    const auto stop = static_cast<std::uint32_t>(day->end);
    const bool personal = words_.around(doc, name, stop, 200, 200, kPersonal) & kPersonal;
    const bool of_contact = day->year != 0 && (day->year < 100 || day->year <= 2009) && contact_behind(doc, stop);
    if (!personal && !of_contact && !sex_follows(doc.lower, day->end) &&
        !age_follows(doc.lower, day->end, day->year))
      return;
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

  // In the next cell stands "M" or "F" alone.
  static bool sex_follows(const std::string& t, std::size_t end) {
    std::size_t at = end;
    while (at < t.size() && at < end + 8 && std::string_view(" ,;|\t/").find(t[at]) != std::string_view::npos)
      ++at;
    if (at < end + 2 && !(at == end + 1 && t[end] != ' ' && t[end] != '/')) return false;
    const std::string_view rest = std::string_view(t).substr(at);
    for (const std::string_view sex : {"male", "female", "m", "f", "w"}) {
      if (rest.starts_with(sex) &&
          (rest.size() == sex.size() ||
           std::string_view(" ,;|\t\r\n").find(rest[sex.size()]) != std::string_view::npos))
        return true;
    }
    return false;
  }

  // Behind the signs that part a name from a date in lists: a comma, a bracket, a dash, a bar, a gap of columns.
  static std::size_t behind_signs(const std::string& text, std::size_t end) {
    const std::string_view gap = std::string_view(text).substr(end, 8);
    for (const std::string_view sign :
         {", ", " (", "; ", "\t", " - ", " – ", " — ", " | ", "    ", "   ", ";", ",", "|"})
      if (gap.starts_with(sign)) return std::min(text.find_first_not_of(' ', end + sign.size()), end + 24);
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
