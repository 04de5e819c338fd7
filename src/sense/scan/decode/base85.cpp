// Base85: "<~...~>" of PostScript and PDF (ascii85), and the alphabet of RFC 1924 that git and Python use, which
// has no quotes, commas, full stops or slashes, so that addresses and programs are never read so.
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "sense/scan/byte_bits.h"
#include "sense/scan/decode/decode_parts.h"

namespace sluice::sense::scan {
namespace {

// Looked for in texts that say nothing of it: this many characters without a blank hold 16 that begin at a
// multiple of 32.
constexpr std::size_t kLeastUnsaid = 47;
constexpr std::size_t kLeastSaid = 13;
constexpr std::size_t kLeastDistinct = 10;  // characters; a ruler has fewer

constexpr std::string_view kAlphabet =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";

constexpr std::array<std::int8_t, 256> values() {
  std::array<std::int8_t, 256> table{};
  for (auto& v : table) v = -1;
  for (std::size_t i = 0; i < kAlphabet.size(); ++i)
    table[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  return table;
}
constexpr auto kValues = values();

int rfc1924(char c) { return kValues[static_cast<unsigned char>(c)]; }
int ascii85(char c) { return c >= '!' && c <= 'u' ? c - '!' : -1; }

// Five characters are four bytes; of fewer, the rest counts as the last of the alphabet.
std::string decoded(std::string_view run, int (*value)(char)) {
  std::string out;
  std::uint64_t number = 0;
  std::size_t count = 0;
  const auto put = [&](std::size_t bytes) {
    for (std::size_t k = 0; k < bytes; ++k) out += static_cast<char>(number >> (24 - 8 * k) & 0xFF);
    number = count = 0;
  };
  for (const char c : run) {
    if (value == ascii85 && (c == ' ' || c == '\n' || c == '\r' || c == '\t')) continue;
    if (value == ascii85 && c == 'z' && count == 0) {
      out.append(4, '\0');
      continue;
    }
    const int v = value(c);
    if (v < 0) return {};
    number = number * 85 + static_cast<std::uint64_t>(v);
    if (++count < 5) continue;
    if (number > 0xFFFFFFFF) return {};
    put(4);
  }
  if (count == 1) return {};
  if (count > 1) {
    const std::size_t bytes = count - 1;
    while (count++ < 5) number = number * 85 + 84;
    if (number > 0xFFFFFFFF) return {};
    put(bytes);
  }
  return out;
}

bool add(std::string bytes, std::size_t start, std::size_t end, std::vector<Piece>& found) {
  if (!is_readable(bytes)) return false;
  Piece piece{std::move(bytes), {}, false};
  piece.origin.assign(piece.text.size() + 1, static_cast<std::uint32_t>(start));
  piece.origin.back() = static_cast<std::uint32_t>(end);
  found.push_back(std::move(piece));
  return true;
}

// What only this alphabet has, and as many different characters as a text needs.
bool looks_like_it(std::string_view run) {
  std::array<bool, 256> seen{};
  std::size_t distinct = 0;
  bool marked = false;
  for (const char c : run) {
    bool& known = seen[static_cast<unsigned char>(c)];
    distinct += !known;
    known = true;
    marked = marked || (c != '-' && c != '_' && c != '+' && c != '=' && rfc1924(c) >= 62);
  }
  return marked && distinct >= kLeastDistinct;
}

// The run around `at`; returns where it ends.
std::size_t take_run(std::string_view t, std::size_t at, std::size_t done, std::size_t least,
                     std::vector<Piece>& found) {
  std::size_t start = at, end = at;
  while (start > done && rfc1924(t[start - 1]) >= 0) --start;
  while (end < t.size() && rfc1924(t[end]) >= 0) ++end;
  const std::string_view run = t.substr(start, end - start);
  if (run.size() >= least && looks_like_it(run)) add(decoded(run, rfc1924), start, end, found);
  return end;
}

}  // namespace

std::vector<Piece> base85_runs(std::string_view t, bool said) {
  std::vector<Piece> found;
  for (std::size_t at = t.find('~'); at != t.npos; at = t.find('~', at + 1)) {
    if (at == 0 || t[at - 1] != '<') continue;
    const std::size_t end = t.find("~>", at + 1);
    if (end == t.npos) break;
    add(decoded(t.substr(at + 1, end - at - 1), ascii85), at - 1, end + 2, found);
    at = end;
  }
  std::size_t done = 0;
  if (said) {
    for (std::size_t at = 0; at < t.size(); ++at) {
      if (rfc1924(t[at]) < 0) continue;
      at = done = take_run(t, at, done, kLeastSaid, found);
    }
    return found;
  }
  for (std::size_t at = 0; at + 16 <= t.size(); at += 32) {
    if (Bytes16::load(t.data() + at).is(' ').bits() != 0 || at < done) continue;
    std::size_t end = at;  // most such words have a character that ends it all
    while (end < at + 16 && rfc1924(t[end]) >= 0) ++end;
    if (end == at + 16) done = take_run(t, at, done, kLeastUnsaid, found);
  }
  return found;
}

}  // namespace sluice::sense::scan
