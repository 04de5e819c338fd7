// Secrets that look like any other word: "the password is Sepia-Tuesday", "das Kennwort lautet Apfelstrudel", 'PSK
// "drizzle on iron"', "IDENTIFIED BY 'Snail&Trumpet'". Their look says nothing, so that they are believed only
// where the sentence or the notation says outright what they are; what is commonly said of passwords ("is
// required") is not.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

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

constexpr Tags kName = 1;     // of a password; its value may follow
constexpr Tags kCommand = 2;  // the next word is the secret
constexpr Tags kUser = 4;     // whose password follows, or what it opens
constexpr Tags kPair = 8;     // "login is ops / barnacle-Bill"

constexpr std::size_t kClause = 48;  // bytes between a name and the verb

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

bool one_of(std::string_view text, std::initializer_list<std::string_view> all) {
  return std::find(all.begin(), all.end(), text) != all.end();
}

struct Value {
  std::size_t start = 0, end = 0;
  std::size_t size() const { return end - start; }
};

// How the value is said.
enum class Said {
  No,
  Beside,   // password "x"
  Told,     // password is x
  Spelled,  // Kennwort lautet x, password reads x: nothing else can follow
  Set       // password: x, PASSWORD=x, or on a line of its own below the name
};

class PlainSecrets : public scan::Detector {
 public:
  explicit PlainSecrets(scan::PhraseSet& set) : words_(set) {
    using scan::Edge;
    words_.add(kName, kPasswordNames, Edge::Any);
    words_.add(kName, kPasswordShorts);
    words_.add(
        kName,
        "wpa key|wpa2 key|wpa3 key|wlan-schlüssel|netzwerkschlüssel|admin word|schlüsselwort|"
        "mot-clé secret|palabra clave|parola chiave|palavra-passe|palavra chave|safeword|safe word|magic word");
    words_.add(kName, "暗号化キー|接続キー", Edge::Any);
    words_.add(
        kCommand,
        "identified by \"|identified by '|snmp-server community|rocommunity|rwcommunity|requirepass|--requirepass|"
        "masterauth|sshpass -p|enable secret|enable password|wpa-psk ascii");
    words_.add(kCommand, "identified by \"|identified by '", Edge::Start);
    words_.add(kUser | kPair,
               "basic auth|basic-auth|http "
               "auth|login|logins|credentials|zugang|zugangsdaten|identifiants|credenciales|credenziali");
    words_.add(
        kUser,
        "user|username|benutzer|benutzername|nutzer|usuario|utilisateur|identifiant|utente|utilizador|usuário|"
        "gebruiker|gebruikersnaam|użytkownik|användarnamn|bruger|brugernavn|brugernavnet|kullanıcı|uživatel|"
        "account|ssid|wlan|wifi|wi-fi|portal|pseudo|mysql_user|db_user|postgres_user|_user|logon|konto|e-mail|"
        "host|"
        "server");
  }

  const char* name() const override { return "plain_secrets"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    Explained explained(hits);
    for (const scan::PhraseHit& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (!(tags & (kName | kCommand | kPair))) continue;
      if ((tags & kName) && is_name_of_example(doc.lower, hit.start, hit.end)) continue;
      Value value;
      const Said said = tags & kCommand ? beside(doc, hit.end, value)
                        : tags & kName  ? value_after(doc, hit.end, value)
                                        : paired(doc, hit.end, value);
      if (said == Said::No || value.size() < 4 || value.size() > 64) continue;
      if (tags & kCommand ? !is_argument(doc, value) : !is_told(doc, hit, said, value)) continue;
      if (explained.touches(value.start, value.end)) continue;
      hits.push_back(Hit{Kind::Password, 0.65, static_cast<std::uint32_t>(value.start),
                         static_cast<std::uint32_t>(value.end)});
    }
    return {};
  }

 private:
  // The word or the quoted text that stands next.
  static Said beside(const Document& doc, std::size_t at, Value& value) {
    while (at < doc.text.size() && (is_blank(doc.text[at]) || doc.text[at] == ':' || doc.text[at] == '=')) ++at;
    if (at > 0 && (doc.text[at - 1] == '"' || doc.text[at - 1] == '\'')) --at;  // the phrase ends with the quote
    read(doc, at, value);
    return Said::Beside;
  }

  // "login is ops / barnacle-Bill"
  static Said paired(const Document& doc, std::size_t at, Value& value) {
    const std::string_view ahead = doc.slice(at, std::min(doc.text.size(), at + 40));
    const std::string_view line = ahead.substr(0, ahead.find('\n'));
    const std::size_t slash = line.find(" / ");
    if (slash == line.npos) return Said::No;
    read(doc, at + slash + 3, value);
    return is_joined_name(doc.slice(value.start, value.end)) ? Said::Told : Said::No;
  }

