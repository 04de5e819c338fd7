// Private keys and API tokens that are known by their own shape, whatever stands around them.
#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <string_view>

#include "sense/detect/context/words.h"
#include "sense/detect/secret/detectors.h"
#include "sense/detect/secret/secret_value.h"
#include "sense/detect/secret/token_shapes.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

constexpr Tags kKeyHeader = 1, kJwt = 2, kToken = 4, kPutty = 8, kMnemonic = 16, kTelegram = 32, kDiscord = 64,
               kMailchimp = 128, kEntra = 256, kFirebase = 512, kAtlas = 1024, kAzure = 2048, kAccount = 4096,
               kDevOps = 8192, kNewRelic = 16384;

class Tokens : public scan::Detector {
 public:
  explicit Tokens(scan::PhraseSet& set) : tokens_(set), words_(set) {
    for (const TokenShape& shape : token_shapes()) {
      const std::string prefix = scan::lower_case(shape.prefix);
      tokens_.add(kToken, prefix, scan::Edge::Fresh);
    }
    for (std::size_t c = 0; c < sets_.size(); ++c) sets_[c] = characters_of(static_cast<Chars>(c));
    words_.add(kKeyHeader, "private key-----|private key block-----", scan::Edge::Any);
    words_.add(kPutty, "private-lines:", scan::Edge::Any);
    words_.add(kJwt, "eyj", scan::Edge::Fresh);
    words_.add(
        kMnemonic,
        "seed phrase|recovery phrase|mnemonic|seed words|secret phrase|recovery words|seed-phrase|recovery "
        "seed|backup phrase|12 words|24 words|wallet words|12-word|24-word|frase semilla|frase de recuperación|"
        "phrase de récupération|phrase secrète|wiederherstellungsphrase|frase seed|seedphrase|wallet seed|"
        "mnemonic phrase|сид-фраза|seed-фраза|мнемоника");
    words_.add(kMnemonic, "助记词|シードフレーズ|복구 구문", scan::Edge::Any);
    words_.add(kTelegram, ":aa", scan::Edge::Any);
    words_.add(kDiscord, "mt|mj|mz|nd|nt|nj|nz|od|ot", scan::Edge::Start);
    words_.add(kMailchimp, "-us", scan::Edge::Any);
    words_.add(kEntra, "q~", scan::Edge::BehindDigit);
    words_.add(kFirebase, ":apa91b", scan::Edge::Any);
    words_.add(kAtlas, ".atlasv1.", scan::Edge::Any);
    words_.add(kAzure, "jqqj99", scan::Edge::Any);
    words_.add(kDevOps, "azdo", scan::Edge::Any);
    words_.add(kNewRelic, "nral", scan::Edge::End);
    words_.add(kAccount, ":{sha}|:{ssha}|:$6$|:$5$|:$1$|:$y$|:$apr1$|:$2a$|:$2b$|:$2y$", scan::Edge::Any);
  }

  const char* name() const override { return "tokens"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    for (const auto& hit : tokens_.hits(doc)) token(doc, token_shapes()[hit.id], hit.start, hits);
    std::size_t key_end = 0;
    JwtParts parts;
    for (const auto& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if ((tags & kKeyHeader) && hit.start >= key_end) private_key(doc, hit, key_end, hits);
      if (tags & kPutty) putty(doc, hit, hits);
      if (tags & kJwt) jwt(doc, hit.start, parts, hits);
      if (tags & kMnemonic) mnemonic(doc, hit, hits);
      if (tags & (kTelegram | kMailchimp | kEntra | kFirebase | kAtlas | kAzure | kDevOps | kNewRelic))
        around_mark(doc, hit, tags, hits);
      if (tags & kDiscord) discord(doc, hit.start, hits);
      if (tags & kAccount) account(doc, hit, hits);
    }
    return {};
  }

