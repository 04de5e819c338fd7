// Telephone numbers of people. Free-phone numbers and those of fiction (555-01xx) are public.
#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>

#include "sense/detect/context/full_names.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/spoken.h"
#include "sense/detect/context/words.h"
#include "sense/detect/person/detectors.h"
#include "sense/detect/person/phone_words.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Phones : public scan::Detector {
 public:
  explicit Phones(scan::PhraseSet& set) : words_(set, scan::Edge::Name) { add_phone_words(words_); }

  const char* name() const override { return "phones"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    for (const auto& run : doc.numbers) {
      if (run.digits <= kMostDigits)
        phone(doc, run, hits);
      else
        parts(doc, run, hits);
    }
    std::size_t taken = 0;
    for (const auto& hit : words_.hits(doc)) {
      if (hit.start >= taken && (words_.tags(hit) & (kPhoneWord | kCalling | kItsNumber)))
        spoken(doc, hit, taken, hits);
    }
    return {};
  }

 private:
  static constexpr std::size_t kMostDigits = 15;  // E.164

  // "call me on double nine oh one eight one nine five one three"
  static void spoken(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken, std::vector<Hit>& hits) {
    Spoken said = spoken_after(doc, hit.end);
    if (said.digits.empty()) {  // "my number for you to write down: four one five ..."
      constexpr std::size_t kWords = 28;
      const std::string_view behind = std::string_view(doc.lower).substr(hit.end, kWords);
      const std::size_t colon = behind.find_first_of(":\n.,;");
      if (colon != behind.npos && behind[colon] == ':' && colon > 3) said = spoken_after(doc, hit.end + colon + 1);
    }
    if (said.digits.empty() || said.digits.size() > 15) return;
    taken = said.end;
    if (said.digits.find("55501") != std::string::npos) return;
    hits.push_back(
        Hit{Kind::Phone, 0.7, static_cast<std::uint32_t>(said.start), static_cast<std::uint32_t>(said.end)});
  }

  // Cells of one line, "120381-8836 - 050 441 9082", are one run of digits.
  void parts(const Document& doc, const scan::NumberRun& run, std::vector<Hit>& hits) const {
    const Groups g(doc, run);
    std::size_t first = 0;
    bool any = false;
    for (std::size_t i = 0; i < g.count(); ++i) {
      const bool cut = i + 1 < g.count() && g.separator(i) == " - ";
      if (!cut && (i + 1 < g.count() || !any)) continue;
      any = true;
      scan::NumberRun part{static_cast<std::uint32_t>(g.start(first)), static_cast<std::uint32_t>(g.end(i)),
                           run.first_group + static_cast<std::uint32_t>(first),
                           static_cast<std::uint16_t>(i - first + 1), 0};
      for (std::size_t k = first; k <= i; ++k) part.digits += static_cast<std::uint32_t>(g.size(k));
      phone(doc, part, hits);
      first = i + 1;
    }
    if (!any) phone(doc, run, hits);
  }

  void phone(const Document& doc, const scan::NumberRun& run, std::vector<Hit>& hits) const {
    const Groups g(doc, run);
    if (run.digits < 7 || g.glued_before(0)) return;
    // A social security number, or a published one, which identity.cpp leaves out.
    if (g.count() == 3 && g.shaped(0, {3, 2, 4}) && g.uniform(0, 2) && g.separator(0) == "-") return;
    if (is_told_otherwise(doc, run.start) || is_free(g)) return;
    if (run.start > 0 && doc.text[run.start - 1] == '+') {
      if (run.start > 1 && is_alnum(doc.text[run.start - 2])) return;  // a version: "6.3+20221224"
      return international(doc, g, hits);
    }
    if (run.start > 1 && doc.text[run.start - 1] == '(' && doc.text[run.start - 2] == '+')
      return international(doc, g, hits);
    const bool brazil = g.shaped(0, {2, 1, 4, 4}) && g.count() == 4 && g.before(0) == '(';  // (81) 9 8855-6563
    const bool seven = g.count() == 2 && g.shaped(0, {3, 4}) && g.before(0) != '-';
    if (!seven && !brazil && is_something_else(g)) return;
    if (g.count() == 1 && run.digits > 13) return;
    for (std::size_t i = 0; i + 2 < g.count(); ++i) {
      if (north_american(doc, g, i, hits)) return;
    }
    const Tags around = words_.around(doc, run.start, run.end, 48, 16);
    const Tags close = words_.around(doc, run.start, run.end, 16, 0);
    const Tags beside = words_.around(doc, run.start, run.end, 3, 0);
    const double shape = national(g);
    const bool called = close & kCalling;
    const bool near = run.digits != 7 || g.count() > 1 || (close & kPhoneWord);
    const bool keyed =
        (beside & kKey) && is_key(doc, run.start) && run.digits >= 8 && g.count() <= 5 && written_to_dial(g, run);
    const bool named = ((around & kPhoneWord) && near) || (called && (run.digits >= 9 || g.count() > 1)) || keyed;
    const bool spelled = g.count() <= 6 || (g.count() == run.digits && g.uniform(0, g.count() - 1));
    const bool ends = !g.glued_after(g.count() - 1) || extension_follows(doc, run.end);
    // The word right before says what the number is, whatever else is told nearby.
    const bool other =
        (around & kOtherNumber) && (!(beside & kPhoneWord) || (beside & kOtherNumber) || !written_to_dial(g, run));
    double confidence = shape;
    if (named && !other && run.digits <= 15 && spelled && ends) confidence = std::max(shape + 0.2, 0.6);
    // In a list of people the number behind a name is theirs.
    if (confidence < 0.5 && run.digits >= 9 && run.digits <= 13 && g.digits(0)[0] == '0' && spelled &&
        !(around & kOtherNumber) && ends && follows_full_name(doc, run.start))
      confidence = 0.65;
    if (confidence < 0.5 && !(around & kOtherNumber) && ends && grouped_with_trunk(g) &&
        (follows_link(doc, run.start) || in_row_of_name(doc, g)))
      confidence = 0.6;
    // "416 60 039 office", "reach Priya at 8124479035"
    if (confidence < 0.5 && !(around & kOtherNumber) && ends && g.count() <= 5 && run.digits <= 13 &&
        (is_line(doc, run.end) ||
         (run.digits >= 9 && run.digits <= 11 && (words_.around(doc, run.start, run.end, 60, 0) & kReach) &&
          follows_at(doc, run.start))))
      confidence = 0.6;
    // "Unsubscribe this number please: 07733902514"
    if (confidence < 0.5 && (close & kItsNumber) && !(around & kOtherNumber) && ends && run.digits >= 8 &&
        run.digits <= 12 && g.count() <= 5 && (g.digits(0)[0] == '0' || (g.count() >= 3 && !is_amount(g))))
      confidence = 0.6;
    if (confidence < 0.5 && ends && !(around & kOtherNumber) && follows_phone(doc, g, run, hits)) confidence = 0.6;
    if (run.digits == 7 && g.joined(0, g.count() - 1).starts_with("55501")) return;
    if (confidence < 0.5) return;
    // "Order 0412 683 118": the word right before says more than the shape.
    if (shape >= 0.5 && !named && follows_other(doc, run.start)) return;
    report(doc, g, 0, g.count() - 1, confidence, hits);
  }

  // "NPI: 7275784461", "Balance: $69989.21", "FV 0932/01/2026": the word right before says what the number is.
  bool is_told_otherwise(const Document& doc, std::size_t start) const {
    if (start > 0 && doc.text[start - 1] == '$') return true;
    // "16:13:47.518  1702": the seconds of a time
    if (start > 1 && doc.text[start - 1] == ':' && doc.text[start - 2] >= '0' && doc.text[start - 2] <= '9')
      return true;
    for (const std::string_view sign : {"\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"})
      if (start >= sign.size() && doc.slice(start - sign.size(), start) == sign) return true;
    std::size_t at = start;
    while (at > 0 && start - at < 32 &&
           std::string_view(" \t:*(#|=\"'`[").find(doc.text[at - 1]) != std::string_view::npos)
      --at;
    const Tags beside = words_.around(doc, at, at, 0, 0);
    return (beside & kNotThis) && !(beside & kPhoneWord);
  }

  // The word right before, at a blank or a sign, is one of another number.
  bool follows_other(const Document& doc, std::size_t start) const {
    std::size_t at = start;
    while (at > 0 && start - at < 4 && std::string_view(" :#(").find(doc.text[at - 1]) != std::string_view::npos)
      --at;
    return words_.around(doc, at, at, 0, 0) & kOtherNumber;
  }

  // Numbers at which nobody pays and everybody may call: 0800, 0 805 in France, 0120 in Japan, 400 in China.
  // (Those of America stand below.)
  static bool is_free(const Groups& g) {
    if (g.before(0) == '+') return false;
    const std::string all = g.joined(0, g.count() - 1);
    if (all.size() < 9 || all.size() > 12) return false;
    if (g.shaped(0, {4, 3, 3}) && g.count() == 3 && all.starts_with("0120")) return g.separator(0) == "-";
    if (g.shaped(0, {3, 3, 4}) && g.count() == 3 && all.starts_with("400")) return true;
    if (g.count() == 1) return all.starts_with("0800") && all.size() >= 10;
    return all.starts_with("0800") || all.starts_with("0808") || (all.starts_with("0805") && g.size(0) == 1);
  }

  // "tel. +48 515 82 06 43, dom. (22) 671 27 78": a second number behind a first, at most a few words between.
  bool follows_phone(const Document& doc, const Groups& g, const scan::NumberRun& run,
                     const std::vector<Hit>& hits) const {
    constexpr std::size_t kFurthest = 28;
    if (hits.empty() || hits.back().kind != Kind::Phone || hits.back().end >= run.start ||
        hits.back().end + kFurthest < run.start)
      return false;
    if (run.digits < 8 || run.digits > 12 || g.count() > 6) return false;
    const bool bracket = g.before(0) == '(';
    const bool dialled =
        g.digits(0)[0] == '0' || bracket || (g.count() == 1 && run.digits == 11 && g.digits(0).starts_with("89"));
    if (!dialled && (g.count() < 3 || is_amount(g))) return false;
    const std::string_view gap = doc.slice(hits.back().end, run.start - bracket);
    if (gap.find('\n') != gap.npos || gap.find(' ') == gap.npos) return false;
    // Behind a colon, a point, "or" or the kind of line; a sum of money has a sign behind it.
    const std::size_t last = gap.find_last_not_of(' ');
    if (last == gap.npos) return false;
    const char sign = gap[last];
    const bool lead = sign == ':' || sign == '.' || sign == '/' || sign == ',' || sign == ';' ||
                      (words_.around(doc, run.start - bracket, run.end, 3, 0) & (kLine | kPhoneWord)) ||
                      follows_link(doc, run.start);
    const std::string_view behind = std::string_view(doc.lower).substr(run.end, 5);
    for (const std::string_view sum :
         {" zł", " kč", " eu", " €", " us", " kr", " ft", " ₽", " ру", " %", "%", "€"}) {
      if (behind.starts_with(sum)) return false;
    }
    return lead;
  }

  // The kind of line stands behind the number and ends its cell: "-Office", " fax\n", " (mobil)".
  bool is_line(const Document& doc, std::size_t end) const {
    std::size_t at = end;
    if (extension_follows(doc, at)) at = doc.lower.find_first_not_of("0123456789", at + 1);
    if (at >= doc.text.size()) return false;
    if (doc.text[at] != ' ' && doc.text[at] != '-' && doc.text[at] != '\t') return false;
    const std::size_t word = doc.text[at + 1] == '(' ? at + 2 : at + 1;
    std::size_t behind = word;
    while (behind < doc.text.size() && scan::is_word_byte(doc.text[behind])) ++behind;
    if (behind == word || (behind < doc.text.size() &&
                           std::string_view("\n\r,;)|/\\").find(doc.text[behind]) == std::string_view::npos))
      return false;
    return words_.around(doc, at, word - 1, 0, behind - word + 2) & kLine;
  }

  static bool follows_at(const Document& doc, std::size_t start) {
    for (const std::string_view word :
         {" at ", " on ", " to ", " unter ", " au ", " en el ", " al ", " op ", " pod "})
      if (start >= word.size() && std::string_view(doc.lower).substr(start - word.size(), word.size()) == word)
        return true;
    return false;
  }

  // Between the short name of a field and its number stands at most ": ".
  static bool is_key(const Document& doc, std::size_t start) {
    std::size_t i = start;
    while (i > 0 && start - i < 3 && std::string_view(" :.\"").find(doc.text[i - 1]) != std::string_view::npos)
      --i;
    const bool sign = doc.slice(i, start).find_first_of(":.") != std::string_view::npos;
    if (i == 0 || i == start || !scan::is_word_byte(doc.text[i - 1])) return false;
    // A single letter needs the sign: "M: 07911 ...".
    const bool letter = i == 1 || !scan::is_word_byte(doc.text[i - 2]);
    return sign || !letter;
  }

  // In groups, with a trunk prefix, or long: not "m: 12345678".
  static bool written_to_dial(const Groups& g, const scan::NumberRun& run) {
    return g.count() > 1 || g.digits(0)[0] == '0' || run.digits >= 10;
  }

  // "087 614 2290", "0318-55 27 40": a trunk prefix, then groups as one writes them to be dialled.
  static bool grouped_with_trunk(const Groups& g) {
    const std::size_t n = g.count();
    const std::string_view first = g.digits(0);
    if (n < 2 || n > 5 || first[0] != '0' || first.size() < 2 || first.size() > 5 || first[1] == '0') return false;
    std::size_t digits = 0;
    for (std::size_t i = 0; i < n; ++i) {
      digits += g.size(i);
      if (i > 0 && (g.size(i) < 2 || g.size(i) > 8)) return false;
      if (i + 1 < n && g.separator(i) != " " && g.separator(i) != "-" && g.separator(i) != "/") return false;
    }
    for (const char* service : {"0800", "0808", "0900", "0700", "0300", "0303", "0330", "0333", "0343", "0344",
                                "0345", "0370", "0371", "0845", "0870", "0180", "1800", "1300"}) {
      if (first == service) return false;
    }
    if (g.joined(0, n - 1).starts_with("07700900")) return false;
    return digits >= 9 && digits <= 11 && g.before(0) != '-' && g.before(0) != '.' && g.before(0) != '/';
  }

  // The word before leads to a number: "on", "op", "is". Such words are too many to be looked for everywhere.
  static bool follows_link(const Document& doc, std::size_t start) {
    static constexpr std::string_view kLinks[] = {
        "on",    "op",  "at", "unter", "på",     "under", "via", "au",   "al",     "ao",     "aan",    "to", "is",
        "es",    "ist", "è",  "é",     "or",     "oder",  "ou",  "lub",  "oppure", "number", "numero", "na", "pod",
        "номер", "на",  "по", "под",   "nummer", "sul",   "no",  "till", "til",    "numeru", "є",      "la"};
    if (start > 0 && doc.text[start - 1] == '(') --start;
    if (start == 0 || doc.text[start - 1] != ' ') return false;
    const std::size_t end = --start;
    while (start > 0 && end - start < 16 && scan::is_word_byte(doc.lower[start - 1])) --start;
    const std::string_view word = std::string_view(doc.lower).substr(start, end - start);
    return std::find(std::begin(kLinks), std::end(kLinks), word) != std::end(kLinks);
  }

  // "Eero Hämeenaho – 120381-883J – 050 441 9082": a cell of a line in which a full name stands before.
  static bool in_row_of_name(const Document& doc, const Groups& g) {
    constexpr std::size_t kFurthest = 100;
    const std::size_t at = g.start(0);
    std::size_t cell = at;
    while (cell > 0 && (doc.text[cell - 1] == ' ' || doc.text[cell - 1] == '(')) --cell;
    if (cell == 0) return false;
    const auto sign = static_cast<unsigned char>(doc.text[cell - 1]);
    if (std::string_view(",;:|/-\t").find(static_cast<char>(sign)) == std::string_view::npos && sign < 0x80)
      return false;
    auto name = std::lower_bound(doc.names.begin(), doc.names.end(), at);
    if (name == doc.names.begin() || *--name + kFurthest < at) return false;
    return doc.slice(*name, at).find('\n') == std::string_view::npos;
  }

  void report(const Document& doc, const Groups& g, std::size_t first, std::size_t last, double confidence,
              std::vector<Hit>& hits) const {
    std::size_t start = g.start(first);
    while (start > 0 && (doc.text[start - 1] == '+' || doc.text[start - 1] == '(')) --start;
    hits.push_back(Hit{Kind::Phone, std::min(confidence, 0.99), static_cast<std::uint32_t>(start),
                       static_cast<std::uint32_t>(g.end(last)),
                       !is_published(doc, start, g.end(last), is_mobile(g, first, last))});
  }

  // "Bürgerbüro Nord, Öffnungszeiten Mo-Fr 8-16 Uhr, Telefon 0431 ...": what an office prints of itself is
  // nobody's, away from names and from whoever speaks of somebody, and unless it is a mobile phone.
  bool is_published(const Document& doc, std::size_t start, std::size_t end, bool mobile) const {
    constexpr std::size_t kBefore = 160, kBehind = 60, kName = 40, kNameBehind = 16;
    if (mobile || !doc.heads.empty()) return false;
    const Tags said = words_.around(doc, start, end, kBefore, kBehind);
    if (!(said & kPublished) || speaks_of_somebody(doc.lower, start - std::min(start, kBefore), start) ||
        speaks_of_somebody(doc.lower, end, end + kBehind))
      return false;
    // "Harbour Museum" has the name of a place in it.
    for (auto name = std::lower_bound(doc.names.begin(), doc.names.end(), start - std::min(start, kName));
         name != doc.names.end() && *name <= end + kNameBehind; ++name) {
      if (*name > end && doc.slice(end, *name).find(". ") != std::string_view::npos) break;  // the next sentence
      const auto size = static_cast<std::uint32_t>(full_name_end(doc, *name) - *name);
      if (!(words_.around(doc, *name, *name, 0, size) & kPublished)) return false;
    }
    return true;
  }

  static bool speaks_of_somebody(std::string_view lower, std::size_t from, std::size_t to) {
    to = std::min(to, lower.size());
    for (std::string_view person : {"本人", "携帯", "患者", "手机", "患儿", "휴대폰", "환자"}) {
      if (lower.substr(from, to - from).find(person) != lower.npos) return true;
    }
    for (std::size_t at = from; at < to;) {
      std::size_t end = at;
      while (end < to && scan::is_word_byte(lower[end])) ++end;
      if (end > at && is_somebodys(lower.substr(at, end - at))) return true;
      at = std::max(end, at + 1);
    }
    return false;
  }

  // By the beginnings that countries give to mobile phones; of North America, where any number may be one, none.
  static bool is_mobile(const Groups& g, std::size_t first, std::size_t last) {
    if (last - first == 2 && g.shaped(first, {3, 3, 4})) return false;
    const std::string digits = g.joined(first, last);
    static constexpr struct {
      std::string_view begin;
      std::size_t least, most;  // digits
    } kMobile[] = {{"06", 9, 10},    {"07", 10, 11},   {"0151", 11, 12}, {"0152", 11, 12}, {"0155", 11, 12},
                   {"0157", 11, 12}, {"0159", 11, 12}, {"0160", 11, 12}, {"0162", 11, 12}, {"0163", 11, 12},
                   {"017", 11, 12},  {"3", 10, 10},    {"6", 9, 9},      {"447", 12, 12},  {"336", 11, 11},
                   {"337", 11, 11},  {"4915", 12, 13}, {"4916", 12, 13}, {"4917", 12, 13}, {"393", 11, 12},
                   {"346", 11, 11},  {"347", 11, 11},  {"614", 11, 11},  {"316", 11, 11}};
    return std::any_of(std::begin(kMobile), std::end(kMobile), [&](const auto& one) {
      return digits.starts_with(one.begin) && digits.size() >= one.least && digits.size() <= one.most;
    });
  }

  // E.164: '+', a country code, eight to fifteen digits in all.
  void international(const Document& doc, const Groups& g, std::vector<Hit>& hits) const {
    std::size_t last = 0, digits = g.size(0);
    while (last + 1 < g.count() && digits + g.size(last + 1) <= 15 && digits < 13) digits += g.size(++last);
    if (digits < 8 || digits > 15) return;
    if (g.glued_after(last) && !extension_follows(doc, g.end(last))) return;
    const std::string all = g.joined(0, last);
    const bool america = all[0] == '1' && all.size() == 11 && all[1] >= '2';
    if (america && is_fictional(std::string_view(all).substr(1))) return;
    // No country has such a number, but it is told to be one to call: "Ring me at +05 46 589 8630".
    if (all[0] == '0' || (all[0] == '1' && !america)) {
      const Tags around = words_.around(doc, g.start(0), g.end(last), 48, 16);
      if (digits >= 9 && g.count() > 1 && (around & (kPhoneWord | kCalling | kReach)) && !(around & kOtherNumber))
        report(doc, g, 0, last, 0.6, hits);
      return;
    }
    if (all.starts_with("447700900") || all.starts_with("442079460")) return;  // Ofcom's numbers for drama
    if (last == 0 && digits < 10) return;
    report(doc, g, 0, last, 0.9, hits);
  }

  // "345-899-3560x4587"
  static bool extension_follows(const Document& doc, std::size_t end) {
    const std::string& t = doc.lower;
    if (end + 1 >= t.size() || t[end] != 'x' || t[end + 1] < '0' || t[end + 1] > '9') return false;
    const std::size_t behind = std::min(t.find_first_not_of("0123456789", end + 1), t.size());
    return behind - end <= 6 && (behind == t.size() || !is_alnum(t[behind]));
  }

  // 555-0100 to 555-0199 are reserved for fiction; 800 and its like are free-phone.
  static bool is_fictional(std::string_view ten) {
    if (ten.substr(3, 5) == "55501" || ten.starts_with("500555")) return true;  // 500-555: of a provider's tests
    return ten[0] == '8' && (ten.substr(1, 2) == "00" || (ten[1] == ten[2] && ten[1] >= '3'));
  }

  bool north_american(const Document& doc, const Groups& g, std::size_t i, std::vector<Hit>& hits) const {
    if (!g.shaped(i, {3, 3, 4}) || g.digits(i)[0] < '2' || g.digits(i + 1)[0] < '2') return false;
    if (i > 0 && g.separator(i - 1) != " " && g.digits(i - 1) != "1") return false;
    if (i + 3 < g.count() && g.separator(i + 2).find(' ') == std::string_view::npos) return false;
    if (g.glued_after(i + 2) && !extension_follows(doc, g.end(i + 2))) return false;
    const std::string ten = g.joined(i, i + 2);
    const bool bracket = g.separator(i).find(')') != std::string_view::npos;
    const bool marked =
        bracket || (g.separator(i) == g.separator(i + 1) && (g.separator(i) == "-" || g.separator(i) == "."));
    const Tags around = words_.around(doc, g.start(i), g.end(i + 2), 48, 16);
    if (!marked && !(around & kPhoneWord) && !is_next_of_list(doc, g.start(i), g.end(i + 2), hits)) return false;
    if (is_fictional(ten)) return true;
    report(doc, g, i, i + 2, marked ? 0.85 : 0.7, hits);
    return true;
  }

  // "Ann Ray - (612) 284-7719\nDave Mroz - late, 763 221 9058": ends a line as numbers of the list do that are
  // known.
  static bool is_next_of_list(const Document& doc, std::size_t start, std::size_t end,
                              const std::vector<Hit>& hits) {
    constexpr std::size_t kFarthest = 240;
    if (hits.empty() || hits.back().kind != Kind::Phone || hits.back().end + kFarthest < start) return false;
    if (doc.slice(hits.back().end, start).find('\n') == std::string_view::npos) return false;
    const bool cell = start > 1 && doc.text[start - 1] == ' ' &&
                      std::string_view(",:-|").find(doc.text[start - 2]) != std::string_view::npos;
    return cell && (end == doc.text.size() || doc.text[end] == '\n' || doc.text[end] == '\r');
  }

  // "12 500 000", "1.204.118": thousands, which no country groups so to be dialled.
  static bool is_amount(const Groups& g) {
    if (g.size(0) > 2 || g.before(0) == '(') return false;
    for (std::size_t i = 1; i < g.count(); ++i) {
      if (g.size(i) != 3) return false;
    }
    return true;
  }

  static bool is_year(std::string_view four) { return four.starts_with("19") || four.starts_with("20"); }

  // Dates, spans of years, addresses of machines, decimals and lists of numbers.
  static bool is_something_else(const Groups& g) {
    const std::size_t n = g.count();
    if (n == 2 && g.separator(0) == ".") return g.size(0) < 4 || g.digits(0)[0] != '0';
    // "0932/01/2026": the number of an invoice in a month of a year.
    if (n == 3 && g.separator(0) == "/" && g.separator(1) == "/" && g.size(1) <= 2 && g.size(2) == 4 &&
        is_year(g.digits(2)))
      return true;
    if (n == 2 && g.shaped(0, {4, 4}) && is_year(g.digits(0)) && is_year(g.digits(1))) return true;
    if (n >= 3 && g.shaped(0, {4, 2, 2}) && g.digits(0)[0] != '0') return true;
    if (n >= 3 && g.size(0) <= 2 && g.size(1) <= 2 && g.size(2) == 4) return true;
    if (n == 4 && g.separator(0) == "." && g.separator(1) == "." && g.separator(2) == ".") return g.size(0) <= 3;
    return false;
  }

  // How much a number's shape alone says that it is a national telephone number.
  static double national(const Groups& g) {
    const std::size_t n = g.count();
    if (g.glued_after(n - 1)) return 0;
    const std::string_view first = g.digits(0);
    const bool trunk = first[0] == '0' && first.size() > 1 && first[1] != '0';
    if (g.shaped(0, {2, 2, 2, 2, 2}) && n == 5 && trunk && g.uniform(0, 4)) return 0.75;  // France
    if (n == 1 && first.size() == 11 && first[0] == '1' && first[1] >= '3') {             // China
      return static_cast<unsigned char>(g.before(0)) >= 0x80 ? 0.7 : 0.35;
    }
    if (n == 5 && g.shaped(0, {1, 3, 3, 2, 2}) && first == "8" && g.digits(1)[0] == '9') return 0.65;   // Russia
    if (n == 4 && g.shaped(0, {4, 3, 2, 2}) && first.starts_with("05") && g.uniform(0, 3)) return 0.6;  // Turkey
    if (n == 4 && g.shaped(0, {3, 3, 2, 2}) && first.starts_with("07") && g.separator(0) == "-")
      return 0.6;  // Sweden
    // Behind 077 stand services.
    if (n == 4 && g.shaped(0, {4, 2, 2, 2}) && first.starts_with("07") && first[2] != '7' &&
        g.separator(0) == "-" && g.separator(1) == " " && g.separator(2) == " ")
      return 0.6;  // 0739-88 14 06
    if (n == 4 && g.shaped(0, {2, 1, 4, 4}) && g.before(0) == '(') return 0.7;
    if (n == 3 && g.shaped(0, {2, 5, 4}) && g.before(0) == '(') return 0.8;  // Brazil
    if (n == 3 && g.shaped(0, {2, 4, 4}) && g.before(0) == '(') return 0.8;
    if (g.shaped(0, {3, 2, 2, 2}) && n == 4 && g.uniform(0, 3) && (first[0] == '6' || first[0] == '7'))
      return 0.6;  // Spain
    if (n >= 2 && trunk && first.size() >= 3 && first.size() <= 5 && g.joined(0, n - 1).size() >= 9 &&
        g.joined(0, n - 1).size() <= 12 && g.separator(0).find('/') != std::string_view::npos)
      return 0.65;  // Germany
    if (n >= 3 && n <= 6 && first.starts_with("00") && first.size() >= 3 && first.size() <= 5 && first[2] != '0' &&
        g.joined(0, n - 1).size() >= 11 && g.joined(0, n - 1).size() <= 16 && g.digits(1)[0] != '0' &&
        g.uniform(0, n - 1))
      return 0.6;  // 0041 79 412 88 03
    if (!trunk) return 0;
    // Of Israel, Thailand, Taiwan, Korea, Japan, beside their letters.
    if (n == 3 && g.uniform(0, 2) && g.separator(0) == "-" &&
        (g.shaped(0, {3, 3, 4}) || g.shaped(0, {4, 3, 3}) || g.shaped(0, {3, 4, 4})) && g.beside_other_script())
      return 0.6;
    const std::string all = g.joined(0, n - 1);
    const bool drama = all.starts_with("07700900") || all.starts_with("02079460");
    if (n == 2 && first.size() == 5 && g.size(1) == 6) return drama ? 0 : 0.65;  // Britain
    if (n == 3 && first.starts_with("07") && g.shaped(0, {5, 3, 3})) return drama ? 0 : 0.65;
    if (n == 3 && g.uniform(0, 2) && (g.shaped(0, {3, 4, 4}) || g.shaped(0, {2, 4, 4}))) return drama ? 0 : 0.6;
    if (n == 3 && first.starts_with("04") && g.shaped(0, {4, 3, 3})) return 0.6;  // Australia
    return 0.3;
  }

  Words words_;
};

}  // namespace

Made make_phones(scan::PhraseSet& set) { return std::make_unique<Phones>(set); }

}  // namespace sluice::sense::detect
