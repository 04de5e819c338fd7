// National identifiers of people, known by check digits or strict shapes; those whose check is weak are believed
// only beside a word that names them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sense/detect/checksum.h"
#include "sense/detect/detectors.h"
#include "sense/detect/numbers.h"
#include "sense/detect/words.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

enum Country : int {
  kUs,
  kSpain,
  kBrazil,
  kIndia,
  kFrance,
  kItaly,
  kGermany,
  kNetherlands,
  kPoland,
  kSweden,
  kFinland,
  kNorway,
  kBelgium,
  kNhs,
  kNino,
  kCanada,
  kAustralia,
  kPan,
  kChina,
  kKorea,
  kJapan,
  kSingapore,
  kSouthAfrica,
  kMexico,
  kChile,
  kTurkey,
  kRomania,
  kAnyId
};
constexpr Tags tag(Country c) { return Tags{1} << c; }

// How a number must be written to be believed without its word.
enum class Alone { Never, Grouped, Always };

struct NumericId {
  Country country;
  Kind kind;
  std::size_t digits;
  bool (*valid)(std::string_view);
  Alone alone;
  std::array<std::uint8_t, 7> groups;  // sizes in the official writing, 0 after the last
  const char* separators;              // between those groups; "" any
};
constexpr std::size_t kSsnGroups[] = {3, 2, 4};

const NumericId kNumeric[] = {
    {kBrazil, Kind::NationalId, 11, brazil_cpf, Alone::Grouped, {3, 3, 3, 2}, "..-"},
    {kIndia, Kind::NationalId, 12, india_aadhaar, Alone::Never, {4, 4, 4}, ""},
    {kFrance, Kind::NationalId, 15, france_nir, Alone::Always, {1, 2, 2, 2, 3, 3, 2}, ""},
    {kGermany, Kind::TaxId, 11, germany_tax_id, Alone::Never, {2, 3, 3, 3}, ""},
    {kNetherlands, Kind::NationalId, 9, netherlands_bsn, Alone::Never, {4, 2, 3}, ""},
    {kPoland, Kind::NationalId, 11, poland_pesel, Alone::Never, {11}, ""},
    {kSweden, Kind::NationalId, 10, sweden_personnummer, Alone::Grouped, {6, 4}, "-"},
    {kSweden, Kind::NationalId, 12, sweden_personnummer, Alone::Grouped, {8, 4}, "-"},
    {kNorway, Kind::NationalId, 11, norway_fnr, Alone::Grouped, {6, 5}, " "},
    {kBelgium, Kind::NationalId, 11, belgium_rrn, Alone::Grouped, {2, 2, 2, 3, 2}, "..-."},
    {kNhs, Kind::MedicalId, 10, uk_nhs, Alone::Never, {3, 3, 4}, ""},
    {kCanada, Kind::NationalId, 9, canada_sin, Alone::Never, {3, 3, 3}, ""},
    {kAustralia, Kind::TaxId, 9, australia_tfn, Alone::Never, {3, 3, 3}, ""},
    {kChina, Kind::NationalId, 18, china_resident_id, Alone::Always, {18}, ""},
    {kKorea, Kind::NationalId, 13, korea_rrn, Alone::Grouped, {6, 7}, "-"},
    {kJapan, Kind::NationalId, 12, japan_my_number, Alone::Never, {4, 4, 4}, ""},
    {kSouthAfrica, Kind::NationalId, 13, south_africa_id, Alone::Never, {13}, ""},
    {kTurkey, Kind::NationalId, 11, turkey_tckn, Alone::Never, {11}, ""},
    {kRomania, Kind::NationalId, 13, romania_cnp, Alone::Never, {13}, ""},
};

