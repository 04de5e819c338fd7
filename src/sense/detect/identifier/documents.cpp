// Numbers that only their words make personal: passports, driving licences, medical records, tax and voter
// numbers. "passport number XG9382049" is a finding, "XG9382049" is not.
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "base/check.h"
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
                R"((?i)^[^\d\n.;!?]{0,44}?(?:(?:^|[^\pL])(?:no|nr|n°|nº|n|number|nummer|nummeret|numret|número|numéro|numero|numer|num|№|#|номер|رقم|מספר|番号|号码|號碼|번호|số|เลขที่|broj|numara|číslo|szám|száma)[.:]{0,2}|\([A-Z]{2,3}\))\s?:?\s?)") +
            kValue),
        next_(
            R"((?i)^[*`'"]{0,2}(?:, ?(?:and |or )?|; ?| / | (?:and|or|und|oder|et|ou|y|o|e|en|i|a|och|og|ja|и) )[*`'"]{0,2}([A-Z]{0,4}-?\d[\dA-Z-]{3,16}))"),
        before_(
            R"(([A-Z]{0,4}\d[A-Z0-9]{4,11}) (?:is|was|es|ist|est|è|é|är|er|to) (?:(?:my|his|her|their|our|mi|su|meine?|seine?|ihre?|mon|ma|son|sa|il mio|la mia|il suo|o meu|a minha|o seu|a sua|mijn|zijn|haar|mój|moja) )(?:[a-z]+ ){0,2}$)") {
    SLUICE_CHECK(next_.ok() && before_.ok(), "our own patterns compile");
    SLUICE_CHECK(farther_.ok(), "our own patterns compile");
    SLUICE_CHECK(value_.ok(), "our own patterns compile");
    add_document_words(words_);
  }

  const char* name() const override { return "documents"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    for (const auto& hit : words_.hits(doc)) {
      if (value_before(doc, hit, taken, hits)) continue;
      if (hit.start < taken || !(words_.tags(hit) & ~(kMotor | kHolder | kInsured | kGoods | kSpecimen))) continue;
      const std::size_t window = std::min<std::size_t>(doc.text.size(), hit.end + 72u);
      if (!has_digits(doc, hit.end, window, 3)) {  // what is_plausible() asks for at least
        spoken(doc, hit, taken, hits);
        continue;
      }
      if ((words_.tags(hit) & kBareId) && !(words_.around(doc, hit.start, hit.start, 100, 0, kInsured) & kInsured))
        continue;
      const re2::StringPiece rest(doc.text.data() + hit.end, window - hit.end);
      const Tags tags = words_.tags(hit);
      const Kind kind = kind_of(tags);
      // "national insurance number" has a check, which identity.cpp makes.
      if (kind == Kind::MedicalId && std::string_view(doc.lower).substr(0, hit.start).ends_with("national "))
        continue;
      re2::StringPiece value;
      if (!RE2::PartialMatch(rest, value_, &value) || !is_plausible(kind, value, tags)) {
        if (!(tags & (kPassport | kLicense)) || !RE2::PartialMatch(rest, farther_, &value)) continue;
        if (!is_plausible(kind, value, tags) || count(value).digits < 6) continue;
      }
      const auto start = static_cast<std::uint32_t>(value.data() - doc.text.data());
      if ((tags & kBareLicense) && !is_of_driver(doc, hit, value)) continue;
      if ((tags & kCapitals) &&
          (doc.text.compare(hit.start, 2, doc.lower, hit.start, 2) == 0 || count(value).digits < 6))
        continue;
      if ((tags & kCapitals) && (words_.around(doc, hit.start, hit.start, 3, 0, kGoods) & kGoods)) continue;
      if ((tags & (kPassport | kLicense)) &&
          (words_.around(doc, hit.start, hit.end, 60, 40, kSpecimen) & kSpecimen))
        continue;
      if ((tags & kRecords) && (count(value).letters == 0 || count(value).digits < 6)) continue;
      if ((tags & kBareId) && (value.size() < 8 || count(value).digits == value.size())) continue;
      taken = start + value.size();
      if (is_documented_id(bare_of(value))) continue;
      // A record number is written together with its name: "MRN 4976123".
      const bool named = doc.slice(hit.start, hit.end) == "MRN" && start - hit.end <= 3;
      const auto from = named ? hit.start : start;
      hits.push_back(Hit{kind, 0.8, from, static_cast<std::uint32_t>(taken)});
      further(doc, kind, tags, value, taken, hits);
    }
    return {};
  }

 private:
  // "my passport number is four zero one double eight three nine"
  void spoken(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken, std::vector<Hit>& hits) const {
    const Tags tags = words_.tags(hit);
    if (tags & (kBareId | kCapitals | kBareLicense | kRecords | kChecked)) return;
    const Spoken said = spoken_after(doc, hit.end);
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

  // A letter, then digits, in groups as most states of the USA and provinces of Canada write it, and somebody who
  // drives.
  bool is_of_driver(const Document& doc, const scan::PhraseHit& hit, re2::StringPiece value) const {
    static const RE2 kGrouped(
        R"([A-Z](?:\d{3}[- ]\d{3,4}[- ]\d{2,5}(?:[- ]\d{1,4}){0,2}|\d{4}[- ]\d{5}[- ]\d{5}|\d{7,8}|\d{12,14})|[A-Z]{2}\d{6})");
    const auto end = static_cast<std::size_t>(value.data() - doc.text.data()) + value.size();
    static const RE2 kItalian(R"(U1[A-Z0-9]{7}[A-Z])");
    if (RE2::FullMatch(value, kItalian)) return true;
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
      default:
        return n.digits >= 5 && !is_span_of_years(value);
    }
  }

  Words words_;
  RE2 value_, farther_, next_, before_;
};

}  // namespace

Made make_documents(scan::PhraseSet& set) { return std::make_unique<Documents>(set); }

}  // namespace sluice::sense::detect
