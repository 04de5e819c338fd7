// Codes that are written as nobody writes a number, or stand beside another code: "my PIN is four zero nine two",
// "the code to the lockbox, 5 8 0 4", "Koden till porten är 5719 och larmet 3068", "digicode c'est 48B07", "left
// 14 right 37", and the cells of a table below "code". told_codes.cpp reads those that are written as numbers.
#include <re2/re2.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/secret/access_words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kPin = 1;     // means nothing else
constexpr Tags kCode = 2;    // of many things: near what it opens
constexpr Tags kLock = 4;    // what a code opens
constexpr Tags kHead = 8;    // heads a column of secrets
constexpr Tags kWhose = 16;  // heads a column beside it

constexpr Tags kLabel = 32;  // ": 4471" behind it is a code

constexpr std::size_t kLockReach = 80;
constexpr std::size_t kMostRows = 60;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}

// Hits, each in a place of its own: where one is already, persons and addresses aside, no other is put.
class Places {
 public:
  explicit Places(std::vector<Hit>& hits) : hits_(hits), told_(hits.size()) {}

  bool report(std::size_t start, std::size_t end) {
    fill();
    if (meets(start, end)) return false;
    taken_[start] = end;
    hits_.push_back(Hit{Kind::Password, 0.7, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
    return true;
  }

  std::size_t size() const { return hits_.size(); }
  const Hit& operator[](std::size_t i) const { return hits_[i]; }

 private:
  // When first asked: most texts have nothing to put. Ranges that meet are kept as one, so that each question is a
  // search, however many there are.
  void fill() {
    for (; told_ > 0; --told_) {
      const Hit& hit = hits_[told_ - 1];
      if (hit.kind == Kind::Person || hit.kind == Kind::Address || hit.start >= hit.end) continue;
      std::size_t start = hit.start, end = hit.end;
      auto next = taken_.lower_bound(start);
      if (next != taken_.begin() && std::prev(next)->second > start) --next;
      while (next != taken_.end() && next->first < end) {
        start = std::min(start, next->first);
        end = std::max(end, next->second);
        next = taken_.erase(next);
      }
      taken_[start] = end;
    }
  }

  bool meets(std::size_t start, std::size_t end) const {
    const auto next = taken_.lower_bound(end);
    return next != taken_.begin() && std::prev(next)->second > start;
  }

  std::vector<Hit>& hits_;
  std::size_t told_;  // of hits that are not in taken_ yet
  std::map<std::size_t, std::size_t> taken_;
};

class ToldPins : public scan::Detector {
 public:
  explicit ToldPins(scan::PhraseSet& set)
      : words_(set),
        singles_(
            R"(^[^\n.;!?0-9|]{0,44}[ ,:("'=]((?:\d ){3,7}\d[#*]?|(?:\d-){3,7}\d[#*]?)(?:[^\d\pL -]| [^\d]|\n|$))"),
        pairs_(R"(^[^\n0-9|]{0,64}[ ,:("'=]((?:\d\d ){3}\d\d)(?:[^\d\pL ]| [^\d]|\n|$))"),
        label_(
            R"(^: ?(\d{4,6}[#*]?)(?:[.,;]?(?:\s*\n|$)|[.,;]? (?:before|until|till|after|then|and|or|for|but|bis|und|oder|dann|avant|et|puis|y|luego|e|poi|en|och|og|i|a) ))"),
        spoken_(std::string(R"((?i)^[^\n.;!?0-9]{0,40}?[ ,:("'=])") + R"((()" + kDigitWords +
                R"()(?:(?: |, |-|,|\. )()" + kDigitWords + R"()){3,7})(?:[^\pL\d]|$))"),
        mixed_(
            R"((?i)^[^\n.;:!?0-9]{0,30}?(?: is| ist| est| c'est| c’est| es| è| é| to| är| er| on| je| e| este|:|=| cu| with| mit| avec| con| com| met| se deschide cu) ((?-i)(?:[A-Z]{1,2}\d{3,6}[A-Z#*]?|\d{2,5}[A-Z]{1,2}\d{0,5}[#*]?))(?:[.,;)!]|\s|$))"),
        turns_(
            R"((?i)^[^\n.;!?0-9]{0,44}?[ ,:]((?:turn )?(?:left|right|links|rechts|izquierda|derecha|esquerda|direita|gauche|droite|sinistra|destra|vänster|höger|venstre|højre|høyre|w lewo|w prawo|влево|вправо)(?: to| bis| auf| a| à)? \d{1,2}(?:,? (?:and |then |und |dann |et |puis |y |luego |e |poi )?(?:left|right|links|rechts|izquierda|derecha|esquerda|direita|gauche|droite|sinistra|destra|vänster|höger|venstre|højre|høyre|w lewo|w prawo|влево|вправо)(?: to| bis| auf| a| à)? \d{1,2}){1,4}))"),
        next_(
            R"((?i)^[#*]?((?: (?:before|until|till|bis|vor|avant|jusqu'à|antes de|prima delle|tot|do|innan|før)? ?\d{1,2}(?::\d{2})? ?(?:am|pm|uhr|h|p\.m\.)?)?[,;]? (?:(?:and|und|et|y|e|i|en|och|og|ja|a|az|és|și|si|iar|и|а|or|but|while)[ ,])?(?:[^\s\d.,;:]+ ){0,2}?(?:[^\s\d,;:]{1,12} ){0,3}?)(\d{4,8}|[A-Z]\d{4,5}|\d{4,5}[A-Z])([#*]?(?: after| danach| after that| thereafter| ensuite| después| dopo| daarna| potem)?(?:[.,;)!]|\n|$| [^\d\s])))") {
    for (const RE2* pattern : {&singles_, &pairs_, &label_, &spoken_, &mixed_, &turns_, &next_})
      SLUICE_CHECK(pattern->ok(), "our own patterns compile");
    using scan::Edge;
    words_.add(
        kPin,
        "pin|pins|pin-code|pin code|pincode|pin-kod|pin-koden|puk|passcode|door code|gate code|alarm "
        "code|lockbox code|keypad code|safe code|locker code|key safe code|digicode|türcode|geheimzahl|code pin|"
        "código pin|codice pin|kod pin|nip|пин|пин-код|kapukód|riasztókód|ovikoodi|hälytyskoodi|portkod|"
        "portkoden|dörrkod|larmkod|kluiscode|deurcode|alarmcode|digikod|kod do drzwi|kod do bramy|κωδικός pin|"
        "interfonul|interfon|ajtókód");
    words_.add(kPin, "暗証番号", Edge::Any);
    words_.add(
        kCode,
        "code|codes|combination|combo|kombination|zahlencode|combinaison|código|combinación|codice|"
        "combinazione|combinação|senha|clave|contraseña|wachtwoord|password|passwort|pw|combinatie|cijfercode|"
        "kod|szyfr|hasło|koden|kode|kóodi|koodi|kód|heslo|jelszó|cod|codul|код|пароль|κωδικός|set to|opens "
        "with|tu mets|composez|tapez|key in|punch in|type in");
    words_.add(
        kLock,
        "alarm|alarm panel|door|gate|safe|locker|lockbox|lock box|key box|keybox|key safe|padlock|keypad|garage|"
        "shed|voicemail|bank card|tablet|phone|tür|haustür|tor|tresor|schloss|zahlenschloss|schlüsselkasten|"
        "keller|porte|portail|coffre|cadenas|boîte à clés|boîtier à clés|immeuble|alarme|puerta|portón|la "
        "caja|caja "
        "fuerte|candado|alarma|porta|cancello|portone|cassaforte|lucchetto|allarme|portão|cofre|cadeado|deur|"
        "poort|kluis|hangslot|drzwi|bramy|brama|sejf|sejfu|kłódki|porten|dörren|larmet|kassaskåpet|"
        "hänglåset|døren|skabet|låsen|alarmen|ovi|hälyttimen|hälytin|kassakaappi|lukko|dveří|dveře|trezor|"
        "zámek|alarmu|kapu|ajtó|széf|riasztó|poarta|ușa|seif|двери|дверь|сейф|сейфа|ворот|замка|замок|домофон|"
        "bike lock|bike shed|front door|back door|suitcase|digicode");
    words_.add(kLock,
               "sleutelkast|sleutelkluis|tastier|lucchett|candado|kłódk|szafk|nøgleboks|nyckelskåp|kodelås|kodlås|"
               "zahlenschl|schlüsselsafe|schlüsseltresor|garagentor|door|keypad|cadeado|digicode|vorhängeschl|"
               "cancellett|zámek|turnstile|barrier|combination lock",
               Edge::Start);
    words_.add(kLock, "金庫|玄関|ドア|鍵|门锁|保险箱|도어락|금고|현관|قفل|คีย์เซฟ", Edge::Any);
    words_.add(
        kLabel,
        "gate|side gate|front gate|back gate|main gate|front door|back door|key safe|keysafe|lockbox|lock box|key "
        "box|padlock|keypad|bike lock|bike shed|haustür|hoftor|schlüsselsafe|schlüsselkasten|portail|digicode|"
        "boîte à clés|portón|candado|caja fuerte|cancello|lucchetto|cassaforte|portão|cadeado|poort|kluis|"
        "sleutelkluis|furtka|kłódka|domofon|nyckelskåp|nøgleboks|nøkkelboks|kaukosuljin|avainboksi|branka|"
        "domofon");
    words_.add(kHead,
               "key|code|pin|pass|pw|pwd|password|passwd|passwort|kennwort|mdp|clave|contraseña|senha|hasło|"
               "combo|combination|wachtwoord|lösenord|heslo|пароль|kode|kod");
    words_.add(kWhose,
               "who|user|login|username|account|benutzer|nutzer|utilisateur|usuario|utente|usuário|gebruiker|"
               "użytkownik|användare|uživatel|логин|door|lock|gate|safe|locker");
  }

  const char* name() const override { return "told_pins"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    Places places(hits);
    for (const scan::PhraseHit& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (tags & kHead) table(doc, hit, places);
      if (tags & kLabel) match(doc, hit.end, 32, label_, places);
      if ((tags & kLock) && has_digits(doc, hit.end, std::min(doc.text.size(), hit.end + 60ul), 4))
        match(doc, hit.end, 80, singles_, places);
      if (!(tags & (kPin | kCode))) continue;
      if (!(tags & kPin) && !(words_.around(doc, hit.start, hit.end, kLockReach, 48) & kLock)) continue;
      if (is_name_of_example(doc.lower, hit.start, hit.end)) continue;
      if (match(doc, hit.end, 90, spoken_, places)) continue;
      if (!has_digits(doc, hit.end, std::min(doc.text.size(), hit.end + 80ul), 3)) continue;
      if (match(doc, hit.end, 80, singles_, places)) continue;
      if ((tags & kPin) && match(doc, hit.end, 90, pairs_, places)) continue;
      if (match(doc, hit.end, 110, turns_, places)) {
        beside(doc, places[places.size() - 1].end, places);
        continue;
      }
      match(doc, hit.end, 64, mixed_, places);
    }
    for (std::size_t i = 0, told = places.size(); i < told; ++i) {
      const Hit hit = places[i];
      if (hit.kind == Kind::Password && is_code(doc.slice(hit.start, hit.end))) beside(doc, hit.end, places);
    }
    return {};
  }

 private:
  static constexpr char kDigitWords[] =
      "(?:double |triple "
      ")?(?:zero|oh|nought|naught|one|two|three|four|five|six|seven|eight|nine|null|eins|zwo|zwei|"
      "drei|vier|fünf|sechs|sieben|acht|neun|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf|cero|uno|dos|tres|"
      "cuatro|"
      "cinco|seis|siete|ocho|nueve|due|tre|quattro|cinque|sei|sette|otto|nove|um|dois|três|quatro|sete|oito|nul|"
      "een|"
      "twee|drie|vijf|zes|zeven|negen|jeden|dwa|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć|noll|ett|två|"
      "fyra|fem|sex|sju|åtta|nio|en|to|fire|seks|syv|otte|ni|sju|åtte|nolla|yksi|kaksi|kolme|neljä|viisi|kuusi|"
      "seitsemän|kahdeksan|yhdeksän|ноль|один|два|три|четыре|пять|шесть|семь|восемь|девять)";

  static bool match(const Document& doc, std::size_t from, std::size_t size, const RE2& pattern, Places& places) {
    const std::size_t end = std::min(doc.text.size(), from + size);
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + from, end - from), pattern, &value)) return false;
    if (is_trivial({value.data(), value.size()})) return false;
    const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
    return places.report(start, start + value.size());
  }

  // "1 2 3 4", "one two three four", "0000"; years.
  static bool is_trivial(std::string_view code) {
    std::string digits, words;
    for (const char c : code) {
      if (is_digit(c)) digits += c;
      if (is_letter(c) && !(c >= 'A' && c <= 'Z' && !digits.empty())) words += c;
    }
    for (const char* counted :
         {"onetwothree", "einszweidrei", "undeuxtrois", "unodostres", "unoduetre", "umdoistrês", "eentweedrie",
          "jedendwatrzy", "etttvåtre", "entotre", "одиндватри"}) {
      if (words.starts_with(counted)) return true;
    }
    if (digits.size() < 3) return words.empty();
    const bool same = digits.find_first_not_of(digits[0]) == digits.npos;
    const auto odd = [](char a, char b) { return b != a + 1; };
    return same || std::adjacent_find(digits.begin(), digits.end(), odd) == digits.end() ||
           (code.size() == 4 && (digits.starts_with("19") || digits.starts_with("20")));
  }

  static bool is_code(std::string_view code) {
    const auto digits = std::count_if(code.begin(), code.end(), is_digit);
    return code.size() >= 4 && code.size() <= 9 && digits >= 3 && code.size() - std::size_t(digits) <= 2 &&
           std::all_of(code.begin(), code.end(),
                       [](char c) { return is_digit(c) || (c >= 'A' && c <= 'Z') || c == '#' || c == '*'; });
  }

  // "... är 5719 och larmet 3068", "0451 before 6pm, 7720 after": what else opens stands between the two, or when.
  void beside(const Document& doc, std::size_t at, Places& places) const {
    for (int n = 0; n < 4; ++n) {
      const std::size_t end = std::min(doc.text.size(), at + 64);
      if (!has_digits(doc, at, end, 4)) return;
      re2::StringPiece between, value, behind;
      if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + at, end - at), next_, &between, &value, &behind))
        return;
      const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
      const std::string_view gap = std::string_view(doc.lower).substr(at, start - at);
      const bool later = behind.size() > 3 && behind[0] == ' ' &&
                         std::count(behind.begin(), behind.end(), ' ') >= 1 && gap.size() < 24 &&
                         behind.size() > 4;
      if (!later && !names_lock(gap)) return;
      if (is_trivial({value.data(), value.size()})) return;
      places.report(start, start + value.size());
      at = start + value.size();
    }
  }

  static bool names_lock(std::string_view gap) {
    static constexpr std::string_view kLocks[] = {
        "alarm", "larm",   "door",   "gate",     "safe",    "shed",   "garage", "locker", "lock",    "sas",
        "porte", "porta",  "coffre", "puerta",   "garaje",  "caja",   "cancel", "portão", "cofre",   "tür",
        "tor ",  "tresor", "keller", "deur",     "poort",   "kluis",  "schuur", "drzwi",  "bram",    "sejf",
        "garaż", "dörr",   "skåp",   "förråd",   "dør",     "skab",   "ovi",    "hälyt",  "autotal", "dveř",
        "bránu", "trezor", "riaszt", "kapu",     "ajtó",    "garáz",  "poart",  "ușă",    "seif",    "двер",
        "сейф",  "ворот",  "сигнал", "cassafor", "allarme", "tablet", "phone",  "keypad", "kasa"};
    return std::any_of(std::begin(kLocks), std::end(kLocks),
                       [&](std::string_view lock) { return gap.find(lock) != gap.npos; });
  }

  // "| system | who | key |" and the rows below it.
  void table(const Document& doc, const scan::PhraseHit& hit, Places& places) const {
    const std::string& t = doc.text;
    std::size_t line = hit.start, end = hit.end;
    while (line > 0 && hit.start - line < 160 && t[line - 1] != '\n') --line;
    while (end < t.size() && end - hit.end < 160 && t[end] != '\n') ++end;
    const std::string_view head = doc.slice(line, end);
    const char bar = head.find('|') != head.npos ? '|' : head.find('\t') != head.npos ? '\t' : '\0';
    if (bar == '\0' || end >= t.size() || std::count(head.begin(), head.end(), bar) < 2 - (bar == '\t')) return;
    std::size_t from = hit.start, to = hit.end;
    while (from > line && t[from - 1] == ' ') --from;
    while (to < end && t[to] == ' ') ++to;
    if ((from > line && t[from - 1] != bar) || (to < end && t[to] != bar)) return;  // not the whole cell
    const std::string_view lower = std::string_view(doc.lower).substr(line, end - line);
    for (const std::string_view other :
         {"message", "error", "status", "type", "country", "descri", "meaning", "value"}) {
      if (lower.find(other) != lower.npos) return;  // of errors, products, settings
    }
    if (!(words_.around(doc, hit.start, hit.end, hit.start - line, end - hit.end) & kWhose)) return;
    const auto column = std::count(t.begin() + std::ptrdiff_t(line), t.begin() + std::ptrdiff_t(hit.start), bar);
    for (std::size_t row = 0, at = end + 1; row < kMostRows && at < t.size(); ++row) {
      const std::size_t next = std::min(t.find('\n', at), t.size());
      const std::string_view text = doc.slice(at, next);
      if (text.find(bar) == text.npos) return;
      std::size_t cell = 0;
      for (std::ptrdiff_t n = 0; n < column && cell != text.npos; ++n) {
        cell = text.find(bar, cell);
        if (cell != text.npos) ++cell;
      }
      if (cell != text.npos) {
        std::size_t stop = std::min(text.find(bar, cell), text.size());
        while (cell < stop && text[cell] == ' ') ++cell;
        while (stop > cell && (text[stop - 1] == ' ' || text[stop - 1] == '\r')) --stop;
        if (is_cell(text.substr(cell, stop - cell))) places.report(at + cell, at + stop);
      }
      at = next + 1;
    }
  }

  // A code of digits, or one word of letters and digits.
  static bool is_cell(std::string_view cell) {
    if (cell.size() < 4 || cell.size() > 40 || is_placeholder(cell) || is_reference(cell)) return false;
    if (cell.find_first_of(" <>{}()/\\") != cell.npos) return false;
    if (std::all_of(cell.begin(), cell.end(), is_digit)) return cell.size() <= 8 && !is_trivial(cell);
    const auto letters = std::count_if(cell.begin(), cell.end(), is_letter);
    if (letters == 0) return false;
    for (const char* said :
         {"none",    "n/a",     "same",   "unset",  "unknown", "expired", "ask",     "varchar", "text",
          "primary", "foreign", "unique", "active", "locked",  "valid",   "missing", "empty",   "reset",
          "public",  "private", "yes",    "string", "integer", "bigint",  "error",   "pending"}) {
      if (cell == said) return false;
    }
    return std::none_of(cell.begin(), cell.end(), [](char c) { return c >= 'A' && c <= 'Z'; })
               ? cell.size() >= 6
               : looks_like_password(cell);
  }

  Words words_;
  RE2 singles_, pairs_, label_, spoken_, mixed_, turns_, next_;
};

}  // namespace

Made make_told_pins(scan::PhraseSet& set) { return std::make_unique<ToldPins>(set); }

}  // namespace sluice::sense::detect