  // What follows a name: a quoted text, a verb or a sign and then a value, or a value on the next line.
  static Said value_after(const Document& doc, std::size_t at, Value& value) {
    const std::string& t = doc.text;
    const std::size_t name_end = at;
    while (at < t.size() && at - name_end < 24 && static_cast<unsigned char>(t[at]) < 0xE3 &&
           (is_letter(t[at]) || is_digit(t[at]) || t[at] == '_'))
      ++at;
    while (at < t.size() && (t[at] == '*' || t[at] == '"' || t[at] == '\'') && at - name_end < 28) ++at;
    std::size_t i = at;
    while (i < t.size() && is_blank(t[i])) ++i;
    if (i >= t.size()) return Said::No;
    for (const char* particle : {"は", "が", "是", "为", "為", "："}) {
      if (t.compare(i, 3, particle) != 0) continue;
      i += 3;
      while (i < t.size() && is_blank(t[i])) ++i;
      read(doc, i, value);
      return Said::Told;
    }
    if (i > at && quote_end(t, i) != i) {
      read(doc, i, value);
      return Said::Beside;
    }
    if (t[i] == '\n') {
      if (!stands_alone(t, name_end)) return Said::No;
      std::size_t next = i + 1;
      while (next < t.size() && is_blank(t[next])) ++next;
      read(doc, next, value);
      return Said::Set;
    }
    const std::size_t dots = t.find_first_not_of(". ", i);  // "key ........ value"
    if (dots != t.npos && dots > i + 3) {
      read(doc, dots, value);
      return Said::Set;
    }
    if (t[i] == ':' || t[i] == '=') {
      ++i;
      while (i < t.size() && (is_blank(t[i]) || t[i] == '*')) ++i;
      read(doc, i, value);
      return Said::Set;
    }
    if (i == at) return Said::No;
    const Said said = told(doc, at, value);
    if (said != Said::No) return said;
    read(doc, i, value);
    return Said::Beside;
  }

  // A label on a line of its own: "Kennwort", "- WLAN password".
  static bool stands_alone(std::string_view t, std::size_t name_end) {
    for (std::size_t i = name_end; i > 0 && name_end - i < 40; --i) {
      if (t[i - 1] == '\n') return true;
      if (!is_letter(t[i - 1]) && t[i - 1] != ' ' && t[i - 1] != '-' && t[i - 1] != '*') return false;
    }
    return name_end < 40;
  }

  // "... for the reader is X": the last verb of the clause.
  static Said told(const Document& doc, std::size_t at, Value& value) {
    const std::string_view ahead = std::string_view(doc.lower).substr(at, kClause);
    const std::string_view clause = ahead.substr(0, ahead.find_first_of("\n?;!"));
    for (const char* verb :
         {" lautet ", " lautete ", " lauten ", " reads ", " luidt ", " brzmi ", " lyder ", " zní "}) {
      const std::size_t found = clause.find(verb);
      if (found == clause.npos || clause.substr(0, found).find(". ") != clause.npos) continue;
      read(doc, at + found + std::string_view(verb).size(), value);
      return Said::Spelled;
    }
    std::size_t first = clause.npos, size = 0;
    for (const char* verb : {" is ", " ist ", " est ", " es ", " é ", " è ", " to jest ", " je ", " är ", " er ",
                             " was ", " war ", " to: ", " is: ", " c'est ", " has been "}) {
      const std::size_t found = clause.find(verb);
      if (found < first) first = found, size = std::string_view(verb).size();
    }
    if (first == clause.npos || clause.substr(0, first).find_first_of(".,:(") != clause.npos) return Said::No;
    for (const char* other :
         {"policy",     "hint",       "manager",   "field",       "reset",    "length", "rule",
          "question",   "generator",  "strength",  "requirement", "page",     "form",   "dialog",
          "protection", "richtlinie", "feld",      "éxito",       "success",  "erfolg", "succès",
          "successo",   "sucesso",    "happiness", "oublié",      "vergessen"}) {
      if (clause.substr(0, first).find(other) != clause.npos) return Said::No;
    }
    std::size_t from = at + first + size;
    for (const char* filler :
         {"still ", "now ", "just ", "noch ", "jetzt ", "toujours ", "ahora ", "ora ", "agora ", "nu "}) {
      if (doc.lower.compare(from, std::string_view(filler).size(), filler) == 0)
        from += std::string_view(filler).size();
    }
    read(doc, from, value);
    return Said::Told;
  }

