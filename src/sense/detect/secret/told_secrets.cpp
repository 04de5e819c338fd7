// Secrets that stand anywhere near a word that speaks of access, whatever the sentence: "I have reset his to X",
// "the box's user is batch, X, don't tell", a table's cell. passwords.cpp reads what follows a name by its
// grammar; here the secret's own look decides (secret_look.h), and how much look is asked for depends on the words
// around.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "sense/detect/secret/access_words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/explained.h"
#include "sense/detect/secret/machine_text.h"
#include "sense/detect/secret/secret_look.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

// How far words are read around a secret, in bytes.
constexpr std::size_t kBefore = 120, kNear = 60, kAfter = 60;

// What no secret of this kind contains: blanks, quotes, brackets, characters of scripts without blanks.
constexpr std::array<bool, 256> kEnds = [] {
  std::array<bool, 256> ends{};
  for (const char c : {' ', '\t', '\n', '\r', '"', '`', ',', ';', '|', '(', ')', '<', '>'})
    ends[static_cast<unsigned char>(c)] = true;
  for (std::size_t c = 0xE2; c < 256; ++c) ends[c] = true;
  return ends;
}();
bool is_end(char c) { return kEnds[static_cast<unsigned char>(c)]; }

struct Word {
  std::size_t start = 0, end = 0;
};

// The word around a digit, without quotes, brackets and the sentence's marks, and without the name that is joined
// to it ("user:X", "pw=X", "root/X"). Empty if it is longer than any secret.
Word word_around(const std::string& t, std::size_t digit) {
  constexpr std::size_t kMost = 300;
  Word w{digit, digit};
  while (w.start > 0 && !is_end(t[w.start - 1]) && digit - w.start < kMost) --w.start;
  while (w.end < t.size() && !is_end(t[w.end]) && w.end - digit < kMost) ++w.end;
  if (digit - w.start == kMost || w.end - digit == kMost) return {w.end, w.end};
  const std::string_view before = std::string_view(t).substr(w.start, digit - w.start);
  const std::size_t query = before.rfind('=');
  if (query != before.npos &&
      before.substr(0, query).find_first_of("?&") != before.npos) {  // a value in an address
    w.start += query + 1;
    w.end = w.start + std::min(std::string_view(t).substr(w.start, w.end - w.start).find('&'), w.end - w.start);
  }
  for (std::size_t i = std::min(w.start + 25, w.end); i-- > w.start;) {
    const bool slash = t[i] == '/' && std::count(t.begin() + static_cast<std::ptrdiff_t>(w.start),
                                                 t.begin() + static_cast<std::ptrdiff_t>(w.end), '/') == 1;
    if (t[i] != '=' && t[i] != ':' && !slash) continue;
    if (i + 1 < w.end) w.start = i + 1;
    break;
  }
  while (w.end > w.start && std::string_view(".,:'])}").find(t[w.end - 1]) != std::string_view::npos) --w.end;
  while (w.start < w.end && std::string_view("'[{").find(t[w.start]) != std::string_view::npos) ++w.start;
  // **bold**, _set off_, not "_ZN4lamp5tokenC2ERKS0_"
  while (w.end > w.start + 1 && (t[w.start] == '*' || (t[w.start] == '_' && t[w.start + 1] != 'Z'))) {
    const char mark = t[w.start++];
    if (t[w.end - 1] == mark) --w.end;
  }
  return w;
}

// What the text around a place speaks of. Cues are looked for only where something with the look of a secret
// stands, and each stretch of the text once, since a text may consist of such places.
class Cues {
 public:
  enum Tag : unsigned { kNone = 0, kPassword = 1, kAccess = 2, kKey = 4, kNoSecret = 8, kWeakKey = 16 };

  Cues(const scan::PhraseSet& set, const Document& doc) : set_(set), doc_(doc), hits_(set.owners()) {}

  // All cues between the places, except those inside the word.
  unsigned around(const Word& w, std::size_t before, std::size_t after) {
    read_up_to(w.end + kAfter);
    const std::size_t from = w.start > before ? w.start - before : 0;
    unsigned found = 0;
    for (auto cue = first_from(from); cue != cues_.end() && cue->start <= w.end + after; ++cue) {
      if (cue->start >= from && (cue->end <= w.start || cue->start >= w.end)) found |= cue->tag;
    }
    return found;
  }

  // The last cue of `tags` before the word, else the first of `behind` after it.
  unsigned nearest(const Word& w, unsigned tags, unsigned behind, std::size_t before, std::size_t after) {
    read_up_to(w.end + kAfter);
    const std::size_t from = w.start > before ? w.start - before : 0;
    unsigned found = 0;
    for (auto cue = first_from(from); cue != cues_.end() && cue->start <= w.end + after; ++cue) {
      if (cue->start < from) continue;
      if (cue->end <= w.start) {
        if (cue->tag & tags) found = cue->tag;
      } else if (cue->start >= w.end && found == 0 && (cue->tag & behind)) {
        return cue->tag;
      }
    }
    return found;
  }

 private:
  struct Cue {
    std::size_t start, end;
    unsigned tag;
  };

