// Codes that let somebody in: PINs, TANs, codes sent for one use, of doors, alarms, safes and locks; recovery
// codes. "The alarm is C-6629, and 1774 turns it off": what a number is, the words around it say, in any order.
// Numbers stand in every text, so a name that can mean something else ("code") counts only near the thing that it
// opens.
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kGroups = 1;    // names of codes in groups of letters and digits
constexpr Tags kName = 2;      // means nothing else: "door code", "digicode"
constexpr Tags kCapitals = 4;  // the same, in capitals: "PIN"; "pin" and "tan" are words
constexpr Tags kCode = 8;      // "code", "combination", of many things
constexpr Tags kLock = 16;     // what a code opens
constexpr Tags kOther = 32;    // codes that let nobody in
constexpr Tags kSeed = 64;     // of an authenticator: RFC 4648 base32, in groups of four as its page shows it

// How far from its name a code may stand, and from the lock, in bytes.
constexpr std::size_t kReach = 80, kLockReach = 120;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

class ToldCodes : public scan::Detector {
 public:
  explicit ToldCodes(scan::PhraseSet& set) : words_(set) {
    using scan::Edge;
    words_.add(
        kGroups,
        "recovery codes|backup codes|recovery code|backup code|2fa codes|backup-codes|wiederherstellungscodes|"
        "códigos de recuperación|códigos de respaldo|codes de récupération|codes de secours|codici di backup");
    words_.add(
        kGroups | kName,
        "one-time code|verification code|otp|security code|einmalcode|bestätigungscode|code de vérification|"
        "código de verificación|my pin|card pin|pin is|atm pin|mein pin|meine pin|pin code|one-time password|"
        "passcode|code for my|pin for|alarm code|door code|gate code|entry code|alarm "
        "pin|safe code|safe combination|lock code|"
        "garage code|türcode|pin für|pin der|pin del|pin du|code porte|code d'entrée|digicode|código de la puerta|"
        "codice allarme|código do alarme|kod do drzwi|alarmcode|puk|unlock code|sim pin|pin:");
    words_.add(kGroups | kName, "验证码|備用碼|备用码|認証コード|인증번호", Edge::Any);
    words_.add(kGroups, "code for the|code to the|tan");
    words_.add(
        kName,
        "access code|entrance code|keypad code|lockbox code|key box code|locker code|building code is|one time "
        "code|"
        "confirmation code|login code|sms code|2fa code|mfa code|zugangscode|zutrittscode|entsperrcode|sms-code|"
        "freischaltcode|sicherheitscode|einmalpasswort|öffnungscode|code d'accès|code secret|code confidentiel|"
        "code à usage unique|code de sécurité|código de acceso|código de seguridad|código de entrada|clave de un "
        "solo "
        "uso|código pin|codice di accesso|codice di verifica|codice di sicurezza|codice pin|código de "
        "acesso|código "
        "de verificação|código de segurança|toegangscode|verificatiecode|pincode|beveiligingscode|kod dostępu|kod "
        "weryfikacyjny|kod pin|åtkomstkod|verifieringskod|pin-kod|portkod|dörrkod|adgangskode|doğrulama "
        "kodu|giriş "
        "kodu|erişim kodu|pin kodu|şifresi|код доступа|код подтверждения|код от|pin-code|pin-koden|pin-nummer");
    words_.add(kName,
               "暗証番号|暗証|確認コード|解錠|開錠番号|密码锁|取款密码|支付密码|动态码|驗證碼|비밀번호|보안코드",
               Edge::Any);
    words_.add(kSeed,
               "2fa|totp|authenticator|authenticator app|setup key|otpauth|two-factor|two factor|mfa|2fa-app|"
               "einrichtungsschlüssel|zwei-faktor|double authentification|doble factor|due fattori|dois fatores");
    words_.add(kCapitals, "pin|puk|tan|otp|pins|pin-code|nip");
    words_.add(
        kCode,
        "code|codes|codeword|combination|combo|digits|kombination|zahlenkombination|zahlencode|ziffern|zahlen|"
        "combinaison|código|códigos|combinación|cifras|codice|codici|combinazione|cifre|combinação|dígitos|"
        "combinatie|cijfers|cijfercode|kod|kodem|kodu|szyfr|cyfry|koden|kode|koder|kombinationen|siffrorna|"
        "kombinasyon|"
        "kodun|код|кода|комбинация|numero segreto|geheimzahl|geheimnummer");
    words_.add(kCode, "code|kod|koden|kode", Edge::End);
    words_.add(kCode, "コード|番号|密码|暗码|代码", Edge::Any);
    words_.add(
        kLock,
        "alarm|door|gate|safe|locker|padlock|lockbox|lock box|key box|keybox|key "
        "safe|keysafe|garage|entrance|intercom|"
        "vault|suitcase|holiday let|airbnb|voicemail|sim card|debit card|bank card|bike "
        "lock|shed|keypad|disarm|unlocks|"
        "tür|haustür|tor |tresor|schloss|schließfach|schlüsselkasten|schlüsselbox|schlüsselsafe|eingang|keller|"
        "alarmanlage|karte|ec-karte|spind|fahrradschloss|koffer|"
        "porte|immeuble|portail|portillon|coffre|boîte à clé|boite a cle|cadenas|alarme|interphone|casier|hall|"
        "puerta|portal|portón|caja fuerte|alarma|candado|taquilla|tarjeta|fotocopiadora|garaje|"
        "porta|cancello|cassaforte|allarme|lucchetto|armadietto|portone|citofono|"
        "portão|cofre|cadeado|cacifo|armário|cartão|"
        "deur|voordeur|kluis|poort|slot|sleutelkast|sleutelkluis|fietsslot|hangslot|pasje|"
        "drzwi|sejf|bram|furtk|kłódk|szafk|karty|domofon|"
        "dörr|porten|larm|nyckelskåp|kassaskåp|hänglås|låset|skåpet|"
        "kapı|kasa|kilit|kart|dolap|alarmı|"
        "двер|сейф|замок|домофон|сигнализац|copier|kopierer|copieur|fotokopi|badge",
        Edge::Start);
    words_.add(kLock, "tresor|schrank|schloss|deur|kluis|tür|larm|lås", Edge::End);
    words_.add(kLock, "金庫|玄関|ドア|鍵|ロッカー|アラーム|门|保险箱|保险柜|门禁|储物柜", Edge::Any);
    words_.add(
        kOther,
        "error|exit|status|http|postal|zip|post|postcode|country|area|dialling|dial|discount|promo|coupon|voucher|"
        "gutschein|rabatt|product|item|order|bar|qr|source|morse|colour|color|sort|swift|bic|icd|icd-10|cpt|tax|"
        "penal|"
        "civil|fehler|plz|vorwahl|artikel|produkt|lines of|pin code:|nagar|district|postleitzahl|erreur|promotion|"
        "código postal|code postal|codice postale|cap|postnummer|kod pocztowy|rabat|booking|tracking|reference|"
        "hts|hs|nace|unicode|ascii|hex|crash|fault|trouble|obd|blink|airport|station|course|module|student");
  }

