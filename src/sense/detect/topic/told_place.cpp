#include "sense/detect/topic/told_place.h"

#include <algorithm>
#include <string_view>

#include "sense/detect/secret/secret_look.h"
#include "sense/scan/phrases.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;

constexpr std::uint32_t kAround = 32;      // bytes beside the passage: its end cuts sentences
constexpr std::uint32_t kBehindWord = 64;  // a secret stands at most so far behind the word of access
constexpr std::size_t kLongest = 48;
constexpr int kMostWords = 4, kFarBlank = 64;

// Points: what a word looks like, and what stands before it. What has fewer than kLeast is not reported.
constexpr double kOddWord = 3, kInnerCapital = 2.4, kJoined = 2.3, kQuoted = 1.85, kPair = 1.2, kNumber = 1.1,
                 kYear = 0.3;
constexpr double kBehindLink = 1.2, kBehindAccess = 0.7, kOfUser = -2;
constexpr double kLeast = 1.8;

// Words that lead to a value, in lower case.
constexpr std::string_view kLinks =
    "is|was|are|=|->|=>|→|to|be|ist|war|lautet|est|était|es|era|puso|è|é|jest|je|är|var|er|blev|on|oli|to:|als|as|"
    "este|e|yenisi|теперь|now|ahora|maintenant|jetzt|adesso|agora|nu|teraz|called|type|say|said|put|enter|saying";

// Words that no secret of words begins with or goes on behind.
constexpr std::string_view kOthers =
    "and|or|but|for|so|with|the|a|an|my|your|it|that|this|not|no|still|always|then|please|can|could|how|what|why|"
    "und|oder|aber|für|mit|der|die|das|ein|eine|nicht|noch|immer|dann|bitte|wie|was|et|ou|mais|pour|avec|le|la|"
    "les|"
    "un|une|pas|y|o|pero|para|con|el|los|una|no|muy|e|ma|per|il|lo|non|mas|com|não|en|maar|voor|met|de|het|een|"
    "niet|"
    "i|a|ale|dla|z|nie|och|men|för|med|en|ett|inte|og|for|ikke|ja|mutta|ei|и|но|для|не|wrong|required|needed|"
    "stored|"
    "expired|changed|lost|forgotten|incorrect|falsch|abgelaufen|faux|expiré|incorrecta|caducada|in|on|at|to|from|"
    "by|"
    "under|behind|when|yes|sí|ja|oui|sì|sim|tak|да|if|as|you|we|they|he|she|i|du|er|sie|wir|you'll|there|here|"
    "given|set|"
    "used|valid|printed|written|sent|asked|needed|kept|what|where|which|who|more|just|only|also";

// Who signs in, not with what.
constexpr std::string_view kUsers =
    "user|username|login|account|benutzer|benutzername|nutzer|anmeldename|utilisateur|identifiant|compte|usuario|"
    "cuenta|"
    "utente|utilizador|usuário|conta|gebruiker|gebruikersnaam|użytkownik|konto|användare|bruger|bruker|käyttäjä|"
    "uživatel|"
    "kullanıcı|логин|пользователь|ssid|network|netz|netzwerk|réseau|red|rede|rete|host|email|e-mail";

bool is_one_of(std::string_view word, std::string_view list) {
  bool found = false;
  scan::for_each_phrase(list, [&](std::string_view one) { found = found || one == word; });
  return found;
}

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return scan::is_word_byte(c) && c != '_'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return scan::is_word_byte(c) && !is_digit(c) && c != '_'; }

struct Word {
  std::uint32_t start = 0, end = 0;  // without signs around it
  std::uint32_t bare = 0;            // where the signs behind it end
};

// The words of a passage, without the brackets, quotation marks and full stops around them.
std::vector<Word> words_in(std::string_view t, std::uint32_t from, std::uint32_t to) {
  constexpr std::string_view kSigns = "()[]{}<>\"'`*.,;:?!|";
  std::vector<Word> words;
  for (std::uint32_t at = from; at < to;) {
    if (is_blank(t[at]) || t[at] == '|') {
      ++at;
      continue;
    }
    Word word{at, at, at};
    while (word.end < to && !is_blank(t[word.end]) && t[word.end] != '|') ++word.end;
    at = word.bare = word.end;
    const auto strip = [&](std::string_view mark) {
      if (t.substr(word.start, word.end - word.start).starts_with(mark))
        word.start += static_cast<std::uint32_t>(mark.size());
      else if (t.substr(word.start, word.end - word.start).ends_with(mark))
        word.end -= static_cast<std::uint32_t>(mark.size());
      else
        return false;
      return true;
    };
    for (bool any = true; any && word.start < word.end;) {
      any = false;
      if (kSigns.find(t[word.start]) != kSigns.npos) ++word.start, any = true;
      if (word.end > word.start && kSigns.find(t[word.end - 1]) != kSigns.npos) --word.end, any = true;
      for (const std::string_view mark : {"“", "”", "„", "«", "»", "‘", "’", "「", "」", "–", "—", "…", "•"})
        any = any || strip(mark);
    }
    words.push_back(word);
  }
  return words;
}

