// Postal addresses of people, known by the words around them.
#include <re2/re2.h>

#include <algorithm>
#include <string>

#include "base/check.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/person/detectors.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kStreetAfterName = 2;   // "899 Old Mill Road"
constexpr Tags kStreetBeforeName = 4;  // "83 rue des Tilleuls", "Calle Mayor 27"
constexpr Tags kAddressWord = 32;      // of scripts that write an address from the large to the small
constexpr Tags kBox = 64;
constexpr Tags kOpenHouse = 128;
constexpr Tags kStreetSuffix = 8;     // "Lindenstraße 5"
constexpr Tags kState = 256;          // ", FL " before a postal code
constexpr Tags kPerhapsStreet = 512;  // "5 Heron Quay": with a postal code only

class Person : public scan::Detector {
 public:
  explicit Person(scan::PhraseSet& set)
      : words_(set),
        // "899 Old Mill Road, Duluth, MN 65109" with the number and name before the anchor word.
        numbered_(R"((\d{1,6}[A-Za-z]?,? (?:[\pL.'-]+ ){1,4})$)"),
        town_(
            R"(^\.?(?:,? (?:NW|NE|SW|SE|N|S|E|W|North|South|East|West))?(?:,? (?:Apt|Apartment|Suite|Unit|Flat|#)\.? ?\w{1,6})?)"
            R"((?:,? ?\n?[\pL][\pL. '-]{1,30})?,? ?(?:[A-Z]{2} \d{5}(?:-\d{4})?|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}|[A-Z]{2,3} \d{4}|[A-Z]\d[A-Z] ?\d[A-Z]\d))"),
        town_only_(
            R"(^\.?(?:,? (?:Apt|Apartment|Suite|Unit|Flat|#)\.? ?\w{1,6})?, [A-Z][\pL'-]+(?: [A-Z][\pL'-]+)?)"),
        // "418 Calle Ocho, Apt 5, Hialeah" before a state: the last number before a name in capitals.
        before_state_(
            R"((?:.*[^a-zA-Z0-9\x80-\xFF])?(\d{1,6}[A-Za-z]? [A-Z\xC3-\xD0][^,;:!?()\n]+(?:, [^,;:!?()\n]+)?, [^,;:!?()\n\d]+))",
            bytes()),
        before_number_(R"((\d{1,4}(?: ?bis| ?ter|[A-Za-z])?,? )$)"),
        latin_(
            R"(^ (?:[\pL.'’-]+ ){0,5}?(?:[\pL.'’-]+)?(?:,? (?:n[º°o.]* ?)?\d{1,4}(?:/\d{1,4})?(?:\s?[A-Za-z])?\b)?(?:, ?\d{1,2}[ºª°]? ?[A-Z]?)?,? ?(?:[-–] )?(?:\d{2}-\d{3}|\d{4,5}(?:-\d{3})?) \p{Lu}[\pL'-]+(?:[ -]\pL[\pL'-]+)?)"),
        east_asian_(
            R"(^(?:[:：\s是は为为在]|is|은|는)*([^\s,，。;；、]{2,60}?(?:省|市|区|區|都|府|县|縣|구|시|도|路|街|町|로|길)[^,，。;；、\n]{0,60}?\d[\d-]*(?:号楼|号|號|室|层|楼|丁目|番地|番|动|호|번지|층)?(?:\d[\d-]*(?:号楼|号|號|室|楼|番地|番|호|층)?)*))"),
        german_(
            R"(^ \d{1,4}(?: ?[a-z])?\b(?:,? ?\n?(?:D-|A-|CH-|NL-|S-|SE-)?(?:\d{3} \d{2}|\d{4,5}) ?(?:[A-Z]{2} )?\pL[\pL'-]+)?)") {
    for (const RE2* pattern :
         {&numbered_, &before_state_, &town_, &town_only_, &before_number_, &latin_, &east_asian_, &german_}) {
      SLUICE_CHECK(pattern->ok(), "our own patterns compile");
    }
    words_.add(kAddressWord, "住址|地址|住所|주소|住在", scan::Edge::Any);
    words_.add(kStreetAfterName,
               "street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|terrace|place|pl|way|"
               "square|crescent|close|parkway|pkwy|circle|highway|hwy|trail|grove|gardens|mews|row|walk|"
               "hill|rise");
    words_.add(
        kPerhapsStreet,
        "quay|wharf|parade|view|park|green|chase|vale|croft|meadow|meadows|heights|bend|loop|path|pike|cove|"
        "crossing|point|ridge|alley|esplanade|strand|broadway|gate|bridge|buildings|cottages|villas|fields|"
        "wood|woods|common|yard|mill|run|plaza|mount|dene|brae|wynd|bank|end|side|corner|glen|knoll");
    scan::for_each_phrase(
        "al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|"
        "nc|nd|oh|ok|or|pa|ri|sc|sd|tn|tx|ut|vt|va|wa|wv|wi|wy|dc|pr",
        [&](std::string_view state) { words_.add(kState, ", " + std::string(state) + " ", scan::Edge::Any); });
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
    for (const auto& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (hit.start < taken) continue;
      if (tags & kBox) box(doc, hit, taken, hits);
      if (tags & kAddressWord) east_asian(doc, hit, taken, hits);
      if (tags & (kStreetAfterName | kPerhapsStreet)) after_name(doc, hit, tags & kStreetAfterName, taken, hits);
      if (tags & kState) before_state(doc, hit, taken, hits);
      if (tags & kStreetBeforeName) before_name(doc, hit, taken, hits);
      if (tags & kStreetSuffix) suffix(doc, hit, taken, hits);
    }
    return {};
  }