  const char* name() const override { return "told_codes"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t done = 0;
    for (const scan::PhraseHit& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (tags & kGroups) groups(doc, hit.end, hits);
      if (tags & kSeed) seed(doc, hit, hits);
      if (names_code(doc, hit, tags)) numbers_after(doc, hit, done, hits);
    }
    return {};
  }

 private:
  static void report(double confidence, std::size_t start, std::size_t end, std::vector<Hit>& hits) {
    const bool known = std::any_of(hits.rbegin(), hits.rend(), [&](const Hit& h) { return h.start == start; });
    if (!known)
      hits.push_back(
          Hit{Kind::Password, confidence, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // "recovery codes: 8f3k-29dk 77dh-1k2m", "the one-time code is 492817": groups of letters and digits, or a
  // number.
  static constexpr std::size_t kLeastDigits = 4;  // of a code
  static void groups(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    static const RE2 kValue(
        R"(^(?:\s*(?:is|are|was|:|=|ist|lautet|sind|est|es|son|sont|für|for|of|my|the|your|our|account|login|here|alarm|door|gate|front|back|safe|garage|card|phone|sim|office|building|locker|main|entrance|haustür|tür|alarmanlage|des|de|du|del|la|le|l'alarme|el|der|die|das|to|é|è|jest|是|为|：|は)\s*){0,5}\s*['"]?((?:[A-Za-z0-9]{4,6}[- ][A-Za-z0-9]{4,6}(?:[,;\s]+|$)?){1,20}|\d{3}[ -]?\d{3}|\d{4,8})\b)");
    const std::size_t end = std::min<std::size_t>(doc.text.size(), at + 260);
    if (!has_digits(doc, at, end, kLeastDigits)) return;
    const re2::StringPiece rest(doc.text.data() + at, end - at);
    re2::StringPiece value;
    if (!RE2::PartialMatch(rest, kValue, &value)) return;
    std::size_t digits = 0;
    for (const char c : value) digits += c >= '0' && c <= '9';
    const bool year =
        value.size() == 4 && (value[0] == '1' || value[0] == '2') && (value[1] == '9' || value[1] == '0');
    if (digits < kLeastDigits || year || is_placeholder(std::string_view(value.data(), value.size()))) return;
    const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
    report(0.7, start, start + value.size(), hits);
  }

  // "type JBXW 4TQZ M7KD 2LRA by hand into the 2FA app"
  static void seed(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) {
    static const RE2 kSeedGroups(
        R"(\b([A-Z2-7]{4}(?:[ -][A-Z2-7]{4}){3,15}|[A-Z2-7]{16,64}={0,6})(?:[^A-Za-z0-9]|$))");
    const std::size_t from = hit.start > kReach ? hit.start - kReach : 0;
    const std::size_t end = std::min<std::size_t>(doc.text.size(), hit.end + 160u);
    if (!has_digits(doc, from, end, 2)) return;
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + from, end - from), kSeedGroups, &value)) return;
    if (std::count_if(value.begin(), value.end(), is_digit) < 2 || entropy({value.data(), value.size()}) < 3.3)
      return;
    const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
    hits.push_back(Hit{Kind::ApiToken, 0.75, static_cast<std::uint32_t>(start),
                       static_cast<std::uint32_t>(start + value.size())});
  }

  bool names_code(const Document& doc, const scan::PhraseHit& hit, Tags tags) const {
    if (!(tags & (kName | kCapitals | kCode))) return false;
    if (!has_digits(doc, hit.end, std::min(doc.text.size(), hit.end + kReach), 4)) return false;
    if (words_.around(doc, hit.start, hit.end, 16, 12) & kOther) return false;
    if (tags & kName) return true;
    if ((tags & kCapitals) && is_upper(doc.text[hit.start]) && is_upper(doc.text[hit.start + 1])) return true;
    return (tags & kCode) && (words_.around(doc, hit.start, hit.end, kLockReach, kLockReach) & kLock);
  }

  // At most two codes after their name, and no more than two sentences on.
  void numbers_after(const Document& doc, const scan::PhraseHit& hit, std::size_t& done,
                     std::vector<Hit>& hits) const {
    auto run = std::partition_point(doc.numbers.begin(), doc.numbers.end(),
                                    [&](const scan::NumberRun& r) { return r.end <= hit.end; });
    int found = 0, ends = 0;
    std::size_t at = hit.end;
    for (; run != doc.numbers.end() && run->start < hit.end + kReach && found < 2; ++run) {
      for (; at < run->start; ++at) {
        const char c = doc.text[at];
        ends += c == '\n' ||
                ((c == '.' || c == '?' || c == '!') && at + 1 < doc.text.size() && doc.text[at + 1] == ' ');
      }
      if (ends > 2) return;
      const Number code = number_of(doc, *run);
      if (code.end == 0) continue;
      ++found;
      if (code.start < done) continue;
      done = code.end;
      report(0.7, code.start, code.end, hits);
    }
  }

  struct Number {
    std::size_t start = 0, end = 0;  // 0: no code
  };

  // Four to eight digits, alone, or in two or three groups alike, perhaps with a letter before: "309 552",
  // "19-55-02", "A4718", "C-6629". No year, date, time, sum or measure.
  static Number number_of(const Document& doc, const scan::NumberRun& run) {
    const std::string& t = doc.text;
    const Groups g(doc, run);
    if (run.digits < 4 || run.digits > 8 || g.count() > 3) return {};
    if (g.count() > 1) {
      if (!g.uniform(0, g.count() - 1) || g.size(0) != g.size(1) || g.size(0) < 2) return {};
      const char joint = g.separator(0)[0];
      if (joint != ' ' && joint != '-') return {};
      if (g.count() == 3 && g.size(2) != g.size(0)) return {};
      if (g.count() == 2 && g.size(0) == 2 && joint == ' ') return {};  // "20 30"
    }
    std::size_t start = run.start, end = run.end;
    if (start > 0 && t[start - 1] == '-' && start > 1 && is_upper(t[start - 2])) --start;
    int letters = 0;
    while (start > 0 && letters < 2 && is_upper(t[start - 1])) --start, ++letters;
    if (start > 0 && (scan::is_word_byte(t[start - 1]) && static_cast<unsigned char>(t[start - 1]) < 0x80))
      return {};
    if (start > 0 && std::string_view("$.,:/-+@&=").find(t[start - 1]) != std::string_view::npos) return {};
    if (start >= 2 && (t.compare(start - 2, 2, "£") == 0)) return {};
    if (start >= 3 && (t.compare(start - 3, 3, "€") == 0 || t.compare(start - 3, 3, "¥") == 0)) return {};
    if (end < t.size() && (t[end] == '%' || t[end] == ':' || t[end] == '/' || t[end] == '_' || t[end] == '@'))
      return {};
    if (end + 1 < t.size() && (t[end] == '.' || t[end] == ',') && is_digit(t[end + 1])) return {};
    if (end < t.size() && scan::is_word_byte(t[end]) && static_cast<unsigned char>(t[end]) < 0xE2) return {};
    if (measures(std::string_view(doc.lower).substr(end, 12))) return {};
    const std::string_view digits = doc.slice(run.start, run.end);
    if (letters == 0 && run.digits == 4 && g.count() == 1 &&
        (digits.starts_with("19") || digits.starts_with("20")))
      return {};
    if (is_placeholder(digits) || digits == "1234" || digits == "4321" || digits == "12345") return {};
    if (std::all_of(digits.begin(), digits.end(), [&](char c) { return c == digits[0]; })) return {};
    return {start, end};
  }

  // "4000 km", "5000 euros", "2048 bits".
  static bool measures(std::string_view behind) {
    if (behind.empty() || (behind[0] != ' ' && behind[0] != '-'))
      return behind.starts_with("€") || behind.starts_with("円");
    behind.remove_prefix(1);
    for (const char* unit :
         {"€",       "$",    "£",    "eur",  "usd",  "dollar", "pound", "zł",     "kr",     "km",
          "m ",      "m²",   "mm",   "cm",   "kg",   "g ",     "mg",    "ml",     "year",   "jahr",
          "day",     "tag",  "min",  "sec",  "sek",  "hour",   "stund", "uhr",    "bit",    "byte",
          "mb",      "gb",   "kb",   "time", "mal ", "digit",  "char",  "user",   "people", "person",
          "custom",  "kund", "line", "row",  "page", "seite",  "item",  "step",   "point",  "word",
          "attempt", "rpm",  "watt", "volt", "hz",   "px",     "pixel", "combin", "possib"}) {
      if (behind.starts_with(unit)) return true;
    }
    return false;
  }

  Words words_;
};

}  // namespace

Made make_told_codes(scan::PhraseSet& set) { return std::make_unique<ToldCodes>(set); }

}  // namespace sluice::sense::detect