double look_of(std::string_view word) {
  if (word.size() < 3 || word.size() > kLongest) return 0;
  const auto digits = static_cast<std::size_t>(std::count_if(word.begin(), word.end(), is_digit));
  const auto letters = static_cast<std::size_t>(std::count_if(word.begin(), word.end(), is_letter));
  if (letters == 0) {
    const bool joined = word.find_first_not_of("0123456789-") == word.npos;
    if (!joined || digits < 3 || digits > 10) return 0;
    const bool year = digits == 4 && word.size() == 4 && (word.starts_with("19") || word.starts_with("20"));
    return year ? kYear : kNumber;
  }
  if (word.find("://") != word.npos || word.find("www.") != word.npos || word.find('@') == 0) return 0;
  const Look look = password_look(word);
  if (look.points >= 4) return kOddWord + 0.5;
  if (look.points >= 3) return kOddWord;
  bool inner = false;
  std::size_t joints = 0;
  for (std::size_t i = 1; i < word.size(); ++i) {
    inner = inner || (is_upper(word[i]) && word[i - 1] >= 'a' && word[i - 1] <= 'z');
    joints += i + 1 < word.size() && std::string_view("-_.!?#+&*/~").find(word[i]) != std::string_view::npos &&
              scan::is_word_byte(word[i - 1]) && scan::is_word_byte(word[i + 1]);
  }
  // "40ml", "3rd" and "7pm" are how much, which and when.
  const std::size_t figures = word.find_first_not_of("0123456789.,");
  const bool amount = figures > 0 && word.size() - figures <= 3;
  if (digits > 0 && word.size() >= 4 && !amount) return kJoined + 0.2;
  if (inner && word.size() >= 8) return kInnerCapital;
  if (joints >= 2) return kJoined;
  // "Vinbär-lördag": two words that are one, with a capital.
  if (joints == 1 && word.size() >= 8 && std::any_of(word.begin(), word.end(), is_upper)) return kPair;
  return 0;
}

class Guess {
 public:
  Guess(const Document& doc, const std::vector<std::uint32_t>& access, const std::vector<Hit>& hits)
      : doc_(doc), access_(access), hits_(hits) {}

  std::optional<Place> best(std::uint32_t start, std::uint32_t end) {
    const std::string_view t = doc_.text;
    start -= std::min(start, kAround);
    end = std::min<std::uint32_t>(end + kAround, static_cast<std::uint32_t>(t.size()));
    // To a blank, or in a text without any to where a character begins.
    for (int i = 0; i < kFarBlank && start > 0 && !is_blank(t[start - 1]); ++i) --start;
    for (int i = 0; i < kFarBlank && end < t.size() && !is_blank(t[end]); ++i) ++end;
    while (start > 0 && (t[start] & 0xC0) == 0x80) --start;
    while (end < t.size() && (t[end] & 0xC0) == 0x80) ++end;
    words_ = words_in(t, start, end);
    quoted(start, end);
    for (std::size_t i = 0; i < words_.size(); ++i) word(i);
    if (points_ < kLeast) return std::nullopt;
    return best_;
  }

 private:
  void offer(std::uint32_t start, std::uint32_t end, double points) {
    if (points <= points_ || start >= end || end - start > 2 * kLongest) return;
    const bool other = std::any_of(hits_.begin(), hits_.end(), [&](const Hit& h) {
      return h.start < end && start < h.end &&
             (h.kind < scan::Kind::HealthTopic && h.kind != scan::Kind::FinanceTopic);
    });
    if (other) return;
    points_ = points;
    best_ = {start, end};
  }

  bool behind_access(std::uint32_t at) const {
    const auto next = std::lower_bound(access_.begin(), access_.end(), at);
    return next != access_.begin() && *(next - 1) + kBehindWord > at;
  }