  // Behind the quoted text that begins here; `at` if none does.
  static std::size_t quote_end(std::string_view t, std::size_t at) {
    static constexpr std::array<std::array<std::string_view, 2>, 9> kQuotes = {{{"\"", "\""},
                                                                                {"'", "'"},
                                                                                {"`", "`"},
                                                                                {"«", "»"},
                                                                                {"„", "“"},
                                                                                {"“", "”"},
                                                                                {"‘", "’"},
                                                                                {"「", "」"},
                                                                                {"『", "』"}}};
    for (const auto& [open, close] : kQuotes) {
      if (t.substr(at, open.size()) != open) continue;
      const std::size_t found = t.substr(0, std::min(t.size(), at + 80)).find(close, at + open.size());
      if (found == t.npos || t.substr(at, found - at).find('\n') != t.npos) return at;
      return found + close.size();
    }
    return at;
  }

  static std::size_t mark_size(char c) {
    return static_cast<unsigned char>(c) < 0x80 ? 1 : static_cast<unsigned char>(c) < 0xE0 ? 2 : 3;
  }

  static void read(const Document& doc, std::size_t at, Value& value) {
    const std::string& t = doc.text;
    value = {at, at};
    if (at >= t.size()) return;
    const std::size_t quoted = quote_end(t, at);
    if (quoted != at) {
      value = {at + mark_size(t[at]), quoted};
      std::size_t last = quoted - 1;
      while (last > at && (static_cast<unsigned char>(t[last]) & 0xC0) == 0x80) --last;
      value.end = last;
      return;
    }
    while (value.end < t.size() && value.end - at < 80 && !is_blank(t[value.end]) && t[value.end] != '\n' &&
           t[value.end] != '\r' && std::string_view(",;\"'`|<>()").find(t[value.end]) == std::string_view::npos &&
           static_cast<unsigned char>(t[value.end]) < 0xE2)
      ++value.end;
    while (value.end > at && std::string_view(".:!?*").find(t[value.end - 1]) != std::string_view::npos)
      --value.end;
  }

  static bool is_quoted(const Document& doc, const Value& v) {
    return v.start > 0 && v.end < doc.text.size() && quote_end(doc.text, v.start - 1) == v.end + 1;
  }

  static bool is_argument(const Document& doc, const Value& v) {
    const std::string_view value = doc.slice(v.start, v.end);
    return value[0] != '-' && value[0] != '$' && value[0] != '<' && !is_placeholder(value) &&
           !is_reference(value) && !is_field(value);
  }

  bool is_told(const Document& doc, const scan::PhraseHit& hit, Said said, const Value& v) const {
    const std::string_view value = doc.slice(v.start, v.end);
    if (is_placeholder(value) || is_reference(value) || is_field(value) || is_shown(doc.lower, v.start))
      return false;
    if (quote_end(doc.text, v.start > 0 ? v.start - 1 : 0) == v.end + 1 || is_behind_wide_quote(doc, v))
      return is_quoted_secret(value, said == Said::Set && names_phrase(doc, hit) ? Said::Told : said);
    if (value.find_first_of("{}[]=\\/@#") != value.npos || !is_letter(value[0])) return false;
    if (is_joined_name(value))
      return ends_clause(doc, v.end) &&
             (said != Said::Beside || words_.around(doc, hit.start, hit.end, 100, 60, kUser) & kUser);
    if (said == Said::Set && ends_cell(doc, v.end) && is_joined(value) && !is_said_of_passwords(value))
      return in_credentials(doc, hit) && !in_code(doc, hit.start, v.end);
    if (std::any_of(value.begin(), value.end(), [](char c) { return !is_letter(c); })) return false;
    if (value.size() < 5 || is_said_of_passwords(value)) return false;
    const bool capital = is_upper(value[0]) && std::none_of(value.begin() + 1, value.end(), is_upper);
    switch (said) {
      case Said::Spelled:
        return ends_clause(doc, v.end);
      case Said::Told:
        return capital && !speaks_german(doc, v.start) && ends_clause(doc, v.end);
      case Said::Set:
        return ends_cell(doc, v.end) && in_credentials(doc, hit) && (capital || !in_code(doc, hit.start, v.end));
      case Said::Beside:  // "user magda, password Marigold." - not "Password Manager"
        return capital && value.size() >= 6 && ends_clause(doc, v.end) && begins_item(doc, hit.start) &&
               (words_.around(doc, hit.start, hit.end, 100, 0, kUser) & kUser);
      default:
        return false;
    }
  }

