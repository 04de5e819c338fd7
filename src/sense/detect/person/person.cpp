// Postal addresses and dates of birth of people, known by the words around them.
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "base/check.h"
#include "sense/detect/context/full_names.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/person/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kBirth = 1;
constexpr Tags kStreetAfterName = 2;   // "899 Old Mill Road"
constexpr Tags kStreetBeforeName = 4;  // "83 rue des Tilleuls", "Calle Mayor 27"
constexpr Tags kBorn = 16;             // a verb, which encyclopaedias use too
constexpr Tags kAddressWord = 32;      // of scripts that write an address from the large to the small
constexpr Tags kBox = 64;
constexpr Tags kRole = 512;       // of a person in care, named with a date
constexpr Tags kPersonal = 1024;  // papers in which a date beside a name is a birth's
constexpr Tags kBehind = 2048;    // stands behind the date
constexpr Tags kOpenHouse = 128;
constexpr Tags kFame = 256;        // of a life that an encyclopaedia tells
constexpr Tags kStreetSuffix = 8;  // "Lindenstraße 5"

// Numeric dates, and days with the names of months in the languages of the context words.
constexpr char kDate[] =
    R"(((?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2})|(?:\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2,4})|)"
    R"((?:\d{1,2}(?:st|nd|rd|th|er|º|\.)?(?: of| de)? ?)"
    R"((?:jan|feb|fév|mar|mär|apr|avr|abr|ma[iy]|jun|juin|jul|juil|aug|ao[uû]|ago|sep|set|o[ck]t|out|nov|de[czc]|déc|ene|gen|mag|giu|lug|dic|sty|lut|kwi|cze|lip|sie|wrz|paź|lis|gru|янв|фев|мар|апр|ма[яй]|июн|июл|авг|сен|окт|ноя|дек|maa|mei|okt|oca|şub|nis|haz|tem|ağu|eyl|eki|kas|ara)\pL{0,9}\.?,?(?: de)? \d{2,4})|)"
    R"((?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\pL{0,6}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4})|)"
    R"((?:\d{4}年\d{1,2}月\d{1,2}日)))";