struct MixedId {
  Country country;
  Kind kind;
  const char* shape;  // A letter, 9 digit, X either; other characters as they are
  bool (*valid)(std::string_view);
  bool alone;
};
const MixedId kMixed[] = {
    {kSpain, Kind::NationalId, "99999999A", spain_dni, false},
    {kSpain, Kind::NationalId, "A9999999A", spain_dni, false},
    {kSingapore, Kind::NationalId, "A9999999A", singapore_nric, true},
    {kItaly, Kind::NationalId, "AAAAAAXXAXXAXXXA", italy_codice_fiscale, true},
    {kNino, Kind::NationalId, "AA999999A", uk_nino, true},
    {kPan, Kind::TaxId, "AAAAA9999A", india_pan, true},
    {kChina, Kind::NationalId, "99999999999999999A", china_resident_id, true},
    {kMexico, Kind::NationalId, "AAAA999999AAAAAAX9", mexico_curp, true},
    {kFrance, Kind::NationalId, "999999A99999999", france_nir, true},
    {kChile, Kind::NationalId, "99999999A", chile_rut, false},
};

// Published as examples or famously misused; never issued to a person, or no longer.
bool is_documented_ssn(std::string_view s) {
  return s == "078051120" || s == "219099999" || s == "123456789" || s == "457555462" || s == "111223333" ||
         s == "987654321" || s.starts_with("98765432");
}

class Identity : public scan::Detector {
 public:
  explicit Identity(scan::PhraseSet& set) : words_(set) {
    words_.add(tag(kUs),
               "ssn|ssns|social security|social security number|social|soc sec|ss#|seguro social|itin|"
               "taxpayer");
    words_.add(tag(kSpain), "dni|nie|nif|documento|documento nacional|identidad");
    words_.add(tag(kBrazil), "cpf|cadastro");
    words_.add(tag(kIndia), "aadhaar|aadhar|adhaar|uidai|uid");
    words_.add(tag(kIndia), "आधार", scan::Edge::Any);
    words_.add(tag(kFrance), "nir|sécurité sociale|securite sociale|numéro de sécu|insee");
    words_.add(tag(kItaly), "codice fiscale|cf");
    words_.add(tag(kGermany),
               "steuer-id|steuerid|steueridentifikationsnummer|identifikationsnummer|idnr|"
               "steuer-identifikationsnummer|steuerliche identifikationsnummer|tin");
    words_.add(tag(kNetherlands), "bsn|burgerservicenummer|sofinummer");
    words_.add(tag(kPoland), "pesel");
    words_.add(tag(kSweden), "personnummer|samordningsnummer");
    words_.add(tag(kFinland), "henkilötunnus|hetu");
    words_.add(tag(kNorway), "fødselsnummer|personnummer|fnr");
    words_.add(tag(kBelgium), "rijksregisternummer|registre national|rijksregister|insz|niss");
    words_.add(tag(kNhs), "nhs|nhs number|nhs no");
    words_.add(tag(kNino), "nino|national insurance|ni number|insurance number");
    words_.add(tag(kCanada), "sin|social insurance|social insurance number|assurance sociale|nas");
    words_.add(tag(kAustralia), "tfn|tax file|tax file number");
    words_.add(tag(kJapan), "my number|individual number");
    words_.add(tag(kJapan), "マイナンバー|個人番号", scan::Edge::Any);
    words_.add(tag(kChina), "身份证|身分證|证件号", scan::Edge::Any);
    words_.add(tag(kSouthAfrica), "south african id|sa id|id number|identity number|rsa id");
    words_.add(tag(kChile), "rut|run");
    words_.add(tag(kTurkey), "tc kimlik|tckn|kimlik|t.c. kimlik no|kimlik no");
    words_.add(tag(kRomania), "cnp|cod numeric personal");
    words_.add(tag(kAnyId),
               "national id|national identity|identity card|id card|identification number|citizen id|"
               "personal id|personal number|identity document");
  }

  const char* name() const override { return "identity"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    for (const auto& run : doc.numbers) {
      const Groups g(doc, run);
      ssn(doc, g, hits);
      if (run.digits >= 9) numeric(doc, run, g, hits);
      mixed(doc, run, taken, hits);
    }
    return {};
  }

