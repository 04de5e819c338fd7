// Passwords made of words, in sentences that say more than their name: "hasło do laptopa to zielonykajak", "the
// wifi is just purple lamp seven, all lowercase", "password is the dog's name twice: canelacanela", "what's the pw
// / ilovemycat", "changed "Summer2024!" to "Autumn2024!"", "uses Kvikklunsj77 for everything". A word has no look
// that would tell it, so that each of these asks for a sentence that nothing else is said with.
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/check.h"
#include "sense/detect/context/words.h"
#include "sense/detect/secret/access_words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/explained.h"
#include "sense/detect/secret/secret_look.h"
#include "sense/detect/secret/secret_value.h"
#include "sense/detect/secret/word_look.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kName = 1;       // of a password
constexpr Tags kThing = 2;      // what a password opens, where a note on its spelling follows
constexpr Tags kNote = 4;       // how a password is spelled: "all lowercase", "med mellemrum"
constexpr Tags kChange = 8;     // one is replaced by another
constexpr Tags kAll = 16;       // "for everything"
constexpr Tags kAsBefore = 32;  // "same as last time"

constexpr std::size_t kClause = 72;   // bytes between a name and the verb
constexpr std::size_t kPhrase = 100;  // bytes before a note

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

struct Value {
  std::size_t start = 0, end = 0;
};

struct Verb {
  std::string_view said;
  Tongue tongue;
  std::string_view name;  // a part of the password's name that the language has; empty: any
};

constexpr Verb kVerbs[] = {{" is ", Tongue::English, "password"},  {" is ", Tongue::English, "pass"},
                           {" is ", Tongue::English, "pw"},        {" is ", Tongue::English, "pwd"},
                           {" was ", Tongue::English, "passw"},    {" was ", Tongue::English, "pw"},
                           {" is ", Tongue::Dutch, "wacht"},       {" is ", Tongue::Dutch, "ww"},
                           {" ist ", Tongue::German, ""},          {" war ", Tongue::German, ""},
                           {" est ", Tongue::French, ""},          {" c'est ", Tongue::French, ""},
                           {" était ", Tongue::French, ""},        {" es ", Tongue::Spanish, ""},
                           {" era ", Tongue::Spanish, ""},         {" è ", Tongue::Italian, "passw"},
                           {" é ", Tongue::Portuguese, ""},        {" era ", Tongue::Portuguese, ""},
                           {" to ", Tongue::Polish, "has"},        {" jest ", Tongue::Polish, ""},
                           {" är ", Tongue::Nordic, ""},           {" er ", Tongue::Nordic, ""},
                           {" var ", Tongue::Nordic, ""},          {" on ", Tongue::Finnish, "salasana"},
                           {" oli ", Tongue::Finnish, "salasana"}, {" je ", Tongue::Czech, ""},
                           {" e ", Tongue::Romanian, "parol"},     {" este ", Tongue::Romanian, ""},
                           {" это ", Tongue::Russian, ""},         {" είναι ", Tongue::Russian, ""}};

