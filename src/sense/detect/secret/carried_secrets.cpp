// Secrets that a notation carries at a place of its own, with no name for them: addresses
// (scheme://user:secret@host), Authorization headers, options of commands, arguments of calls, lines of .pgpass,
// and leaked pairs of e-mail and password.
#include <algorithm>
#include <string>
#include <string_view>

#include "sense/detect/context/words.h"
#include "sense/detect/secret/access_words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/machine_text.h"
#include "sense/detect/secret/read_value.h"
#include "sense/detect/secret/secret_look.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kUrl = 1;
constexpr Tags kAuthorization = 2;
constexpr Tags kFlag = 4;       // -u user:secret, -p secret
constexpr Tags kTight = 8;      // -psecret
constexpr Tags kTuple = 16;     // auth=('user', 'secret')
constexpr Tags kConnect = 32;   // connect(where, 'user', 'secret')
constexpr Tags kPgpass = 64;    // host:5432:database:user:secret
constexpr Tags kLeak = 128;     // "login", "credentials": a pair may follow
constexpr Tags kSlash = 256;    // thin:user/secret@host
constexpr Tags kWifi = 512;     // WIFI:T:WPA;S:name;P:secret;;
constexpr Tags kOption = 1024;  // /p:secret
constexpr Tags kBefore = 2048;  // echo secret | sudo -S
constexpr Tags kBasic = 4096;   // "auth": base64 of user:secret

class CarriedSecrets : public scan::Detector {
 public:
  explicit CarriedSecrets(scan::PhraseSet& set) : words_(set) {
    using scan::Edge;
    words_.add(kTight, " -p", Edge::Any);
    words_.add(kTuple,
               "networkcredential]::new(|auth=(|auth = "
               "(|basicauth(|httpbasicauth(|networkcredential(|.login(|usernamepasswordcredentials(|"
               "usernamepasswordauthenticationtoken(|passwordauthentication(",
               Edge::Any);
    words_.add(kTuple, "oci_connect(", Edge::Any);
    words_.add(kConnect, "getconnection(|mysqli_connect(|mysql_connect(|new mysqli(|new pdo(", Edge::Any);
    words_.add(kPgpass, ":5432:|:5433:|:6432:|*:*:", Edge::Any);
    words_.add(kFlag, " -u | -a | --user | --user=| -p | --pass |redis-cli -a | --password ", Edge::Any);
    words_.add(kUrl, "://", Edge::Any);
    words_.add(kAuthorization, "bearer |basic |authorization: token ", Edge::Start);
    words_.add(
        kLeak,
        "basic auth|basic-auth|http auth|anmeldedaten|inloggegevens|dane logowania|credenziali|credenciais|"
        "login|logins|credentials|credential|creds|log in|signin|sign-in|leaked|exposed|breach|breached|data leak|"
        "combo list|combolist|stealer log|stealer logs|password dump|breach dump|datenleck|zugangsdaten|"
        "identifiants|credenciales");
    words_.add(kSlash, "oracle:thin:|oracle:oci:|sqlplus ", Edge::Any);
    words_.add(kWifi, "wifi:t:|wifi:s:", Edge::Any);
    words_.add(kOption, " /p:| /pass:| /password:", Edge::Any);
    words_.add(kBefore, "sudo -s|sudo --stdin|passwd --stdin");
    words_.add(kBasic, "\"auth\":|\"auth\" :|_auth=|_auth =", Edge::Any);
    words_.add(kLeak, kPasswordNames, Edge::Any);
    words_.add(kLeak, kPasswordShorts);
    words_.add(kLeak, "pass");
  }

  const char* name() const override { return "carried_secrets"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    for (const auto& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (tags & kUrl) url(doc, hit, hits);
      if (tags & kAuthorization) authorization(doc, hit, hits);
      if (tags & kFlag) flag(doc, hit, hits);
      if (tags & kTight) tight(doc, hit.end, hits);
      if (tags & kTuple) tuple(doc, hit.end, hits);
      if (tags & kConnect) {
        const std::size_t where = find_near(doc.text, ',', hit.end, 120);
        if (where != doc.text.npos) tuple(doc, where + 1, hits);
      }
      if (tags & kPgpass) pgpass(doc, hit.end, hits);
      if (tags & kSlash) slash(doc, hit.end, hits);
      if (tags & kWifi) wifi(doc, hit.end, hits);
      if (tags & kOption) option(doc, hit.end, hits);
      if (tags & kBefore) before(doc, hit.start, hits);
      if (tags & kBasic) basic(doc, hit.end, hits);
    }
    for (const std::uint32_t at : doc.at_signs) pair(doc, at, hits);
    return {};
  }

