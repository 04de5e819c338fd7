// Numbers that only their words make personal: passports, driving licences, medical records, tax and voter
// numbers. "passport number XG9382049" is a finding, "XG9382049" is not.
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sense/detect/context/answers.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/spoken.h"
#include "sense/detect/context/words.h"
#include "sense/detect/identifier/detectors.h"
#include "sense/detect/identifier/document_words.h"
#include "sense/detect/identifier/documented_ids.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

// A value of letters and digits, in groups or not.
constexpr char kValue[] =
    R"((\d{2} \d{2} \d{6}|[A-Z]{2}[ -]?\d{2}[ -]\d{11}|[A-Z]{2}\d[ -]\d{6}|\d{2}[ -]\d{7}|[A-ZΑ-ΩА-Я]{0,10}[ -]?\d[\dA-Z/.-]{2,18}[\dA-Z](?: \d{2,6}){0,3}|[A-Z]{0,4}[ -]?\d{2,4}(?:[ -]\d{2,5}){2,4}))";

class Documents : public scan::Detector {
 public:
  explicit Documents(scan::PhraseSet& set)
      : words_(set, scan::Edge::Name),
        // Linking words, then the value.
        value_(
            std::string(
                R"((?i)^(?:\s*(?:_number|_no|_id|number|numbers|num|nums|núm|no|nr|nro|nummer|numer|numero|číslo|szám|n°|nº|№|numéro|número|#|id|code|card|carte|is|was|are|as|for|reads|ist|lautet|est|es|è|é|er|är|on|of|with|under|har|:|=|\.{1,40}|-|'|"|,|\(|\)|>|\*{1,2}|`|\||\[|</?[a-z][^<>\n]{0,24}>|为|是|：|は|の番号は|番号は|번호|号码|號碼|号|第|n\.|č\.|száma|seria i nr|seria i numer|seria|serie|series|serija|αριθμός|αρ\.|серия|номер|№|رقم|رقمها|رقمه|מספר|เลขที่|หมายเลข|số|broj|numaram|numarası)\s*){0,8}\s?(?:[A-Z]{2}[ :])?[\s'"]*)") +
            kValue),
        // Farther on in the clause, behind a word for a number or the state that issued it.
        farther_(
            std::string(
                R"((?i)^(?:[^\d\n.;!?]{0,44}?|[^\d\n.;!?]{0,30}[.;!?](?: (?:the|its|my|his|her|die|meine|seine|ihre|la|el|le|il|o|het|mijn))?)(?:(?:^|[^\pL])(?:no|nr|n°|nº|n|number|nummer|nummeret|numret|número|numéro|numero|numer|num|№|#|номер|رقم|מספר|番号|号码|號碼|번호|số|เลขที่|broj|numara|číslo|szám|száma)[.:]{0,2}(?: (?:is|was|should be|ist|war|müsste|lautet|est|serait|es|era|è|jest|to|är|er))?|(?:^| )(?:of|for|de|von|für|di|du|del|della|van|voor|af|av|för|pour|da|do|para|per) [^\d\n.;!?:]{1,30}:|\([A-Z]{2,3}\))\s?:?\s?)") +
            kValue),
        // "field 5: 4148269358", as licences of the European Union number what is on them.
        field_(
            R"((?i)^[^\n]{0,60}?(?:^|[^\pL\d])(?:field|feld|fält|fältet|felt|veld|kohta|pole|poli|champ|rubrique|campo|punkt|punkcie|punto|pkt|pont|rubrika|поле|пункт)\.? ?5[.:)]{0,2}\s?(?:number|nummer|:|=|-|is|ist|est|är|er|es|è|on|to)?\s?(\d{2}[ -]\d{6,7}|[\dA-Z][\dA-Z-]{6,16}))"),
        // A heading, and below it whose each is: "Passports\nAnna Kolb: X12345678\n..."
        listed_(R"(^s?:?\s?\n[-*• ]{0,3}[^\d\n:]{2,32}[:,–-] ?([A-Z]{1,2}\d{6,8}|\d{9})(?:\W|$))"),
        french_(R"((?i)^[^\n.;!?]{0,40}?[^\pL\d](\d{2}[A-Z]{2}\d{5})(?:[^\pL\d]|$))"),
        other_(
            R"((?i)^[^\n]{0,76}?(?:^|[^\pL\d])(?:old|older|previous|former|earlier|expired|cancelled|replaced|lost|new|current|second|card no\.?|card number|nr druku|nr blankietu|document no\.?|alte[rn]?|neue[rn]?|vorherige[rn]?|ancien(?:ne)?|nouveau|nouvelle|viej[ao]|anterior|antig[oa]|antiguo|nuev[ao]|vecchi[ao]|precedente|nuov[ao]|oude?|nieuwe?|stary|starego|nowy|nowego|gaml[ae]|nya|ny|vanha|uusi|старый|старого|прежний|новый|внутренний)(?:[^\d\n.;!?,]|, [^\d\n.;!?,]){0,24}?(\d{2} \d{2} \d{6}|(?-i:(?:[A-Z]{1,3} ?)?\d[\dA-Z]{5,11})))"),
        next_(
            R"((?i)^[*`'"]{0,2}(?:, ?(?:and |or )?|; ?| / | (?:and|or|und|oder|et|ou|y|o|e|en|i|a|och|og|ja|и) )[*`'"]{0,2}([A-Z]{0,4}-?\d[\dA-Z-]{3,16}))"),
        before_(
            R"(([A-Z]{0,4}\d[A-Z0-9]{4,11}) (?:is|was|es|ist|est|è|é|är|er|to) (?:(?:my|his|her|their|our|mi|su|meine?|seine?|ihre?|mon|ma|son|sa|il mio|la mia|il suo|o meu|a minha|o seu|a sua|mijn|zijn|haar|mój|moja) )(?:[a-z]+ ){0,2}$)") {
    SLUICE_CHECK(field_.ok() && listed_.ok() && french_.ok() && other_.ok(), "our own patterns compile");
    SLUICE_CHECK(next_.ok() && before_.ok(), "our own patterns compile");
    SLUICE_CHECK(farther_.ok(), "our own patterns compile");
    SLUICE_CHECK(value_.ok(), "our own patterns compile");
    add_document_words(words_);
  }

  const char* name() const override { return "documents"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    const std::size_t others = hits.size();
    for (const auto& hit : words_.hits(doc)) {
      if (value_before(doc, hit, taken, hits)) continue;
      if (hit.start < taken || !(words_.tags(hit) & ~kOnlyBeside)) continue;
      const std::size_t from = answer_after(doc, hit.end);
      const std::size_t window = std::min<std::size_t>(doc.text.size(), from + 72u);
      if (!has_digits(doc, from, window, 3)) {  // what is_plausible() asks for at least
        spoken(doc, hit, taken, hits);
        continue;
      }
      const Tags tags = words_.tags(hit);
      const Tags holder = tags & kChart ? kInsured | kCare : kInsured;
      if ((tags & kBareId) && !(words_.around(doc, hit.start, hit.start, 100, 0, holder) & holder)) continue;
      const re2::StringPiece rest(doc.text.data() + from, window - from);
      const Kind kind = kind_of(tags);
      // "national insurance number" has a check, which identity.cpp makes.
      if (kind == Kind::MedicalId && std::string_view(doc.lower).substr(0, hit.start).ends_with("national "))
        continue;
      re2::StringPiece value;
      if (!value_of(doc, rest, kind, tags, value)) continue;
      const auto start = static_cast<std::uint32_t>(value.data() - doc.text.data());
      if ((tags & kBareLicense) && !is_of_driver(doc, hit, value)) continue;
      if ((tags & kCapitals) &&
          (doc.text.compare(hit.start, 2, doc.lower, hit.start, 2) == 0 || count(value).digits < 6))
        continue;
      if ((tags & kCapitals) && (words_.around(doc, hit.start, hit.start, 3, 0, kGoods) & kGoods)) continue;
      if ((tags & (kPassport | kLicense)) &&
          (words_.around(doc, hit.start, hit.end, 60, 40, kSpecimen) & kSpecimen))
        continue;
      if ((tags & kShort) && (start > from + 6u || !is_short_passport(value))) continue;
      if ((tags & kRecords) && (count(value).letters == 0 || count(value).digits < 6)) continue;
      if ((tags & kBareId) && (value.size() < 8 || count(value).digits == value.size())) continue;
      taken = start + value.size();
      if (is_documented_id(bare_of(value))) continue;
      // A record number is written together with its name: "MRN 4976123".
      const bool named = doc.slice(hit.start, hit.end) == "MRN" && start - hit.end <= 3;
      const auto first = named ? hit.start : start;
      hits.push_back(Hit{kind, 0.8, first, static_cast<std::uint32_t>(taken)});
      further(doc, kind, tags, value, taken, hits);
      if (tags & (kPassport | kLicense | kBareLicense)) another(doc, kind, tags, value, taken, hits);
    }
    for (const auto& run : doc.numbers) {
      if (run.digits >= 11 && run.groups >= 3) state_license(doc, run, others, hits);
    }
    return {};
  }

 private:
  // Words that make no number a document's, but tell whose document another word names.
  static constexpr Tags kOnlyBeside = kMotor | kHolder | kInsured | kGoods | kSpecimen | kState | kCare;

  bool value_of(const Document& doc, re2::StringPiece rest, Kind kind, Tags tags, re2::StringPiece& value) const {
    if (RE2::PartialMatch(rest, value_, &value)) {
      if (is_plausible(kind, value, tags)) return true;
      // "seria RK 664317": letters that are no state's belong to the number.
      const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
      if (kind == Kind::NationalId && value.data() >= rest.data() + 3 && doc.text[start - 1] == ' ' &&
          is_upper(doc.text[start - 2]) && is_upper(doc.text[start - 3])) {
        value = re2::StringPiece(value.data() - 3, value.size() + 3);
        if (is_plausible(kind, value, tags)) return true;
      }
    }
    if ((tags & kBareLicense) && RE2::PartialMatch(rest, french_, &value)) return true;
    const bool far =
        (tags & (kPassport | kLicense)) || ((tags & kCapitals) && rest.data() - doc.text.data() >= 3 &&
                                            doc.text.compare(rest.data() - doc.text.data() - 3, 3, "CDL") == 0);
    if (!far) return false;
    if (RE2::PartialMatch(rest, farther_, &value) && is_plausible(kind, value, tags)) {
      const Counts n = count(value);
      std::size_t between = static_cast<std::size_t>(value.data() - rest.data());
      between -= std::min<std::size_t>(between, 5);  // "Nr. "
      const bool same_sentence =
          std::string_view(rest.data(), between).find_first_of(".;!?") == std::string_view::npos;
      const bool like_phone = kind == Kind::Passport && n.digits == 10;
      if (n.digits >= 6 && (n.letters > 0 || (same_sentence && !like_phone && !(tags & kCapitals)))) return true;
    }
    if (!rest.empty() && !(tags & kCapitals) && RE2::PartialMatch(rest, listed_, &value) &&
        is_plausible(kind, value, tags))
      return true;
    return (tags & kLicense) && RE2::PartialMatch(rest, field_, &value) && is_plausible(kind, value, tags) &&
           count(value).digits >= 6;
  }

  static bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

  static bool is_short_passport(re2::StringPiece value) {
    static const RE2 kLetters(R"([A-Z]{1,2}\d{6,8}|[A-Z]{2}\d{2}[A-Z]\d{4})");
    return RE2::FullMatch(value, kLetters);
  }

  // "my passport number is four zero one double eight three nine"
  void spoken(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken, std::vector<Hit>& hits) const {
    const Tags tags = words_.tags(hit);
    if (tags & (kBareId | kCapitals | kBareLicense | kRecords | kChecked)) return;
    const Spoken said = spoken_after(doc, answer_after(doc, hit.end));
    if (said.digits.empty() || said.digits.size() > 14) return;
    taken = said.end;
    hits.push_back(
        Hit{kind_of(tags), 0.7, static_cast<std::uint32_t>(said.start), static_cast<std::uint32_t>(said.end)});
  }

  // "XR9382041 is my passport number"
  bool value_before(const Document& doc, const scan::PhraseHit& hit, std::size_t taken,
                    std::vector<Hit>& hits) const {
    const Tags tags = words_.tags(hit);
    if (!(tags & (kPassport | kLicense | kMedical)) || hit.start < taken || (tags & kRecords)) return false;
    const std::size_t from = std::max<std::size_t>(taken, hit.start > 48 ? hit.start - 48u : 0u);
    if (!has_digits(doc, from, hit.start, 5)) return false;
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + from, hit.start - from), before_, &value))
      return false;
    const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
    if ((start > 0 && (scan::is_word_byte(doc.text[start - 1]) || doc.text[start - 1] == '-')) ||
        !is_plausible(kind_of(tags), value, tags) || count(value).digits < 5 || is_documented_id(bare_of(value)))
      return false;
    hits.push_back(Hit{kind_of(tags), 0.7, static_cast<std::uint32_t>(start),
                       static_cast<std::uint32_t>(start + value.size())});
    return true;
  }

  // "record numbers H4471902, K2258841 and T9036617": values of the same writing behind the first.
  void further(const Document& doc, Kind kind, Tags tags, re2::StringPiece value, std::size_t& taken,
               std::vector<Hit>& hits) const {
    const Counts like = count(value);
    for (int more = 0; more < 16; ++more) {
      const std::size_t window = std::min(doc.text.size(), taken + 40);
      re2::StringPiece next;
      if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + taken, window - taken), next_, &next)) return;
      const Counts n = count(next);
      const auto start = static_cast<std::size_t>(next.data() - doc.text.data());
      const std::size_t end = start + next.size();
      if (n.letters != like.letters || n.digits + 1 < like.digits || n.digits > like.digits + 1 ||
          n.dashes != like.dashes || !is_plausible(kind, next, tags) ||
          (end < doc.text.size() && scan::is_word_byte(doc.text[end])))
        return;
      taken = end;
      if (is_documented_id(bare_of(next))) continue;
      hits.push_back(Hit{kind, 0.8, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
    }
  }

  // Behind a passport or a licence its holder's other one, or another holder's: "form says G61840927, card scan
  // says G61849027", "the old one was UD5184207M".
  void another(const Document& doc, Kind kind, Tags tags, re2::StringPiece value, std::size_t& taken,
               std::vector<Hit>& hits) const {
    const std::string like(value);
    for (int more = 0; more < 16; ++more) {
      re2::StringPiece next;
      if (!same_writing(doc, like, taken, next) && !other_one(doc, kind, tags, like, taken, next)) return;
      const auto start = static_cast<std::size_t>(next.data() - doc.text.data());
      // What another word names is left to that word.
      if (words_.around(doc, start, start, start - taken, 0) & ~(kOnlyBeside | kBareId | kBareLicense)) return;
      taken = start + next.size();
      if (is_documented_id(bare_of(next))) continue;
      hits.push_back(Hit{kind, 0.75, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(taken)});
    }
  }

  static constexpr std::size_t kAnotherWithin = 100;

  // The next word in the text with letters and digits at the same places, behind a colon, a verb or the like.
  static bool same_writing(const Document& doc, const std::string& like, std::size_t from,
                           re2::StringPiece& value) {
    const Counts n = count(like);
    if (n.digits < 6 || like.size() < 8 || n.lower > 0) return false;
    const std::size_t end = std::min(doc.text.size(), from + kAnotherWithin);
    for (std::size_t at = from + 2; at + like.size() <= end; ++at) {
      if (scan::is_word_byte(doc.text[at - 1]) || !alike(like[0], doc.text[at])) continue;
      std::size_t i = 1;
      while (i < like.size() && alike(like[i], doc.text[at + i])) ++i;
      if (i < like.size()) continue;
      const std::size_t behind = at + i;
      if (behind < doc.text.size() && (scan::is_word_byte(doc.text[behind]) || doc.text[behind] == '-')) continue;
      const re2::StringPiece before(doc.lower.data() + from, at - from);
      static const RE2 kOfOther(
          R"((?:^|[^\pL])(?:ref|reference|order|booking|flight|pnr|phone|tel|mobile|cell|invoice|case|visa|ticket|locator|zip|plate|policy|loan|account|acct|file|claim|batch|part|serial|phon|fax|call)[a-z.]{0,3}[^\pL]{0,3}(?:no|number|nr|#|is|:)?[^\pL\d]{0,4}$)");
      static const RE2 kSaid(
          R"((?:[:=/→]|->|[^\pL](?:is|was|says|say|said|not|reads|has|to|shows|or|and|ist|war|sagt|est|es|era|dice|è|jest|är|er|и|не|а))[ "'(`*]{0,3}$)");
      if (RE2::PartialMatch(before, kOfOther)) return false;
      if (!RE2::PartialMatch(before, kSaid) && n.letters == 0) return false;
      value = re2::StringPiece(doc.text.data() + at, like.size());
      return true;
    }
    return false;
  }

  static bool alike(char a, char b) {
    if (a >= '0' && a <= '9') return b >= '0' && b <= '9';
    return is_upper(a) ? is_upper(b) : a == b;
  }

  bool other_one(const Document& doc, Kind kind, Tags tags, const std::string& like, std::size_t from,
                 re2::StringPiece& value) const {
    const std::size_t window = std::min(doc.text.size(), from + kAnotherWithin);
    if (!has_digits(doc, from, window, 6)) return false;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + from, window - from), other_, &value)) return false;
    const Counts n = count(value), known = count(like);
    const std::size_t end = static_cast<std::size_t>(value.data() - doc.text.data()) + value.size();
    if (end < doc.text.size() && (scan::is_word_byte(doc.text[end]) || doc.text[end] == '-')) return false;
    static const RE2 kInner(R"(\d{2} \d{2} \d{6})");  // Russia's inner passport
    static const RE2 kOtherThing(
        R"((?:^|[^\pL])(?:phone|tel|mobile|cell|order|ref|booking|invoice|case|account|zip|adres|address|flight|visa|plate|email)[^\d]{0,24}$)");
    const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
    if (RE2::PartialMatch(re2::StringPiece(doc.lower.data() + from, start - from), kOtherThing)) return false;
    return n.digits >= 6 && is_plausible(kind, value, tags) &&
           (n.letters > 0 || n.digits == known.digits + known.letters || n.digits == 9 ||
            RE2::FullMatch(value, kInner));
  }

  // "Illinois OLN W253-3824-7723": a letter and groups of digits that are written so on licences alone, beside a
  // word for one.
  void state_license(const Document& doc, const scan::NumberRun& run, std::size_t others,
                     std::vector<Hit>& hits) const {
    const Groups g(doc, run);
    const std::string& t = doc.text;
    if (g.start(0) < 2) return;
    std::size_t start = g.start(0) - 1;
    if (t[start] == ' ' || t[start] == '-') --start;
    if (!is_upper(t[start]) || (start > 0 && (scan::is_word_byte(t[start - 1]) || t[start - 1] == '-'))) return;
    const bool known = g.shaped(0, {3, 3, 2, 3, 1}) || g.shaped(0, {4, 5, 5}) || g.shaped(0, {3, 3, 3, 3}) ||
                       g.shaped(0, {4, 4, 4, 2}) || g.shaped(0, {3, 4, 4}) || g.shaped(0, {3, 4, 4, 2}) ||
                       g.shaped(0, {4, 6, 2});
    const std::size_t last = g.count() - 1;
    if (!known || g.count() > 5 || !g.uniform(0, last) || g.separator(0) == "." || g.glued_after(last)) return;
    const Tags around = words_.around(doc, start, g.end(last), 90, 60);
    // "my license, NJ D4471 50198 03625"
    const auto is_state = [&] {
      return start > 3 && t[start - 1] == ' ' && is_upper(t[start - 2]) && is_upper(t[start - 3]) &&
             !scan::is_word_byte(t[start - 4]);
    };
    const bool told =
        (around & kLicense) || ((around & kBareLicense) && ((around & (kMotor | kState)) || is_state()));
    if (!told || (around & (kGoods | kSpecimen))) return;
    for (std::size_t i = others; i < hits.size(); ++i) {
      if (hits[i].start < g.end(last) && hits[i].end > start) return;
    }
    hits.push_back(
        Hit{Kind::DriverLicense, 0.8, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(g.end(last))});
  }

  // A letter, then digits, in groups as most states of the USA and provinces of Canada write it, and somebody who
  // drives.
  bool is_of_driver(const Document& doc, const scan::PhraseHit& hit, re2::StringPiece value) const {
    static const RE2 kGrouped(
        R"([A-Z](?:\d{3}[- ]\d{3,4}[- ]\d{2,5}(?:[- ]\d{1,4}){0,2}|\d{4}[- ]\d{5}[- ]\d{5}|\d{7,8}|\d{12,14})|[A-Z]{2}\d{6})");
    const auto end = static_cast<std::size_t>(value.data() - doc.text.data()) + value.size();
    static const RE2 kItalian(R"(U1[A-Z0-9]{7}[A-Z])");
    if (RE2::FullMatch(value, kItalian)) return true;
    // France's since 2013, behind "mon permis"; Washington's.
    static const RE2 kFrench(R"(\d{2}[A-Z]{2}\d{5})"), kWashington(R"(WDL[A-Z0-9]{9})");
    if (RE2::FullMatch(value, kFrench) && doc.lower.compare(hit.end - 6, 6, "permis") == 0) return true;
    if (RE2::FullMatch(value, kWashington)) return true;
    static const RE2 kRussian(R"(\d{2} \d{2} \d{6})");
    if (doc.text[hit.end - 1] < 0) return RE2::FullMatch(value, kRussian) && end < hit.end + 24u;  // "права"
    // "California license D4829104": of other trades it has other writings.
    static const RE2 kOfState(R"([A-Z]\d{7,8}|[A-Z]{2}\d{2}[ -]?\d{11})");
    if (RE2::FullMatch(value, kOfState) && (words_.around(doc, hit.start, hit.start, 2, 0) & kState)) return true;
    const Tags around = words_.around(doc, hit.start, end, 160, 80);
    static const RE2 kFifteen(R"([A-Z]\d{4}-\d{5}-\d{5})");  // Ontario
    if (RE2::FullMatch(value, kFifteen)) return around & (kMotor | kHolder);
    return RE2::FullMatch(value, kGrouped) && (around & kMotor);
  }

  static Kind kind_of(Tags tags) {
    if (tags & kPassport) return Kind::Passport;
    if (tags & kNational) return Kind::NationalId;
    if (tags & (kLicense | kBareLicense | kCapitals)) return Kind::DriverLicense;
    if (tags & (kMedical | kBareId)) return Kind::MedicalId;
    if (tags & kTax) return Kind::TaxId;
    return Kind::NationalId;
  }

  struct Counts {
    std::size_t digits = 0, letters = 0, lower = 0, dashes = 0;
    bool same = true;  // all digits alike
  };

  static Counts count(re2::StringPiece value) {
    Counts n;
    char first = 0;
    for (const char c : value) {
      if (c >= '0' && c <= '9') {
        if (first == 0) first = c;
        n.same = n.same && c == first;
        ++n.digits;
      } else if (c == '-' || c == '/') {
        ++n.dashes;
      } else if (c != ' ' && c != '.') {
        ++n.letters;
        n.lower += c >= 'a' && c <= 'z';
      }
    }
    return n;
  }

  static std::string bare_of(re2::StringPiece value) {
    std::string bare;
    for (const char c : value) {
      if (c != ' ' && c != '-' && c != '.' && c != '/')
        bare += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
    }
    return bare;
  }

  static bool is_span_of_years(re2::StringPiece value) {
    static const RE2 years(R"((?:19|20)\d\d-(?:19|20)\d\d)");
    return RE2::FullMatch(value, years);
  }

  static bool is_plausible(Kind kind, re2::StringPiece value, Tags tags) {
    const Counts n = count(value);
    if (value.starts_with("0x") || n.same || n.letters > n.digits + 6 || (n.lower > 0 && n.letters > 2))
      return false;
    static const RE2 date(R"(^(\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/]\d{2,4})$)");
    if (RE2::FullMatch(value, date)) return false;
    // Identifiers with a check digit are judged where it is computed (identity.cpp); a wrong sum is no finding.
    // Here only lengths that no such identifier has.
    if (tags & kDni)
      return n.letters == 0 && n.dashes == 0 && (n.digits == 8 || n.digits == 7) && value != "12345678";
    if (tags & kChecked)
      return n.letters == 0 && n.dashes == 0 && n.digits >= 14 && n.digits != 15 && n.digits != 18;
    const std::size_t size = n.digits + n.letters;
    switch (kind) {
      case Kind::Passport:
        if (n.digits >= 3 && n.letters >= 2 && n.lower == 0 && n.dashes == 0 && size == 9)
          return true;  // NXR4K8PD2
        static const RE2 kDay(R"((?:199|20[0-3])\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))");
        if (n.letters == 0 && n.digits == 8 && RE2::FullMatch(value, kDay)) return false;
        if (n.dashes > 1 || (n.dashes == 1 && (n.letters == 0 || n.digits < 6))) return false;
        return n.digits >= 4 && n.digits <= 10 && n.letters <= 5 && size >= 7 && size <= 12;
      case Kind::TaxId:
        return n.digits >= 3 && size >= 8 && n.digits < (value.find('.') == value.npos ? 15 : 17) &&
               !(n.digits == 9 && n.dashes == 2 && n.letters == 0) &&
               !(n.digits == 11 && n.letters == 0 && n.dashes == 0);
      case Kind::NationalId:
        // The German card mixes nine letters and digits.
        if (n.digits >= 3 && n.letters >= 2 && n.lower == 0 && n.dashes == 0 && size == 9) return true;
        if (n.dashes == 1 && n.letters >= 2 && n.lower == 0 && n.digits >= 6 && size <= 10)
          return true;  // ABC-123456
        if (n.dashes > 0) return n.digits >= 8 && n.dashes <= 3 && !is_span_of_years(value);
        return n.digits >= 6 && size >= 8;
      case Kind::DriverLicense:
        if (value.starts_with("WDL") && size == 12 && n.dashes == 0) return true;  // Washington
        [[fallthrough]];
      default:
        return n.digits >= 5 && !is_span_of_years(value);
    }
  }

  Words words_;
  RE2 value_, farther_, field_, listed_, french_, other_, next_, before_;
};

}  // namespace

Made make_documents(scan::PhraseSet& set) { return std::make_unique<Documents>(set); }

}  // namespace sluice::sense::detect
