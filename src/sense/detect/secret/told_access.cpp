// Passwords told by what one does with them, with no name for them before: "log in as kelda with Kestrel#204",
// "Trellis40 is the password for the printer", "the drive unlocks with plover-77-Tarn", the answer to a question
// for one. The sentence leads to the word, so that the word itself needs less of the look of a secret.
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/secret/access_words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/explained.h"
#include "sense/detect/secret/secret_look.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kName = 1;    // of a password; its value may stand before it, or answer it
constexpr Tags kEnter = 2;   // to log in
constexpr Tags kOpen = 4;    // something opens with it
constexpr Tags kUser = 8;    // of whom the password comes next
constexpr Tags kPairs = 32;  // whose names and passwords come next
constexpr Tags kType = 16;   // what to type comes next

// How much look of a password is asked for behind each: points of secret_look.h.
constexpr int kAnswered = 0, kLogged = 1, kOrdinary = 2, kTyped = 4;

// How far the patterns look.
constexpr std::size_t kBefore = 80, kAfter = 110;

// Patterns of bytes over text in lower case: over code points they would be many times as large.
constexpr char kQuote[] = R"((?:["'`]|“|„|«|‘|「)?)";
constexpr char kValue[] = R"(([^\s,;"'()<>|\xC2\xE2-\xEF]{6,40}))";