  // "psk": "lantern gravel otter": of several words by its nature.
  static bool names_phrase(const Document& doc, const scan::PhraseHit& hit) {
    const std::string_view name = std::string_view(doc.lower).substr(hit.start, hit.end - hit.start);
    return name == "psk" || name == "passphrase" || name == "pre-shared key";
  }

  static bool begins_item(const Document& doc, std::size_t name) {
    while (name > 0 && is_letter(doc.text[name - 1])) --name;  // Startpasswort
    while (name > 0 && is_blank(doc.text[name - 1])) --name;
    return name == 0 || std::string_view(",;:\n-").find(doc.text[name - 1]) != std::string_view::npos;
  }

  // "limoncello_fresco"
  static bool is_joined(std::string_view value) {
    const auto joints = std::count_if(value.begin(), value.end(), [](char c) { return c == '-' || c == '_'; });
    return joints >= 1 && value.size() >= 9 &&
           std::all_of(value.begin(), value.end(), [](char c) { return is_letter(c) || c == '-' || c == '_'; });
  }

  static bool is_behind_wide_quote(const Document& doc, const Value& v) {
    for (const std::size_t size : {2u, 3u}) {
      if (v.start >= size && quote_end(doc.text, v.start - size) > v.end) return true;
    }
    return false;
  }

  // A text in quotes behind the name or a verb. In code the sign '=' or ':' stands there, and passwords.cpp reads
  // it.
  static bool is_quoted_secret(std::string_view value, Said said) {
    if (said == Said::Set && value.find(' ') != value.npos) return false;
    if (said == Said::Set) return false;
    if (value.find_first_of("{}<>$\\=/") != value.npos) return false;
    if (std::count(value.begin(), value.end(), ' ') > 7 || value.ends_with('.') || value.ends_with('?'))
      return false;
    return value.size() >= 6 && std::any_of(value.begin(), value.end(), is_letter) && !is_said_of_passwords(value);
  }

  // "Sepia-Tuesday", "vier-blaue-Elche", "mr-rochester-was-here"; not "case-sensitive", "Base64-encoded",
  // "up-to-date".
  static bool is_joined_name(std::string_view value) {
    std::size_t parts = 0, capitals = 0;
    std::string_view last;
    for (std::size_t i = 0; i < value.size();) {
      std::size_t end = i;
      while (end < value.size() && (is_letter(value[end]) || is_digit(value[end]))) ++end;
      if (end == i || (end < value.size() && std::string_view("-_.").find(value[end]) == std::string_view::npos))
        return false;
      last = value.substr(i, end - i);
      ++parts;
      if (i > 0 && is_upper(last[0]) && last.size() > 1 && !is_upper(last[1])) ++capitals;
      i = end + 1;
    }
    if (parts < 2 || value.size() < 9 || (capitals == 0 && parts < 3)) return false;
    std::string lower(value);
    for (char& c : lower) c = is_upper(c) ? static_cast<char>(c + 32) : c;
    if (capitals == 0 && value.find('.') != value.npos) return false;  // hosts, versions, members
    if (last.size() > 2 && last.ends_with("ed")) return false;
    return !one_of(last, {"sensitive", "only",   "like",     "based",     "specific", "safe",    "free",
                          "protected", "hashed", "encoded",  "generated", "date",     "time",    "end",
                          "art",       "guess",  "remember", "out",       "in",       "up",      "secret",
                          "known",     "txt",    "json",     "yaml",      "yml",      "md",      "html",
                          "php",       "py",     "js",       "ts",        "conf",     "Feld",    "Manager",
                          "Policy",    "Reset",  "Hash",     "Hashes",    "Hashing",  "Eingabe", "Richtlinie"}) &&
           lower.find("-to-") == lower.npos && lower.find("-of-") == lower.npos;
  }

  // Fields, types and variables.
  static bool is_field(std::string_view value) {
    std::string lower(value);
    for (char& c : lower) c = is_upper(c) ? static_cast<char>(c + 32) : c;
    for (const char* part :
         {"passw",       "pwd",      "kennwort",      "contrase",     "mot de passe", "senha",    "wachtwoord",
          "hasło",       "lösenord", "secret",        "credential",   "user",         "token",    "swordfish",
          "open sesame", "mellon",   "correct horse", "correcthorse", "letmein",      "iloveyou", "qwert"}) {
      if (lower.find(part) != lower.npos) return true;
    }
    return lower == "pass" || lower == "admin" || lower == "root";
  }

