// Secrets that the words before them make known: assignments (password = ..., "api_key": "..."), sentences ("her
// password is ..."), addresses that carry one (scheme://user:secret@host), Authorization headers, and leaked pairs
// of e-mail and password.
#include <re2/re2.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/secret/access_words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/secret_look.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kPassword = 1;  // chosen by people
constexpr Tags kKey = 2;       // made by machines
constexpr Tags kUrl = 4;
constexpr Tags kAuthorization = 8;
constexpr Tags kFlag = 32;       // -u user:secret, -p secret
constexpr Tags kWeakKey = 64;    // "key:", believed only before what looks random
constexpr Tags kTight = 128;     // -psecret
constexpr Tags kTuple = 256;     // auth=('user', 'secret')
constexpr Tags kConnect = 1024;  // connect(where, 'user', 'secret')
constexpr Tags kPgpass = 512;    // host:5432:database:user:secret
constexpr Tags kLeak = 16;       // "login", "credentials": a pair may follow

// The text after a secret's name, as far as it is read.
struct Value {
  std::size_t start = 0, end = 0;
  bool assigned = false;  // '=' or ':' stands between
  bool quoted = false;
  int words = 0;  // linking words such as "is", "was"
};

bool is_space(char c) { return c == ' ' || c == '\t'; }

class Passwords : public scan::Detector {
 public:
  explicit Passwords(scan::PhraseSet& set) : words_(set) {
    using scan::Edge;
    words_.add(kPassword, kPasswordNames, Edge::Any);
    words_.add(kPassword, kPasswordShorts);
    words_.add(kPassword, "pass");
    words_.add(kPassword, "wifi is|wi-fi is|wlan ist|wifi est|wifi c'est|wifi es|wifi è|wifi é|wifi to|вайфай");
    words_.add(
        kKey,
        "secret|seecret|api_key|apikey|api-key|api key|api token|access_key|accesskey|access key|"
        "access_token|accesstoken|access token|auth_token|authtoken|auth token|private_key|"
        "privatekey|private key|client_secret|client secret|credential|encryption_key|encryption key|"
        "signing_key|signing key|refresh_token|session_token|sessionid|session_id|account_key|"
        "accountkey|shared_key|sharedaccesskey|token|_key|webhook|密钥|秘钥|令牌|subscription-key|"
        "connection_string|sas token|sig=|api-schlüssel|api schlüssel|clé api|clé d'api|clave de api|clave api|"
        "chiave api|chave de api|klucz api|api-ключ|ключ api|секретный ключ|zugriffsschlüssel|geheimer schlüssel|"
        "clé secrète|clave secreta|chiave segreta|chave secreta|jeton|token d'accès|api sleutel|apiキー|api 키",
        Edge::Any);
    words_.add(kPassword, "_pass:|_pass=|_pass =|_pass'|_pass\"|pass=|(pw:|pw=|pw:|_pw=", Edge::Any);
    words_.add(kWeakKey, " key:| key =| key is|storage key|license key|master key| hash key|key=", Edge::Any);
    words_.add(
        kWeakKey,
        "schlüssel|clé|clave de acceso|chiave|chave|klucz|ключ|sleutel|nyckel|nøgle|key pair|session cookie");
    words_.add(kWeakKey, "sid=", Edge::Start);
    words_.add(kWeakKey,
               "authorization:|sonar.login|sonar_login|_pat=|_pat =|_pat:|personal access token|operator unseal|"
               "unseal key 1|unseal key 2|unseal key 3|unseal key 4|unseal key 5|key :=|key = \"|key = '",
               Edge::Any);
    words_.add(kWeakKey, "tls.key:|.key:", Edge::Any);
    words_.add(kTight, " -p", Edge::Any);
    words_.add(kTuple,
               "auth=(|auth = (|basicauth(|httpbasicauth(|networkcredential(|.login(|usernamepasswordcredentials(|"
               "usernamepasswordauthenticationtoken(|passwordauthentication(",
               Edge::Any);
    words_.add(kTuple, "oci_connect(", Edge::Any);
    words_.add(kConnect, "getconnection(|mysqli_connect(|mysql_connect(|new mysqli(|new pdo(", Edge::Any);
    words_.add(kPgpass, ":5432:", Edge::Any);
    words_.add(kKey, "session=|phpsessid=|jsessionid=|sessionid=|sess_id=", Edge::Any);
    words_.add(kFlag, " -u | --user | --user=| -p | --pass |redis-cli -a | --password ", Edge::Any);
    words_.add(kUrl, "://", Edge::Any);
    words_.add(kAuthorization, "bearer |basic |authorization: token ", Edge::Start);
    words_.add(
        kLeak,
        "basic auth|basic-auth|http auth|anmeldedaten|inloggegevens|dane logowania|credenziali|credenciais|"
        "login|logins|credentials|credential|creds|log in|signin|sign-in|leaked|exposed|breach|breached|data leak|"
        "combo list|combolist|stealer log|stealer logs|password dump|breach dump|datenleck|zugangsdaten|"
        "identifiants|credenciales");
    constexpr std::string_view kLinks =
        "is|was|are|were|of|to|as|set|reset|changed|set to|lautet|ist|war|es|est|é|del|servidor|de|"
        "du|for|the|server|my|her|his|and|with|value|now|temporary|default|new|current|root|admin|"
        "postgres|is:|für|den|das|serveur|pour|le|la|para|el|i|jest|hier|here|here's|using|use|by|"
        "from|on|database|db|vpn|wifi|hash|portal|account|user|prod|production|staging|master|è|sind|sono|"
        "são|są|är|er|on|هي|هو|olarak|new one|actually|currently|still|just|"
        "είναι|este|és|yra|là|adalah|ialah|es|ni|e|это|теперь|сейчас|це|тепер|від|от|для|jetzt|nun|maintenant|"
        "ahora|adesso|agora|nu|teraz|nyní|şimdi|to|do|na|neu|neue|c'est|c’est|lett|oldu|é|"
        "wird|wurde|lautete|también|também|now:|today|dev|mail|email|ftp|ssh|server|router|laptop|bank";
    const auto owner = links_.new_owner();
    scan::for_each_phrase(kLinks, [&](std::string_view word) { links_.add(owner, word); });
    links_.build();
  }