  // What stands in quotation marks.
  void quoted(std::uint32_t start, std::uint32_t end) {
    const std::string_view t = std::string_view(doc_.text).substr(0, end + kLongest);
    static constexpr std::string_view kMarks[][2] = {{"\"", "\""}, {"“", "”"}, {"„", "“"}, {"«", "»"},
                                                     {"'", "'"},   {"‘", "’"}, {"`", "`"}, {"「", "」"}};
    for (const auto& [open, close] : kMarks) {
      for (std::size_t at = t.find(open, start); at < end; at = t.find(open, at + 1)) {
        if (at > 0 && scan::is_word_byte(t[at - 1]) && static_cast<unsigned char>(t[at - 1]) < 0x80) continue;
        const std::size_t first = at + open.size();
        const std::string_view behind = t.substr(first, kLongest + close.size());
        const std::string_view inside = behind.substr(0, behind.find(close));
        if (inside.size() == behind.size() || inside.size() < 3) continue;
        if (inside.find_first_of("\n?") != inside.npos ||
            std::count(inside.begin(), inside.end(), ' ') > kMostWords)
          continue;
        const auto from = static_cast<std::uint32_t>(first);
        offer(from, from + static_cast<std::uint32_t>(inside.size()),
              kQuoted + (behind_access(from) ? kBehindAccess : 0));
      }
    }
  }

  void word(std::size_t i) {
    const Word& w = words_[i];
    if (w.start >= w.end) return;
    const std::string_view text = doc_.slice(w.start, w.end);
    if (std::none_of(text.begin(), text.end(), is_alnum) || text.find("__") != text.npos) return;
    const bool linked = behind_link(i), access = behind_access(w.start);
    double points = look_of(text);
    std::uint32_t end = w.end;
    if (points == 0) {
      if (!linked || !access || is_one_of(lower(w), kOthers) || is_one_of(lower(w), kLinks)) return;
      end = words_on(i);
    } else if (points <= kNumber) {
      end = figures_on(i);
    }
    offer(w.start, end,
          points + (linked ? kBehindLink : 0) + (access ? kBehindAccess : 0) + (of_user(i) ? kOfUser : 0));
  }

  // Behind "is", a colon or an arrow, or behind what speaks of the value: "the new one is", "should be".
  bool behind_link(std::size_t i) const {
    if (i == 0) return false;
    const Word& before = words_[i - 1];
    const std::string_view signs = doc_.slice(before.end, before.bare);
    if (signs.find(':') != signs.npos || signs.find('=') != signs.npos) return true;
    if (before.start >= before.end) return false;
    return signs.empty() && is_one_of(lower(before), kLinks);
  }

  // "user kas2", "Benutzername: lkraft-9b"
  bool of_user(std::size_t i) const {
    for (std::size_t back = 1; back <= 2 && back <= i; ++back) {
      const Word& before = words_[i - back];
      if (before.start < before.end && is_one_of(lower(before), kUsers)) return true;
    }
    return false;
  }

  std::string_view lower(const Word& word) const {
    return std::string_view(doc_.lower).substr(word.start, word.end - word.start);
  }

  // Whether the word goes on with the next one, at a blank.
  bool goes_on(std::size_t i) const {
    if (i + 1 >= words_.size() || words_[i].end != words_[i].bare) return false;
    const Word& next = words_[i + 1];
    return next.start < next.end && next.start == words_[i].bare + 1 && doc_.text[words_[i].bare] == ' ';
  }

  // Some words up to a sign or to one that leads on.
  std::uint32_t words_on(std::size_t i) const {
    for (int words = 1; words < kMostWords && goes_on(i) && !is_one_of(lower(words_[i + 1]), kOthers); ++words)
      ++i;
    return words_[i].end;
  }

  // "44 88 10"
  std::uint32_t figures_on(std::size_t i) const {
    while (goes_on(i) && lower(words_[i + 1]).find_first_not_of("0123456789") == std::string_view::npos) ++i;
    return words_[i].end;
  }

  const Document& doc_;
  const std::vector<std::uint32_t>& access_;
  const std::vector<Hit>& hits_;
  std::vector<Word> words_;
  double points_ = 0;
  Place best_;
};

}  // namespace

std::optional<Place> told_place(const Document& doc, std::uint32_t start, std::uint32_t end,
                                const std::vector<std::uint32_t>& access, const std::vector<Hit>& hits) {
  return Guess(doc, access, hits).best(start, end);
}

}  // namespace sluice::sense::detect
