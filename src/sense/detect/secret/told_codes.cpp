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
#include "sense/detect/secret/access_words.h"
#include "sense/detect/secret/code_context.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kGroups = 1;      // names of codes in groups of letters and digits
constexpr Tags kName = 2;        // means nothing else: "door code", "digicode"
constexpr Tags kCapitals = 4;    // the same, in capitals: "PIN"; "pin" and "tan" are words
constexpr Tags kCode = 8;        // "code", "combination", of many things
constexpr Tags kLock = 16;       // what a code opens
constexpr Tags kOther = 32;      // codes that let nobody in
constexpr Tags kPass = 128;      // a password by name: a number is one only behind a verb or a sign
constexpr Tags kWpa = 256;       // the digits on a router's back
constexpr Tags kCompound = 512;  // "Türcode", "kluiscode"; not "postcode"
constexpr Tags kSeed = 64;       // of an authenticator: RFC 4648 base32, in groups of four as its page shows it

// How far from its name a code may stand, and from the lock, in bytes.
constexpr std::size_t kReach = 80, kLockReach = 120;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }

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
    words_.add(
        kGroups | kName,
        "رمز الباب|رمز الدخول|رمز التحقق|رمز الأمان|كود الباب|קוד כניסה|קוד הדלת|קוד אימות|קוד האזעקה|"
        "รหัสประตู|รหัส otp|验证码|備用碼|备用码|認証コード|인증번호|予備コード|バックアップコード|リカバリーコード|"
        "復旧コード|回復コード|恢复代码|"
        "恢复码|復原碼|복구 코드|백업 코드|복구코드|백업코드|رمز الاسترداد|קוד שחזור",
        Edge::Any);
    words_.add(kGroups,
               "códigos de recuperação|código de recuperação|código de recuperación|kody zapasowe|kod zapasowy|"
               "reservekoder|reservkoder|återställningskoder|varakoodi|varakoodit|yedek kod|yedek kodlar|kurtarma "
               "kodu|záložní kódy|резервные коды|резервный код|запасные коды|codici di recupero|herstelcode|"
               "herstelcodes|back-upcodes|wiederherstellungscode|code de secours|code de récupération");
    words_.add(kGroups, "code for the|code to the|tan");
    words_.add(
        kGroups,
        "one-time codes|one time codes|single-use codes|emergency codes|scratch codes|tans|tan list|tan-liste|"
        "einmalcodes|notfallcodes|ersatzcodes|códigos de un solo uso|códigos de emergencia|códigos de uso "
        "único|codici monouso|codes à usage unique|kody jednorazowe|engangskoder|engångskoder|jednorázové kódy|"
        "одноразовые коды|eenmalige codes");
    words_.add(
        kName,
        "mã otp|mã xác nhận|mã xác thực|mã cửa|kode otp|kode pintu|kode verifikasi|kode akses|κωδικός πόρτας|"
        "κωδικός συναγερμού|κωδικός επαλήθευσης|код домофона|код двери|код від|код сейфа|код сигнализации|"
        "код підтвердження|durvju kods|uksekood|durų kodas|kod ulaza|kapı kodu|alarm kodu|"
        "geheimzahl|geheimnummer|пин|пин-код|ověřovací kód|přístupový kód|"
        "access code|entrance code|keypad code|lockbox code|key box code|locker code|building code is|one time "
        "code|"
        "confirmation code|login code|sms code|2fa code|mfa code|zugangscode|zutrittscode|entsperrcode|sms-code|"
        "freischaltcode|sicherheitscode|einmalpasswort|öffnungscode|code d'accès|code secret|code confidentiel|"
        "code à usage unique|code de sécurité|código de acceso|código de seguridad|código de entrada|clave de un "
        "solo "
        "uso|código pin|codice di accesso|codice di verifica|codice di sicurezza|codice pin|código de "
        "acesso|código "
        "de verificação|código de "
        "segurança|toegangscode|verificatiecode|kapukód|riasztókód|ajtókód|ovikoodi|hälytyskoodi|pincode|"
        "beveiligingscode|kod dostępu|kod "
        "weryfikacyjny|kod pin|åtkomstkod|verifieringskod|pin-kod|portkod|dörrkod|adgangskode|doğrulama "
        "kodu|giriş "
        "kodu|erişim kodu|pin kodu|şifresi|код доступа|код подтверждения|код от|pin-code|pin-koden|pin-nummer");
    words_.add(kName,
               "暗証番号|暗証|確認コード|解錠|開錠番号|密码锁|取款密码|支付密码|动态码|驗證碼|비밀번호|보안코드",
               Edge::Any);
    words_.add(
        kSeed,
        "otp|otp seed|otp secret|totp secret|otp-seed|시드|2fa|totp|authenticator|authenticator app|setup "
        "key|otpauth|two-factor|two factor|mfa|2fa-app|"
        "uwierzytelniając|aplikacja uwierzytelniająca|authenticatie-app|app di autenticazione|aplicación de "
        "autenticación|"
        "klucza konfiguracji|clé de configuration|clave de configuración|einrichtungsschlüssel|zwei-faktor|double "
        "authentification|doble factor|due fattori|dois fatores");
    words_.add(kPass, kPasswordNames, Edge::Any);
    words_.add(
        kWpa,
        "netzwerkschlüssel|wlan-schlüssel|wlan-netzwerkschlüssel|wpa2|wpa|wpa3|wpa-key|clé wifi|clé wi-fi|wps");
    words_.add(kCapitals, "pin|puk|tan|otp|pins|pin-code|nip");
    words_.add(
        kCode,
        "digitate|digita|digitare|tapez|taper|composez|composer|marca|marque|teclea|tecleas|teclear|introduce|"
        "eintippen|"
        "tippe|eingeben|toets|wpisz|press|punch in|key in|type in|dial in|"
        "code|codes|codeword|combination|combo|digits|kombination|zahlenkombination|zahlencode|ziffern|zahlen|"
        "combinaison|código|códigos|combinación|cifras|codice|codici|combinazione|cifre|combinação|dígitos|"
        "combinatie|cijfers|cijfercode|kod|kodem|kodu|szyfr|cyfry|koden|kode|koder|kombinationen|siffrorna|"
        "kombinasyon|koodi|koodin|"
        "kodun|код|кода|комбинация|numero segreto|kód|kódem|kódu|kodem");
    words_.add(kCode | kCompound, "code|kod|koden|kode", Edge::End);
    words_.add(kCode, "コード|番号|密码|暗码|代码", Edge::Any);
    words_.add(kLock,
               "alarm|door|gate|safe|locker|handy|telefon|phone|unlock|sms|texted|radio|panel|building|palazzo|"
               "vault|sim card|shed|keypad|tor|karte|porte|casier|hall|portal|porta|cancello|portone|cofre|deur|"
               "poort|slot|karty|porten|larm|låset|skåpet|kasa|kilit|kart|dolap|copier|copieur|badge");
    words_.add(kLock,
               "padlock|lockbox|lock box|key box|keybox|key safe|keysafe|garage|entrance|intercom|smartphone|"
               "móvil|cellulare|telemóvel|entsperr|cadenas|buzzer|unlock button|gebäude|bâtiment|edificio|"
               "prédio|cash machine|caixa eletrônico|bancomat|geldautomat|suitcase|holiday let|airbnb|voicemail|"
               "debit card|bank card|bike lock|disarm|unlocks|tür|haustür|tresor|schloss|schließfach|"
               "schlüsselkasten|schlüsselbox|schlüsselsafe|eingang|keller|alarmanlage|ec-karte|spind|"
               "fahrradschloss|koffer|immeuble|portail|portillon|coffre|boîte à clé|boite a cle|cadenas|alarme|"
               "interphone|puerta|portón|caja fuerte|alarma|candado|taquilla|tarjeta|fotocopiadora|garaje|"
               "cassaforte|allarme|lucchetto|armadietto|citofono|portão|cadeado|cacifo|armário|cartão|voordeur|"
               "kluis|sleutelkast|sleutelkluis|fietsslot|hangslot|pasje|drzwi|sejf|bram|furtk|kłódk|szafk|"
               "domofon|hälyt|larm|cykelrum|förråd|tvättstug|dörr|nyckelskåp|kassaskåp|hänglås|kapı|alarmı|"
               "двер|сейф|замок|домофон|сигнализац|"
               "kopierer|fotokopi",
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
    for (const scan::NumberRun& run : doc.numbers) recovery_key(doc, run, hits);
    for (const scan::PhraseHit& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (!(tags & ~(kLock | kOther))) continue;
      if ((tags & kGroups) && !list(doc, hit.end, hits)) groups(doc, hit.end, hits);
      if (tags & kSeed) seed(doc, hit, hits);
      if (tags & kWpa) router_key(doc, hit.end, hits);
      if (tags & kPass) password_number(doc, hit.end, hits);
      if (tags & kName) mixed(doc, hit.end, hits);
      if (!names_code(doc, hit, tags)) continue;
      numbers_after(doc, hit, done, hits);
      mixed(doc, hit.end, hits);
    }
    return {};
  }

 private:
  static void report(double confidence, std::size_t start, std::size_t end, std::vector<Hit>& hits) {
    // Two names may lead to one code, and then it was told just before.
    const auto last = hits.size() > 8 ? hits.end() - 8 : hits.begin();
    const bool known = std::any_of(last, hits.end(), [&](const Hit& h) { return h.start == start; });
    if (!known)
      hits.push_back(
          Hit{Kind::Password, confidence, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // "recovery codes: 8f3k-29dk 77dh-1k2m", "the one-time code is 492817": groups of letters and digits, or a
  // number.
  static constexpr std::size_t kLeastDigits = 4;  // of a code
  static void groups(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    static const RE2 kValue(
        R"(^(?:\s*(?:is|are|was|:|=|ist|lautet|sind|est|es|son|sont|für|for|of|my|the|your|our|account|login|here|alarm|door|gate|front|back|safe|garage|card|phone|sim|office|building|locker|main|entrance|haustür|tür|alarmanlage|des|de|du|del|la|le|l'alarme|el|der|die|das|to|é|è|jest|是|为|：|は|\([^()\n]{0,40}\))\s*){0,5}\s*['"]?((?:[A-Za-z0-9]{4,6}[- ][A-Za-z0-9]{4,6}(?:[,;\s]+|$)?){1,20}|\d{3}[ -]?\d{3}|\d{4,8})\b)");
    const std::size_t end = std::min<std::size_t>(doc.text.size(), at + 260);
    if (!has_digits(doc, at, end, kLeastDigits)) return;
    const re2::StringPiece rest(doc.text.data() + at, end - at);
    re2::StringPiece value;
    if (!RE2::PartialMatch(rest, kValue, &value)) return;
    std::size_t digits = 0;
    for (const char c : value) digits += c >= '0' && c <= '9';
    std::size_t groups = 1, wordy = 0, here = 0;  // "board holds 4000 pins" is none
    for (std::size_t i = 0; i <= value.size(); ++i) {
      const bool ends = i == value.size() || !(is_digit(value[i]) || is_letter(value[i]));
      if (!ends) {
        here += is_digit(value[i]);
        continue;
      }
      wordy += here == 0 && i > 0 && is_letter(value[i - 1]);
      groups += i < value.size();
      here = 0;
    }
    if (wordy * 3 > groups) return;
    const bool year =
        value.size() == 4 && (value[0] == '1' || value[0] == '2') && (value[1] == '9' || value[1] == '0');
    if (digits < kLeastDigits || year || is_placeholder(std::string_view(value.data(), value.size()))) return;
    // A list of codes, each in two halves.
    static const RE2 kHalves(R"(([A-Za-z0-9]{4,6}-[A-Za-z0-9]{4,6})\b)");
    re2::StringPiece list = value, code;
    bool any = false;
    while (RE2::FindAndConsume(&list, kHalves, &code)) {
      if (std::none_of(code.begin(), code.end(), is_digit)) continue;
      const auto at = static_cast<std::size_t>(code.data() - doc.text.data());
      report(0.7, at, at + code.size(), hits);
      any = true;
    }
    const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
    // "4471 again": a word behind a number is none of its groups.
    std::size_t size = value.size();
    for (std::size_t last = size; last > 0 && !is_digit(value[last - 1]); --last) {
      if (value[last - 1] == ' ' || value[last - 1] == '-') size = last - 1;
    }
    if (any || is_alarm_told(doc, at, start, start + size)) return;
    report(0.7, start, start + size, hits);
  }

  // "Alarm code 4021 means": right behind its name and explained, a machine's. Not of doors, cards and messages.
  static bool is_alarm_told(const Document& doc, std::size_t name_end, std::size_t start, std::size_t end) {
    constexpr std::size_t kNameBytes = 14;
    const std::size_t from = name_end - std::min(name_end, kNameBytes);
    const std::string_view name = std::string_view(doc.lower).substr(from, name_end - from);
    return start <= name_end + 1 && (name.find("alarm") != name.npos || name.find("allarme") != name.npos) &&
           explains_code(doc.lower, end);
  }

  // "Backup codes: 4821 9931, 7710 2284, 3391 0047": two or more of one form behind their name, on one line or
  // below each other.
  static bool list(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    constexpr std::size_t kMost = 400;
    const std::size_t end = std::min<std::size_t>(doc.text.size(), at + kMost);
    if (!has_digits(doc, at, end, 2 * kLeastDigits)) return false;
    static const RE2 kForms[] = {RE2(R"(((?:[A-Za-z0-9]{4,6}-[A-Za-z0-9]{4,6}))(?:[,;.\s]|$))"),
                                 RE2(R"((\d{3,4} \d{3,4})(?:[,;.\n]|$| (?:and|und|et|y|e|i|и) ))"),
                                 RE2(R"((\d{6,10})(?:[,;.\s]|$))")};
    static const RE2 kLead(R"([^\n0-9]{0,60}(?:[:\s]|\n)\s*)"),
        kBetween(R"((?:[\s,;.|*-]|•|\d{1,2}[.)]\s|(?:and|und|et|y|e|och|og|en|i|и)\s)*)");
    for (const RE2& form : kForms) {
      re2::StringPiece rest(doc.text.data() + at, end - at), code;
      if (!RE2::Consume(&rest, kLead)) return false;
      std::vector<re2::StringPiece> codes;
      while (codes.size() < 24 && RE2::Consume(&rest, kBetween)) {
        re2::StringPiece next = rest;
        if (!RE2::Consume(&next, form, &code) || (!codes.empty() && code.size() != codes[0].size())) break;
        if (std::none_of(code.begin(), code.end(), is_digit)) break;
        codes.push_back(code);
        rest.remove_prefix(static_cast<std::size_t>(code.end() - rest.begin()));
      }
      if (codes.size() < 2) continue;
      for (const re2::StringPiece& one : codes) {
        const auto start = static_cast<std::size_t>(one.data() - doc.text.data());
        report(0.7, start, start + one.size(), hits);
      }
      return true;
    }
    return false;
  }

  // The recovery password of an encrypted disk (BitLocker): eight times six digits. In a true one each six are
  // divisible by 11; that is not asked for, since whoever copies one by hand may err.
  static void recovery_key(const Document& doc, const scan::NumberRun& run, std::vector<Hit>& hits) {
    if (run.digits != 48 || run.groups != 8) return;
    const Groups g(doc, run);
    for (std::size_t i = 0; i < 8; ++i) {
      if (g.size(i) != 6 || !g.uniform(0, 7)) return;
    }
    hits.push_back(Hit{Kind::ApiToken, 0.9, run.start, run.end});
  }

  // "type JBXW 4TQZ M7KD 2LRA by hand into the 2FA app"
  static void seed(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) {
    static const RE2 kSeedGroups(
        R"(\b([A-Z2-7]{4}(?:[ -][A-Z2-7]{4}){3,15}|[a-z2-7]{4}(?:[ -][a-z2-7]{4}){3,15}|[A-Z2-7]{16,64}={0,6})(?:[^A-Za-z0-9]|$))");
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

  // "the password is 904417", "Passwort: 4471 8820"
  static void password_number(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    if (!has_digits(doc, at, std::min<std::size_t>(doc.text.size(), at + 40), 4)) return;
    static const RE2 kNumber(
        R"(^[^\n.?;,0-9]{0,24}?(?:\b(?:is|was|ist|lautet|est|es|jest|je|är|er|on|certa é|correta é)\b|[éè]|:|=|是|は)[ :]{0,2}(\d{4,10}|\d{3,4}[ -]\d{3,4}(?:[ -]\d{3,4})?)(?:[.,;)!? ]|\n|$))");
    re2::StringPiece value;
    if (!RE2::PartialMatch(
            re2::StringPiece(doc.lower.data() + at, std::min<std::size_t>(doc.lower.size() - at, 64)), kNumber,
            &value))
      return;
    const std::string_view digits(value.data(), value.size());
    const auto start = static_cast<std::size_t>(value.data() - doc.lower.data());
    if (is_trivial(digits) || !may_end_code(doc.lower, start + value.size())) return;
    report(0.7, start, start + value.size(), hits);
  }

  // "the one-time code H7K2"
  static void mixed(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    static const RE2 kMixed(
        R"(^(?:[ :]| is | ist | lautet | est | es | è | é |=){1,2}([A-Z0-9]{4,10}|[A-Z0-9]{3,5}-[A-Z0-9]{3,5}(?:-[A-Z0-9]{3,5})?)(?:[^A-Za-z0-9-]|$))");
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + at, std::min<std::size_t>(doc.text.size() - at, 48)),
                           kMixed, &value))
      return;
    const auto letters = std::count_if(value.begin(), value.end(), is_upper);
    if (letters == 0 || std::none_of(value.begin(), value.end(), is_digit)) return;
    const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
    if (!is_placeholder({value.data(), value.size()})) report(0.7, start, start + value.size(), hits);
  }

  // "WLAN-Netzwerkschlüssel (WPA2): 4839 2017 5566 1940 2873"
  static void router_key(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    if (!has_digits(doc, at, std::min<std::size_t>(doc.text.size(), at + 64), 8)) return;
    static const RE2 kKey(R"(^[^\d\n]{0,40}(\d{4}(?:[ -]\d{4}){3,5}|\d{12,24})(?:\D|$))");
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + at, std::min<std::size_t>(doc.text.size() - at, 96)),
                           kKey, &value))
      return;
    const auto start = static_cast<std::size_t>(value.data() - doc.text.data());
    report(0.7, start, start + value.size(), hits);
  }

  bool names_code(const Document& doc, const scan::PhraseHit& hit, Tags tags) const {
    if (!(tags & (kName | kCapitals | kCode))) return false;
    if (!has_digits(doc, hit.end, std::min(doc.text.size(), hit.end + kReach), 4)) return false;
    if (words_.around(doc, hit.start, hit.end, 16, 12, kOther) & kOther) return false;
    if (tags & kName) return true;
    if ((tags & kCompound) && hit.start > 0 && scan::is_word_byte(doc.text[hit.start - 1]))
      return opens(doc, hit.start);
    if ((tags & kCapitals) && is_upper(doc.text[hit.start]) && is_upper(doc.text[hit.start + 1])) return true;
    return (tags & kCode) && (words_.around(doc, hit.start, hit.end, kLockReach, kLockReach, kLock) & kLock);
  }

  // Whether the first part of a compound is what a code opens.
  static bool opens(const Document& doc, std::size_t end) {
    std::size_t start = end;
    while (start > 0 && end - start < 24 && scan::is_word_byte(doc.text[start - 1])) --start;
    const std::string_view part = std::string_view(doc.lower).substr(start, end - start);
    for (const char* lock :
         {"alarm",   "larm",   "tür",  "deur",       "dörr",    "dør",        "kluis",     "lås",
          "port",    "tor",    "safe", "tresor",     "schloss", "schließ",    "zugang",    "zutritt",
          "toegang", "garage", "haus", "entsperr",   "sperr",   "freischalt", "schlüssel", "sleutel",
          "nyckel",  "nøgle",  "skåp", "sicherheit", "keller",  "spind"}) {
      if (part.find(lock) != part.npos) return !part.ends_with("passport");
    }
    return false;
  }

  // At most two codes after their name, and no more than two sentences on.
  void numbers_after(const Document& doc, const scan::PhraseHit& hit, std::size_t& done,
                     std::vector<Hit>& hits) const {
    auto run = std::partition_point(doc.numbers.begin(), doc.numbers.end(),
                                    [&](const scan::NumberRun& r) { return r.end <= hit.end; });
    int found = 0, ends = 0;
    const bool weak =
        !(words_.tags(hit) & (kName | kCapitals));  // then the code stands on the same line, or answers
    std::size_t at = hit.end;
    for (; run != doc.numbers.end() && run->start < hit.end + kReach && found < 2; ++run) {
      for (; at < run->start; ++at) {
        const char c = doc.text[at];
        ends += c == '\n' && at > 0 && doc.text[at - 1] != '?' && weak ? 3 : 0;
        ends += c == '\n' ||
                ((c == '.' || c == '?' || c == '!') && at + 1 < doc.text.size() && doc.text[at + 1] == ' ');
      }
      if (ends > 2) return;
      if (run->end <= done) {  // told under another name
        ++found;
        continue;
      }
      const Number code = number_of(doc, *run);
      if (code.end == 0 || !is_said_as_code(doc.lower, code.start, code.end)) continue;
      if (is_alarm_told(doc, hit.end, code.start, code.end)) continue;
      ++found;
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
    if (run.digits < 4 || run.digits > 8) return {};
    if (g.count() > 3 || (g.count() > 1 && g.size(0) == 1)) {  // "0-8-1-9"
      for (std::size_t i = 0; i < g.count(); ++i) {
        if (g.size(i) != 1 || !g.uniform(0, g.count() - 1)) return {};
      }
      if (g.separator(0)[0] != '-') return {};
    } else if (g.count() > 1) {
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
    if (letters == 0 && end < t.size() && is_upper(t[end]) && run.digits == 4) ++end;  // "1357E"
    if (end < t.size() && scan::is_word_byte(t[end]) && static_cast<unsigned char>(t[end]) < 0xE2) return {};
    if (end < t.size() && (t[end] == '#' || t[end] == '*')) ++end;
    if (measures(std::string_view(doc.lower).substr(end, 12))) return {};
    const std::string_view digits = doc.slice(run.start, run.end);
    if (letters == 0 && run.digits == 4 && g.count() == 1 &&
        (digits.starts_with("19") || digits.starts_with("20")))
      return {};
    if (is_trivial(digits)) return {};
    return {start, end};
  }

  // What is shown for any code, or is the first that one guesses; years.
  static bool is_trivial(std::string_view digits) {
    const auto rises = [](char a, char b) { return b != a + 1; };
    return std::adjacent_find(digits.begin(), digits.end(), rises) == digits.end() ||
           one_of(digits, {"1234", "4321", "12345", "54321", "123123", "112233"}) ||
           (digits.size() == 4 && (digits.starts_with("19") || digits.starts_with("20"))) ||
           std::all_of(digits.begin(), digits.end(), [&](char c) { return c == digits[0]; });
  }

  static bool one_of(std::string_view text, std::initializer_list<std::string_view> all) {
    return std::find(all.begin(), all.end(), text) != all.end();
  }

  Words words_;
};

}  // namespace

Made make_told_codes(scan::PhraseSet& set) { return std::make_unique<ToldCodes>(set); }

}  // namespace sluice::sense::detect