class Person : public scan::Detector {
 public:
  explicit Person(scan::PhraseSet& set)
      : words_(set),
        birth_(std::string(R"((?i)^[^\d\n]{0,16}?)") + kDate),
        date_(std::string("(?i)^") + kDate),
        named_date_(
            R"(^:? (?:(?:Mrs?|Ms|Frau|Herr)\.? )?(?:\p{Lu}[\pL'’-]+ ){1,3}\p{Lu}[\pL'’-]+(?:, | \()(\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})(?:[,);]|$))"),
        // "899 Old Mill Road, Duluth, MN 65109" with the number and name before the anchor word.
        numbered_(R"((\d{1,6}[A-Za-z]?,? (?:[\pL.'-]+ ){1,4})$)"),
        town_(
            R"(^\.?(?:,? (?:NW|NE|SW|SE|N|S|E|W|North|South|East|West))?(?:,? (?:Apt|Apartment|Suite|Unit|Flat|#)\.? ?\w{1,6})?)"
            R"((?:,? ?\n?[\pL][\pL. '-]{1,30})?,? ?(?:[A-Z]{2} \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]{2,3} \d{4}|[A-Z]\d[A-Z] ?\d[A-Z]\d))"),
        town_only_(
            R"(^\.?(?:,? (?:Apt|Apartment|Suite|Unit|Flat|#)\.? ?\w{1,6})?, [A-Z][\pL'-]+(?: [A-Z][\pL'-]+)?)"),
        before_number_(R"((\d{1,4}(?: ?bis| ?ter|[A-Za-z])?,? )$)"),
        latin_(
            R"(^ (?:[\pL.'’-]+ ){0,5}?(?:[\pL.'’-]+)?(?:,? (?:n[º°o.]* ?)?\d{1,4}(?:/\d{1,4})?(?:\s?[A-Za-z])?\b)?(?:, ?\d{1,2}[ºª°]? ?[A-Z]?)?,? ?(?:[-–] )?(?:\d{2}-\d{3}|\d{4,5}(?:-\d{3})?) \p{Lu}[\pL'-]+(?:[ -]\pL[\pL'-]+)?)"),
        east_asian_(
            R"(^(?:[:：\s是は为为在]|is|은|는)*([^\s,，。;；、]{2,60}?(?:省|市|区|區|都|府|县|縣|구|시|도|路|街|町|로|길)[^,，。;；、\n]{0,60}?\d[\d-]*(?:号楼|号|號|室|层|楼|丁目|番地|番|动|호|번지|층)?(?:\d[\d-]*(?:号楼|号|號|室|楼|番地|番|호|층)?)*))"),
        german_(
            R"(^ \d{1,4}(?: ?[a-z])?\b(?:,? ?\n?(?:D-|A-|CH-|NL-|S-|SE-)?(?:\d{3} \d{2}|\d{4,5}) ?(?:[A-Z]{2} )?\pL[\pL'-]+)?)") {
    for (const RE2* pattern : {&birth_, &date_, &named_date_, &numbered_, &town_, &town_only_, &before_number_,
                               &latin_, &east_asian_, &german_}) {
      SLUICE_CHECK(pattern->ok(), "our own patterns compile");
    }
    words_.add(kBirth,
               "date of birth|dob|d.o.b.|d.o.b|birth date|birthdate|birthday|né le|née le|"
               "né(e) le|date de naissance|geb|geb.|geboren am|geburtsdatum|fecha de nacimiento|"
               "nacido|nacida|data de nascimento|nascido|nascida|data di nascita|nato il|nata il|"
               "geboortedatum|data urodzenia|ur.|дата "
               "рождения|född|urodzony|urodzona|urodzenia|ur|doğum tarihi|doğum|fødselsdato|"
               "født|syntymäaika|datum narození|născut|data nașterii|született|γεννήθηκε|"
               "ημερομηνία γέννησης|geboortedag|nacimiento|nascimento|d.n.|f. nac.|birth|date_of_birth|birth_date|"
               "naissance|geburtstag|geb.datum|rođen|ngày sinh|tanggal lahir");
    words_.add(kBirth | kBorn, "born|born on|geboren|nació|родился|родилась|narozen|syntynyt");
    words_.add(kBirth | kBorn, ", b. |; b. |(b. |(*|, *| * ", scan::Edge::Any);
    words_.add(kBirth | kBehind, "生まれ|年生|出生|doğumlu|geboren|(date of birth|(dob|(birth|生)|生，|生、",
               scan::Edge::Any);
    words_.add(kRole,
               "patient|patientin|resident|paciente|paziente|patiënt|pacjent|pacjentka|bewohner|bewohnerin|"
               "inmate|claimant|пациент|пациентка");
    words_.add(
        kPersonal,
        "patient|patients|patientin|paciente|paziente|patiënt|pacjent|hospital number|mrn|nhs|nhs "
        "number|diagnosis|"
        "diagnosed|diagnose|diagnostic|diagnóstico|befund|carcinoma|karzinom|cancer|tumour|tumor|neoplasia|"
        "metastases|"
        "biopsy|biopsie|chemotherapy|chemotherapie|quimioterapia|chimiothérapie|ward|referral|clinic|klinik|"
        "consultant|overweisung|überweisung|passport|reisepass|passeport|pasaporte|passaporto|insured|"
        "policyholder|"
        "versicherte|versicherter|assuré|assurée|asegurado|tenant|mieter|locataire|pupil|pupils|schüler|schülerin|"
        "élève|"
        "applicant|bewerber|bewerberin|claimant|defendant|inmate|resident|bewohner|bewohnerin|volunteer|"
        "volunteers|enrolment|enrollment|teilnehmer|teilnehmerliste|participants|ssn|national insurance|"
        "personnummer|pesel|cpf|dni|codice fiscale|bsn|guest list|passenger|passengers|next of kin|guardian");
    words_.add(kAddressWord, "住址|地址|住所|주소|住在", scan::Edge::Any);
    words_.add(kBirth, "出生|生日|生年月日|생년월일|जन्म|تاريخ الميلاد|تاريخ الولادة|תאריך לידה|วันเกิด",
               scan::Edge::Any);
    words_.add(kStreetAfterName,
               "street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|terrace|place|pl|way|"
               "square|crescent|close|parkway|pkwy|circle|highway|hwy|trail|grove|gardens|mews|row|walk|"
               "hill|rise");
    words_.add(kStreetBeforeName,
               "rue|avenue|boulevard|place|allée|chemin|impasse|quai|route|calle|avenida|plaza|paseo|"
               "carrera|camino|av.|avda.|avda|av|c/"
               "|largo|strada|vicolo|rua|travessa|praça|via|viale|piazza|corso|ulica|ul.");
    words_.add(
        kOpenHouse,
        "museum|tower|restaurant|theatre|theater|gallery|cathedral|opening hours|is open|open daily|open until|"
        "opera house|town hall|city "
        "hall|library|öffnungszeiten|geöffnet|musée|ouvert|horaires|museo|abierto|horario|"
        "aperto|orari|museu|aberto|admission|tickets|headquarters|head office|having an office at|registered "
        "office|monument|"
        "stadium|embassy|closes on|closed on mondays|closed on tuesdays|louvre|conference venue|venue");
    words_.add(kBox, "po box|p.o. box|p. o. box|postfach|apartado|boîte postale|casella postale|postbus|skrytka");
    words_.add(kStreetSuffix,
               "straße|strasse|str.|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|gracht|plein|gatan|"
               "vägen",
               scan::Edge::Any);
  }

