// Private keys and API tokens that are known by their own shape, whatever stands around them.
#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <string_view>

#include "sense/detect/detectors.h"
#include "sense/detect/secret_value.h"
#include "sense/detect/words.h"

namespace sluice::sense::detect {
namespace {

using scan::Document;
using scan::Hit;
using scan::Kind;

enum class Chars : std::uint8_t { Hex, LowerHex, Upper32, Alnum, Url, Base64, Dotted };

struct TokenShape {
  const char* prefix;  // in lower case, as the phrases are; `exact` holds its true spelling
  const char* exact;
  Chars chars;  // of what follows the prefix
  std::size_t min, max;
  double min_entropy;  // bits a character of what follows
};

// Published shapes; lengths from the vendors' documentation or their secret-scanning pages.
constexpr TokenShape kShapes[] = {
    {"akia", "AKIA", Chars::Upper32, 16, 16, 2.5},
    {"asia", "ASIA", Chars::Upper32, 16, 16, 2.5},
    {"abia", "ABIA", Chars::Upper32, 16, 16, 2.5},
    {"ghp_", "ghp_", Chars::Alnum, 30, 255, 3.0},
    {"gho_", "gho_", Chars::Alnum, 30, 255, 3.0},
    {"ghu_", "ghu_", Chars::Alnum, 30, 255, 3.0},
    {"ghs_", "ghs_", Chars::Alnum, 30, 255, 3.0},
    {"ghr_", "ghr_", Chars::Alnum, 30, 255, 3.0},
    {"github_pat_", "github_pat_", Chars::Url, 40, 255, 3.0},
    {"glpat-", "glpat-", Chars::Dotted, 20, 64, 3.0},
    {"gldt-", "gldt-", Chars::Url, 20, 64, 3.0},
    {"glrt-", "glrt-", Chars::Url, 20, 64, 3.0},
    {"glptt-", "glptt-", Chars::LowerHex, 40, 40, 3.0},
    {"xoxb-", "xoxb-", Chars::Url, 20, 255, 2.8},
    {"xoxp-", "xoxp-", Chars::Url, 20, 255, 2.8},
    {"xoxa-", "xoxa-", Chars::Url, 20, 255, 2.8},
    {"xoxs-", "xoxs-", Chars::Url, 20, 255, 2.8},
    {"xoxr-", "xoxr-", Chars::Url, 20, 255, 2.8},
    {"xoxe.", "xoxe.", Chars::Dotted, 20, 255, 2.8},
    {"xapp-", "xapp-", Chars::Url, 20, 255, 2.8},
    {"hooks.slack.com/services/t", "hooks.slack.com/services/T", Chars::Base64, 30, 80, 3.0},
    {"discord.com/api/webhooks/", "discord.com/api/webhooks/", Chars::Base64, 60, 120, 3.0},
    {"sk_live_", "sk_live_", Chars::Alnum, 16, 255, 3.0},
    {"rk_live_", "rk_live_", Chars::Alnum, 16, 255, 3.0},
    {"sk_test_", "sk_test_", Chars::Alnum, 16, 255, 3.0},
    {"rk_test_", "rk_test_", Chars::Alnum, 16, 255, 3.0},
    {"whsec_", "whsec_", Chars::Base64, 24, 128, 3.0},
    {"sk-ant-", "sk-ant-", Chars::Url, 24, 255, 3.0},
    {"sk-proj-", "sk-proj-", Chars::Url, 20, 255, 3.0},
    {"sk-svcacct-", "sk-svcacct-", Chars::Url, 20, 255, 3.0},
    {"sk-or-v1-", "sk-or-v1-", Chars::LowerHex, 48, 80, 3.0},
    {"sk-", "sk-", Chars::Alnum, 20, 100, 3.0},
    {"aiza", "AIza", Chars::Url, 35, 35, 3.2},
    {"ya29.", "ya29.", Chars::Url, 20, 512, 3.2},
    {"gocspx-", "GOCSPX-", Chars::Url, 28, 28, 3.0},
    {"npm_", "npm_", Chars::Alnum, 36, 36, 3.2},
    {"pypi-", "pypi-", Chars::Url, 50, 512, 3.2},
    {"hf_", "hf_", Chars::Alnum, 30, 40, 3.2},
    {"dop_v1_", "dop_v1_", Chars::LowerHex, 64, 64, 3.0},
    {"doo_v1_", "doo_v1_", Chars::LowerHex, 64, 64, 3.0},
    {"dor_v1_", "dor_v1_", Chars::LowerHex, 64, 64, 3.0},
    {"shpat_", "shpat_", Chars::Hex, 32, 32, 2.8},
    {"shpss_", "shpss_", Chars::Hex, 32, 32, 2.8},
    {"shpca_", "shpca_", Chars::Hex, 32, 32, 2.8},
    {"shppa_", "shppa_", Chars::Hex, 32, 32, 2.8},
    {"sg.", "SG.", Chars::Dotted, 60, 70, 3.5},
    {"key-", "key-", Chars::LowerHex, 32, 32, 3.0},
    {"sq0atp-", "sq0atp-", Chars::Url, 22, 22, 3.0},
    {"sq0csp-", "sq0csp-", Chars::Url, 43, 43, 3.0},
    {"eaaa", "EAAA", Chars::Url, 60, 255, 3.5},
    {"dapi", "dapi", Chars::LowerHex, 32, 34, 3.0},
    {"nrak-", "NRAK-", Chars::Alnum, 27, 27, 3.0},
    {"pmak-", "PMAK-", Chars::Url, 59, 59, 3.0},
    {"lin_api_", "lin_api_", Chars::Alnum, 40, 40, 3.0},
    {"secret_", "secret_", Chars::Alnum, 43, 43, 3.2},
    {"ntn_", "ntn_", Chars::Alnum, 40, 50, 3.2},
    {"figd_", "figd_", Chars::Url, 40, 48, 3.0},
    {"hvs.", "hvs.", Chars::Url, 24, 200, 3.2},
    {"hvb.", "hvb.", Chars::Url, 24, 200, 3.2},
    {"tfp_", "tfp_", Chars::Alnum, 40, 60, 3.2},
    {"rubygems_", "rubygems_", Chars::LowerHex, 48, 48, 3.0},
    {"dckr_pat_", "dckr_pat_", Chars::Url, 27, 27, 3.0},
    {"pul-", "pul-", Chars::LowerHex, 40, 40, 3.0},
    {"atatt3", "ATATT3", Chars::Url, 100, 255, 3.2},
    {"gsk_", "gsk_", Chars::Alnum, 48, 56, 3.2},
    {"r8_", "r8_", Chars::Alnum, 37, 40, 3.2},
    {"pplx-", "pplx-", Chars::Alnum, 40, 60, 3.2},
    {"xai-", "xai-", Chars::Alnum, 60, 90, 3.2},
    {"glsa_", "glsa_", Chars::Url, 40, 48, 3.0},
    {"eyjrijoi", "eyJrIjoi", Chars::Base64, 60, 400, 3.2},
    {"age-secret-key-1", "AGE-SECRET-KEY-1", Chars::Alnum, 58, 58, 3.0},
    {"ac.", "AC.", Chars::Url, 200, 600, 4.0},
};

std::bitset<256> set_of(Chars chars) {
  std::bitset<256> set;
  const auto range = [&set](char from, char to) {
    for (char c = from; c <= to; ++c) set.set(static_cast<unsigned char>(c));
  };
  range('0', '9');
  if (chars == Chars::LowerHex) {
    range('a', 'f');
  } else if (chars == Chars::Hex) {
    range('a', 'f');
    range('A', 'F');
  } else if (chars == Chars::Upper32) {
    range('A', 'Z');
  } else {
    range('a', 'z');
    range('A', 'Z');
  }
  if (chars == Chars::Url || chars == Chars::Dotted) set.set('-').set('_');
  if (chars == Chars::Dotted) set.set('.');
  if (chars == Chars::Base64) set.set('+').set('/').set('=').set('-').set('_');
  return set;
}

constexpr Tags kKeyHeader = 1, kJwt = 2, kToken = 4, kPutty = 8, kMnemonic = 16;

class Tokens : public scan::Detector {
 public:
  explicit Tokens(scan::PhraseSet& set) : tokens_(set), words_(set) {
    for (const TokenShape& shape : kShapes) tokens_.add(kToken, shape.prefix, scan::Edge::Any);
    for (std::size_t c = 0; c < sets_.size(); ++c) sets_[c] = set_of(static_cast<Chars>(c));
    words_.add(kKeyHeader, "private key-----|private key block-----", scan::Edge::Any);
    words_.add(kPutty, "private-lines:", scan::Edge::Any);
    words_.add(kJwt, "eyj", scan::Edge::Any);
    words_.add(kMnemonic, "seed phrase|recovery phrase|mnemonic|seed words|secret phrase|recovery words");
  }