  // Single words that stand behind "password:" or "the password is" and are none.
  static bool is_said_of_passwords(std::string_view value) {
    std::string lower(value);
    for (char& c : lower) c = is_upper(c) ? static_cast<char>(c + 32) : c;
    return one_of(
        lower,
        {"string",    "text",       "varchar",     "char",         "optional",    "required",  "hidden",
         "input",     "field",      "value",       "plain",        "plaintext",   "hash",      "hashed",
         "salted",    "encrypted",  "masked",      "stored",       "prompt",      "forgot",    "forgotten",
         "vergessen", "oublié",     "olvidada",    "reset",        "change",      "changed",   "expired",
         "invalid",   "valid",      "wrong",       "incorrect",    "correct",     "missing",   "empty",
         "blank",     "weak",       "strong",      "short",        "unknown",     "needed",    "never",
         "always",    "default",    "unicode",     "ascii",        "base64",      "bcrypt",    "argon2",
         "secure",    "unsecure",   "available",   "confidential", "sensitive",   "yours",     "theirs",
         "auth",      "basic",      "none",        "null",         "false",       "true",      "yes",
         "still",     "server",     "client",      "domain",       "email",       "account",   "address",
         "phone",     "number",     "name",        "again",        "please",      "enter",     "confirm",
         "repeat",    "pflicht",    "pflichtfeld", "erforderlich", "falsch",      "richtig",   "folgendermaßen",
         "folgt",     "wie",        "nicht",       "anders",       "geheim",      "unbekannt", "obligatoire",
         "requis",    "incorrecto", "obligatorio", "necesaria",    "obrigatório", "verplicht", "wymagane",
         "internal",  "external",   "microsoft",   "google",       "windows",     "linux",     "english",
         "german",    "sha256",     "variable",    "parameter",    "argument",    "column"});
  }

  static bool ends_clause(const Document& doc, std::size_t at) {
    const std::string& t = doc.text;
    if (at >= t.size() || std::string_view(",;.)!?\n\"'|").find(t[at]) != std::string_view::npos) return true;
    if (static_cast<unsigned char>(t[at]) >= 0xE2) return true;
    const std::string_view rest = std::string_view(doc.lower).substr(at, 8);
    for (const char* joint :
         {" and ", " und ", " et ", " y ", " e ", " i ", " och ", " og ", " en ", " — ", " – ", " - ", " ("}) {
      if (rest.starts_with(joint)) return true;
    }
    return false;
  }

  static bool ends_cell(const Document& doc, std::size_t at) {
    const std::string& t = doc.text;
    if (at < t.size() && t[at] == '.' && (at + 1 == t.size() || t[at + 1] == ' ' || t[at + 1] == '\n'))
      return true;
    while (at < t.size() && (is_blank(t[at]) || t[at] == '\r')) ++at;
    return at >= t.size() || t[at] == '\n' || t[at] == ',' || t[at] == ';' || t[at] == '|' || t[at] == ')';
  }

  // A user or what the password opens is named shortly before, or the whole line is NAME=value.
  bool in_credentials(const Document& doc, const scan::PhraseHit& hit) const {
    if (words_.around(doc, hit.start, hit.end, 100, 60, kUser) & kUser) return true;
    std::size_t line = hit.start;
    while (line > 0 && doc.text[line - 1] != '\n' && hit.start - line < 48) --line;
    const std::string_view name = doc.slice(line, hit.start);
    return std::all_of(name.begin(), name.end(), [](char c) { return is_upper(c) || c == '_' || is_digit(c); }) &&
           is_upper(doc.text[hit.start]) &&
           doc.slice(hit.end, std::min<std::size_t>(doc.text.size(), hit.end + 24u)).find('=') !=
               std::string_view::npos;
  }

  static bool in_code(const Document& doc, std::size_t start, std::size_t end) {
    std::size_t from = start, next = end;
    while (from > 0 && start - from < 120 && doc.text[from - 1] != '\n') --from;
    while (next < doc.text.size() && next - end < 80 && doc.text[next] != '\n') ++next;
    return doc.slice(from, next).find_first_of("{}();") != std::string_view::npos;
  }

  // German nouns have capitals: "Das Passwort ist Pflicht".
  static bool speaks_german(const Document& doc, std::size_t value) {
    return value >= 5 &&
           (doc.lower.compare(value - 5, 5, " ist ") == 0 || doc.lower.compare(value - 5, 5, " war ") == 0);
  }

  Words words_;
};

}  // namespace

Made make_plain_secrets(scan::PhraseSet& set) { return std::make_unique<PlainSecrets>(set); }

}  // namespace sluice::sense::detect