  std::vector<Cue>::const_iterator first_from(std::size_t from) const {
    return std::lower_bound(cues_.begin(), cues_.end(), from,
                            [](const Cue& c, std::size_t at) { return c.end < at; });
  }

  // Words are asked for in the order of the text, so what lies further back than one looks is not read.
  void read_up_to(std::size_t end) {
    end = std::min(end, doc_.text.size());
    if (end <= read_) return;
    std::size_t from = std::max(read_, end > kBefore + kAfter + kWord ? end - kBefore - kAfter - kWord : 0);
    for (int back = 0; back < 64 && from > 0 && !is_end(doc_.text[from - 1]); ++back) --from;
    std::size_t to = std::min(end + 200, doc_.text.size());
    while (to < doc_.text.size() && !is_end(doc_.text[to]) && to < end + 264) ++to;
    for (auto& list : hits_) list.clear();
    set_.find(std::string_view(doc_.lower).substr(from, to - from), hits_);
    const std::size_t known = cues_.size();
    for (std::size_t owner = 0; owner < hits_.size(); ++owner) {
      for (const scan::PhraseHit& hit : hits_[owner])
        cues_.push_back({from + hit.start, from + hit.end, 1u << owner});
    }
    std::sort(cues_.begin() + static_cast<std::ptrdiff_t>(known), cues_.end(),
              [](const Cue& a, const Cue& b) { return a.end < b.end; });
    read_ = to;
  }

  static constexpr std::size_t kWord = 300;

  const scan::PhraseSet& set_;
  const Document& doc_;
  std::vector<std::vector<scan::PhraseHit>> hits_;
  std::vector<Cue> cues_;  // in the order of their ends
  std::size_t read_ = 0;
};

class ToldSecrets : public scan::Detector {
 public:
  ToldSecrets() {
    using scan::Edge;
    const auto add = [&](std::string_view phrases, Edge edge) {
      scan::for_each_phrase(phrases, [&](std::string_view phrase) { cues_.add(owner_, phrase, edge); });
    };
    // In the order of Cues::Tag.
    owner_ = cues_.new_owner();
    add(kPasswordNames, Edge::Any);
    add(kPasswordShorts, Edge::Word);
    add(kCredentialWords, Edge::Start);
    owner_ = cues_.new_owner();
    add(kAccessWords, Edge::Start);
    owner_ = cues_.new_owner();
    add(kSecretNames, Edge::Any);
    owner_ = cues_.new_owner();
    add(kPublicNames, Edge::Any);
    owner_ = cues_.new_owner();
    add(kKeyWords, Edge::Name);
    cues_.build();
  }

  const char* name() const override { return "told_secrets"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    Explained explained(hits);
    Cues cues(cues_, doc);
    std::size_t done = 0;
    for (const scan::DigitGroup& group : doc.groups) {
      if (group.start < done) continue;
      const std::size_t behind = group.start + std::size_t{group.size};
      if ((group.start == 0 || is_end(doc.text[group.start - 1])) &&
          (behind >= doc.text.size() || is_end(doc.text[behind])))
        continue;  // a bare number
      const Word w = word_around(doc.text, group.start);
      done = std::max<std::size_t>(w.end, group.start + group.size);
      if (w.end - w.start < 6 || group.start + group.size <= w.start) continue;
      const std::string_view word = doc.slice(w.start, w.end);
      const auto found = judge(word, w, doc, cues);
      if (found.kind == Kind::ApiToken && doc.text.compare(w.end, 3, "...") == 0)
        continue;  // the rest is not shown
      if (found.confidence == 0 || explained.touches(w.start, w.end)) continue;
      if (is_made_by_programs(doc, w, word)) continue;
      hits.push_back(Hit{found.kind, found.confidence, static_cast<std::uint32_t>(w.start),
                         static_cast<std::uint32_t>(w.end)});
    }
    return {};
  }

 private:
  struct Found {
    Kind kind = Kind::Password;
    double confidence = 0;
  };

  static Found judge(std::string_view word, const Word& w, const Document& doc, Cues& cues) {
    const Look look = password_look(word);
    if (look.points >= 2 && !is_shown(doc.lower, w.start)) {
      const unsigned around = cues.around(w, kBefore, kAfter);
      if (look.points < 5 && is_other_field(doc.lower, w.start)) return {};
      if (look.points >= 4 && (around & Cues::kPassword)) return {Kind::Password, 0.75};
      if (look.points >= 5 && look.signs && (around & Cues::kAccess) && !is_numbered(word))
        return {Kind::Password, 0.7};
      if (look.striking && !is_numbered(word) && stands_in_prose(doc.text, w)) return {Kind::Password, 0.6};
      if (cues.around(w, kNear, 0) & Cues::kPassword) return {Kind::Password, 0.65};
    }
    const Drawn drawn = drawn_look(word);
    if (drawn == Drawn::No) return {};
    constexpr unsigned kBehind = Cues::kKey | Cues::kPassword,
                       kDeciding = kBehind | Cues::kWeakKey | Cues::kNoSecret;
    if (drawn == Drawn::Mixed) {
      const unsigned nearest = cues.nearest(w, kDeciding, kBehind, 80, kNear);
      if (nearest & (kBehind | Cues::kWeakKey)) return {Kind::ApiToken, 0.7};
    } else if (!(cues.around(w, 60, 20) & Cues::kNoSecret) &&
               (cues.around(w, words_before(doc.text, w.start), 0) & (kBehind | Cues::kWeakKey)) &&
               !in_list_of_digests(doc.lower, w.start, w.end)) {
      return {Kind::ApiToken, 0.65};
    }
    return {};
  }