 private:
  bool named(const Document& doc, std::size_t start, std::size_t end, Country country) const {
    return words_.around(doc, start, end, 60, 32) & (tag(country) | tag(kAnyId));
  }

  static void report(Kind kind, double confidence, std::size_t start, std::size_t end, std::vector<Hit>& hits) {
    hits.push_back(Hit{kind, confidence, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // 123-45-6789 by its shape; with other separators, or none, beside its name.
  void ssn(const Document& doc, const Groups& g, std::vector<Hit>& hits) const {
    for (std::size_t i = 0; i < g.count(); ++i) {
      const bool split = g.shaped(i, {kSsnGroups[0], kSsnGroups[1], kSsnGroups[2]});
      const bool bare = g.size(i) == 9 && g.count() <= 3;
      const bool joint = doc.joint && g.count() - i >= 2 && i == 0 && g.joined(0, g.count() - 1).size() == 9;
      if (!split && !bare && !joint) continue;
      const std::size_t last = split ? i + 2 : bare ? i : g.count() - 1;
      const std::string digits = g.joined(i, last);
      if (!us_ssn(digits) || is_documented_ssn(digits)) continue;
      if (g.glued_before(i) || g.glued_after(last)) continue;
      const bool dashed = split && g.uniform(i, last) && g.separator(i) == "-";
      const bool inside =
          (i > 0 && g.separator(i - 1) == "-") || (last + 1 < g.count() && g.separator(last) == "-");
      if (dashed && !inside) {
        report(Kind::UsSsn, named(doc, g.start(i), g.end(last), kUs) ? 0.98 : 0.85, g.start(i), g.end(last), hits);
      } else if (words_.around(doc, g.start(i), g.end(last), 48, 24) & tag(kUs)) {
        report(Kind::UsSsn, 0.8, g.start(i), g.end(last), hits);
      } else {
        continue;
      }
      i = last;
    }
  }

  void numeric(const Document& doc, const scan::NumberRun& run, const Groups& g, std::vector<Hit>& hits) const {
    // What is named anywhere near the run; most runs are not, which leaves the few identifiers that stand alone.
    const Tags near = words_.around(doc, run.start, run.end, 60, 32);
    std::array<char, 18> buffer;
    for (std::size_t first = 0; first < g.count(); ++first) {
      std::size_t size = 0;
      for (std::size_t last = first; last < g.count() && size + g.size(last) <= buffer.size(); ++last) {
        size += g.digits(last).copy(&buffer[size], g.size(last));
        if (size < 9) continue;
        if (numeric_at(doc, g, first, last, std::string_view(buffer.data(), size), near, hits)) {
          first = last;
          break;
        }
      }
    }
  }

  bool numeric_at(const Document& doc, const Groups& g, std::size_t first, std::size_t last,
                  std::string_view digits, Tags near, std::vector<Hit>& hits) const {
    for (const NumericId& id : kNumeric) {
      if (digits.size() != id.digits) continue;
      const bool may_be_named = near & (tag(id.country) | tag(kAnyId));
      if (!may_be_named && id.alone == Alone::Never) continue;
      const bool official = written_officially(g, first, last, id);
      const bool alone = id.alone == Alone::Always ? official || first == last
                                                   : id.alone == Alone::Grouped && official && last > first;
      if (!may_be_named && !alone) continue;
      const bool whole = first == 0 && last + 1 == g.count();
      if (!official && first != last && !(whole && g.uniform(first, last)) && !doc.joint) continue;
      if (!id.valid(digits) || g.glued_before(first) || g.glued_after(last)) continue;
      if (!alone && !named(doc, g.start(first), g.end(last), id.country)) continue;
      report(id.kind, 0.9, g.start(first), g.end(last), hits);
      return true;
    }
    return false;
  }

  static bool written_officially(const Groups& g, std::size_t first, std::size_t last, const NumericId& id) {
    std::size_t count = 0;
    for (; count < id.groups.size() && id.groups[count] != 0; ++count) {
      if (first + count > last || g.size(first + count) != id.groups[count]) return false;
    }
    if (last - first + 1 != count) return false;
    const std::string_view separators = id.separators;
    for (std::size_t i = first; i < last && !separators.empty(); ++i) {
      if (g.separator(i) != separators.substr(i - first, 1)) return false;
    }
    return true;
  }

  // Identifiers that mix letters and digits: the word that contains a run of digits, without its separators.
  void mixed(const Document& doc, const scan::NumberRun& run, std::size_t& taken, std::vector<Hit>& hits) const {
    std::size_t start = run.start;
    while (start > taken && run.start - start < 20 && is_alnum(doc.text[start - 1])) --start;
    if (start < taken) return;
    const bool inside_letters = start < run.start && run.end < doc.text.size() && doc.text[run.end] >= 'A';
    if (run.digits < (inside_letters ? 2 : 4)) return;
    // "QQ 12 34 56 C": two letters and a space before, a letter after.
    if (start == run.start && start >= 3 && doc.text[start - 1] == ' ' && is_alnum(doc.text[start - 2]) &&
        is_alnum(doc.text[start - 3]) && (start == 3 || !scan::is_word_byte(doc.text[start - 4])))
      start -= 3;
    std::array<char, 18> bare;
    std::size_t size = 0, end = start;
    bool letters = false;
    for (std::size_t i = start; i < doc.text.size() && size < bare.size(); ++i) {
      const char c = doc.text[i];
      if (is_alnum(c)) {
        letters = letters || c > '9';
        bare[size++] = c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
        end = i + 1;
        const bool last = end == doc.text.size() || !scan::is_word_byte(doc.text[end]) ||
                          static_cast<unsigned char>(doc.text[end]) >= 0xE2;
        if (last && letters && size >= 8 && mixed_at(doc, start, end, {bare.data(), size}, hits)) {
          taken = end;
          return;
        }
      } else if (c == '+' || c == '-') {
        if (size == 6) hetu(doc, start, hits);
        if (c == '+' || i > end) return;
      } else if ((c != ' ' && c != '.') || i > end) {
        return;
      }
    }
  }

  // The sign between date and number is part of the Finnish identifier.
  void hetu(const Document& doc, std::size_t start, std::vector<Hit>& hits) const {
    if (start + 11 > doc.text.size()) return;
    const std::string_view s = doc.slice(start, start + 11);
    const bool ends = start + 11 == doc.text.size() || !scan::is_word_byte(doc.text[start + 11]);
    if (ends && finland_hetu(s)) report(Kind::NationalId, 0.9, start, start + 11, hits);
  }

  bool mixed_at(const Document& doc, std::size_t start, std::size_t end, std::string_view bare,
                std::vector<Hit>& hits) const {
    for (const MixedId& id : kMixed) {
      if (!has_shape(bare, id.shape) || !id.valid(bare)) continue;
      if (!id.alone && !named(doc, start, end, id.country)) continue;
      // "Abcde1234f" in lower case is a user name more often than a tax number.
      const bool upper = std::none_of(doc.text.begin() + static_cast<std::ptrdiff_t>(start),
                                      doc.text.begin() + static_cast<std::ptrdiff_t>(end),
                                      [](char c) { return c >= 'a' && c <= 'z'; });
      if (!upper && !named(doc, start, end, id.country)) continue;
      report(id.kind, 0.9, start, end, hits);
      return true;
    }
    return false;
  }

  static bool is_alnum(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  static bool has_shape(std::string_view s, std::string_view shape) {
    if (s.size() != shape.size()) return false;
    for (std::size_t i = 0; i < s.size(); ++i) {
      const bool digit = s[i] >= '0' && s[i] <= '9';
      if ((shape[i] == '9' && !digit) || (shape[i] == 'A' && digit)) return false;
    }
    return true;
  }

  Words words_;
};

}  // namespace

Made make_identity(scan::PhraseSet& set) { return std::make_unique<Identity>(set); }

}  // namespace sluice::sense::detect
