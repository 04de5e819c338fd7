// Number plates. Beside a word for them any short mix of letters and digits; beside a word for a car, or farther
// from either, only what is written as the plates of one country are.
#include <re2/re2.h>

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/identifier/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kFiction = 8;  // tells of invented people
constexpr Tags kPlate = 1, kCar = 2,
               kWeakPlate = 4;  // weak: "reg", "placa", "patente", which mean other things too

class Vehicles : public scan::Detector {
 public:
  explicit Vehicles(scan::PhraseSet& set)
      : words_(set, scan::Edge::Name),
        value_(
            R"(^(?i:\s*(?:number|numbers|no|nr|nummer|n°|nº|n\.|num|#|is|was|ist|lautet|est|es|è|é|er|är|on|of|with|mit|con|avec|plate|mark|pojazdu|samochodu|auta|vozidla|numarası|plakalı|:|=|\.{1,40}|-|'|"|,|\(|\||>|\*{1,2}|`|\[|</?[a-z][^<>\n]{0,24}>|为|是|：|は|番号|号码|号|번호)\s*){0,8}[\s'"]*)"
            R"((\d-[A-Z]{3}-\d{3}|\d[A-Z]{2}[ -]?\d[A-Z]{2}|[A-Z]{2} \d{6}|[A-ZÄÖÜÁČŠŽ]{1,3}[- ]?[A-Z]{1,3} ?\d{1,4}[EH]?|[A-Z]{1,3}[- ]?\d{1,5}[- ]?[A-Z]{0,3}|[A-Z]{2}[ -]\d{1,2}[ -][A-Z]{1,3}[ -]\d{4}|\d{1,4}[- ]?[A-Z]{1,3}[- ]?\d{0,4}|\d[A-Z]\d ?\d{4}|[A-Z0-9]{1,3}-[A-Z0-9]{2,3}-[A-Z0-9]{1,2}|[A-Z]{3} ?\d[A-Z]\d{2}|[A-Z0-9]{5,8}|[А-ЯA-Z]\d{3}[А-ЯA-Z]{2} ?\d{2,3}|[А-ЯІЇЄ]{2} ?\d{4} ?[А-ЯІЇЄ]{2}|\p{Han}[A-Z]·?[A-Z0-9]{5,6}|\p{Han}{1,4} ?\d{2,3} ?\p{Hiragana} ?\d{1,2}-?\d{2}|\d{2,3} ?\p{Hangul} ?\d{4})(?:[^\pL\d-]|$))") {
    SLUICE_CHECK(value_.ok(), "our own patterns compile");
    add_words();
  }

  const char* name() const override { return "vehicles"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    const std::size_t first = hits.size();
    for (const auto& hit : words_.hits(doc)) {
      if (words_.tags(hit) & (kPlate | kWeakPlate)) named(doc, hit, first, hits);
    }
    if (words_.hits(doc).empty()) return {};
    for (const scan::DigitGroup& group : doc.groups) {
      if (group.size <= 4) shaped(doc, group, first, hits);
    }
    return {};
  }

 private:
  void add_words() {
    words_.add(
        kPlate,
        "number plate|number plates|licence plate|license plate|license plates|plate number|plate no|plate no.|"
        "plate|plates|registration plate|registration mark|vehicle registration|vehicle reg|car registration|"
        "car reg|reg no|reg no.|reg. no.|vrm|vrn|kennzeichen|kfz-kennzeichen|nummernschild|kontrollschild|"
        "autokennzeichen|amtl. kennzeichen|amtliches kennzeichen|immatriculé|immatriculée|immatriculation|"
        "plaque d'immatriculation|plaque|numéro d'immatriculation|matrícula|matricula|matrículas|"
        "placa do carro|placa do veículo|patente del auto|targa|targato|targata|numero di targa|kenteken|"
        "kentekenplaat|nummerplaat|nummerplaten|kentekennummer|tablica rejestracyjna|tablice rejestracyjne|"
        "numer rejestracyjny|nr rejestracyjny|nr rej.|nr rej|rejestracja|numerze rejestracyjnym|"
        "registreringsnummer|regnr|reg.nr|reg.nr.|reg nr|registreringsskylt|nummerplade|registreringsskilt|"
        "skiltnummer|bilnummer|rekisterinumero|rekisterinro|rekisteritunnus|rekisterikilpi|rekkari|"
        "bílnúmer|fastanúmer|rendszám|rendszáma|rendszámú|spz|registrační značka|poznávací značka|evč|"
        "registarska oznaka|registracija|registarske tablice|registarski broj|registrska|"
        "număr de înmatriculare|nr. de înmatriculare|nr. înmatriculare|înmatriculat|plaka|plakalı|plaka no|"
        "plakası|biển số|biển số xe|nomor polisi|nopol|plat nomor|no. plat|no plat|nombor plat|"
        "numerniy znak|targës|valstybinis numeris|numurzīme|reg. märk");
    words_.add(kWeakPlate,
               "reg|registration|registered|placa|placas|patente|tag|rego|dominio|chapa|rz|immat|immat.|patent");
    words_.add(
        kPlate,
        "numărul mașinii|nr. mașinii|carreg|car_reg|vehiclereg|vehicle_reg|госномер|гос. номер|гос номер|номерной "
        "знак|номерний знак|держномер|рег. номер|регистрационен номер|"
        "рег. №|номер машины|номер авто|г/н|регистарска ознака|πινακίδα|πινακίδες|αριθμός κυκλοφορίας|"
        "αρ. κυκλοφορίας");
    words_.add(kPlate,
               "ナンバープレート|車両番号|車両登録番号|ナンバーは|车牌|車牌|차량번호|번호판|لوحة|رقم "
               "اللوحة|پلاک|לוחית רישוי|"
               "מספר רכב|ทะเบียนรถ|गाड़ी नंबर",
               scan::Edge::Any);
    words_.add(kFiction,
               "story|novel|scene|chapter|detective|screenplay|plot|poem|conto|cena|detetive|nouvelle|roman|krimi|"
               "kurzgeschichte|szene|cuento|relato|escena|racconto|scena|verhaal|opowiadanie|novell|thriller");
    words_.add(
        kCar,
        "car|cars|auto|wagen|fahrzeug|pkw|lkw|vehicle|vehicles|van|truck|lorry|motorbike|motorcycle|voiture|"
        "véhicule|coche|vehículo|carro|veículo|macchina|vettura|autovettura|furgone|auto's|voertuig|samochód|"
        "samochodu|pojazd|bil|bilen|auton|autoni|autó|vozidlo|automobil|mașina|araç|arabam|mobil|xe|машина|"
        "авто|автомобиль|автомобіль|αυτοκίνητο|parking|parked|parkplatz|parkausweis|parkvergunning|halter|"
        "fahrer|fahrerin|driver|collision|crash|accident|unfall|haftpflicht|kfz|tüv|mot|garage|werkstatt|"
        "dashcam|speeding|tow|towed|blitzer|bußgeld|amende|fotocheck|golf|passat|bmw|audi|mercedes|toyota|"
        "honda|ford|fiat|renault|peugeot|citroën|skoda|škoda|opel|vauxhall|nissan|hyundai|kia|mazda|volvo|"
        "polo|vin|tesla|dacia|seat|fiesta|corsa|clio|transit|sprinter");
  }

  void report(const Document& doc, std::size_t start, std::size_t end, std::size_t first,
              std::vector<Hit>& hits) const {
    const std::size_t from = std::max(first, hits.size() > 16 ? hits.size() - 16 : 0);
    const bool known = std::any_of(hits.begin() + static_cast<std::ptrdiff_t>(from), hits.end(),
                                   [&](const Hit& h) { return h.start < end && start < h.end; });
    if (known) return;
    if (words_.around(doc, start, end, 200, 200, kFiction) & kFiction) return;
    hits.push_back(Hit{Kind::VehicleId, 0.75, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // Right behind the word.
  void named(const Document& doc, const scan::PhraseHit& hit, std::size_t first, std::vector<Hit>& hits) const {
    const std::size_t window = std::min<std::size_t>(doc.text.size(), hit.end + 44u);
    if (!has_digits(doc, hit.end, window, 1)) return;
    if ((words_.tags(hit) & kWeakPlate) && !(words_.around(doc, hit.start, hit.end, 80, 100) & kCar)) return;
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + hit.end, window - hit.end), value_, &value)) return;
    const auto digits = std::count_if(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    const auto signs = std::count_if(value.begin(), value.end(), [](char c) { return c == ' ' || c == '-'; });
    const auto letters = static_cast<std::ptrdiff_t>(value.size()) - digits - signs;
    if (digits < 1 || letters < 1 || digits + letters < 5) return;
    const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
    // "plate 5MM-12", "registration 2024" and the like: a year, a measure, a version.
    if (digits + letters < 6 && digits < 3) return;
    report(doc, start, start + value.size(), first, hits);
  }

  static bool upper(char c) { return c >= 'A' && c <= 'Z'; }

  // A number of at most four digits in the writing of a country, with a plate or a car nearby.
  void shaped(const Document& doc, const scan::DigitGroup& group, std::size_t first,
              std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    std::size_t start = group.start, end = group.start + std::size_t{group.size};
    if (!german(t, start, end, group.size) && !british(t, start, end, group.size) &&
        !bracketed(t, start, end, group.size) && !spanish(t, start, end, group.size))
      return;
    if (start > 0 && (scan::is_word_byte(t[start - 1]) || t[start - 1] == '-')) return;
    if (end < t.size() && (scan::is_word_byte(t[end]) || t[end] == '-')) return;
    const Tags before = words_.around(doc, start, end, 90, 60);
    if (before & (kPlate | kCar)) report(doc, start, end, first, hits);
  }

  static std::size_t uppers_before(const std::string& t, std::size_t at) {
    std::size_t n = 0;
    while (n < at && n < 4 && upper(t[at - n - 1])) ++n;
    return n;
  }
  static std::size_t uppers_after(const std::string& t, std::size_t at) {
    std::size_t n = 0;
    while (at + n < t.size() && n < 4 && upper(t[at + n])) ++n;
    return n;
  }

  // "OL-KB 4471", "M-AB 12E": district, letters, number.
  static bool german(const std::string& t, std::size_t& start, std::size_t& end, std::size_t) {
    std::size_t at = start;
    if (at > 0 && t[at - 1] == ' ') --at;
    const std::size_t letters = uppers_before(t, at);
    if (letters < 1 || letters > 2) return false;
    at -= letters;
    if (at == 0 || t[at - 1] != '-') return false;
    const std::size_t district = uppers_before(t, --at);
    if (district < 1 || district > 3) return false;
    start = at - district;
    for (const std::string_view standard : {"UTF", "ISO", "RFC", "CVE", "DIN", "IEC", "SHA"}) {
      if (std::string_view(t).substr(start, district) == standard) return false;
    }
    if (end < t.size() && (t[end] == 'E' || t[end] == 'H')) ++end;
    return true;
  }

  // "KX21 VHT"
  static bool british(const std::string& t, std::size_t& start, std::size_t& end, std::size_t size) {
    if (size != 2 || uppers_before(t, start) != 2) return false;
    std::size_t at = end;
    if (at < t.size() && t[at] == ' ') ++at;
    if (uppers_after(t, at) != 3) return false;
    start -= 2;
    end = at + 3;
    return true;
  }

  // "AB-123-CD" of France, "AB 123 CD" of Italy and Albania
  static bool bracketed(const std::string& t, std::size_t& start, std::size_t& end, std::size_t size) {
    if (size != 3 || start < 3) return false;
    const char sign = t[start - 1];
    const std::size_t gap = sign == '-' || sign == ' ' ? 1 : 0;
    if (uppers_before(t, start - gap) != 2) return false;
    std::size_t at = end;
    if (gap == 1 && (at >= t.size() || t[at] != sign)) return false;
    at += gap;
    if (uppers_after(t, at) != 2) return false;
    start -= gap + 2;
    end = at + 2;
    return true;
  }

  // "4471 KBD": no vowels.
  static bool spanish(const std::string& t, std::size_t&, std::size_t& end, std::size_t size) {
    std::size_t at = end;
    if (size != 4 || at >= t.size()) return false;
    if (t[at] == ' ' || t[at] == '-') ++at;
    if (uppers_after(t, at) != 3) return false;
    for (std::size_t i = at; i < at + 3; ++i) {
      if (std::string_view("AEIOUQ").find(t[i]) != std::string_view::npos) return false;
    }
    end = at + 3;
    return true;
  }

  Words words_;
  RE2 value_;
};

}  // namespace

Made make_vehicles(scan::PhraseSet& set) { return std::make_unique<Vehicles>(set); }

}  // namespace sluice::sense::detect
