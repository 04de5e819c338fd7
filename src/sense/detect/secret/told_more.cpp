// What a password that was found leads to: the others of a list of one's own ("could be X or Y or the old one,
// Z"), and the key beside the name of a wireless network, where a key has no look that would tell it.
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "sense/detect/context/words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kWireless = 1;
constexpr std::size_t kMostListed = 12;  // passwords of one list

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

class ToldMore : public scan::Detector {
 public:
  explicit ToldMore(scan::PhraseSet& set)
      : words_(set),
        next_(
            R"((?i)^['"”»]?(?:,| or | / | and | oder | und | ou | et | o | y | e | eller | och | of | en | lub | albo | i | или | и )(?:\s?(?:or|and|maybe|perhaps|possibly|even|then|also|the|my|an|old|older|new|other|one|ones|first|second|last|previous|current|oder|und|vielleicht|das|die|alte|alten|neue|mein|ou|et|peut-être|l'ancien|l'ancienne|le|mon|o|y|e|quizás|la|el|mi|antigua|vieja|vecchia|forse|of|en|misschien|oude|mijn|lub|albo|może|stare|eller|och|kanske|gamla),?){0,6}\s?['"“«]?([^\s,;'"()<>]{6,40}))"),
        row_(R"(^(?:\s*[,;]\s+|\s*\|?\s*\n\s*\|?\s*)[\pL\d._@-]{2,32} ?([:/;,|]) ?([^\s,;'"()<>|]{6,40}))"),
        key_(
            R"((?i)(?:^|[^\pL])(?:schlüssel|netzwerkschlüssel|key|code|clé|clave|chiave|chave|sleutel|klucz|klíč|kulcs|nøkkel|nøgle|nyckel|avain|anahtar|ключ|κλειδί|pass|pw|psk|kod|kode|kód|キー|暗号化キー|セキュリティキー|密钥|密匙|مفتاح)\s?[:=：は]\s?['"“]?([^\s,;'"()<>]{6,63}))") {
    words_.add(kWireless,
               "wlan|wifi|wi-fi|ssid|w-lan|wlan-name|netzwerkname|hotspot|réseau wifi|red wifi|rete wifi|wireless "
               "network|"
               "gäste-wlan|gast-wlan|guest wifi|guest network|wlan name|wifi name|nom du réseau|nombre de red|"
               "nazwa sieci|nätverksnamn|вайфай|вай-фай|wi-fi-сеть");
    words_.add(kWireless, "无线网络|無線lan|와이파이|ネットワーク名|接続名", scan::Edge::Any);
  }

  const char* name() const override { return "told_more"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    for (const auto& hit : words_.hits(doc)) wireless(doc, hit.end, hits);
    const std::size_t told = hits.size();
    for (std::size_t i = 0; i < told; ++i) {
      if (hits[i].kind == Kind::Password) others(doc, hits[i].end, hits);
      if (hits[i].kind == Kind::Password) rows(doc, hits[i].start, hits[i].end, hits);
      if (hits[i].kind == Kind::ApiToken) secret_of(doc, hits[i].end, hits);
    }
    return {};
  }

 private:
  static void report(std::size_t start, std::size_t end, std::vector<Hit>& hits) {
    const auto last = hits.size() > 16 ? hits.end() - 16 : hits.begin();
    const bool known = std::any_of(last, hits.end(), [&](const Hit& h) { return h.start < end && start < h.end; });
    if (!known)
      hits.push_back(
          Hit{Kind::Password, 0.65, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // Without the sentence's marks behind it; empty if it is no password by its letters and digits.
  static std::string_view secret_in(re2::StringPiece value) {
    std::string_view text(value.data(), value.size());
    while (!text.empty() && std::string_view(".,:!?]}").find(text.back()) != std::string_view::npos &&
           !(text.back() == '!' && text.size() > 8))
      text.remove_suffix(1);
    const bool digit = std::any_of(text.begin(), text.end(), is_digit);
    const bool sign = text.find_first_of("!@#$%^&*?~_+") != text.npos;
    const auto letters = std::count_if(text.begin(), text.end(), is_letter);
    if (text.size() < 6 || letters < 3 || (!digit && !sign) || is_placeholder(text) || is_reference(text))
      return {};
    if (text.find("://") != text.npos || text.find('=') != text.npos) return {};
    return text;
  }

  // "kelda: Kestrel#204\nmiro: plover77x", "kelda/Kestrel#204, miro/plover77x": what stands behind the names that
  // follow, in the same way as behind the first.
  void rows(const Document& doc, std::size_t start, std::size_t at, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    std::size_t sign = start;
    while (sign > 0 && start - sign < 2 && t[sign - 1] == ' ') --sign;
    if (sign < 3 || std::string_view(":/;,|").find(t[sign - 1]) == std::string_view::npos) return;
    const char between = t[--sign];
    if (t[sign - 1] == ' ' && between == '|') --sign;
    if (!is_letter(t[sign - 1]) && !is_digit(t[sign - 1])) return;
    for (std::size_t n = 0; n < kMostListed; ++n) {
      const std::size_t end = std::min(t.size(), at + 110);
      re2::StringPiece mark, value;
      if (!RE2::PartialMatch(re2::StringPiece(t.data() + at, end - at), row_, &mark, &value)) return;
      const std::string_view secret = secret_in(value);
      if (mark[0] != between || secret.empty() || !looks_like_password(secret)) return;
      const auto from = static_cast<std::size_t>(secret.data() - t.data());
      report(from, from + secret.size(), hits);
      at = from + secret.size();
    }
  }

  // "Auth('LTAI...', 'rWBv...')": the id of a key, and beside it in the call its secret.
  static void secret_of(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    const std::string& t = doc.text;
    if (at + 24 > t.size() || (t[at] != '\'' && t[at] != '"')) return;
    static const RE2 kNext(R"(^['"],\s*['"]([A-Za-z0-9+/=_-]{20,64})['"])");
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(t.data() + at, std::min<std::size_t>(t.size() - at, 80)), kNext,
                           &value))
      return;
    if (!looks_random({value.data(), value.size()})) return;
    const auto start = static_cast<std::uint32_t>(value.data() - t.data());
    hits.push_back(Hit{Kind::ApiToken, 0.8, start, static_cast<std::uint32_t>(start + value.size())});
  }

  // "Nutmeg&Clove3 or nutmegclove33 or the old one, Bramble1998"
  void others(const Document& doc, std::size_t at, std::vector<Hit>& hits) const {
    for (std::size_t n = 0; n < kMostListed; ++n) {
      const std::size_t end = std::min(doc.text.size(), at + 110);
      re2::StringPiece value;
      if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + at, end - at), next_, &value)) return;
      const std::string_view secret = secret_in(value);
      if (secret.empty() || !looks_like_password(secret)) return;
      const auto start = static_cast<std::size_t>(secret.data() - doc.text.data());
      report(start, start + secret.size(), hits);
      at = start + secret.size();
    }
  }

  // "WLAN: SeeblickGast / Schlüssel: apfelstrudel1887"
  void wireless(const Document& doc, std::size_t at, std::vector<Hit>& hits) const {
    const std::size_t end = std::min(doc.text.size(), at + 110);
    if (doc.slice(at, end).find_first_of(":=\xEF") == std::string_view::npos) return;
    re2::StringPiece value;
    if (!RE2::PartialMatch(re2::StringPiece(doc.text.data() + at, end - at), key_, &value)) return;
    const std::string_view secret = secret_in(value);
    if (secret.empty() || secret.starts_with("0x")) return;
    const auto start = static_cast<std::size_t>(secret.data() - doc.text.data());
    report(start, start + secret.size(), hits);
  }

  Words words_;
  RE2 next_, row_, key_;
};

}  // namespace

Made make_told_more(scan::PhraseSet& set) { return std::make_unique<ToldMore>(set); }

}  // namespace sluice::sense::detect