 private:
  static void report(Kind kind, double confidence, std::size_t start, std::size_t end, std::vector<Hit>& hits) {
    hits.push_back(Hit{kind, confidence, static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(end)});
  }

  static bool joins(const std::string& t, std::size_t at) {
    const char c = t[at];
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  void token(const Document& doc, const TokenShape& shape, std::size_t start, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    const std::string_view exact = shape.prefix;
    if (t.compare(start, exact.size(), exact) != 0) return;
    if (start > 0 && joins(t, start - 1)) return;
    const auto& set = sets_[static_cast<std::size_t>(shape.chars)];
    // No further than a token can reach, since the next one may begin at the next byte.
    std::size_t end = start + exact.size(), run = end;
    const std::size_t most = end + shape.max;
    for (; run < t.size() && end <= most && set[static_cast<unsigned char>(t[run])]; ++run) {
      if (t[run] != '.' && t[run] != '-') end = run + 1;
    }
    if (end == start + exact.size()) return;
    if (end - start - exact.size() < shape.min && run - start - exact.size() >= shape.min) end = run;
    // A token of one length may end with the sign that a sentence or a list would go on with.
    if (shape.min == shape.max && run == start + exact.size() + shape.min) end = run;
    const bool whole = shape.min == shape.max && end - start == exact.size() + shape.min;
    if (is_file(t, end) || (!whole && is_cut(t, end))) return;
    const std::string_view body = doc.slice(start + exact.size(), end);
    if (body.size() < shape.min || body.size() > shape.max) return;
    if (end < t.size() && joins(t, end)) return;
    if (entropy(body) < shape.min_entropy || is_placeholder(body)) return;
    const bool digits = std::any_of(body.begin(), body.end(), [](char c) { return c >= '0' && c <= '9'; });
    const Classes c = classes_of(body);
    const bool wild = c.upper >= 6 && c.lower >= 6 && entropy(body) >= 3.8;
    if (!digits && shape.chars != Chars::Upper32 && !wild) return;
    if (shape.chars == Chars::Upper32) aws_secret(doc, end, hits);
    report(Kind::ApiToken, 0.95, start, end, hits);
  }

  static bool goes_on(const std::string& t, std::size_t end, std::initializer_list<std::string_view> with) {
    return std::any_of(with.begin(), with.end(),
                       [&](std::string_view rest) { return t.compare(end, rest.size(), rest) == 0; });
  }

  // "ops_eyJzaWdu...", "xoxb-5723-####": the rest is not shown.
  static bool is_cut(const std::string& t, std::size_t end) {
    return goes_on(t, end, {"...", "…", "[...]", "***", "-***", "-####", "####", "-xxxx"});
  }

  // "logo.ico-7a38....png"
  static bool is_file(const std::string& t, std::size_t end) {
    return goes_on(t, end, {".png", ".jpg", ".svg", ".css", ".gif", ".html"});
  }

  // The secret that belongs to an access key id: forty characters of base64 within the next lines.
  void aws_secret(const Document& doc, std::size_t from, std::vector<Hit>& hits) const {
    const auto& set = sets_[static_cast<std::size_t>(Chars::Base64)];
    const std::string& t = doc.text;
    const std::size_t limit = std::min(t.size(), from + 200);
    for (std::size_t i = from; i < limit;) {
      std::size_t end = i;
      while (end < t.size() && set[static_cast<unsigned char>(t[end])] && t[end] != '=') ++end;
      if (end - i == 40 && looks_random(doc.slice(i, end))) report(Kind::ApiToken, 0.9, i, end, hits);
      i = end + 1;
    }
  }

  // A header alone explains a format; a key has a body.
  void private_key(const Document& doc, const scan::PhraseHit& hit, std::size_t& key_end,
                   std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    const std::size_t from = hit.start > 40 ? hit.start - 40 : 0;
    const std::size_t begin = t.rfind("-----BEGIN", hit.start);
    if (begin == t.npos || begin < from) return;
    std::size_t body = 0, i = hit.end;
    const std::size_t limit = std::min<std::size_t>(t.size(), hit.end + 65536u);
    for (; i < limit; ++i) {
      if (t.compare(i, 8, "-----END") == 0) break;
      body += sets_[static_cast<std::size_t>(Chars::Base64)][static_cast<unsigned char>(t[i])];
      if (body < 24 && i - hit.end > 400) return;
    }
    std::size_t end = i;
    if (i < limit) {
      const std::size_t tail = t.find("-----", i + 8);
      if (tail != t.npos && tail - i < 80) end = tail + 5;
    } else {
      while (end > hit.end && (t[end - 1] == '\n' || t[end - 1] == ' ')) --end;
    }
    const std::string_view text = doc.slice(hit.end, i);
    if (body < 24 || longest_run(text) < 16 || text.find("...") != text.npos) return;
    key_end = end;
    report(Kind::PrivateKey, 0.98, begin, end, hits);
  }

  std::size_t longest_run(std::string_view text) const {
    std::size_t best = 0, run = 0;
    for (const char c : text) {
      run = sets_[static_cast<std::size_t>(Chars::Base64)][static_cast<unsigned char>(c)] ? run + 1 : 0;
      best = std::max(best, run);
    }
    return best;
  }

  void putty(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) const {
    const std::size_t end = std::min<std::size_t>(doc.text.size(), hit.end + 200u);
    if (longest_run(doc.slice(hit.end, end)) >= 40) report(Kind::PrivateKey, 0.95, hit.start, end, hits);
  }

  // Three runs of base64url with dots between. A run may have many beginnings of a header in it; they share the
  // ends.
  struct JwtParts {
    std::array<std::size_t, 3> ends{};
    bool whole = false;
    int tried = 0;
  };
  static constexpr int kMostHeaders = 16;  // beginnings that are read in one run

  JwtParts parts_of(const std::string& t, std::size_t start) const {
    const auto& set = sets_[static_cast<std::size_t>(Chars::Url)];
    JwtParts parts;
    std::size_t i = start;
    for (std::size_t part = 0; part < 3; ++part) {
      while (i < t.size() && set[static_cast<unsigned char>(t[i])]) ++i;
      parts.ends[part] = i;
      if (part < 2 && (i >= t.size() || t[i++] != '.')) return parts;
    }
    parts.whole = true;
    return parts;
  }

  // header.payload.signature, and the header is an object that names an algorithm (RFC 7519).
  void jwt(const Document& doc, std::size_t start, JwtParts& parts, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    if (t.compare(start, 3, "eyJ") != 0 || (start > 0 && joins(t, start - 1))) return;
    if (start >= parts.ends[0]) parts = parts_of(t, start);
    if (!parts.whole || ++parts.tried > kMostHeaders) return;
    const auto& ends = parts.ends;
    if (ends[1] - ends[0] < 8 || ends[2] - ends[1] < 12) return;
    // The example of jwt.io, whose subject is 1234567890, stands in every tutorial.
    if (decoded(doc.slice(ends[0] + 1, ends[1])).find("\"1234567890\"") != std::string::npos) return;
    if (decoded(doc.slice(start, ends[0])).find("\"alg\"") == std::string::npos) return;
    report(Kind::ApiToken, 0.95, start, ends[2], hits);
  }

  static std::string decoded(std::string_view url64) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : url64) {
      const std::size_t v = kAlphabet.find(c);
      if (v == kAlphabet.npos) break;
      bits = bits << 6 | static_cast<std::uint32_t>(v);
      count += 6;
      if (count < 8) continue;
      count -= 8;
      out.push_back(static_cast<char>(bits >> count & 0xFF));
    }
    return out;
  }

  // How many characters of a set stand before `at`, and where they end after it.
  std::size_t back(const Document& doc, std::size_t at, Chars chars) const {
    const auto& set = sets_[static_cast<std::size_t>(chars)];
    std::size_t start = at;
    while (start > 0 && at - start < 300 && set[static_cast<unsigned char>(doc.text[start - 1])]) --start;
    return start;
  }
  std::size_t ahead(const Document& doc, std::size_t at, Chars chars) const {
    const auto& set = sets_[static_cast<std::size_t>(chars)];
    std::size_t end = at;
    while (end < doc.text.size() && end - at < 600 && set[static_cast<unsigned char>(doc.text[end])]) ++end;
    return end;
  }

  // Tokens known by a mark in their middle: 123456789:AA..., <hex>-us12, abc8Q~..., AAAA...:APA91b...
  void around_mark(const Document& doc, const scan::PhraseHit& hit, Tags tags, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    std::size_t start = 0, end = 0;
    bool fits = false;
    if (tags & kTelegram) {
      start = back(doc, hit.start, Chars::Alnum);
      end = ahead(doc, hit.start + 1, Chars::Url);
      const std::string_view id = doc.slice(start, hit.start);
      fits = t.compare(hit.start, 3, ":AA") == 0 && id.size() >= 8 && id.size() <= 12 &&
             id.find_first_not_of("0123456789") == id.npos && end - hit.start - 1 >= 33 &&
             end - hit.start - 1 <= 37;
    } else if (tags & kMailchimp) {
      start = back(doc, hit.start, Chars::Alnum);
      end = ahead(doc, hit.end, Chars::Alnum);
      const std::string_view hex = doc.slice(start, hit.start);
      fits = hex.size() == 32 && hex.find_first_not_of("0123456789abcdef") == hex.npos && end > hit.end &&
             end - hit.end <= 2 && t[hit.end] >= '0' && t[hit.end] <= '9';
    } else if (tags & kEntra) {
      start = back(doc, hit.start, Chars::Dotted);
      end = ahead(doc, hit.end, Chars::Dotted);
      while (end < t.size() && t[end] == '~' && end - hit.end <= 36) end = ahead(doc, end + 1, Chars::Dotted);
      if (hit.start - start == 3 && start > 0 && t[start - 1] == '~') --start;
      fits = t[hit.start] == 'Q' && hit.start - start == 4 && t[hit.start - 1] >= '0' && t[hit.start - 1] <= '9' &&
             end - hit.end >= 31 && end - hit.end <= 36;
    } else if (tags & kAtlas) {
      start = back(doc, hit.start, Chars::Alnum);
      end = ahead(doc, hit.end, Chars::Base64);
      fits = hit.start - start == 14 && end - hit.end >= 60 && end - hit.end <= 70;
    } else if (tags & kAzure) {
      start = back(doc, hit.start, Chars::Alnum);
      end = ahead(doc, hit.end, Chars::Alnum);
      fits = t.compare(hit.start, 6, "JQQJ99") == 0 && hit.start - start == 52 && end - hit.end == 26;
    } else if (tags & kDevOps) {
      start = back(doc, hit.start, Chars::Alnum);
      end = ahead(doc, hit.end, Chars::Alnum);
      fits = t.compare(hit.start, 4, "AZDO") == 0 && hit.start - start == 76 && end - hit.end == 4;
    } else if (tags & kNewRelic) {
      start = back(doc, hit.start, Chars::LowerAlnum);
      end = hit.end;
      fits = t.compare(hit.start, 4, "NRAL") == 0 && hit.start - start == 36;
    } else {
      start = back(doc, hit.start, Chars::Url);
      end = ahead(doc, hit.end, Chars::Url);
      fits = hit.start - start >= 8 && end - hit.end >= 100;
    }
    if (fits && !is_placeholder(doc.slice(start, end))) report(Kind::ApiToken, 0.9, start, end, hits);
  }

  // A line of a file of accounts: "backup:$6$salt$hash:19230:0:99999:7:::", "ines:$apr1$salt$hash". A hash alone
  // explains a format.
  void account(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    const std::size_t name = back(doc, hit.start, Chars::Dotted);
    if (name == hit.start || hit.start - name > 32 || (name > 0 && t[name - 1] != '\n')) return;
    std::size_t end = hit.start + 1;
    const auto& set = sets_[static_cast<std::size_t>(Chars::Base64)];
    while (end < t.size() && end - hit.start < 200 &&
           (set[static_cast<unsigned char>(t[end])] || t[end] == '.' || t[end] == '$'))
      ++end;
    const std::string_view hash = doc.slice(hit.end, end);
    const std::size_t body = hash.rfind('$') == hash.npos ? hash.size() : hash.size() - hash.rfind('$') - 1;
    if (body < 22 || is_placeholder(hash) || hash.find("...") != hash.npos) return;
    report(Kind::Password, 0.85, hit.start + 1, end, hits);
  }

  // Base64 of a number, a time and a signature, with dots between.
  void discord(const Document& doc, std::size_t start, std::vector<Hit>& hits) const {
    const std::size_t first = ahead(doc, start, Chars::Alnum);
    if (first - start < 23 || first - start > 28 || first >= doc.text.size() || doc.text[first] != '.') return;
    const std::size_t second = ahead(doc, first + 1, Chars::Url);
    if (second - first != 7 || second >= doc.text.size() || doc.text[second] != '.') return;
    const std::size_t end = ahead(doc, second + 1, Chars::Url);
    if (end - second < 26 || end - second > 45) return;
    if (decoded(doc.slice(start, first)).find_first_not_of("0123456789") != std::string::npos) return;
    report(Kind::ApiToken, 0.95, start, end, hits);
  }

  // BIP-39: twelve to twenty-four short words in lower case after the words that announce them. Prose has words
  // there that the list has not.
  static void mnemonic(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) {
    static constexpr std::array<std::string_view, 16> kNever = {"the",  "and", "with", "from", "have", "are",
                                                                "for",  "was", "your", "were", "this", "which",
                                                                "into", "not", "they", "when"};
    const std::string& t = doc.text;
    const auto is_gap = [&](std::size_t i) {
      return t[i] == ' ' || t[i] == ',' || t[i] == '\n' || t[i] == '"' || t[i] == '\'' || t[i] == ':' ||
             t[i] == '=' || t[i] == '.' || t[i] == ')' || (t[i] >= '0' && t[i] <= '9');
    };
    std::size_t words = 0, start = 0, end = 0;
    for (std::size_t i = hit.end; i < t.size();) {
      while (i < t.size() && is_gap(i)) {
        if ((t[i] == ':' || t[i] == '=') && words < 12) words = 0;  // what stands before a colon announces
        ++i;
      }
      const std::size_t from = i;
      while (i < t.size() && t[i] >= 'a' && t[i] <= 'z') ++i;
      const std::string_view word = doc.slice(from, i);
      const bool ended = i < t.size() && scan::is_word_byte(t[i]);
      const bool fits = word.size() >= 3 && word.size() <= 8 && !ended &&
                        std::find(kNever.begin(), kNever.end(), word) == kNever.end();
      if (!fits && words >= 12) break;
      if (!fits && i - hit.end > 60) break;
      if (!fits) {  // the words before: "...phrase. I typed timber ozone ..."
        while (i < t.size() && !is_gap(i)) ++i;
        words = 0;
        continue;
      }
      if (words++ == 0) start = from;
      if (words > 26) return;  // a list of other words
      end = i;
    }
    if (words >= 12 && words <= 26) report(Kind::ApiToken, 0.8, start, end, hits);
  }

  Words tokens_, words_;
  std::array<std::bitset<256>, kCharSets> sets_;
};

}  // namespace

Made make_tokens(scan::PhraseSet& set) { return std::make_unique<Tokens>(set); }

}  // namespace sluice::sense::detect
