// Secrets that the words before them make known: assignments (password = ..., "api_key": "..."), sentences ("her
// password is ...").
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "sense/detect/context/numbers.h"
#include "sense/detect/context/words.h"
#include "sense/detect/secret/access_words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/machine_text.h"
#include "sense/detect/secret/named_value.h"
#include "sense/detect/secret/read_value.h"
#include "sense/detect/secret/secret_look.h"
#include "sense/detect/secret/secret_value.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kPassword = 1;  // chosen by people
constexpr Tags kKey = 2;       // made by machines
constexpr Tags kWeakKey = 4;   // "key:", believed only before what looks random
constexpr Tags kPart = 8;      // the last part of an identifier: "mailPass", "LDAP_BIND_PW"

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
    words_.add(kPassword | kPart, "pass|_pw|-pw", Edge::End);
    words_.add(kPassword, "dbpass|dbpw|userpass|adminpass|rootpass|rootpw|adminpw|bindpw|keymaterial", Edge::Any);
    words_.add(kWeakKey,
               "masterkey|adminkey|admin-key|appkey|app-key|fernetkey|fernet-key|encryptionkey|encryption-key",
               Edge::Any);
    words_.add(kKey, "api_hash|apihash|auth_salt|auth_key|logged_in_salt|nonce_salt", Edge::Any);
    words_.add(kKey, "session=|phpsessid=|jsessionid=|sessionid=|sess_id=", Edge::Any);
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
    for (const auto& hit : words_.hits(doc)) named(doc, hit, words_.tags(hit), taken, hits);
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
    if ((tags & kPart) && !is_last_part(doc, hit)) return;
    if (is_part_of_path(doc.text, hit.end) || ((tags & kWeakKey) && is_other_key(doc.lower, hit))) return;
    if (!(tags & kPassword) && names_other(doc, hit)) return;
    const SecretName name = tags & kPassword  ? SecretName::Password
                            : tags & kWeakKey ? SecretName::WeakKey
                                              : SecretName::Key;
    Value v = after_name(doc, hit.end);
    if (v.end == v.start || !v.assigned) in_field(doc, hit, v);
    if ((tags & kPart) && !v.assigned) return;
    if ((tags & kPassword) && !accepts(doc.slice(v.start, v.end), v, name)) v = further(doc, hit.end);
    if ((tags & kPassword) && !accepts(doc.slice(v.start, v.end), v, name)) v = striking(doc, hit.end);
    for (int more = 0; more < 8 && v.end > v.start; ++more) {
      const std::string_view text = doc.slice(v.start, v.end);
      if (!(tags & kPassword) && doc.text.compare(v.end, 3, "...") == 0) return;  // the rest is not shown
      if (accepts(text, v, name) && !is_listed_name(doc, v, tags)) {
        if (in_drawn_run(doc.text, hit.start, hit.end) || in_encoded_line(doc.text, hit.start)) return;
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
      const std::size_t next = std::min(v.end + 1, doc.text.size());
      if (doc.text.compare(next, 1, ":") == 0 || is_code_name(doc.slice(v.start, v.end))) return;  // a field
    }
  }

  // A name in a list of names; one of several digests.
  static bool is_listed_name(const Document& doc, const Value& v, Tags tags) {
    const std::string_view text = doc.slice(v.start, v.end);
    if (is_code_name(text) && (!v.assigned || !(tags & kPassword)) &&
        (!(tags & kPassword) || is_listed(doc.text, v.start, v.end)))
      return true;
    std::size_t hex = 0;
    while (hex < text.size() && hex <= 128 && is_hex(text[hex])) ++hex;
    return hex >= 32 && in_list_of_digests(doc.lower, v.start, v.start + hex);
  }
  static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

  // "js-tokens/-/js-tokens-1.2.tgz", "password@host"
  static bool is_part_of_path(const std::string& t, std::size_t end) {
    constexpr std::size_t kName = 40;
    if (end > 0 && (t[end - 1] == '=' || t[end - 1] == ':')) return false;  // the sign belongs to the phrase
    std::size_t i = end;
    while (i < t.size() && i - end < kName && is_identifier(t[i])) ++i;
    return i + 1 < t.size() && (t[i] == '/' || t[i] == '@' || t[i] == '$') && is_identifier(t[i + 1]);
  }

  // "cache key: ...", "sort key = ..."
  static bool is_other_key(const std::string& lower, const scan::PhraseHit& hit) {
    std::size_t end = hit.start;
    while (end > 0 && std::string_view(" -_").find(lower[end - 1]) != std::string_view::npos) --end;
    std::size_t start = end;
    while (start > 0 && end - start < 16 && lower[start - 1] >= 'a' && lower[start - 1] <= 'z') --start;
    static constexpr std::array<std::string_view, 16> kOthers = {
        "cache", "primary",     "foreign",   "sort",   "partition", "public", "host",    "row",
        "map",   "idempotency", "composite", "unique", "object",    "site",   "routing", "message"};
    const std::string_view word(lower.data() + start, end - start);
    return std::find(kOthers.begin(), kOthers.end(), word) != kOthers.end();
  }

  // "_pass", "mailPass": not "bypass", "PASS" of itself.
  static bool is_last_part(const Document& doc, const scan::PhraseHit& hit) {
    if (hit.start == 0) return false;
    const char before = doc.text[hit.start - 1], first = doc.text[hit.start];
    return first == '_' || first == '-' || before == '_' || before == '-' ||
           (first >= 'A' && first <= 'Z' && before >= 'a' && before <= 'z');
  }

  // "tokenizers", "max_tokens", "api_token_hash", "secret_arn": names of something else than a secret.
  static bool names_other(const Document& doc, const scan::PhraseHit& hit) {
    constexpr std::size_t kName = 40;
    const std::string& t = doc.lower;
    std::size_t end = hit.end, start = hit.start;
    if (t[end - 1] == '=' || t[end - 1] == ':') return false;  // the value begins here
    while (end < t.size() && end - hit.end < kName && is_identifier(t[end])) ++end;
    while (start > 0 && hit.start - start < kName && is_identifier(t[start - 1])) --start;
    const std::string_view before = std::string_view(t).substr(start, hit.start - start),
                           behind = std::string_view(t).substr(hit.end, end - hit.end);
    for (const std::string_view rest : {"iz", "ise", "ary", "aries", "storage", "smanager"}) {
      if (behind.starts_with(rest)) return true;
    }
    for (const std::string_view rest :
         {"hash",        "digest", "sha256", "fingerprint", "arn",   "type",    "count",
          "length",      "len",    "size",   "version",     "label", "hint",    "prefix",
          "placeholder", "policy", "regex",  "pattern",     "field", "expires", "ttl"}) {
      if (behind.ends_with(rest)) return true;
    }
    for (const std::string_view part :
         {"max", "min", "prompt", "completion", "total", "num", "n", "input", "output", "cached", "reasoning",
          "pad", "eos", "bos", "mask", "unk", "special"}) {
      const std::size_t size = part.size() + 1;
      if (before.size() < size || before.back() != '_' || !before.substr(before.size() - size).starts_with(part))
        continue;
      if (before.size() == size || before[before.size() - size - 1] == '_') return true;
    }
    if (before.empty() && start > 0 && t[start - 1] == '/') {  // "checksum/secret"
      for (const std::string_view part : {"checksum/", "hash/", "digest/"}) {
        if (std::string_view(t).substr(0, start).ends_with(part)) return true;
      }
    }
    return false;
  }

  // Where the name is itself a value, and its own stands in the field or the cell beside it: "- name:
  // DB_PASSWORD\n value: x", <add key="JWT_SECRET" value="x"/>, "| DB_PASSWORD | x |", "ENV DB_PASSWORD x",
  // "--db-password x".
  static void in_field(const Document& doc, const scan::PhraseHit& hit, Value& v) {
    const std::string& t = doc.text;
    std::size_t i = hit.end, start = hit.start;
    while (i < t.size() && i - hit.end < 40 && (is_identifier(t[i]) || t[i] == '-')) ++i;
    while (start > 0 && hit.start - start < 60 && (is_identifier(t[start - 1]) || t[start - 1] == '-')) --start;
    const std::string_view name = doc.slice(start, i);
    const bool upper = name.find('_') != name.npos &&
                       std::none_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
    std::size_t at = i;
    if (name.starts_with("--") && at < t.size() && t[at] == ' ') {
      // an option of a command
    } else if (upper && at < t.size() && t[at] == ' ' && at + 1 < t.size() && t[at + 1] == '|') {
      ++at;
    } else if (upper && at < t.size() && t[at] == ' ' && start >= 4 && doc.slice(start - 4, start) == "ENV ") {
      // a line of a Dockerfile
    } else {
      while (at < t.size() && at - i < 40 &&
             std::string_view("\"', \t\r\n-").find(t[at]) != std::string_view::npos)
        ++at;
      if (at == i || doc.lower.compare(at, 5, "value") != 0) return;
      at += 5;
      while (at < t.size() && std::string_view("\"' ").find(t[at]) != std::string_view::npos) ++at;
      if (at >= t.size() || (t[at] != ':' && t[at] != '=')) return;
    }
    ++at;
    while (at < t.size() && is_space(t[at])) ++at;
    v.start = at;
    v.assigned = true;
    read_value(t, v);
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
      const bool sign = std::string_view(":=-").find(verb[0] == ' ' ? verb[1] : verb[0]) != std::string_view::npos;
      if (sign && clause.substr(0, at).find_first_of("\"{}[]<>=;") != clause.npos) continue;
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
    if (from < limit && (doc.text[from] == '-' || is_identifier(doc.text[from])))
      return v;  // part of a longer name
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
      if (word.quoted || text.find_first_of("=?<{}") != text.npos || text == "like" || text == "as") return v;
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
        static_cast<unsigned char>(t[i]) < 0x80 && (i == name_end || t[i] != '('))
      return v;
    for (int steps = 0; steps < 6 && i < t.size(); ++steps) {
      while (i < t.size() && (is_space(t[i]) || (v.assigned && t[i] == '\n' && steps < 2))) ++i;
      if (i >= t.size()) return v;
      if (steps == 0 && t[i] == ':' && t[i - 1] == ' ' && t.compare(i + 1, 1, "'") == 0)
        return v;  // psql: :'name'
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

  std::size_t link_end(const Document& doc, std::size_t at) const { return links_.end_at(doc.lower, at); }

  Words words_;
  // Words between a name and its value. A set of its own, since they stand everywhere and are asked for rarely.
  scan::PhraseSet links_;
};

}  // namespace

Made make_passwords(scan::PhraseSet& set) { return std::make_unique<Passwords>(set); }

}  // namespace sluice::sense::detect