class ToldWords : public scan::Detector {
 public:
  explicit ToldWords(scan::PhraseSet& set)
      : words_(set), explained_by_(R"((?i)^[^\n.;:!?]{0,60}(?:name|surname|maiden|birthday|birth|dog|cat|street|school|team|band|song|twice|two times|backwards|same as|nombre|apellido|perro|gato|cumpleaños|calle|veces|al revés|siempre|nom de|prénom|chien|chat|anniversaire|deux fois|à l'envers|d'habitude|nome|cognome|cane|compleanno|due volte|al contrario|come sempre|cachorro|aniversário|duas vezes|ao contrário|geburtstag|hund|katze|straße|zweimal|rückwärts|wie immer|wie beim letzten mal|naam|hond|verjaardag|twee keer|achterstevoren|zoals altijd|imię|nazwisko|psa|kota|dwa razy|wspak|namn|katt|två gånger|baklänges|som vanligt|navn|bursdag|to ganger|som vanlig|koiran|kissan|nimi|kahdesti|jméno|kočk|dvakrát|pozpátku|kutya|macska|neve|kétszer|visszafelé|имя|кличк|фамили|дважды|наоборот|как обычно|numele|câinelui|de două ori)[^\n.;:!?]{0,40}: ?["'“„«]?([^\s,;"'“”„«»()<>|]{6,40})["'”“»]?(?:[.,;)]?(?:\s|$)|[.,;]))"), as_before_(R"(^(?:,? (?:it's|it is|so|i\.e\.))?[:,] ?["'“„«]?([^\s,;"'“”„«»()<>|]{6,40})["'”“»]?(?:[.,;)]?(?:\s|$)))"), answer_(R"((?i)^[^\n]{0,60}\n\s*(?:[\[(]?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?[\])]?\s*)?(?:[->*–] ?)?(?:[^\s:>?\d][^\n:>?]{0,20}[:>] ?)?["'“]?([^\s,;"'“”„«»()<>|?:]{6,40})["'”]?[.]?\s*(?:\n|$))"), asks_(R"((?i)(?:what's|whats|what is|what was|what’s|wie ist|wie lautet|was ist|wie war|quel est|c'est quoi|c’est quoi|cuál es|cual es|qual è|qual é|wat is|jakie|vad är|vad var|hva er|hvad er|mikä on|jaké je|mi a|какой|remind me of|send me|tell me)\s[^\n.:]{0,24}$)"), change_(R"(^(?: (?:it|mine|my (?:password|pw|login)|the (?:password|pw)|password|pw|das passwort|mein passwort|la contraseña|le mot de passe))?(?: from| von| de| da| van| fra| från| z| с)? ["'“„«]?([^\s,;"'“”„«»()<>|]{8,40})["'”“»]? (?:to|into|auf|zu|in|à|en|a|por|para|naar|til|till|na|на) ["'“„«]?([^\s,;"'“”„«»()<>|]{8,40}))"), for_all_(R"((?i)(?:uses|use|used|reuses|using|benutzt|verwendet|nimmt|nutzt|utilise|met|usa|utiliza|gebruikt|używa|använder|bruker|bruger|käyttää|používá|használja|использует) (?:the same |immer |always |still |toujours |siempre |sempre |altijd )?["'“„«]?([^\s,;"'“”„«»()<>|]{6,40})["'”“»]? $)") {
    for (const RE2* pattern : {&explained_by_, &as_before_, &answer_, &asks_, &change_, &for_all_})
      SLUICE_CHECK(pattern->ok(), "our own patterns compile");
    using scan::Edge;
    words_.add(kName, kPasswordNames, Edge::Any);
    words_.add(kName, kPasswordShorts);
    words_.add(kName,
               "salasanan|jelszava|jelszavam|jelszavunk|heslem|hesla|hasła|lösenordet|wifi is|wi-fi is|wlan ist|"
               "κωδικός|secret word|code word|safe word|safeword");
    words_.add(
        kThing,
        "wifi|wi-fi|wlan|hotspot|schlüssel|netzwerkschlüssel|network key|opens with|unlocks with|öffnet "
        "mit|geht auf mit|entsperrt mit|s'ouvre avec|se abre con|si apre con|abre com|gaat open met|postfach "
        "mit|вайфай|роутера");
    words_.add(
        kNote,
        "all lowercase|all lower case|in lowercase|all small|all in small|all caps|all one word|one word|no "
        "spaces|"
        "with the spaces|with spaces|without spaces|with a space|no capitals|no caps|capital letters|spaces and "
        "all|spaces included|lower case|lowercase|"
        "alles klein|alles kleingeschrieben|alles zusammen|zusammengeschrieben|klein geschrieben|in einem "
        "wort|mit "
        "leerzeichen|ohne leerzeichen|alles groß|"
        "en minuscules|tout en minuscules|tout attaché|en un seul mot|sans espace|sans espaces|avec espaces|avec "
        "les "
        "espaces|en majuscules|"
        "en minúsculas|todo junto|todo en minúsculas|con espacios|sin espacios|en mayúsculas|todo seguido|"
        "tutto minuscolo|tutto attaccato|in minuscolo|senza spazi|con gli spazi|"
        "tudo junto|tudo minúsculo|tudo em minúsculas|com espaço|com espaços|sem espaços|em minúsculas|"
        "aan elkaar|alles aan elkaar|kleine letters|zonder spaties|met spaties|met kleine letters|"
        "małymi literami|wszystko małymi|z małej|bez spacji|ze spacjami|jednym ciągiem|razem pisane|"
        "små bokstäver|med mellanslag|utan mellanslag|ihopskrivet|i ett ord|"
        "med mellemrum|uden mellemrum|små bogstaver|i ét ord|med mellomrom|uten mellomrom|små bokstaver|i ett ord|"
        "pienellä|pienillä kirjaimilla|yhteen kirjoitettuna|ilman välilyöntejä|"
        "malými písmeny|všechno malými|bez mezer|dohromady|s mezerami|"
        "litere mici|fără spații|cu litere mici|legat|kisbetűvel|egybeírva|szóköz nélkül|csupa kisbetű|"
        "маленькими буквами|слитно|без пробелов|с пробелом|с пробелами|строчными|με μικρά|χωρίς κενά");
    words_.add(
        kChange,
        "changed|switched|swapped|updated|geändert|wechselte|änderte|remplacé|changé|cambié|cambiado|cambiato|"
        "mudei|trocado|veranderd|gewijzigd|zmieniłem|zmieniłam|ändrade|endret|ændrede|vaihdoin|změnil|"
        "поменял|сменил");
    words_.add(
        kAll,
        "everywhere|for everything|for every site|on every site|for all her|for all his|for all my|überall|"
        "für alles|partout|pour tout|en todas partes|para todo|en todo|dappertutto|ovunque|per tutto|em todo "
        "lado|para tudo|em tudo|overal|voor alles|wszędzie|do wszystkiego|överallt|till allt|overalt|til alt|"
        "kaikkialla|kaikkeen|všude|na všechno|mindenhol|mindenhez|везде|всюду");
    words_.add(
        kAsBefore,
        "same as last time|same as before|same as always|same as ever|same as usual|same one as|the usual one|"
        "as last time|wie immer|wie letztes mal|dasselbe wie immer|comme d'habitude|comme la dernière fois|como "
        "siempre|la de siempre|come sempre|como sempre|a de sempre|zoals altijd|jak zawsze|to co zawsze|som "
        "vanligt|som vanlig|samma som förra gången|kuten aina|jako vždy|mint mindig|как всегда|как обычно");
  }

  const char* name() const override { return "told_words"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    Explained explained(hits);
    const auto& all = words_.hits(doc);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const scan::PhraseHit& hit = all[i];
      const Tags tags = words_.tags(hit);
      if ((tags & kName) && !is_name_of_example(doc.lower, hit.start, hit.end)) {
        named(doc, hit, explained, hits);
      } else if (tags & kNote) {
        spelled(doc, i, explained, hits);
      } else if (tags & kChange) {
        changed(doc, hit.end, explained, hits);
      } else if (tags & kAll) {
        for_all(doc, hit.start, explained, hits);
      } else if (tags & kAsBefore) {
        if (words_.around(doc, hit.start, hit.end, 60, 0) & kName) {
          const Value v = match(doc, hit.end, 56, as_before_);
          if (is_secret(doc, v)) report(v, explained, hits);
        }
      }
    }
    return {};
  }

 private:
  static void report(Value v, Explained& explained, std::vector<Hit>& hits) {
    if (v.end <= v.start || explained.touches(v.start, v.end)) return;
    const auto same = [&](const Hit& h) { return h.start < v.end && v.start < h.end; };
    if (std::any_of(hits.size() > 16 ? hits.end() - 16 : hits.begin(), hits.end(), same)) return;
    hits.push_back(
        Hit{Kind::Password, 0.65, static_cast<std::uint32_t>(v.start), static_cast<std::uint32_t>(v.end)});
  }

  static Value match(const Document& doc, std::size_t from, std::size_t size, const RE2& pattern) {
    const std::size_t end = std::min(doc.text.size(), from + size);
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + from, end - from), pattern, &value)) return {};
    Value v;
    v.start = static_cast<std::size_t>(value.data() - doc.text.data());
    v.end = v.start + value.size();
    if (v.end == end && end < doc.text.size()) return {};  // cut off by the window
    while (v.end > v.start && std::string_view(".,:;").find(doc.text[v.end - 1]) != std::string_view::npos)
      --v.end;
    return v;
  }

  static bool is_secret(const Document& doc, Value v) {
    return v.end > v.start && may_be_word_secret(doc.slice(v.start, v.end), Tongue::English) &&
           !is_shown(doc.lower, v.start);
  }

  void named(const Document& doc, const scan::PhraseHit& hit, Explained& explained, std::vector<Hit>& hits) const {
    const std::string& t = doc.lower;
    std::size_t at = hit.end;
    while (at < t.size() && at - hit.end < 12 && is_letter(t[at])) ++at;  // "lösenordet", "Adgangskoden"
    if (at >= t.size() || std::string_view(" ,:?\n").find(t[at]) == std::string_view::npos) return;
    const Value told = behind_verb(doc, hit, at);
    if (told.end > 0) return report(told, explained, hits);
    const Value why = match(doc, at, 130, explained_by_);
    if (is_secret(doc, why)) return report(why, explained, hits);
    asked(doc, hit, at, explained, hits);
  }

  // "hasło do laptopa to X,": the verb of the language, a word, and the end of the clause. Where the subject is no
  // more than the name, only a word with a capital or digits inside is believed.
  static Value behind_verb(const Document& doc, const scan::PhraseHit& hit, std::size_t at) {
    const std::string_view name = std::string_view(doc.lower).substr(hit.start, at - hit.start);
    const std::string_view ahead = std::string_view(doc.lower).substr(at, kClause);
    const std::string_view clause = ahead.substr(0, ahead.find_first_of("\n?;!.:("));
    const bool hungarian = name.starts_with("jelsz");
    if (hungarian && clause.starts_with(' ')) return word_at(doc, at + 1, Tongue::Hungarian, true);
    if (name == "is" || name.ends_with(" is")) return {};
    // "La clave es paciencia", "ο κωδικός προϊόντος": keys and codes of other things.
    if ((name == "clave" || name.starts_with("κωδικ")) && !opens_device(clause)) return {};
    if (clause.starts_with(' ') && is_behind_address(doc, hit.start)) {
      const Value v = word_at(doc, at + 1, Tongue::English, true);
      if (v.end > 0 && doc.slice(v.start, v.end).find_first_of("-_0123456789") != std::string_view::npos) return v;
    }
    for (const Verb& verb : kVerbs) {
      if (!verb.name.empty() && name.find(verb.name) == name.npos) continue;
      const std::size_t found = clause.find(verb.said);
      if (found == clause.npos) continue;
      std::size_t from = at + found + verb.said.size();
      for (const std::string_view filler : {"still ", "now ", "just ", "simply ", "noch ", "jetzt ", "einfach "}) {
        if (doc.lower.compare(from, filler.size(), filler) == 0) from += filler.size();
      }
      const bool of_it = verb.tongue == Tongue::Finnish && doc.slice(0, hit.start).ends_with("n ");
      const bool owned = found >= 4 || of_it || is_owned(doc.lower, hit.start);
      const Value v = word_at(doc, from, verb.tongue, owned);
      if (v.end > 0) return v;
    }
    return {};
  }

  static bool opens_device(std::string_view clause) {
    for (const std::string_view thing :
         {"wifi", "wi-fi", " red ", "correo", "cuenta", "ordenador", "router", "portátil", "móvil", "usuario",
          "caja", "ίντερνετ", "δικτ", "υπολογιστ", "λογαριασμ", "κινητ"}) {
      if (clause.find(thing) != clause.npos) return true;
    }
    return false;
  }

  // "Inloggen kan met a@b.nl en wachtwoord X": the address that one logs in with stands right before.
  static bool is_behind_address(const Document& doc, std::size_t name) {
    const std::size_t from = name - std::min<std::size_t>(name, 64);
    std::string_view before = std::string_view(doc.lower).substr(from, name - from);
    const bool joined = std::any_of(std::begin(kAnd), std::end(kAnd),
                                    [&](std::string_view joint) { return before.ends_with(joint); });
    if (!joined) return false;
    before.remove_suffix(1);
    before = before.substr(0, before.find_last_of(" /"));
    return before.substr(before.find_last_of(' ') + 1).find('@') != before.npos && before.find('@') != before.npos;
  }
  static constexpr std::string_view kAnd[] = {" and ", " und ", " et ", " y ",  " e ", " en ", " i ",
                                              " och ", " og ",  " a ",  " ja ", " и ", " és ", " și "};

  // "my password", "her last remembered password", "mein Passwort"
  static bool is_owned(std::string_view lower, std::size_t name) {
    std::string_view before =
        lower.substr(name - std::min<std::size_t>(name, 32), std::min<std::size_t>(name, 32));
    before.remove_prefix(std::min(before.size(), before.find_last_of(".,;:\n") + 1));
    for (const std::string_view word :
         {"my ",    "his ",  "her ",  "our ",   "their ", "'s ",      "mein ", "sein ",   "ihr ",   "unser ",
          "mon ",   "ton ",  "son ",  "notre ", "mi ",    "nuestra ", "mia ",  "minha ",  "nossa ", "mijn ",
          "ons ",   "zijn ", "haar ", "moje ",  "nasze ", "mitt ",    "hans ", "hennes ", "vårt ",  "min ",
          "vores ", "mit ",  "мой ",  "наш ",   "last ",  "old ",     "new ",  "wifi",    "wi-fi ", "wlan"}) {
      if (before.find(word) != before.npos) return true;
    }
    return false;
  }

  static Value word_at(const Document& doc, std::size_t at, Tongue tongue, bool owned) {
    const std::string& t = doc.text;
    Value v{at, at};
    while (v.end < t.size() && v.end - at < 48 &&
           (is_letter(t[v.end]) || is_digit(t[v.end]) || t[v.end] == '-' || t[v.end] == '_') &&
           static_cast<unsigned char>(t[v.end]) < 0xE2)
      ++v.end;
    if (!ends_clause(doc, v.end)) return {};
    const std::string_view word = doc.slice(v.start, v.end);
    if (!may_be_word_secret(word, tongue)) return {};
    const bool plain =
        std::all_of(word.begin(), word.end(), [](char c) { return is_letter(c) && (c < 'A' || c > 'Z'); });
    const bool latin =
        std::all_of(word.begin(), word.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (plain && tongue == Tongue::Russian && !latin) return {};
    return owned || (!plain && word.find('-') == word.npos) ? v : Value{};
  }

  static bool ends_clause(const Document& doc, std::size_t at) {
    const std::string& t = doc.text;
    if (at >= t.size() || t[at] == '\n' || t[at] == ')' || t[at] == '!' || t[at] == ';' || t[at] == '"')
      return true;
    if (t[at] == ',' || t[at] == '.') return at + 1 >= t.size() || t[at + 1] == ' ' || t[at + 1] == '\n';
    const std::string_view rest = std::string_view(t).substr(at, 6);
    return rest.starts_with(" — ") || rest.starts_with(" – ") || rest.starts_with(" - ") || rest.starts_with(" (");
  }

  // "what's the pw for the box\nilovemycat"
  void asked(const Document& doc, const scan::PhraseHit& hit, std::size_t at, Explained& explained,
             std::vector<Hit>& hits) const {
    const std::size_t line = doc.text.find('\n', at);
    if (line == doc.text.npos || line - at > 60) return;
    const std::size_t from = hit.start - std::min<std::size_t>(hit.start, 44);
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + from, hit.start - from), asks_)) return;
    const Value v = match(doc, at, line - at + 64, answer_);
    if (!is_secret(doc, v)) return;
    const std::string_view word = doc.slice(v.start, v.end);
    if (word.size() >= 8 && word != "nevermind" && word != "checking") report(v, explained, hits);
  }

  // "the wifi is just purple lamp seven, all lowercase": what stands between the verb and the note.
  void spelled(const Document& doc, std::size_t index, Explained& explained, std::vector<Hit>& hits) const {
    const auto& all = words_.hits(doc);
    const std::size_t note = all[index].start;
    for (std::size_t i = index; i-- > 0 && all[i].end + kPhrase > note;) {
      if (!(words_.tags(all[i]) & (kName | kThing)) || all[i].end >= note) continue;
      const Value v = phrase_before(doc, all[i].start, all[i].end, note);
      if (v.end > 0) return report(v, explained, hits);
    }
  }

  static constexpr std::string_view kWhole[] = {"all ",  "alles ", "tout ",  "todo ", "tutto ",
                                                "tudo ", "alles ", "wszyst", "med ",  "с пробел"};

  static Value phrase_before(const Document& doc, std::size_t name, std::size_t from, std::size_t note) {
    const std::string_view said = std::string_view(doc.lower).substr(name, note - name);
    std::size_t first = said.npos;
    for (const std::string_view verb :
         {" is ",          " was ", " has been ", ": ",     " ist ", " lautet ", " war ",     " est ",
          " c'est ",       " es ",  " è ",        " é ",    " to ",  " jest ",   " är ",      " er ",
          " on ",          " je ",  " e ",        " este ", " это ", " — ",      " είναι ",   "opens with ",
          "unlocks with ", " mit ", " avec ",     " con ",  " com ", " met ",    "schlüssel "}) {
      const std::size_t at = said.find(verb);
      if (at == said.npos || name + at + verb.size() < from) continue;
      if (first == said.npos || at + verb.size() < first) first = at + verb.size();
    }
    if (first == said.npos || first > 64) return {};
    Value v{name + first, note};
    const std::string& t = doc.lower;
    for (const std::string_view filler :
         {"just ", "still ", "simply ", "now ", "einfach ", "jetzt ", "noch ", "simplement ", "solo ", "só ",
          "gewoon ", "po prostu ", "bara ", "bare "}) {
      if (t.compare(v.start, filler.size(), filler) == 0) v.start += filler.size();
    }
    // What leads over to the note: ", ", " — yes it's ", " (".
    const std::string_view between = std::string_view(t).substr(v.start, v.end - v.start);
    std::size_t end = between.find_first_of(",;(\n");
    for (const std::string_view dash : {" — ", " – ", " - ", ". "}) end = std::min(end, between.find(dash));
    end = std::min(end, between.size());
    if (between.size() - end > 24) return {};
    const std::string_view said_so = std::string_view(t).substr(note, 10);
    const bool whole = std::any_of(std::begin(kWhole), std::end(kWhole),
                                   [&](std::string_view all) { return said_so.starts_with(all); });
    if (end == between.size() && !whole) return {};  // "a notebook is better than one word for everything"
    v.end = v.start + end;
    while (v.end > v.start && std::string_view(" \"'.").find(t[v.end - 1]) != std::string_view::npos) --v.end;
    while (v.start < v.end && std::string_view(" \"'").find(t[v.start]) != std::string_view::npos) ++v.start;
    return is_phrase(doc.slice(v.start, v.end), std::string_view(t).substr(v.start, v.end - v.start)) ? v
                                                                                                      : Value{};
  }

  // One to six words of letters and digits; not "always written", "supposed to be", "at least eight letters".
  static bool is_phrase(std::string_view text, std::string_view lower) {
    if (text.size() < 6 || text.size() > 48 || is_placeholder(text)) return false;
    std::size_t words = 0;
    for (std::size_t i = 0; i < lower.size();) {
      const std::size_t end = std::min(lower.find(' ', i), lower.size());
      const std::string_view word = lower.substr(i, end - i);
      i = end + 1;
      ++words;
      if (!std::all_of(word.begin(), word.end(),
                       [](char c) { return is_letter(c) || is_digit(c) || c == '-' || c == '_' || c == '\''; }))
        return false;
      static constexpr std::string_view kNot =
          "|be|been|to|must|should|can|cannot|always|usually|written|typed|stored|converted|required|not|only|at|"
          "least|"
          "contain|contains|have|has|need|needs|your|you|the|any|that|which|case|sensitive|case-sensitive|if|"
          "because|"
          "muss|darf|sein|nicht|immer|wird|werden|ihr|dein|doit|être|pas|toujours|votre|debe|ser|no|siempre|tu|su|"
          "deve|"
          "essere|non|sempre|deve|não|moet|zijn|niet|altijd|musi|być|nie|zawsze|måste|vara|inte|alltid|skal|være|"
          "ikke|"
          "valid|invalid|wrong|correct|incorrect|encrypted|hashed|generated|made|password|passwort|in|as|wrote|"
          "wrote|"
          "entered|supposed|too|weak|strong|should|letters|characters|buchstaben|zeichen|lettres|letras|or|"
          "normally|"
          "printed|case-insensitive|available|free|open|down|slow|working|locked|off|from|here|lowercase|"
          "uppercase|"
          "protected|different|same|kostenlos|verfügbar|disponible|gratuit|gratis|disponibile|beschikbaar|";
      const std::string key = "|" + std::string(word) + "|";
      if (kNot.find(key) != kNot.npos && !(word == "in" && words > 1 && i < lower.size())) return false;
    }
    if (words == 1)  // "is wrong, all lowercase"
      return may_be_word_secret(text, Tongue::English) && may_be_word_secret(text, Tongue::German);
    return words <= 7 && is_letter(text[0]);
  }

  static constexpr std::string_view kNear[] = {
      "passw",  " pw",  "prompt", "log in", "login",    "sign in",      "logg",      "expire",
      "locked", "wifi", "wi-fi",  "anmeld", "kennwort", "mot de passe", "contraseñ", "senha",
      "wachtw", "hasł", "lösen",  "heslo",  "парол",    "too similar",  "reused",    "breach"};

  // 'I changed "Summer2024!" to "Autumn2024!"'
  void changed(const Document& doc, std::size_t at, Explained& explained, std::vector<Hit>& hits) const {
    const std::size_t end = std::min(doc.text.size(), at + 120);
    re2::StringPiece one, two;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + at, end - at), change_, &one, &two)) return;
    const auto value = [&](re2::StringPiece s) {
      Value v;
      v.start = static_cast<std::size_t>(s.data() - doc.text.data());
      v.end = v.start + s.size();
      while (v.end > v.start && std::string_view(".,:;?").find(doc.text[v.end - 1]) != std::string_view::npos)
        --v.end;
      return v;
    };
    const Value a = value(one), b = value(two);
    const auto looks = [&](Value v) { return password_look(doc.slice(v.start, v.end)); };
    const Look la = looks(a), lb = looks(b);
    if (la.points < 3 || lb.points < 3 || !(la.signs || lb.signs)) return;
    const std::size_t from = at - std::min<std::size_t>(at, 80);
    const std::string_view near = std::string_view(doc.lower).substr(from, 280);
    const bool access = std::any_of(std::begin(kNear), std::end(kNear),
                                    [&](std::string_view word) { return near.find(word) != near.npos; });
    if (!access) return;  // of titles and files
    report(a, explained, hits);
    report(b, explained, hits);
  }

  // "Mum uses Kvikklunsj77 for everything"
  void for_all(const Document& doc, std::size_t at, Explained& explained, std::vector<Hit>& hits) const {
    const std::size_t from = at - std::min<std::size_t>(at, 72);
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + from, at - from), for_all_, &value)) return;
    Value v;
    v.start = static_cast<std::size_t>(value.data() - doc.text.data());
    v.end = v.start + value.size();
    const std::string_view word = doc.slice(v.start, v.end);
    const Look look = password_look(word);
    const std::string_view last = word.substr(word.size() - std::min<std::size_t>(word.size(), 4));
    const bool year =
        last.starts_with("20") && last.find_first_not_of("0123456789") == last.npos;  // "Photoshop2024"
    if (look.points >= 3 && classes_of(word).digit >= 2 && !year) report(v, explained, hits);
  }

  Words words_;
  RE2 explained_by_, as_before_, answer_, asks_, change_, for_all_;
};

}  // namespace

Made make_told_words(scan::PhraseSet& set) { return std::make_unique<ToldWords>(set); }

}  // namespace sluice::sense::detect