  const char* name() const override { return "passwords"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    std::size_t taken = 0;
    for (const auto& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if (tags & kUrl) url(doc, hit, hits);
      if (tags & kAuthorization) authorization(doc, hit, hits);
      if (tags & (kPassword | kKey | kWeakKey)) named(doc, hit, tags, taken, hits);
      if (tags & kFlag) flag(doc, hit, hits);
      if (tags & kTight) tight(doc, hit.end, hits);
      if (tags & kTuple) tuple(doc, hit.end, hits);
      if (tags & kConnect) {
        const std::size_t where = find_near(doc, ',', hit.end, 120);
        if (where != doc.text.npos) tuple(doc, where + 1, hits);
      }
      if (tags & kPgpass) pgpass(doc, hit.end, hits);
    }
    for (const std::uint32_t at : doc.at_signs) pair(doc, at, hits);
    return {};
  }

 private:
  static void report(double confidence, std::size_t start, std::size_t end, Kind kind, std::vector<Hit>& hits) {
    hits.push_back(Hit{kind, confidence, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  void named(const Document& doc, const scan::PhraseHit& hit, Tags tags, std::size_t& taken,
             std::vector<Hit>& hits) const {
    if (hit.start < taken) return;
    if ((tags & kPassword) && (is_outcome(doc, hit) || is_folder(doc, hit))) return;
    if (!(tags & kPassword) && (is_public(doc, hit.start) || in_arn(doc, hit.start))) return;
    if ((tags & kPassword) && is_name_of_example(doc.lower, hit.start, hit.end)) return;
    Value v = after_name(doc, hit.end);
    if ((tags & kPassword) && !accepts(doc.slice(v.start, v.end), v, tags)) v = further(doc, hit.end);
    if ((tags & kPassword) && !accepts(doc.slice(v.start, v.end), v, tags)) v = striking(doc, hit.end);
    for (int more = 0; more < 8 && v.end > v.start; ++more) {
      const std::string_view text = doc.slice(v.start, v.end);
      if (!(tags & kPassword) && doc.text.compare(v.end, 3, "...") == 0) return;  // the rest is not shown
      if (accepts(text, v, tags)) {
        const bool password = tags & kPassword;
        report(v.assigned ? 0.9 : 0.75, v.start, v.end, password ? Kind::Password : Kind::ApiToken, hits);
        taken = v.end;
      } else if (classes_of(text).digit == 0) {
        return;  // names of things: 'HTTPPasswordMgr', 'HTTPBasicAuthHandler'
      }
      // A list: 'a', 'b'.
      std::size_t i = v.end + (v.quoted ? 1 : 0);
      if (!v.quoted || i + 2 >= doc.text.size() || doc.text[i] != ',') return;
      ++i;
      while (i < doc.text.size() && is_space(doc.text[i])) ++i;
      if (i >= doc.text.size() || (doc.text[i] != '\'' && doc.text[i] != '"')) return;
      v.start = i;
      read_value(doc.text, v);
    }
  }

  // The name of where a secret is kept: "arn:aws:secretsmanager:eu-west-1:000000000000:secret:lamp".
  static bool in_arn(const Document& doc, std::size_t start) {
    constexpr std::size_t kHead = 64;
    if (start == 0 || doc.text[start - 1] != ':') return false;
    const std::string_view head = doc.slice(start - std::min(start, kHead), start);
    return head.find("arn:") != head.npos && head.substr(head.rfind("arn:")).find_first_of(" \n\"'") == head.npos;
  }

  // Whether the name that ends here has stood in quotes alone, unlike the end of "https://lamp.example/token".
  static bool begins_quoted(const std::string& t, std::size_t end) {
    constexpr std::size_t kName = 48;
    std::size_t from = end;
    while (from > 0 && end - from < kName &&
           (is_identifier(t[from - 1]) || t[from - 1] == '-' || t[from - 1] == '.' || t[from - 1] == ' '))
      --from;
    if (from == 0 || (t[from - 1] != '"' && t[from - 1] != '\'' && t[from - 1] != '`')) return false;
    // Of a call's arguments; in a list what follows is another name.
    constexpr std::size_t kCall = 80;
    const std::string_view before =
        std::string_view(t).substr(from - std::min(from, kCall), std::min(from, kCall));
    const std::size_t open = before.find_last_of("([");
    return open == before.npos || before[open] == '(';
  }

  // "publicKeyToken", "SERVICE_PUBLIC_KEY": the name says that everybody may know it.
  static bool is_public(const Document& doc, std::size_t start) {
    constexpr std::size_t kName = 24;
    std::size_t from = start;
    while (from > 0 && start - from < kName && is_identifier(doc.text[from - 1])) --from;
    const std::size_t at = std::string_view(doc.lower).substr(from, start - from).find("public");
    if (at == std::string_view::npos) return false;
    const char before = at == 0 ? '_' : doc.text[from + at - 1], first = doc.text[from + at];
    return before == '_' || (first == 'P' && before >= 'a' && before <= 'z');
  }

  // "$PWD", "${PWD}": the folder one works in.
  static bool is_folder(const Document& doc, const scan::PhraseHit& hit) {
    if (hit.start == 0 || doc.slice(hit.start, hit.end) != "PWD") return false;
    return doc.text[hit.start - 1] == '$' ||
           (doc.text[hit.start - 1] == '{' && hit.start > 1 && doc.text[hit.start - 2] == '$');
  }

  // "PASS: vers22a" among lines of a test's log.
  static bool is_outcome(const Document& doc, const scan::PhraseHit& hit) {
    if (doc.slice(hit.start, hit.end) != "PASS") return false;
    const auto is_result = [&](std::size_t line) {
      static constexpr std::string_view kResults[] = {
          "PASS:", "FAIL:", "XFAIL:", "XPASS:", "SKIP:", "UNSUPPORTED:", "ERROR:", "Running "};
      const std::string_view text = doc.slice(line, std::min(doc.text.size(), line + 16));
      return std::any_of(std::begin(kResults), std::end(kResults),
                         [&](std::string_view result) { return text.starts_with(result); });
    };
    constexpr std::size_t kLine = 160;
    std::size_t start = hit.start, next = hit.end;
    for (const std::string_view result : {"PASS: ", "FAIL: "}) {  // lines that were joined: "vers22aPASS: vers22b"
      const std::size_t at = doc.slice(next, std::min(doc.text.size(), next + kLine)).find(result);
      if (at != std::string_view::npos && is_identifier(doc.text[next + at - 1])) return true;
    }
    if (start > 0 && doc.text[start - 1] != '\n') return false;
    if (start > 1) --start;
    while (start > 0 && hit.start - start < kLine && doc.text[start - 1] != '\n') --start;
    while (next < doc.text.size() && next - hit.end < kLine && doc.text[next] != '\n') ++next;
    return (start < hit.start && is_result(start)) || (next < doc.text.size() && is_result(next + 1));
  }

  // Where the part stands last; npos: nowhere. (rfind() calls a comparison at every byte.)
  static std::size_t last(std::string_view text, std::string_view part) {
    for (std::size_t at = text.size() - std::min(text.size(), part.size() - 1); at-- > 0;) {
      if (text[at] == part[0] && text.substr(at, part.size()) == part) return at;
    }
    return text.npos;
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

  // Where the character stands, at most `most` bytes after `from`; npos: not there. Looks no further, since a text
  // may have as many places to look from as it likes.
  static std::size_t find_near(const Document& doc, char c, std::size_t from, std::size_t most) {
    const std::size_t at = doc.slice(std::min(from, doc.text.size()), from + most + 1).find(c);
    return at == doc.text.npos ? at : from + at;
  }

  static void tuple(const Document& doc, std::size_t at, std::vector<Hit>& hits) {
    const std::size_t comma = find_near(doc, ',', at, 60);
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
    std::size_t colon = find_near(doc, ':', at, 64);
    if (colon == doc.text.npos) return;
    const std::size_t user = colon + 1;
    colon = find_near(doc, ':', user, 64);
    if (colon == doc.text.npos || doc.slice(at, colon).find('\n') != doc.text.npos) return;
    Value v;
    v.start = colon + 1;
    read_value(doc.text, v);
    const std::string_view secret = doc.slice(v.start, v.end);
    if (secret.size() >= 5 && !is_placeholder(secret) && !is_reference(secret))
      report(0.85, v.start, v.end, Kind::Password, hits);
  }

  // "The password for the shared mailbox is ...": what stands between is longer than the known linking words.
  static Value further(const Document& doc, std::size_t from) {
    const std::string_view ahead = std::string_view(doc.lower).substr(from, 64);
    const std::string_view clause = ahead.substr(0, ahead.find_first_of("\n?;"));
    Value v;
    v.start = v.end = from;
    if (clause.find(' ') == clause.npos) return v;  // all verbs have one
    for (const char* verb :
         {" είναι ", " este ",   " és ",  " yra ", " là ", " adalah ", " ialah ", " هي ",   " היא ", " is ",
          ": ",      " lautet ", " ist ", " est ", " es ", " é ",      " è ",     " jest ", " to ",  " är ",
          " er ",    " was ",    " war ", " = ",   " — ",  " – ",      " - ",     " je ",   " on "}) {
      const std::size_t at = last(clause, verb);
      if (at == clause.npos || clause.substr(0, at).find(". ") != clause.npos) continue;
      v.start = from + at + std::string_view(verb).size();
      read_value(doc.text, v);
      if (std::string_view(verb) == " to " && classes_of(doc.slice(v.start, v.end)).kinds() < 3) continue;
      v.assigned = verb[0] == ':' && classes_of(doc.slice(v.start, v.end)).kinds() >= 3;
      return v;
    }
    v.start = v.end = from;
    return v;
  }

  // "my mail password Zima_2024! does not work": no verb, but one of the next words is like no other word.
  static Value striking(const Document& doc, std::size_t from) {
    const std::size_t limit = std::min(doc.text.size(), from + 56);
    Value v;
    v.start = v.end = from;
    for (std::size_t i = from; i < limit && doc.text[i] != '\n' && doc.text[i] != ';';) {
      if (is_space(doc.text[i])) {
        ++i;
        continue;
      }
      Value word;
      word.start = i;
      read_value(doc.text, word);
      if (word.end <= i) {
        ++i;
        continue;
      }
      const std::string_view text = doc.slice(word.start, word.end);
      if (word.quoted || text.find_first_of("=?<") != text.npos || text == "like" || text == "as") return v;
      const Classes c = classes_of(text);
      const bool marked = text.substr(0, text.size() - 1).find_first_of("!@#$%^&*~") != text.npos ||
                          text.back() == '!' || text.back() == '#' || text.back() == '$' || text.back() == '*';
      if ((marked || is_word_pair(text, c)) && c.digit > 0 && c.upper + c.lower >= 3 && text.size() >= 7 &&
          looks_like_password(text) && text.find_first_of("/<>()={}[]|\\") == text.npos && !is_mail(text))
        return word;
      i = word.end;
      if (i < limit && (doc.text[i] == '.' || doc.text[i] == '"')) return v;  // the sentence ends here
    }
    return v;
  }

  static bool is_mail(std::string_view text) {
    const std::size_t at = text.find('@');
    return at != text.npos && at > 0 && text.find('.', at) != text.npos;
  }

  // Whether the value after such a name is a live secret. The last question costs most: a name may stand at every
  // few bytes of a long value.
  static bool accepts(std::string_view text, const Value& v, Tags tags) {
    return text.size() >= 4 && is_likely(text, v, tags) && !is_harmless(text);
  }

  // A shell's or a script's variable, in quotes and behind a backslash or not; the path of a page.
  static bool is_name_of_other(std::string_view text) {
    const std::size_t at = text.find_first_not_of("'\"\\");
    if (at == text.npos) return true;
    if (at > 0 && text[at] == '$') return true;
    if (text.find("$(") != text.npos || text.find("${") != text.npos) return true;
    return text[0] == '/' && std::count(text.begin(), text.end(), '/') >= 2 &&
           std::all_of(text.begin(), text.end(),
                       [](char c) { return is_identifier(c) || c == '/' || c == '-' || c == '.' || c == '@'; });
  }

  static bool is_harmless(std::string_view text) {
    if (is_name_of_other(text)) return true;
    return text.starts_with("--") || text.starts_with(',') || text.starts_with('*') || text.ends_with("\\&") ||
           text.starts_with("arn:") || text.find(":secret:") != text.npos || is_placeholder(text) ||
           is_reference(text);
  }

  static bool is_likely(std::string_view text, const Value& v, Tags tags) {
    const Classes c = classes_of(text);
    if (!v.assigned && text.find("://") != text.npos) return false;
    if (c.digit == 0 && (text.find("passw") != text.npos || text.find("Passw") != text.npos))
      return false;  // "login.password.hint", passwordLabel: "Password:"
    if ((tags & kPassword) && v.assigned) {
      if (is_base64(text, c)) return true;
      if (c.upper + c.lower + c.other == 0) return c.digit >= 6;
      if (v.quoted) return text.size() >= 6 && text.find(' ') == text.npos;
      return text.size() >= 6 && (c.digit > 0 || text.find_first_of("!@#$%^&*?~") != text.npos);
    }
    if (tags & kPassword) {
      if (c.kinds() < 2) return false;
      if (v.quoted && text.size() >= 6 && text.find(' ') == text.npos)
        return looks_like_password(text) || c.upper > 1;
      return looks_like_password(text) && has_secret_look(text);
    }
    // Keys: "token: 3" and "secret garden" are none, nor is code: "KEY *d2i_key_fp(FILE".
    if (text.size() < 10 || text[0] == '*' || text.find_first_of("([|") != text.npos) return false;
    if (!v.quoted && is_name_in_code(text, c)) return false;
    if (text.find("...") != text.npos) return false;
    if (text.find("://") != text.npos && text.find('{') != text.npos) return false;
    if (std::count(text.begin(), text.end(), ' ') >= 3) return false;  // a command in quotes
    if (looks_random(text)) return true;
    return !(tags & kWeakKey) && v.assigned && c.digit > 0 && c.upper + c.lower > 0 && entropy(text) >= 2.8 &&
           text.find_first_of(" /,") == text.npos && !is_dated(text);
  }

  // "order2.value.key", "AWS_S3_KEY": another name, whose value is elsewhere.
  static bool is_name_in_code(std::string_view text, const Classes& c) {
    if (c.digit > 4) return false;
    const auto upper = [](char x) { return x >= 'A' && x <= 'Z'; };
    const auto lower = [](char x) { return x >= 'a' && x <= 'z'; };
    const std::size_t dot = text.rfind('.');
    if (dot != text.npos && dot > 0 && dot + 4 <= text.size()) {
      return !(text[0] >= '0' && text[0] <= '9') && lower(text[dot + 1]) && text.size() <= 40 &&
             std::all_of(text.begin(), text.end(), [](char x) { return is_identifier(x) || x == '.'; }) &&
             std::all_of(text.begin() + static_cast<std::ptrdiff_t>(dot) + 1, text.end(),
                         [&](char x) { return upper(x) || lower(x); });
    }
    return c.lower == 0 && c.digit <= 2 && upper(text[0]) &&
           std::count(text.begin(), text.end(), '_') == c.symbol && c.symbol > 0 &&
           c.upper <= 12 * (c.symbol + 1) && text.size() <= 40;
  }

  // As manifests of Kubernetes keep it: "admin-password: UGVyaXdpbmtsZQ==".
  static bool is_base64(std::string_view text, const Classes& c) {
    const std::size_t end = text.find('=');
    return text.size() >= 8 && text.size() % 4 == 0 && end != text.npos && end + 2 >= text.size() && c.upper > 0 &&
           c.lower > 0 && text.find_first_not_of("=", end) == text.npos &&
           std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end),
                       [](char x) { return is_identifier(x) || x == '+' || x == '/'; });
  }

  // In running text: not "2024", "v2", "2FA", "12-character", "8+", "SHA-256".
  static bool has_secret_look(std::string_view text) {
    if (is_technical_name(text)) return false;
    const Classes c = classes_of(text);
    const bool marked = text.find_first_of("!@$%^&*?~") != text.npos;
    const bool joined = text.size() >= 8 && text.find_first_of("#_+") != text.npos && c.digit > 0;
    if (marked || joined) return c.upper + c.lower + c.other > 0;
    if (is_word_pair(text, c)) return true;
    // "correct-horse-42-battery"
    const auto hyphens = std::count(text.begin(), text.end(), '-');
    if (hyphens >= 2 && text.size() >= 12 && c.digit > 0 && c.lower > 6 && (text[0] < '0' || text[0] > '9'))
      return true;
    if (text.find_first_of("-/.:") != text.npos) return c.digit >= 3 && c.upper > 0 && c.lower > 0;
    return c.digit >= 1 && c.upper + c.lower >= 3 && text.size() >= 7;
  }

  // "Garden.Gate88", "Kettle-Drum19": two capitalised words and digits at the end.
  static bool is_word_pair(std::string_view text, const Classes& c) {
    const std::size_t at = text.find_first_of(".-");
    if (at == text.npos || at < 3 || text.size() < at + 6 || c.digit < 2 || c.upper < 2 || c.lower < 5)
      return false;
    const auto upper = [](char x) { return x >= 'A' && x <= 'Z'; };
    const auto digit = [](char x) { return x >= '0' && x <= '9'; };
    return upper(text[0]) && upper(text[at + 1]) && digit(text.back()) &&
           text.find_first_of(".-", at + 1) == text.npos;
  }

  static bool is_dated(std::string_view text) {
    return text.size() >= 8 && text[4] == '-' && text.find_first_not_of("0123456789-:TZ.+ ") == text.npos;
  }

  // Skips the rest of the identifier, a closing quote, an operator, linking words, and an opening quote.
  Value after_name(const Document& doc, std::size_t i) const {
    const std::string& t = doc.text;
    Value v;
    const std::size_t name_end = i;
    if (t[i - 1] == '=' || t[i - 1] == ':') {  // the sign belongs to the phrase
      v.assigned = true;
      v.start = i;
      while (v.start < t.size() && is_space(t[v.start])) ++v.start;
      read_value(t, v);
      return v;
    }
    while (i < t.size() && i - name_end < 40 && (is_identifier(t[i]))) ++i;
    const bool whole = i == name_end;  // unlike 'PasswordManager'
    if (i < t.size() && (t[i] == '"' || t[i] == '\'' || t[i] == '`' || t[i] == ')' || t[i] == ']')) {
      // "password": ... or env["PASSWORD"] = ...; an opening quote begins the value only after a space.
      ++i;
      if (i < t.size() && t[i] == ']') ++i;
      if (whole && i < t.size() && t[i] == ',' && t[i - 1] != ')' &&
          begins_quoted(t, name_end)) {  // define('DB_PASSWORD', '...')
        v.assigned = true;
        ++i;
      }
    } else if (i + 1 < t.size() && t[i] == '>' && t[i + 1] != ' ') {  // <password>...</password>
      return element(t, i + 1);
    }
    // "password@host", "token/page": the word is part of something else.
    if (i < t.size() && !is_space(t[i]) && std::string_view(":,=\n'\"`").find(t[i]) == std::string_view::npos &&
        static_cast<unsigned char>(t[i]) < 0x80 && i == name_end)
      return v;
    for (int steps = 0; steps < 6 && i < t.size(); ++steps) {
      while (i < t.size() && (is_space(t[i]) || (v.assigned && t[i] == '\n' && steps < 2))) ++i;
      if (i >= t.size()) return v;
      if (t[i] == ':' || t[i] == '=' || t.compare(i, 3, "：") == 0) {
        v.assigned = true;
        i += t[i] == ':' || t[i] == '=' ? 1 : 3;
        if (i < t.size() && (t[i] == '=' || t[i] == '>')) ++i;
        continue;
      }
      if (static_cast<unsigned char>(t[i]) >= 0xE3) {  // 是, 为, は: particles between name and value
        i += 3;
        continue;
      }
      if (const std::size_t op = operator_end(t, i); op > i) {
        v.assigned = true;
        i = op;
        continue;
      }
      if (const std::size_t type = type_end(t, i); type > i) {
        i = type;
        continue;
      }
      if (t[i] == ',' && steps == 0 && i == name_end && i + 1 < t.size() && t[i + 1] == ' ') {  // "the token, ..."
        ++i;
        continue;
      }
      const std::size_t link = link_end(doc, i);
      if (link == i || v.assigned) break;
      i = link;
      ++v.words;
    }
    v.start = i;
    read_value(t, v);
    return v;
  }

  // What <password> holds; the value may stand on a line of its own.
  static Value element(const std::string& t, std::size_t at) {
    constexpr std::size_t kIndent = 40;
    Value v;
    v.assigned = true;
    v.start = at;
    const auto is_blank = [&](char c) { return is_space(c) || c == '\n' || c == '\r'; };
    while (v.start < t.size() && v.start - at < kIndent && is_blank(t[v.start])) ++v.start;
    v.end = std::min(t.find_first_of("<\r\n ", v.start), t.size());
    return v;
  }

  // "?=" of Make, ".=" of PHP, "||=" of Ruby.
  static std::size_t operator_end(const std::string& t, std::size_t i) {
    for (const std::string_view op : {"?=", ".=", "+=", "||="}) {
      if (t.compare(i, op.size(), op) == 0) return i + op.size();
    }
    return i;
  }

  // "var apiToken string = ...", "apiToken: string = ...": what kind the value is of, before the sign.
  static std::size_t type_end(const std::string& t, std::size_t i) {
    for (const std::string_view type : {"string", "String", "str", "&str", "&'static str", "Optional[str]"}) {
      if (t.compare(i, type.size(), type) != 0) continue;
      std::size_t end = i + type.size();
      while (end < t.size() && is_space(t[end])) ++end;
      if (end + 1 < t.size() && t[end] == '=' && t[end + 1] != '=' && t[end + 1] != '>') return end;
    }
    return i;
  }

  static bool is_identifier(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  }

  std::size_t link_end(const Document& doc, std::size_t at) const { return links_.end_at(doc.lower, at); }

  // A quoted string, or all up to white space, without the sentence's own closing marks.
  static void read_value(const std::string& t, Value& v) {
    std::size_t i = v.start;
    v.quoted = false;
    v.end = v.start;
    if (i >= t.size()) return;
    const char quote = t[i];
    if (quote == '"' || quote == '\'' || quote == '`') {
      const std::size_t close = t.find_first_of(std::string{quote, '\n'}, i + 1);
      if (close != t.npos && t[close] == quote && close - i <= 400) {
        v.start = i + 1;
        v.end = close;
        v.quoted = true;
        return;
      }
      v.start = ++i;
    }
    while (i < t.size() && i - v.start < 400 && !is_space(t[i]) && t[i] != '\n' && t[i] != '\r' && t[i] != '"' &&
           t[i] != '`' && static_cast<unsigned char>(t[i]) < 0xE3)
      ++i;
    std::size_t end = i;
    while (end > v.start && std::string_view(".,;:'\")]>}").find(t[end - 1]) != std::string_view::npos) {
      if (t[end - 1] == '>' && t[v.start] == '<') break;  // "<base64>" stands for something else
      --end;
    }
    v.end = end;
  }

  // curl -u admin:secret; mysql, docker login, sshpass -p secret
  void flag(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) const {
    Value v;
    v.start = hit.end;
    while (v.start < doc.text.size() && is_space(doc.text[v.start])) ++v.start;
    read_value(doc.text, v);
    const std::string_view text = doc.slice(v.start, v.end);
    const bool user = doc.lower.find('u', hit.start) < hit.end;
    const std::size_t colon = text.find(':');
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
    if (secret.find_first_of("'`;(") != secret.npos) return;  // the address has ended before
    if (secret == doc.slice(hit.end, colon)) return;          // "mysql:mysql@localhost", of every tutorial
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
    const bool tight = i < t.size() && (t[i] == ':' || t[i] == '|' || t[i] == ';');
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
    const bool leak = words_.around(doc, at, v.end, 90, 40) & (kLeak | kPassword);
    // "b.ashe@brook.net:summer44" in a dump: less of a look is asked for.
    const bool dumped = leak && tight && c.digit > 0 && c.lower + c.upper + c.other >= 3;
    if (value.size() < (dumped ? 6 : 7) || (c.kinds() < 3 && !dumped)) return;
    const bool signed_pair = tight && value.find_first_of("!@#$%^&*?~") != value.npos;
    if (!leak && !signed_pair && !password_look(value).striking) return;
    report(0.75, v.start, v.end, Kind::Password, hits);
  }

  Words words_;
  // Words between a name and its value. A set of its own, since they stand everywhere and are asked for rarely.
  scan::PhraseSet links_;
};

}  // namespace

Made make_passwords(scan::PhraseSet& set) { return std::make_unique<Passwords>(set); }

}  // namespace sluice::sense::detect