 private:
  static void report(double confidence, std::size_t start, std::size_t end, Kind kind, std::vector<Hit>& hits) {
    hits.push_back(Hit{kind, confidence, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  // mysql -psecret
  static void tight(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    Value v;
    v.start = at;
    read_value(doc.text, v);
    const std::string_view secret = doc.slice(v.start, v.end);
    if (!looks_like_password(secret) || classes_of(secret).kinds() < 3) return;
    if (secret.find_first_of(v.quoted ? "/:=" : "/:=-") != secret.npos) return;
    report(0.8, v.start, v.end, Kind::Password, hits);
  }

  static void tuple(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    const std::size_t comma = find_near(doc.text, ',', at, 60);
    if (comma == doc.text.npos) return;
    Value v;
    v.start = comma + 1;
    while (v.start < doc.text.size() && is_space(doc.text[v.start])) ++v.start;
    read_value(doc.text, v);
    const std::string_view secret = doc.slice(v.start, v.end);
    if (v.quoted && secret.size() >= 6 && looks_like_password(secret))
      report(0.85, v.start, v.end, Kind::Password, hits);
  }

  static void pgpass(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    std::size_t colon = find_near(doc.text, ':', at, 64);
    if (colon == doc.text.npos) return;
    const std::size_t user = colon + 1;
    colon = find_near(doc.text, ':', user, 64);
    if (colon == doc.text.npos || doc.slice(at, colon).find('\n') != doc.text.npos) return;
    Value v;
    v.start = colon + 1;
    read_value(doc.text, v);
    const std::string_view secret = doc.slice(v.start, v.end);
    if (secret.size() >= 5 && !is_placeholder(secret) && !is_reference(secret))
      report(0.85, v.start, v.end, Kind::Password, hits);
  }

  static void report_word(const Document& doc, std::size_t start, std::size_t end, std::vector<Hit>& hits) {
    const std::string_view secret = doc.slice(start, end);
    const Classes c = classes_of(secret);
    if (secret.size() < 6 || c.digit == 0 || c.upper + c.lower + c.other < 3 || is_noise(secret)) return;
    if (!looks_like_password(secret) || secret[0] == '$' || secret.find_first_of("(){}=`") != secret.npos) return;
    report(0.85, start, end, Kind::Password, hits);
  }

  // jdbc:oracle:thin:user/secret@//host
  static void slash(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    const std::string_view rest = doc.slice(at, std::min(doc.text.size(), at + 120));
    const std::string_view word = rest.substr(0, rest.find_first_of(" \n\"'"));
    const std::size_t slash = word.find('/'), sign = word.find('@', slash == word.npos ? 0 : slash);
    if (slash != word.npos && sign != word.npos) report_word(doc, at + slash + 1, at + sign, hits);
  }

  static void wifi(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    const std::string_view rest = doc.slice(at, std::min(doc.text.size(), at + 160));
    const std::size_t key = rest.find(";P:");
    if (key == rest.npos || rest.substr(0, key).find('\n') != rest.npos) return;
    const std::size_t end = rest.find(';', key + 3);
    if (end != rest.npos && end - key >= 11 && !is_placeholder(rest.substr(key + 3, end - key - 3)))
      report(0.9, at + key + 3, at + end, Kind::Password, hits);
  }

  static void option(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    Value v;
    v.start = at;
    read_value(doc.text, v);
    report_word(doc, v.start, v.end, hits);
  }

  static void before(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    constexpr std::size_t kLongest = 64;
    while (at > 0 && is_space(doc.text[at - 1])) --at;
    if (at == 0 || doc.text[--at] != '|') return;
    while (at > 0 && is_space(doc.text[at - 1])) --at;
    std::size_t start = at;
    while (start > 0 && at - start < kLongest && !is_space(doc.text[start - 1]) && doc.text[start - 1] != '\n')
      --start;
    std::size_t end = at;
    if (end > start + 2 && (doc.text[start] == '\'' || doc.text[start] == '"')) ++start, --end;
    report_word(doc, start, end, hits);
  }

  // {"auths": {"host": {"auth": "dXNlcjpzZWNyZXQ="}}}
  static void basic(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    Value v;
    v.start = at;
    while (v.start < doc.text.size() && is_space(doc.text[v.start])) ++v.start;
    read_value(doc.text, v);
    const std::string_view value = doc.slice(v.start, v.end);
    if (value.size() >= 12 && value.size() % 4 == 0 && is_user_and_secret(value))
      report(0.9, v.start, v.end, Kind::ApiToken, hits);
  }

  // Base64 of printable characters with a colon between them.
  static bool is_user_and_secret(std::string_view base64) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::uint32_t bits = 0;
    std::size_t count = 0, colons = 0;
    for (const char c : base64) {
      const std::size_t value = kAlphabet.find(c);
      if (value == kAlphabet.npos) return c == '=' && colons > 0;
      bits = bits << 6 | static_cast<std::uint32_t>(value);
      count += 6;
      if (count < 8) continue;
      count -= 8;
      const char byte = static_cast<char>(bits >> count & 0xFF);
      if (byte < 0x20 || byte == 0x7F) return false;
      colons += byte == ':';
    }
    return colons > 0;
  }

  // curl -u admin:secret; mysql, docker login, sshpass -p secret
  void flag(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) const {
    Value v;
    v.start = hit.end;
    while (v.start < doc.text.size() && is_space(doc.text[v.start])) ++v.start;
    read_value(doc.text, v);
    const std::string_view text = doc.slice(v.start, v.end);
    const bool user = doc.lower.find('u', hit.start) < hit.end || doc.slice(hit.start, hit.end) == " -a ";
    const std::size_t colon = text.find_first_of(":%");
    if (user && colon != text.npos) v.start += colon + 1;
    const std::string_view secret = doc.slice(v.start, v.end);
    if ((user && colon == text.npos) || !(looks_like_password(secret) || (user && looks_random(secret)))) return;
    const Classes c = classes_of(secret);
    const bool drawn =
        user && ((c.digit > 0 && c.upper + c.lower >= 4 && secret.size() >= 8) || looks_random(secret));
    if (c.kinds() < 3 && !drawn) return;
    if (secret.find("://") != secret.npos) return;
    if (!user && (secret.find('/') != secret.npos || secret.find(':') != secret.npos)) return;
    report(0.8, v.start, v.end, Kind::Password, hits);
  }

  // scheme://user:password@host
  void url(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    std::size_t i = hit.end, colon = 0, at = 0;
    for (; i < t.size() && i - hit.end < 300; ++i) {
      const char c = t[i];
      if (c == '/' || c == ' ' || c == '\n' || c == '"' || c == '<' || c == '>') break;
      // A query begins here, unless it is a letter of the password.
      if (c == '?' &&
          (colon == 0 || doc.slice(colon + 1, i).find_first_not_of("0123456789") == std::string_view::npos))
        break;
      if (c == ':' && colon == 0) colon = i;
      if (c == '@' && colon != 0) at = i;
    }
    if (at == 0 || at - colon < 4) return;
    const std::string_view secret = doc.slice(colon + 1, at);
    if (is_placeholder(secret) || is_reference(secret) || secret == "pass" || secret == "pwd") return;
    if (secret.find_first_not_of('.') == secret.npos) return;  // left out
    if (secret.find_first_of("'`;(") != secret.npos) return;   // the address has ended before
    if (secret == doc.slice(hit.end, colon)) return;           // "mysql:mysql@localhost", of every tutorial
    report(0.9, colon + 1, at, Kind::Password, hits);
  }

  static void authorization(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) {
    const std::string& t = doc.text;
    std::size_t end = hit.end;
    const auto is_token = [](char c) {
      return is_identifier(c) || c == '-' || c == '.' || c == '+' || c == '/' || c == '=' || c == '~';
    };
    while (end < t.size() && is_token(t[end])) ++end;
    while (end > hit.end && t[end - 1] == '.') --end;
    const std::string_view value = doc.slice(hit.end, end);
    const bool basic = doc.lower[hit.start + 1] == 'a';
    if (value.size() < 12 || is_placeholder(value)) return;
    if (!looks_random(value) && !(basic && value.ends_with('='))) return;
    report(0.9, hit.end, end, Kind::ApiToken, hits);
  }

  // "edward.kim@bytecore.com / W!nter2024" after "login" or "credentials"; anywhere where it can be
  // nothing else, or where nothing else stands between: "jane@firm.net:Pa$w0rd".
  void pair(const Document& doc, std::size_t at, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    std::size_t i = at + 1;
    while (i < t.size() && (is_identifier(t[i]) || t[i] == '.' || t[i] == '-')) ++i;
    const std::string_view domain = doc.slice(at + 1, i);
    if (at == 0 || domain.empty() || !is_identifier(t[at - 1]) || !is_identifier(domain[0])) return;
    const bool tight = i < t.size() && (t[i] == ':' || t[i] == '|' || t[i] == ';');
    if (tight && t[i] != ':' && domain.find('.') == domain.npos) return;
    while (i < t.size() && (is_space(t[i]) || t[i] == '"' || t[i] == '\'')) ++i;
    if (i >= t.size() || std::string_view("/:|;,").find(t[i]) == std::string_view::npos) return;
    Value v;
    v.start = i + 1;
    while (v.start < t.size() && is_space(t[v.start])) ++v.start;
    read_value(t, v);
    const std::string_view value = doc.slice(v.start, v.end);
    if (!looks_like_password(value) || value.find('@') == 0 || value.find("@@") != value.npos ||
        value.find('/') != value.npos || value.find("://") != value.npos)
      return;
    const Classes c = classes_of(value);
    const bool leak = words_.around(doc, at, v.end, 90, 40) & kLeak;
    // "b.ashe@brook.net:summer44" in a dump: less of a look is asked for.
    const bool dumped = leak && tight && c.digit > 0 && c.lower + c.upper + c.other >= 3;
    if (value.size() < (dumped ? 6 : 7) || (c.kinds() < 3 && !dumped)) return;
    const bool signed_pair =
        tight && domain.find('.') != domain.npos && value.find_first_of("!@#$%^&*?~") != value.npos;
    if (!leak && !signed_pair && !password_look(value).striking) return;
    if (is_digest(doc.lower, v.start) || is_noise(value) || in_encoded_line(t, at)) return;
    report(0.75, v.start, v.end, Kind::Password, hits);
  }

  Words words_;
};

}  // namespace

Made make_carried_secrets(scan::PhraseSet& set) { return std::make_unique<CarriedSecrets>(set); }

}  // namespace sluice::sense::detect
