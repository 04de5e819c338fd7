// Where somebody lives, told in any language: behind "I live at", "mi dirección es", "адрес:" a run of words in
// capitals, street words and numbers. person.cpp knows the forms of some countries wherever they stand; here the
// words before say what it is, so that the form may be any.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "sense/detect/context/numbers.h"
#include "sense/detect/context/word_list.h"
#include "sense/detect/context/words.h"
#include "sense/detect/person/detectors.h"
#include "sense/detect/person/names_table.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kHome = 1;    // an address follows
constexpr Tags kOffice = 4;  // of a place that everybody may know
constexpr Tags kUnit = 8;    // "Apt. 595": a part of a house, behind which stands its number
constexpr Tags kForm = 16;   // "Address:", which machines have too

constexpr std::size_t kMostBytes = 140, kMostBefore = 4;  // of an address; of words that lead to it

// Parts of addresses, in small letters too, in one string as all word tables. They are too common ("in", "de") to
// be looked for in every text, and asked about only where an address may be.
constexpr std::string_view kStreetWords =
    "street|road|avenue|lane|close|drive|flat|apt|apt.|apartment|unit|suite|floor|house|no|no.|nr|nr.|n°|nº|"
    "weg|straße|platz|allee|hausnummer|stock|rue|impasse|chemin|allée|bis|ter|étage|bât|bât.|bâtiment|appt|"
    "appt.|"
    "calle|avenida|av.|av|c/"
    "|plaza|paseo|piso|puerta|izquierda|izq|izq.|derecha|dcha|dcha.|portal|escalera|bajo|"
    "número|"
    "via|viale|piazza|corso|scala|int|int.|interno|piano|rua|travessa|praça|apto|apto.|andar|bloco|casa|lote|"
    "straat|laan|bus|ul|ul.|ulica|ulicy|ulici|ulice|ulicí|al.|os.|m.|mieszkania|lok.|gatan|vägen|lgh|vej|gade|"
    "st.|th.|tv.|sal|katu|tie|as.|utca|utcában|út|tér|emelet|em.|ajtó|fszt|strada|str.|str|bulevardul|bd.|bl.|"
    "bl|"
    "sc.|et.|ap.|ap|ulica|trg|sokak|sok.|sokağı|cadde|cad.|caddesi|mah.|mahallesi|daire|kat|d.|"
    "улица|улице|ул.|ул|дом|д.|квартира|кв.|кв|корпус|корп.|к.|проспект|пр.|переулок|пер.|вул.|вулиця|вулиці|"
    "буд.|будинок|бул.|ж.к.|бл.|вх.|ет.|ап.|οδό|οδός|οδού|όροφος|đường|phường|quận|phố|số|hẻm|jl.|jl|jalan|rt|"
    "rw|"
    "gang|de|del|da|do|dos|das|di|du|des|la|le|les|van|der|den|y|e|in|na|no";