 private:
  // Over code points such patterns would be a hundred times as large.
  static RE2::Options bytes() {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);
    return options;
  }

  static re2::StringPiece piece(const std::string& text, std::size_t start, std::size_t end) {
    end = std::min(end, text.size());
    return re2::StringPiece(text.data() + start, end - start);
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

  void after_name(const Document& doc, const scan::PhraseHit& hit, bool surely, std::size_t& taken,
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
    if (RE2::Consume(&rest, town_) || (surely && RE2::Consume(&rest, town_only_))) {
      report(doc, start, hit.end + (whole.size() - rest.size()), taken, hits);
    }
  }

  // "418 Calle Ocho, Hialeah, FL 33010": whatever the street is called.
  void before_state(const Document& doc, const scan::PhraseHit& hit, std::size_t& taken,
                    std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    if (t[hit.start + 2] == doc.lower[hit.start + 2] || t[hit.start + 3] == doc.lower[hit.start + 3]) return;
    std::size_t end = hit.end;
    while (end < t.size() && end - hit.end < 6 && t[end] >= '0' && t[end] <= '9') ++end;
    if (end - hit.end != 5 || (end < t.size() && scan::is_word_byte(t[end]))) return;
    std::size_t from = std::max<std::size_t>(taken, hit.start > 100 ? hit.start - 100 : 0);
    const std::size_t line = t.rfind('\n', hit.start);
    if (line != t.npos) from = std::max(from, line + 1);
    if (from >= hit.start || !has_digits(doc, from, hit.start, 1)) return;
    re2::StringPiece house;
    if (!RE2::FullMatch(piece(t, from, hit.start), before_state_, &house)) return;
    const std::size_t start = static_cast<std::size_t>(house.data() - t.data());
    if (start == from && from > 0 && scan::is_word_byte(t[from - 1])) return;
    report(doc, start, end, taken, hits);
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
  RE2 numbered_, town_, town_only_, before_state_, before_number_, latin_, east_asian_, german_;
};

}  // namespace

Made make_person(scan::PhraseSet& set) { return std::make_unique<Person>(set); }

}  // namespace sluice::sense::detect