  const char* name() const override { return "person"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    for (const std::uint32_t name : doc.names) named(doc, name, hits);
    for (const auto& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (tags & kBirth) birth(doc, hit, tags, hits);
      if (tags & kRole) in_care(doc, hit, hits);
      if (hit.start < taken) continue;
      if (tags & kBox) box(doc, hit, taken, hits);
      if (tags & kAddressWord) east_asian(doc, hit, taken, hits);
      if (tags & kStreetAfterName) after_name(doc, hit, taken, hits);
      if (tags & kStreetBeforeName) before_name(doc, hit, taken, hits);
      if (tags & kStreetSuffix) suffix(doc, hit, taken, hits);
    }
    return {};
  }

 private:
  static re2::StringPiece piece(const std::string& text, std::size_t start, std::size_t end) {
    end = std::min(end, text.size());
    return re2::StringPiece(text.data() + start, end - start);
  }

  // Here and below a pattern is tried where there are digits enough for it: words such as "place" and "born" stand
  // everywhere.
  void birth(const Document& doc, const scan::PhraseHit& hit, Tags tags, std::vector<Hit>& hits) const {
    re2::StringPiece date;
    const bool before = (tags & kBehind) && date_before(doc, hit.start, date);
    if (!before && !date_after(doc, hit.end, date)) return;
    const std::size_t start = static_cast<std::size_t>(date.data() - doc.lower.data());
    if (is_historic(date)) return;
    // "born December 13, 1989" is how one writes of the famous; "born 12.03.1984" is from a form.
    const bool spelled = std::any_of(date.begin(), date.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    const bool famous = words_.around(doc, start, start + date.size(), 250, 250) & kFame;
    const bool raises = !famous && (!(tags & kBorn) || !spelled || !doc.at_signs.empty());
    hits.push_back(Hit{Kind::DateOfBirth, 0.85, static_cast<std::uint32_t>(start),
                       static_cast<std::uint32_t>(start + date.size()), raises});
  }

  // Right behind the word, or as the first number of the clause: "born at the county hospital on 04/05/1962".
  bool date_after(const Document& doc, std::size_t end, re2::StringPiece& date) const {
    if (!has_digits(doc, end, end + 64, 3)) return false;
    if (RE2::PartialMatch(piece(doc.lower, end, end + 64), birth_, &date)) return true;
    const auto run = std::partition_point(doc.numbers.begin(), doc.numbers.end(),
                                          [&](const scan::NumberRun& r) { return r.start < end; });
    if (run == doc.numbers.end() || run->start > end + 40 || run->digits < 6) return false;
    if (doc.slice(end, run->start).find_first_of(".\n;:") != std::string_view::npos) return false;
    return RE2::PartialMatch(piece(doc.lower, run->start, run->start + 32), date_, &date);
  }

  // "1984年3月5日生", "12.03.1984 doğumlu"
  bool date_before(const Document& doc, std::size_t start, re2::StringPiece& date) const {
    auto run = std::partition_point(doc.numbers.begin(), doc.numbers.end(),
                                    [&](const scan::NumberRun& r) { return r.start < start; });
    for (int back = 0; back < 3 && run != doc.numbers.begin(); ++back) {
      --run;
      if (run->start + 32 < start) return false;
      if (RE2::PartialMatch(piece(doc.lower, run->start, start), date_, &date) &&
          date.data() + date.size() + 3 >= doc.lower.data() + start)
        return true;
    }
    return false;
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
  void named(const Document& doc, std::size_t name, std::vector<Hit>& hits) const {
    const std::size_t end = full_name_end(doc, name);
    if (!has_digits(doc, end, std::min(doc.text.size(), end + 14), 6)) return;
    static const RE2 kBeside(
        R"(^(?:, | \(|; |\t| - | – )(\d{4}-\d{2}-\d{2}|\d{1,2}[./-]\d{1,2}[./-]\d{4})(?:[,);\t\n]|$))");
    re2::StringPiece date;
    if (!RE2::PartialMatch(piece(doc.text, end, end + 18), kBeside, &date) || !is_old(date)) return;
    const auto start = static_cast<std::uint32_t>(date.data() - doc.text.data());
    const auto stop = static_cast<std::uint32_t>(start + date.size());
    if (!(words_.around(doc, name, stop, 200, 200, kPersonal) & kPersonal)) return;
    const auto same = [&](const Hit& h) { return h.kind == Kind::DateOfBirth && h.start == start; };
    if (hits.empty() || !same(hits.back())) hits.push_back(Hit{Kind::DateOfBirth, 0.65, start, stop});
  }

  // Too long ago for a visit or an invoice, and of somebody who may live.
  static bool is_old(re2::StringPiece date) {
    static const RE2 kYear(R"((\d{4}))");
    int year = 0;
    return RE2::PartialMatch(date, kYear, &year) && year >= 1910 && year <= 2009;
  }

  // Births before 1910 belong to history books.
  static bool is_historic(re2::StringPiece date) {
    static const RE2 year(R"((\d{4}))");
    int y = 0;
    return RE2::PartialMatch(date, year, &y) && (y < 1910 || y > 2100);
  }

  // The addresses that forms and manuals give as an example.
  static bool is_sample(std::string_view address) {
    for (const char* sample : {"anytown", "musterst", "musterweg", "sample street", "example street",
                               "sesame street", "fake street", "51 franklin", "59 temple place", "675 mass ave"}) {
      if (address.find(sample) != address.npos) return true;
    }
    return false;
  }

  void report(const Document& doc, std::size_t start, std::size_t end, std::size_t& taken,
              std::vector<Hit>& hits) const {
    if (is_sample(std::string_view(doc.lower).substr(start, end - start))) return;
    // Where everybody may go: then the address alone is nobody's.
    const bool open_house = words_.around(doc, start, end, 80, 60) & kOpenHouse;
    hits.push_back(
        Hit{Kind::Address, 0.75, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end), !open_house});
    taken = end;
  }

  void after_name(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken,
                  std::vector<Hit>& hits) const {
    // House number and capitalised street name directly before the word.
    const std::size_t from = hit.start > 60 ? hit.start - 60 : 0;
    if (!has_digits(doc, from, hit.start, 1)) return;
    re2::StringPiece house, rest;
    if (!RE2::PartialMatch(piece(doc.text, from, hit.start), numbered_, &house)) return;
    const std::size_t start = static_cast<std::size_t>(house.data() - doc.text.data());
    const std::size_t name_at = doc.text.find(' ', start) + 1;
    if (start < taken || name_at >= doc.text.size() || doc.text[name_at] < 'A' || doc.text[name_at] > 'Z') return;
    if (start > 0 && scan::is_word_byte(doc.text[start - 1])) return;
    if (name_at - start == 6 && doc.text[name_at - 2] == ',' && (doc.text[start] == '1' || doc.text[start] == '2'))
      return;  // "2013, Thomas G. Lane"
    rest = piece(doc.text, hit.end, hit.end + 90);
    const re2::StringPiece whole = rest;
    if (RE2::Consume(&rest, town_) || RE2::Consume(&rest, town_only_)) {
      report(doc, start, hit.end + (whole.size() - rest.size()), taken, hits);
    }
  }

  // "PO Box 4412, Austin, TX 78703"
  void box(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken, std::vector<Hit>& hits) const {
    static const RE2 kBoxAddress(
        R"(^ \d{1,6}(?: \d{2,3})?,? ?\n?(?:\d{4,5} )?[A-Z\pL][\pL. '-]{2,30}(?:,? (?:[A-Z]{2} \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]{2,3} \d{4}))?)");
    re2::StringPiece rest = piece(doc.text, hit.end, hit.end + 80);
    const re2::StringPiece whole = rest;
    if (RE2::Consume(&rest, kBoxAddress))
      report(doc, hit.start, hit.end + (whole.size() - rest.size()), taken, hits);
  }

  void east_asian(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken,
                  std::vector<Hit>& hits) const {
    re2::StringPiece address;
    if (!RE2::PartialMatch(piece(doc.text, hit.end, hit.end + 180), east_asian_, &address)) return;
    const auto start = static_cast<std::size_t>(address.data() - doc.text.data());
    report(doc, start, start + address.size(), taken, hits);
  }

  void before_name(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken,
                   std::vector<Hit>& hits) const {
    if (!has_digits(doc, hit.end, hit.end + 90u, 4)) return;
    re2::StringPiece rest = piece(doc.text, hit.end, hit.end + 90), number;
    const re2::StringPiece whole = rest;
    if (!RE2::Consume(&rest, latin_)) return;
    std::size_t start = hit.start;
    const std::size_t from = hit.start > 12 ? hit.start - 12 : 0;
    const bool numbered = RE2::PartialMatch(piece(doc.text, from, hit.start), before_number_, &number);
    if (numbered) start = static_cast<std::size_t>(number.data() - doc.text.data());
    report(doc, start, hit.end + (whole.size() - rest.size()), taken, hits);
  }

  void suffix(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken, std::vector<Hit>& hits) const {
    if (!has_digits(doc, hit.end, hit.end + 60u, 1)) return;
    re2::StringPiece rest = piece(doc.text, hit.end, hit.end + 60);
    const re2::StringPiece whole = rest;
    if (!RE2::Consume(&rest, german_)) return;
    std::size_t start = hit.start;
    while (start > taken && scan::is_word_byte(doc.text[start - 1])) --start;
    const auto first = static_cast<unsigned char>(doc.text[start]);
    if (!((first >= 'A' && first <= 'Z') || first >= 0xC3)) return;
    if (hit.start - start < 2) return;
    const std::size_t used = whole.size() - rest.size();
    if (used < 7) return;  // a house number alone: "Ring 3" says too little without the town
    report(doc, start, hit.end + used, taken, hits);
  }

  Words words_;
  RE2 birth_, date_, named_date_, numbered_, town_, town_only_, before_number_, latin_, east_asian_, german_;
};

}  // namespace

Made make_person(scan::PhraseSet& set) { return std::make_unique<Person>(set); }

}  // namespace sluice::sense::detect