bool is_street_word(std::string_view lower) {
  static const WordList all(kStreetWords);
  return all.has(lower);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Homes : public scan::Detector {
 public:
  explicit Homes(scan::PhraseSet& set) : words_(set) {
    words_.add(
        kHome,
        "live at|lives at|lived at|living at|live on|lives on|reside at|resides at|residing at|my address|my "
        "address "
        "is|home address|his address|her address|their address|new address|postal address|mailing "
        "address|delivery "
        "address|shipping address|deliver to|ship to|ship it to|moved to|moving to|"
        "wohne in|wohnt in|wohnhaft|wohnhaft in|wohne|wohnt|anschrift|adresse|meine adresse|privatadresse|"
        "lieferadresse|neue adresse|zugezogen|"
        "j'habite|j’habite|habite au|habite|habitons|mon adresse|domicilié|domiciliée|demeurant|adresse de "
        "livraison|"
        "vivo en|vive en|vivimos en|mi dirección|dirección|domicilio|domiciliado en|domiciliada en|resido en|"
        "abito in|abita in|abito a|mio indirizzo|indirizzo|residente in|domiciliato|residenza|"
        "moro na|moro no|moro em|mora na|endereço|meu endereço|morada|residente na|residente em|"
        "woon op|woont op|woon aan|woont aan|woon in|mijn adres|adres|woonachtig|"
        "mieszkam|mieszka|adres zamieszkania|zamieszkały|zamieszkała|adres|"
        "bor på|bor "
        "i|adress|adresse|bopæl|bosatt|bostadsadress|asun|asuu|osoite|osoitteessa|osoitteeni|kotiosoite|"
        "bydlím|bydlí|bytem|trvalé bydliště|adresa|bývam|býva|lakcím|lakcíme|lakcímem|lakik|lakom|lakóhely|"
        "locuiesc|locuiește|domiciliat în|domiciliată în|domiciliul|adresa mea|živim u|živi u|stanujem|stanuje|"
        "adresim|adresi|oturuyorum|ikamet|ikametgah|"
        "я живу|живу|живёт|живет|проживаю|проживает|проживающий|проживающая|адрес|мой адрес|прописан|прописана|"
        "живу на|мешкаю|мешкає|проживає|адреса|моя адреса|адресът|адресът ми|живея|живее|"
        "μένω|μένει|διεύθυνση|διεύθυνσή|κατοικεί|κατοικώ|"
        "tôi ở|sống ở|sống tại|địa chỉ|alamat|alamat saya|tinggal "
        "di|beralamat|nakatira|tirahan|naninirahan|anwani|"
        "elukoht|elan aadressil|aadress|adrese|dzīvoju|adresas|gyvenu|bizilekua|adreça|visc a|viu a");
    words_.add(
        kHome,
        "أسكن في|يسكن في|تسكن في|عنواني|العنوان|עיר מגורים|אני גר|אני גרה|גר ב|גרה ב|כתובת|כתובתי|पता|रहता हूँ|"
        "रहती हूँ|บ้านเลขที่|ที่อยู่|อาศัยอยู่|آدرس|نشانی",
        scan::Edge::Any);
    words_.add(
        kOffice,
        "headquarters|head office|museum|library|embassy|town hall|city hall|opening hours|hauptsitz|rathaus|"
        "bibliothek|botschaft|öffnungszeiten|siège|mairie|musée|ambassade|horaires|sede|museo|biblioteca|embajada|"
        "ayuntamiento|ambasciata|municipio|prefeitura|stadhuis|ratusz|ambasada|музей|библиотека|посольство|офис|"
        "office|store|shop|branch|filiale|company|gmbh|ltd|inc");
    add_block_words(words_);
  }

  static void add_block_words(Words& words) {
    words.add(kUnit,
              "apt|apt.|apartment|suite|ste|ste.|unit|flat|box|po box|p.o. box|appt|appt.|apto|apto.|lgh|piso");
    words.add(kForm, "address|addr|addr.|residence|bill to|billing address|billing addr|residential address");
  }

  const char* name() const override { return "homes"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    const std::size_t known = hits.size();
    for (const scan::PhraseHit& hit : words_.hits(doc)) {
      if (hit.start < taken) continue;
      if (words_.tags(hit) & kUnit) block(doc, hit, known, taken, hits);
      const bool form = (words_.tags(hit) & kForm) && hit.end < doc.text.size() && doc.text[hit.end] == ':' &&
                        name_before(doc, hit.start, 100);
      if (!(words_.tags(hit) & kHome) && !form) continue;
      if (!has_digits(doc, hit.end, std::min(doc.text.size(), hit.end + kMostBytes), 1)) continue;
      Address a = read(doc, hit.end);
      if (a.end == 0) continue;
      const auto touches = [&](const Hit& h) {
        return h.kind == Kind::Address && h.start < a.end && a.start < h.end;
      };
      taken = a.end;
      if (std::any_of(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(known), touches)) continue;
      const bool office = words_.around(doc, hit.start, a.end, 80, 60, kOffice) & kOffice;
      hits.push_back(Hit{Kind::Address, 0.7, static_cast<std::uint32_t>(a.start),
                         static_cast<std::uint32_t>(a.end), !office});
    }
    return {};
  }

 private:
  struct Address {
    std::size_t start = 0, end = 0;  // end 0: none
  };

  struct Word {
    std::size_t start, end;  // with the marks behind it
    std::size_t bare;        // where it ends without them
    bool number = false, capital = false, plain = false;
  };

  // "14", "3b", "12/4", "4º", "24105", "EX4", "10-12"; not "2.4.1", "0x20", "1,500", "IPv6".
  static bool is_number(std::string_view w) {
    const auto digits = std::count_if(w.begin(), w.end(), is_digit);
    if (digits == 0 || digits > 6 || w.size() > 9) return false;
    std::size_t letters = 0;
    for (std::size_t i = 0; i < w.size(); ++i) {
      const char c = w[i];
      if (is_digit(c) || c == '/' || c == '-') continue;
      if (letters == i && (c < 'A' || c > 'Z')) return false;  // before the first digit
      if (static_cast<unsigned char>(c) >= 0x80 || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')) {
        ++letters;
        continue;
      }
      return false;
    }
    return letters <= 3;
  }

  static Word word_at(const Document& doc, std::size_t at, std::size_t limit) {
    const std::string& t = doc.text;
    Word w{at, at, at};
    while (w.end < limit && t[w.end] != ' ' && t[w.end] != '\n' && t[w.end] != '\t') ++w.end;
    w.bare = w.end;
    while (w.bare > at && std::string_view(",.;:!?)\"'").find(t[w.bare - 1]) != std::string_view::npos) --w.bare;
    const std::string_view bare = doc.slice(at, w.bare);
    w.number = is_number(bare);
    w.capital = bare.size() >= 2 && t[at] != doc.lower[at];
    if (!w.capital && bare.size() >= 2 && static_cast<unsigned char>(t[at]) >= 0xC3)
      w.capital = static_cast<unsigned char>(t[at]) >= 0xD6 || doc.text.compare(at, 2, doc.lower, at, 2) != 0;
    w.capital = w.capital || bare.starts_with("İ") || (bare.size() == 1 && bare[0] >= 'A' && bare[0] <= 'Z');
    w.plain = bare.find_first_of("@/\\=<>{}[]_#") == bare.npos;
    return w;
  }

  // With the marks behind it or some of them: "str.", "str.,".
  static bool is_street(const Document& doc, const Word& w) {
    for (std::size_t end = w.bare; end <= w.end; ++end) {
      if (is_street_word(std::string_view(doc.lower).substr(w.start, end - w.start))) return true;
    }
    return false;
  }

  // Whether the full name of somebody begins at most so many bytes before: "Riverside Plaza" is nobody's.
  static bool name_before(const Document& doc, std::size_t at, std::size_t most) {
    for (auto name = std::lower_bound(doc.names.begin(), doc.names.end(), at);
         name != doc.names.begin() && *--name + most >= at;) {
      std::size_t end = *name;
      while (end < doc.lower.size() && scan::is_word_byte(doc.lower[end])) ++end;
      if (is_given_name(std::string_view(doc.lower).substr(*name, end - *name))) return true;
    }
    return false;
  }

  // A line with a number and a name in it, as the one of a street has them.
  static bool is_street_line(std::string_view line) {
    if (line.size() < 5 || line.size() > 70 || std::none_of(line.begin(), line.end(), is_digit)) return false;
    if (line.find_first_of("@=<>{}[]_#") != line.npos) return false;
    std::size_t letters = 0, most = 0;
    bool capital = false;
    for (const char c : line) {
      const bool letter =
          (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
      letters = letter ? letters + 1 : 0;
      most = std::max(most, letters);
      capital = capital || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
    }
    return capital && most >= 3;
  }

  // "4844 Elmgade 52\n Apt. 656\n Havnby\n 35018": around the unit, under somebody's name or "address".
  void block(const Document& doc, const scan::PhraseHit& hit, std::size_t known, std::size_t& taken,
             std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    std::size_t end = hit.end;
    while (end < t.size() && end - hit.end < 3 && (t[end] == ' ' || t[end] == '#' || t[end] == '.')) ++end;
    const std::size_t number = end;
    while (end < t.size() && end - number < 6 && is_digit(t[end])) ++end;
    if (end == number || number == hit.end || (end < t.size() && scan::is_word_byte(t[end]))) return;
    std::size_t start = line_start(t, hit.start);
    if (!is_street_line(doc.slice(start, hit.start))) {
      if (start == 0 || doc.slice(start, hit.start).find_first_not_of(" \t?>*-") != std::string_view::npos) return;
      const std::size_t line = line_start(t, start - 1);
      if (!is_street_line(doc.slice(line, start - 1))) return;
      start = line;
    }
    start = std::min<std::size_t>(t.find_first_not_of(" \t?>*-", start), hit.start);
    const bool told = words_.around(doc, start, start, 60, 0) & (kForm | kHome);
    if (start < taken || (!told && !name_before(doc, start, 120))) return;
    // A form's name before the street, "Billing address: 31 Elmgade 7 Apt. 2", is no part of it.
    const std::size_t colon = doc.slice(start, hit.start).rfind(": ");
    if (colon != std::string_view::npos) start += colon + 2;
    end = postal_end(doc, end);
    const auto touches = [&](const Hit& h) { return h.kind == Kind::Address && h.start < end && start < h.end; };
    taken = end;
    if (std::any_of(hits.begin(), hits.begin() + static_cast<std::ptrdiff_t>(known), touches)) return;
    const bool office = words_.around(doc, start, end, 80, 60, kOffice) & kOffice;
    hits.push_back(
        Hit{Kind::Address, 0.65, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end), !office});
  }

  static std::size_t line_start(const std::string& t, std::size_t at) {
    const std::size_t before = at == 0 ? t.npos : t.rfind('\n', at - 1);
    return before == t.npos ? 0 : before + 1;
  }

  // Behind the postal code, which ends one of the next short lines; else the end of the unit.
  static std::size_t postal_end(const Document& doc, std::size_t unit_end) {
    const std::string& t = doc.text;
    std::size_t line = unit_end;
    for (int i = 0; i < 6 && line < t.size(); ++i) {
      const std::size_t end = std::min(t.find('\n', line), t.size());
      if (end - line > 60) break;
      const std::string_view text = doc.slice(line, end);
      const std::size_t last = text.find_last_not_of(" \t.,");
      if (last != text.npos && last >= 3) {
        std::size_t digits = 0;
        while (digits <= last && (is_digit(text[last - digits]) || (digits > 0 && text[last - digits] == '-')))
          ++digits;
        if (digits >= 4 && digits <= 10) return line + last + 1;
      }
      if (text.find_first_of(":@") != text.npos) break;
      line = end + 1;
    }
    return unit_end;
  }

  // The first run of such words behind the lead.
  Address read(const Document& doc, std::size_t at) const {
    const std::string& t = doc.text;
    const std::size_t limit = std::min(t.size(), at + kMostBytes);
    Address a;
    std::size_t before = 0, names = 0, houses = 0, numbers = 0, streets = 0, last = 0;
    bool listed = false;
    for (std::size_t i = at; i < limit;) {
      if (t[i] == ' ' || t[i] == ':' || t[i] == ',' || t[i] == '"' || t[i] == '(') {
        ++i;
        continue;
      }
      if (t[i] == '\n') break;
      const Word w = word_at(doc, i, limit);
      if (w.end == i) break;
      const bool street = is_street(doc, w);
      const bool part = w.plain && (w.number || w.capital || street);
      if (!part && a.start == 0 && ++before <= kMostBefore && w.end == w.bare) {
        i = w.end;
        continue;
      }
      if (!part) break;
      if (a.start == 0) a.start = w.start;
      if (w.number) {
        const std::string_view n = doc.slice(w.start, w.bare);
        const bool year = n.size() == 4 && (n.starts_with("19") || n.starts_with("20"));
        houses += !year;
        ++numbers;
      }
      names += w.capital && w.bare - w.start >= 3;
      streets += street && w.bare - w.start >= 3;
      listed = listed || (w.bare < w.end && t[w.bare] == ',');
      if (w.number || w.capital) last = w.bare;
      i = w.end;
      // A sentence ends behind a longer word or a number.
      if (w.bare < w.end && std::string_view(".;!?").find(t[w.bare]) != std::string_view::npos &&
          (t[w.bare] != '.' || !street))
        break;
    }
    // "moved to Apache 2" has less.
    if (houses == 0 || names == 0 || last <= a.start + 6) return {};
    if (numbers < 2 && streets == 0 && !listed) return {};
    a.end = last;
    return a;
  }

  Words words_;
};

}  // namespace

Made make_homes(scan::PhraseSet& set) { return std::make_unique<Homes>(set); }

}  // namespace sluice::sense::detect
