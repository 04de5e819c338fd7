#include "sense/detect/secret/code_context.h"

#include <algorithm>
#include <iterator>

#include "sense/scan/phrases.h"

namespace sluice::sense::detect {
namespace {

// Words that stand right before a code, and right behind one.
constexpr std::string_view kBefore[] = {
    "is",       "was",         "code",     "codes",       "pin",          "puk",
    "tan",      "otp",         "passcode", "number",      "no",           "nr",
    "with",     "then",        "to",       "says",        "said",         "reads",
    "enter",    "type",        "press",    "dial",        "use",          "using",
    "wants",    "now",         "still",    "and",         "or",           "by",
    "it's",     "s",           "the",      "sent",        "got",          "received",
    "me",       "combination", "as",       "ist",         "lautet",       "war",
    "mit",      "dann",        "jetzt",    "noch",        "und",          "oder",
    "der",      "die",         "den",      "das",         "nummer",       "auf",
    "erhalten", "heißt",       "kode",     "kombination", "geheimzahl",   "zahlenkombination",
    "est",      "avec",        "puis",     "et",          "ou",           "le",
    "la",       "les",         "numéro",   "tapez",       "taper",        "tapes",
    "composez", "compose",     "faites",   "digicode",    "es",           "con",
    "luego",    "y",           "o",        "el",          "número",       "marca",
    "marque",   "marcar",      "pulsa",    "código",      "dice",         "combinación",
    "è",        "poi",         "e",        "il",          "numero",       "digita",
    "digitate", "digitare",    "premi",    "codice",      "combinazione", "é",
    "com",      "depois",      "ou",       "senha",       "digite",       "met",
    "dan",      "en",          "of",       "cijfercode",  "jest",         "to",
    "kod",      "kodem",       "potem",    "i",           "wpisz",        "z",
    "har",      "är",          "med",      "och",         "sedan",        "numera",
    "koden",    "kode",        "er",       "nu",          "på",           "og",
    "je",       "kód",         "kódem",    "kodu",        "şifre",        "şifresi",
    "pini",     "код",         "пин",      "записано",    "kart",         "ile",
    "nip",      "pin'im",      "pinim",    "im",          "kodum",        "ve",
    "so",       "in",          "είναι",    "este",        "on",           "koodi"};
constexpr std::string_view kBehind[] = {"and",      "or",     "then",     "to",           "for",      "on",
                                        "at",       "in",     "is",       "but",          "by",       "before",
                                        "after",    "not",    "with",     "from",         "works",    "opens",
                                        "please",   "if",     "when",     "as",           "nehmen",   "verwenden",
                                        "benutzen", "nutzen", "utiliser", "usar",         "usare",    "gebruiken",
                                        "använda",  "użyć",   "doesn't",  "funktioniert", "funciona", "funziona",
                                        "marche",   "werkt",  "until",    "followed",     "und",      "oder",
                                        "dann",     "für",    "auf",      "aber",         "am",       "an",
                                        "eingeben", "gilt",   "ist",      "bitte",        "zum",      "zur",
                                        "et",       "ou",     "puis",     "pour",         "sur",      "mais",
                                        "à",        "au",     "dans",     "avant",        "y",        "o",
                                        "luego",    "para",   "en",       "pero",         "por",      "a",
                                        "antes",    "e",      "poi",      "per",          "sul",      "sulla",
                                        "ma",       "al",     "alla",     "nel",          "depois",   "mas",
                                        "no",       "na",     "of",       "voor",         "dan",      "maar",
                                        "op",       "i",      "lub",      "potem",        "dla",      "ale",
                                        "w",        "och",    "eller",    "sedan",        "för",      "på",
                                        "men",      "följt",  "av",       "og",           "så",       "til",
                                        "ve",       "ile",    "ama",      "için",         "и",        "или",
                                        "потом",    "для",    "но",       "пол",          "a",        "pak",
                                        "nebo",     "olarak"};

// What a machine's code says, which lets nobody in: "alarm code 4021 means that the pump is blocked".
constexpr std::string_view kExplains[] = {
    "means",    "indicates", "is displayed when", "is shown when", "bedeutet", "wird angezeigt, wenn",
    "signifie", "indique",   "significa",         "indica",        "betekent", "oznacza",
    "betyder",  "znamená",   "înseamnă",          "jelentése",     "означает", "означає"};

bool is_mark(char c) { return std::string_view("\"'`*(:=").find(c) != std::string_view::npos; }

}  // namespace

bool is_said_as_code(std::string_view t, std::size_t start, std::size_t end) {
  std::size_t from = start;
  while (from > 0 && (is_mark(t[from - 1]) || t[from - 1] == ' ')) --from;
  const bool apart =
      from == 0 || !scan::is_word_byte(t[from - 1]) || static_cast<unsigned char>(t[from - 1]) >= 0x80;
  std::size_t word = from;
  while (word > 0 && from - word < 16 && scan::is_word_byte(t[word - 1])) --word;
  if (!apart || word < from) {
    const std::string_view before = t.substr(word, from - word);
    const bool wide =
        std::any_of(before.begin(), before.end(), [](char c) { return static_cast<unsigned char>(c) >= 0xE3; });
    const bool colon = from < start && t.substr(from, start - from).find_first_of(":=") != t.npos;
    if (!wide && !colon && !before.ends_with("kód") &&
        std::find(std::begin(kBefore), std::end(kBefore), before) == std::end(kBefore))
      return false;
  }
  return may_end_code(t, end);
}

bool may_end_code(std::string_view t, std::size_t end) {
  while (end < t.size() && is_mark(t[end])) ++end;
  if (end >= t.size() || t[end] != ' ')
    return end >= t.size() || !scan::is_word_byte(t[end]) || static_cast<unsigned char>(t[end]) >= 0xE2;
  const std::size_t word = ++end;
  while (end < t.size() && end - word < 16 && scan::is_word_byte(t[end])) ++end;
  const std::string_view behind = t.substr(word, end - word);
  if (behind.empty() || static_cast<unsigned char>(behind[0]) >= 0xE2) return true;
  return std::find(std::begin(kBehind), std::end(kBehind), behind) != std::end(kBehind);
}

bool explains_code(std::string_view t, std::size_t end) {
  if (end >= t.size() || t[end] != ' ') return false;
  const std::string_view behind = t.substr(end + 1);
  return std::any_of(std::begin(kExplains), std::end(kExplains), [&](std::string_view word) {
    return behind.starts_with(word) && (behind.size() == word.size() || !scan::is_word_byte(behind[word.size()]));
  });
}

bool measures(std::string_view behind) {
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

}  // namespace sluice::sense::detect