  const char* name() const override { return "tokens"; }

  Status detect(const Document& doc, std::vector<Hit>& hits) const override {
    for (const auto& hit : tokens_.hits(doc)) token(doc, kShapes[hit.id], hit.start, hits);
    std::size_t key_end = 0;
    for (const auto& hit : words_.hits(doc)) {
      const Tags tags = words_.tags(hit);
      if ((tags & kKeyHeader) && hit.start >= key_end) private_key(doc, hit, key_end, hits);
      if (tags & kPutty) putty(doc, hit, hits);
      if (tags & kJwt) jwt(doc, hit.start, hits);
      if (tags & kMnemonic) mnemonic(doc, hit, hits);
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
    const std::string_view exact = shape.exact;
    if (t.compare(start, exact.size(), exact) != 0) return;
    if (start > 0 && joins(t, start - 1)) return;
    const auto& set = sets_[static_cast<std::size_t>(shape.chars)];
    std::size_t end = start + exact.size();
    while (end < t.size() && set[static_cast<unsigned char>(t[end])]) ++end;
    while (end > start && (t[end - 1] == '.' || t[end - 1] == '-')) --end;
    const std::string_view body = doc.slice(start + exact.size(), end);
    if (body.size() < shape.min || body.size() > shape.max) return;
    if (end < t.size() && joins(t, end)) return;
    if (entropy(body) < shape.min_entropy || is_placeholder(body)) return;
    const bool digits = std::any_of(body.begin(), body.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!digits && shape.chars != Chars::Upper32 && body.size() < 40) return;
    if (shape.chars == Chars::Upper32) aws_secret(doc, end, hits);
    report(Kind::ApiToken, 0.95, start, end, hits);
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

  // header.payload.signature, and the header is an object that names an algorithm (RFC 7519).
  void jwt(const Document& doc, std::size_t start, std::vector<Hit>& hits) const {
    const std::string& t = doc.text;
    if (t.compare(start, 3, "eyJ") != 0 || (start > 0 && joins(t, start - 1))) return;
    const auto& set = sets_[static_cast<std::size_t>(Chars::Url)];
    std::array<std::size_t, 3> ends{};
    std::size_t i = start;
    for (std::size_t part = 0; part < 3; ++part) {
      while (i < t.size() && set[static_cast<unsigned char>(t[i])]) ++i;
      ends[part] = i;
      if (part < 2 && (i >= t.size() || t[i++] != '.')) return;
    }
    if (ends[1] - ends[0] < 8 || ends[2] - ends[1] < 12) return;
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

  // BIP-39: twelve to twenty-four short words in lower case after the words that announce them.
  static void mnemonic(const Document& doc, const scan::PhraseHit& hit, std::vector<Hit>& hits) {
    const std::string& t = doc.text;
    std::size_t i = hit.end, words = 0, start = 0, end = 0;
    const std::size_t colon = t.find_first_of(":=\n\"", i);
    if (colon == t.npos || colon - i > 40) return;
    for (i = colon + 1; i < t.size();) {
      while (i < t.size() && (t[i] == ' ' || t[i] == ',' || t[i] == '\n' || t[i] == '"')) ++i;
      const std::size_t from = i;
      while (i < t.size() && t[i] >= 'a' && t[i] <= 'z') ++i;
      if (i - from < 3 || i - from > 8) break;
      if (words++ == 0) start = from;
      end = i;
    }
    if (words >= 12) report(Kind::ApiToken, 0.8, start, end, hits);
  }

  Words tokens_, words_;
  std::array<std::bitset<256>, 7> sets_;
};

}  // namespace

Made make_tokens(scan::PhraseSet& set) { return std::make_unique<Tokens>(set); }

}  // namespace sluice::sense::detect
