// Numbers that only their words make personal: passports, driving licences, medical records, tax and voter
// numbers. "passport number XG9382049" is a finding, "XG9382049" is not.
#include <re2/re2.h>

#include <algorithm>

#include "base/check.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/identifier/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kPassport = 1, kLicense = 2, kMedical = 4, kTax = 8, kNational = 16;
constexpr Tags kBareLicense = 64, kMotor = 128;  // "licence", and what makes it one to drive
constexpr Tags kChecked = 32;                    // identifiers with a check digit, which identity.cpp computes

class Documents : public scan::Detector {
 public:
  explicit Documents(scan::PhraseSet& set)
      : words_(set, scan::Edge::Name),
        // Linking words, then a value of letters and digits.
        value_(
            R"((?i)^(?:\s*(?:_number|_no|_id|number|numbers|num|no|nr|nummer|n°|nº|numéro|número|#|id|code|card|is|was|are|as|reads|ist|lautet|est|es|of|with|under|:|=|\.|-|'|"|,|\(|\)|为|是|：|号码|号)\s*){0,6}(?:[A-Z]{2}[ :])?[\s'"]*(\d{2} \d{2} \d{6}|[A-Z]{0,10}[ -]?\d[\dA-Z/.-]{2,18}[\dA-Z](?: \d{2,6}){0,3}))") {
    SLUICE_CHECK(value_.ok(), "our own patterns compile");
    words_.add(
        kPassport,
        "passport|passport number|passport no|reisepass|passnummer|reisepassnummer|passeport|"
        "pasaporte|passaporte|passaporto|paspoort|paszport|паспорт|pasaport|pass no|pass-nr|número de pasaporte|"
        "numéro de passeport|numero di passaporto|número do passaporte|paspoortnummer|paszportu|passnr|útlevél|"
        "číslo pasu|паспорта|διαβατήριο|passi number");
    words_.add(kPassport, "护照|護照|パスポート|旅券|여권|جواز|דרכון|पासपोर्ट", scan::Edge::Any);
    words_.add(
        kLicense,
        "driver license|driver's license|drivers license|driver licence|driver's licence|"
        "driving licence|driving license|driver's license number|license number|dl number|dl no|"
        "führerschein|führerscheinnummer|permis de conduire|licencia de conducir|carnet de conducir|"
        "cnh|patente di guida|rijbewijs|prawo jazdy|licence number|licence no|license no|driver id|dl#|driving "
        "licence number|número de licencia|numéro de permis|numero patente|körkort|førerkort|ehliyet|"
        "driver's licence number|fs-nr|rijbewijsnummer|водительское удостоверение|carta de condução");
    words_.add(kBareLicense, "licence|license", scan::Edge::Word);
    words_.add(kMotor,
               "driver|drivers|driving|driver's|motorist|insured|motor claim|collision|dmv|at the wheel|traffic "
               "stop|rental car|hire car",
               scan::Edge::Word);
    words_.add(kLicense, "dl:|dl #|dl no:|lic:|dln:", scan::Edge::Start);
    words_.add(kLicense, "驾驶证号|驾照号|運転免許証番号|운전면허번호", scan::Edge::Any);
    words_.add(kMedical,
               "mrn|medical record|medical record number|patient id|patient number|patient no|"
               "hospital number|chart number|medicare|medicare number|medicaid|medicaid id|"
               "health insurance number|insurance id|member id|health card|versichertennummer|"
               "krankenversichertennummer|kvnr|patientennummer|numéro de patient|patient no.|record number|"
               "insurance policy|insurance policy no|health plan number|policy number|subscriber id|beneficiary "
               "number|número de historia clínica|historia "
               "clínica|nhc|numero paziente|patiëntnummer|numer pacjenta|número de paciente|número do paciente|"
               "health insurance no|insurance number|tessera sanitaria|numéro de dossier|fallnummer|patient-id|"
               "patienten-id|chart no|encounter number|номер полиса|полис омс");
    words_.add(kMedical, "病历号|病案号|医保号|診察券番号|被保険者番号|환자번호|社保号", scan::Edge::Any);
    words_.add(kTax,
               "tin|tax id|tax identification number|tax number|taxpayer id|ein|itin|utr|steuernummer|"
               "numéro fiscal|pan|pan number|pan card|pan card number|ptin|unique taxpayer reference|nif|"
               "partita iva");
    words_.add(
        kNational,
        "voter id|voter id number|numer dowodu|dowód osobisty|national id|national id number|identity "
        "card|id card number|"
        "national identity number|personalausweis|ausweisnummer|personalausweisnummer|"
        "cni|n° cni|carte d'identité|carte nationale d'identité|cédula|cedula|cédula de ciudadanía|c.c.|cédula de "
        "identidad|carta d'identità|"
        "titre de séjour|carte de séjour|aufenthaltstitel|permesso di soggiorno|permiso de residencia|"
        "título de residência|verblijfsvergunning|karta pobytu|вид на жительство|dowód|dowodu|nr dowodu|"
        "identity card number|green card|alien number|visa number|residence permit|"
        "citizen id|emirates id");
    words_.add(kChecked,
               "aadhaar|aadhar|adhaar|national insurance number|ssn|social security number|dni|cpf|pesel");
    words_.add(kChecked, "身份证号|身份证|주민등록번호", scan::Edge::Any);
  }

  const char* name() const override { return "documents"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    for (const auto& hit : words_.hits(doc)) {
      if (hit.start < taken || !(words_.tags(hit) & ~kMotor)) continue;
      const std::size_t window = std::min<std::size_t>(doc.text.size(), hit.end + 72u);
      if (!has_digits(doc, hit.end, window, 3)) continue;  // what is_plausible() asks for at least
      const re2::StringPiece rest(doc.text.data() + hit.end, window - hit.end);
      re2::StringPiece value;
      if (!RE2::PartialMatch(rest, value_, &value)) continue;
      const Kind kind = kind_of(words_.tags(hit));
      if (!is_plausible(kind, value, words_.tags(hit))) continue;
      const auto start = static_cast<std::uint32_t>(value.data() - doc.text.data());
      if (words_.tags(hit) & kBareLicense) {
        // A letter, then groups of digits, as most states of the USA and provinces of Canada write it.
        static const RE2 kGrouped(
            R"([A-Z](?:\d{3}[- ]\d{3,4}[- ]\d{2,5}(?:[- ]\d{1,4}){0,2}|\d{4}[- ]\d{5}[- ]\d{5}))");
        if (!RE2::FullMatch(value, kGrouped)) continue;
        if (!(words_.around(doc, hit.start, start + value.size(), 160, 80) & kMotor)) continue;
      }
      taken = start + value.size();
      // A record number is written together with its name: "MRN 4976123".
      const bool named = doc.slice(hit.start, hit.end) == "MRN" && start - hit.end <= 3;
      const auto from = named ? hit.start : start;
      hits.push_back(Hit{kind, 0.8, from, static_cast<std::uint32_t>(taken)});
    }
    return {};
  }

 private:
  static Kind kind_of(Tags tags) {
    if (tags & kPassport) return Kind::Passport;
    if (tags & (kLicense | kBareLicense)) return Kind::DriverLicense;
    if (tags & kMedical) return Kind::MedicalId;
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

  static bool is_plausible(Kind kind, re2::StringPiece value, Tags tags) {
    const Counts n = count(value);
    if (n.same || n.letters > n.digits + 6 || (n.lower > 0 && n.letters > 2)) return false;
    static const RE2 date(R"(^(\d{4}[-/]\d{1,2}[-/]\d{1,2}|\d{1,2}[-/]\d{1,2}[-/]\d{2,4})$)");
    if (RE2::FullMatch(value, date)) return false;
    // Identifiers with a check digit are judged where it is computed (identity.cpp); a wrong sum is no finding.
    // Here only lengths that no such identifier has.
    if (tags & kChecked)
      return n.letters == 0 && n.dashes == 0 && n.digits >= 14 && n.digits != 15 && n.digits != 18;
    const std::size_t size = n.digits + n.letters;
    switch (kind) {
      case Kind::Passport:
        if (n.digits >= 3 && n.letters >= 2 && n.lower == 0 && n.dashes == 0 && size == 9)
          return true;  // NXR4K8PD2
        return n.digits >= 4 && n.digits <= 10 && n.letters <= 5 && n.dashes == 0 && size >= 7 && size <= 12;
      case Kind::TaxId:
        return n.digits >= 3 && size >= 8 && !(n.digits == 9 && n.dashes == 2) &&
               !(n.digits == 11 && n.letters == 0 && n.dashes == 0);
      case Kind::NationalId:
        // The German card mixes nine letters and digits.
        if (n.digits >= 3 && n.letters >= 2 && n.lower == 0 && n.dashes == 0 && size == 9) return true;
        return n.digits >= 6 && n.dashes == 0 && size >= 8;
      default:
        return n.digits >= 5;
    }
  }

  Words words_;
  RE2 value_;
};

}  // namespace

Made make_documents(scan::PhraseSet& set) { return std::make_unique<Documents>(set); }

}  // namespace sluice::sense::detect