  static bool is_made_by_programs(const Document& doc, const Word& w, std::string_view word) {
    return (is_code_name(word) && is_listed(doc.text, w.start, w.end)) || word.starts_with("_Z") ||
           is_noise(word) || in_cipher_text(doc.lower, w.start) || is_digest(doc.lower, w.start) ||
           is_public_field(field_before(doc.lower, w.start)) || in_attribute(doc.lower, w.start) ||
           in_encoded_line(doc.text, w.start) || in_wrapped_base64(doc.text, w.start);
  }

  // "ENC[AES256_GCM,data:...,iv:...,tag:...]" of sops.
  static bool in_cipher_text(const std::string& lower, std::size_t at) {
    constexpr std::size_t kFar = 240;
    const std::string_view before = std::string_view(lower).substr(at - std::min(at, kFar), std::min(at, kFar));
    const std::size_t open = before.rfind("enc[");
    return open != before.npos && before.find(']', open) == before.npos;
  }

  // Where the words begin that may say of a hexadecimal number that it is a key: those of its own line, or of the
  // line before if that introduces it ("API token:\n...").
  static std::size_t words_before(const std::string& t, std::size_t start) {
    std::size_t line = start;
    while (line > 0 && start - line < kNear && t[line - 1] != '\n') --line;
    const bool alone =
        std::all_of(t.begin() + std::ptrdiff_t(line), t.begin() + std::ptrdiff_t(start),
                    [](char c) { return std::string_view(" \t\"'`*>-").find(c) != std::string_view::npos; });
    std::size_t before = line;
    while (before > 0 && std::string_view("\n\r *").find(t[before - 1]) != std::string_view::npos) --before;
    const bool introduced = before > 0 && std::string_view(":=").find(t[before - 1]) != std::string_view::npos;
    return alone && introduced ? kNear : start - line;
  }

  // "login: till01": the value of a field that is named otherwise.
  static bool is_other_field(const std::string& lower, std::size_t start) {
    while (start > 0 && std::string_view(" \"'").find(lower[start - 1]) != std::string_view::npos) --start;
    if (start == 0 || (lower[start - 1] != ':' && lower[start - 1] != '=')) return false;
    std::size_t name = start - 1;
    while (name > 0 && start - name < 24 && lower[name - 1] >= 'a' && lower[name - 1] <= 'z') --name;
    const std::string_view label(lower.data() + name, start - 1 - name);
    return std::find(kOtherFields.begin(), kOtherFields.end(), label) != kOtherFields.end();
  }
  static constexpr std::array<std::string_view, 22> kOtherFields = {
      "login",    "user",    "username", "system",   "host",    "hostname", "server", "id",
      "name",     "file",    "version",  "ssid",     "network", "account",  "email",  "mail",
      "benutzer", "usuario", "utente",   "database", "model",   "device"};

  // "Luna#4821", "Figure!12": a name and its number, as players and documents have it.
  static bool is_numbered(std::string_view word) {
    const std::size_t sign = word.find_first_of("#!");
    return sign != word.npos && sign + 1 < word.size() &&
           word.substr(sign + 1).find_first_not_of("0123456789") == std::string_view::npos &&
           word.substr(0, sign).find_first_of("0123456789") == std::string_view::npos;
  }

  // Whether a word of letters stands before it or behind it, at one space: not in a formula, a blob, a list of
  // codes.
  static bool stands_in_prose(const std::string& t, const Word& w) {
    const auto is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
    };
    std::size_t before = w.start, after = w.end;
    while (before > 0 && std::string_view(" \"'`(\n").find(t[before - 1]) != std::string_view::npos) --before;
    while (after < t.size() && std::string_view(" \"'`).,:;\n").find(t[after]) != std::string_view::npos) ++after;
    std::size_t letters = 0, more = 0;
    while (before > letters && is_letter(t[before - letters - 1])) ++letters;
    while (after + more < t.size() && is_letter(t[after + more])) ++more;
    const bool begins =
        before > letters && std::string_view(" \n\"'(").find(t[before - letters - 1]) == std::string_view::npos;
    return !begins && (letters >= 2 || w.start == 0) && (more >= 1 || after == t.size()) && letters + more >= 3;
  }

  scan::PhraseSet cues_;
  scan::PhraseSet::Owner owner_ = 0;
};

}  // namespace

Made make_told_secrets(scan::PhraseSet&) { return std::make_unique<ToldSecrets>(); }

}  // namespace sluice::sense::detect