class ToldAccess : public scan::Detector {
 public:
  explicit ToldAccess(scan::PhraseSet& set)
      : words_(set),
        // "... X is the new", "... put X as my": the name of the password comes next.
        stands_before_(
            std::string(R"((?:^|[\s(]))") + kQuote + kValue + R"((?:["'`]|”|“|»|’|」)?,?\s+)" +
                R"((?:is|was|as|ist|war|als|est|était|comme|es|era|como|è|come|é|som|är|var|er|jako|to|это|как|on|c'est|olarak)\s)" +
                R"((?:(?:the|my|our|your|a|an|his|her|their|that|new|old|usual|current|temporary|initial|admin|wifi|wi-fi|guest|het|das|mein|meine|unser|sein|ihr|dein|euer|neue|neues|alte|le|mon|ton|son|notre|votre|leur|un|nouveau|ancien|la|mi|tu|su|una|nueva|antigua|el|mia|tua|sua|una|nuova|minha|sua|uma|nova|mijn|ons|haar|zijn|een|nieuwe|moje|nowe|mitt|det|nya|min|nye|мой|новый)\s+){0,4}$)",
            bytes()),
        with_user_(
            std::string(
                R"((?:^|[^a-z])(?:as|als|tant que|como|come|jako|som|user|username|account|nutzer|benutzer|benutzername|utilisateur|identifiant|usuario|utente|usuário|gebruiker|użytkownik|användare|bruger|bruker|login|with|mit|avec|con|com|met|пользователь|логин|логином|как)[\s:=]+)") +
                kQuote +
                R"([^\s,;:/|"'()]{2,40}(?:["'`]|”|“|»|’|」)?(?:\s+(?:and|with|using|und|mit|et|avec|y|e|con|com|en|met|i|z|och|og|med|и|с|і)\s+|\s*(?:/|//|\||,)\s*)(?:(?:the|das|le|la|el|o|a|het|then|dann)\s+)?)" +
                kQuote + kValue,
            bytes()),
        to_enter_(
            std::string(
                R"((?:^|[^a-z])(?:use|using|with|enter|type|put in|nimm|verwende|benutze|mit|tippe|utilise|utilisez|avec|tapez|usa|con|utiliza|introduce|com|gebruik|met|użyj|wpisz|använd|brug|bruk)\s+)") +
                kQuote + kValue +
                R"((?:["'`]|”|“|»|’|」)?\s+(?:to|um|zum|pour|para|per|om|voor|aby|żeby|för att|for at)\s+(?:\S+\s+){0,2}?(?:log|sign|get|unlock|open|anmelden|einloggen|entsperren|öffnen|se connecter|te connecter|vous connecter|entrer|ouvrir|entrar|acceder|iniciar|abrir|accedere|aprire|inloggen|aan te melden|in te loggen|zalogować|logga|logge|låsa))",
            bytes()),
        opens_with_(
            std::string(
                R"(^(?:\s+(?:up|it|now|only|auf|sich|man))?\s+(?:with|by typing|by entering|using|mit|avec|con|com|met|med|на)\s+(?:(?:the|das|le|la|el|o|het)\s+)?)") +
                kQuote + kValue,
            bytes()),
        // "use kelda as the user and X"
        behind_user_(
            std::string(
                R"(^(?:name|id)?,?\s+(?:and|und|et|y|e|en|i|och|og|и|і|then|and then|dann|puis)\s+(?:(?:the|das|le|la|el|o|het|use|nimm)\s+)?)") +
                kQuote + kValue,
            bytes()),
        // "logins: kelda/Kestrel#204"
        pair_(std::string(R"(^ ?[:\n]\s*(?:[-*]\s)?[a-z0-9._@-]{2,32} ?[/:] ?)") + kQuote + kValue, bytes()),
        typed_(std::string(R"(^(?:\s+(?:in|just|einfach|simply))?:?\s+)") + kQuote + kValue, bytes()),
        answer_(
            std::string(
                R"(^[^?\n]{0,60}\?(?:"|'|”|»)?(?:\s*\n\s*(?:[\[(]?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?[\])]?\s*)?(?:[->*]\s*)?(?:[^\s:>?\d][^\n:>?]{1,24}[:>]\s*)?|\s+[^\s:>?\d][^\n:>?\s]{1,24}:\s*)(?:(?:oh|ah|uh|um|yes|yeah|sure|ok|okay|it's|it’s|it is|its|the|that's|ja|das ist|es ist|oui|c'est|c’est|sí|es|sì|è|sim|é|to|tak|jo|det är|det er|да|так|это|це|вот|on)[ ,:]+){0,3})") +
                kQuote + kValue,
            bytes()) {
    for (const RE2* pattern :
         {&stands_before_, &with_user_, &to_enter_, &opens_with_, &behind_user_, &pair_, &typed_, &answer_})
      SLUICE_CHECK(pattern->ok(), "our own patterns compile");
    words_.add(kName, kPasswordNames, scan::Edge::Any);
    words_.add(kName, kPasswordShorts);
    words_.add(
        kEnter,
        "log in|log into|logged in|logging in|login|log on|logs in|sign in|signing in|sign into|get in|get into|"
        "einloggen|loggen|logg|anmelden|anmeldung|melde|einwählen|kommst|kommt man|rein|connecter|connecte|"
        "connexion|connectez|entrer|entre|entra|entrar|accede|acceder|accedi|accedere|inicia|inloggen|aanmelden|"
        "zaloguj|zalogować|logowanie|logga|loggar|logge|kirjaudu|přihlas|přihlásit|войти|зайти|заходи|войдите|"
        "увійти|заходь");
    words_.add(
        kOpen,
        "opens|open|unlocks|unlock|unlocked|gets you in|get in|let you in|lets you in|öffnet|öffnest|entsperrt|"
        "entsperren|geht auf|s'ouvre|s’ouvre|ouvre|déverrouille|se abre|abre|abres|desbloquea|si "
        "apre|apri|sblocca|"
        "desbloqueia|gaat open|ontgrendel|otwiera|öppnas|öppnar|åbnes|åpnes|открывается|разблокируется");
    words_.add(
        kUser,
        "as the user|as the username|as user|as username|as login|as the login|as the name|as your user|als "
        "benutzer|als benutzername|als nutzer|comme identifiant|comme utilisateur|como usuario|come utente|"
        "como usuário|als gebruiker|als gebruikersnaam|jako użytkownik|som användare|som bruger|som bruker");
    words_.add(
        kPairs,
        "logins|credentials|creds|passwords|zugangsdaten|passwörter|anmeldedaten|identifiants|mots de passe|"
        "credenciales|contraseñas|credenziali|senhas|inloggegevens|wachtwoorden|hasła|dane logowania|"
        "adgangskoder|пароли|логины");
    words_.add(
        kType,
        "type|enter|put in|key in|punch in|tippe|tipp|eintippen|gib|tapez|tape|saisis|saisissez|escribe|teclea|"
        "introduce|digita|digite|scrivi|typ|toets|wpisz|skriv|набери|введи|введите");
  }

  const char* name() const override { return "told_access"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    Explained explained(hits);
    for (const scan::PhraseHit& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (tags & kName) {
        if (is_name_of_value(doc, hit)) before(doc, hit.start, explained, hits);
        match(doc, hit.end, kAfter, answer_, kAnswered, explained, hits);
      }
      if (tags & kEnter) {
        const std::size_t from = hit.start - std::min<std::size_t>(hit.start, kBefore);
        match(doc, from, hit.end + kAfter - from, with_user_, kLogged, explained, hits);
        match(doc, from, hit.end + 8 - from, to_enter_, kOrdinary, explained, hits);
      }
      if (tags & kOpen) match(doc, hit.end, 64, opens_with_, kOrdinary, explained, hits);
      if (tags & kUser) match(doc, hit.end, 64, behind_user_, kOrdinary, explained, hits);
      if (tags & kPairs) match(doc, hit.end, 90, pair_, kLogged, explained, hits);
      if (tags & kType) match(doc, hit.end, 56, typed_, kTyped, explained, hits);
    }
    return {};
  }

 private:
  static RE2::Options bytes() {
    RE2::Options options;
    options.set_encoding(RE2::Options::EncodingLatin1);
    return options;
  }

  // Not "password manager", "Passwort-Hash", "passwords".
  static bool is_name_of_value(const Document& doc, const scan::PhraseHit& hit) {
    const std::string& t = doc.lower;
    if (hit.end < t.size() && (scan::is_word_byte(t[hit.end]) || t[hit.end] == '-')) return false;
    if (hit.start > 0 && t[hit.start - 1] != ' ' && t[hit.start - 1] != '-' && t[hit.start - 1] != '\'')
      return false;
    const std::string_view next = std::string_view(t).substr(std::min(hit.end, std::uint32_t(t.size())), 16);
    for (const char* thing :
         {" hash",   " manager", " field",  " polic",  " reset", " protect", " safe",  " stor",  " crack",
          " gener",  " length",  " streng", " file",   " encod", " encrypt", " algor", " verif", " valid",
          " prompt", " param",   " option", " column", " type",  " format",  " based", " auth"}) {
      if (next.starts_with(thing)) return false;
    }
    return true;
  }

  void before(const Document& doc, std::size_t name, Explained& explained, std::vector<Hit>& hits) const {
    const std::size_t from = name - std::min(name, kBefore);
    match(doc, from, name - from, stands_before_, kOrdinary, explained, hits);
  }

  static void match(const Document& doc, std::size_t from, std::size_t size, const RE2& pattern, int least,
                    Explained& explained, std::vector<Hit>& hits) {
    const std::size_t end = std::min(doc.text.size(), from + size);
    if (!has_digits(doc, from, end, 1)) return;
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.lower.data() + from, end - from), pattern, &value)) return;
    const auto start = static_cast<std::size_t>(value.data() - doc.lower.data());
    const std::string_view secret = trimmed(doc.slice(start, start + value.size()));
    if (!is_secret(secret, least)) return;
    if (start + secret.size() == end && end < doc.text.size()) return;  // cut off by the window
    if (is_shown(doc.lower, start) || explained.touches(start, start + secret.size())) return;
    const auto same = [&](const Hit& h) { return h.start < start + secret.size() && start < h.end; };
    if (std::any_of(hits.size() > 16 ? hits.end() - 16 : hits.begin(), hits.end(), same)) return;
    hits.push_back(Hit{Kind::Password, 0.65, static_cast<std::uint32_t>(start),
                       static_cast<std::uint32_t>(start + secret.size())});
  }

  static std::string_view trimmed(std::string_view word) {
    while (!word.empty() && std::string_view(".,:;?]}").find(word.back()) != std::string_view::npos)
      word.remove_suffix(1);
    return word;
  }

  // "Ctrl+Alt+F2"
  static bool is_chord(std::string_view word) {
    static constexpr std::array<std::string_view, 8> kKeys = {"Ctrl+", "ctrl+", "Alt+",  "Shift+",
                                                              "Cmd+",  "Strg+", "Super", "Option+"};
    return std::any_of(kKeys.begin(), kKeys.end(), [&](std::string_view key) { return word.starts_with(key); });
  }

  // "LibreOffice7"
  static bool is_name_with_version(std::string_view word) {
    const Classes c = classes_of(word);
    return c.digit == 1 && c.symbol == 0 && word.back() >= '0' && word.back() <= '9';
  }

  // Letters and digits in the way of passwords; no name of a technique, file, address or version.
  static bool is_secret(std::string_view word, int least) {
    if (word.size() < 6 || !looks_like_password(word) || is_technical_name(word)) return false;
    const Classes c = classes_of(word);
    if (c.digit == 0 || c.upper + c.lower + c.other < 3 || word.find('@') != word.npos) return false;
    if (is_chord(word) || is_name_with_version(word)) return false;
    const Look look = password_look(word);
    const char first = word.front(), last = word.back();
    const bool shaped =
        (first < '0' || first > '9') && !(last >= 'a' && last <= 'z');  // "sadu3"; not "12_or_more"
    if (least == kAnswered && !shaped && look.points < kOrdinary) return false;
    return look.points >= least && (least < kTyped || look.signs);
  }

  Words words_;
  RE2 stands_before_, with_user_, to_enter_, opens_with_, behind_user_, pair_, typed_, answer_;
};

}  // namespace

Made make_told_access(scan::PhraseSet& set) { return std::make_unique<ToldAccess>(set); }

}  // namespace sluice::sense::detect
