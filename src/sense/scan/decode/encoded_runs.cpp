#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "sense/scan/byte_bits.h"
#include "sense/scan/byte_class.h"
#include "sense/scan/decode/decode_parts.h"
#include "sense/scan/decode/inflate.h"
#include "text/utf8.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kMinEncodedRun = 16;  // shorter runs of base64 or hex cannot hold a finding
// A run that begins where the text does and is so long may be the rest of one: texts are read in windows, and the
// next one begins anywhere in what is encoded. So is one that ends with the text.
constexpr std::size_t kTorn = 2048;
// What is compressed in a run that ends where the text does and is longer than this, which windows have in common,
// may go on in the next one, where nobody can read it.
constexpr std::size_t kInBothWindows = 4096;
constexpr std::size_t kTimesInflated = 16, kMoreInflated = 4096;  // of the compressed bytes

constexpr std::array<std::int8_t, 256> base64_table() {
  std::array<std::int8_t, 256> table{};
  for (auto& v : table) v = -1;
  for (int i = 0; i < 26; ++i) {
    table[static_cast<std::size_t>('A' + i)] = static_cast<std::int8_t>(i);
    table[static_cast<std::size_t>('a' + i)] = static_cast<std::int8_t>(26 + i);
  }
  for (int i = 0; i < 10; ++i) table[static_cast<std::size_t>('0' + i)] = static_cast<std::int8_t>(52 + i);
  table['+'] = table['-'] = 62;
  table['/'] = table['_'] = 63;
  return table;
}
constexpr auto kBase64 = base64_table();

int base64_value(char c) { return kBase64[static_cast<unsigned char>(c)]; }

std::string decode_base64(std::string_view run) {
  std::string out;
  out.reserve(run.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : run) {
    const int v = base64_value(c);
    if (v < 0) continue;  // line breaks inside the run
    bits = bits << 6 | static_cast<std::uint32_t>(v);
    count += 6;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  return out;
}

// RFC 4648 section 6; in small letters, as file names and host names have it, too.
std::string decode_base32(std::string_view run) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : run) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    const int v = upper >= 'A' && upper <= 'Z' ? upper - 'A' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
    if (v < 0) return {};
    bits = bits << 5 | static_cast<std::uint32_t>(v);
    count += 5;
    if (count >= 8) {
      count -= 8;
      out.push_back(static_cast<char>(bits >> count & 0xFF));
    }
  }
  return out;
}

std::string decode_hex(std::string_view run) {
  std::string out;
  for (std::size_t i = 0; i + 1 < run.size(); i += 2) {
    out.push_back(static_cast<char>(hex_value(run[i]) << 4 | hex_value(run[i + 1])));
  }
  return out;
}

// Text of two bytes a character, as PowerShell's -EncodedCommand is, as UTF-8; empty where it is none.
std::string from_utf16(std::string_view bytes) {
  std::size_t zeros[2] = {0, 0};
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    zeros[0] += bytes[i] == '\0';
    zeros[1] += bytes[i + 1] == '\0';
  }
  const bool little = zeros[1] > zeros[0];
  if (zeros[little] * 4 < bytes.size()) return {};  // half of the characters are ASCII
  const auto unit = [&](std::size_t i) {
    const auto low = static_cast<unsigned char>(bytes[little ? i : i + 1]);
    const auto high = static_cast<unsigned char>(bytes[little ? i + 1 : i]);
    return static_cast<std::uint32_t>(high << 8 | low);
  };
  std::string out;
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) {
    std::uint32_t code = unit(i);
    if (code == 0xFEFF && i == 0) continue;
    if (code >= 0xD800 && code < 0xDC00 && i + 3 < bytes.size()) {
      const std::uint32_t low = unit(i + 2);
      if (low >= 0xDC00 && low < 0xE000) {
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
        i += 2;
      }
    }
    text::append_utf8(out, code >= 0xD800 && code < 0xE000 ? 0xFFFD : code);
  }
  return out;
}

// Without the rest of a character at the beginning, and what begins one at the end.
void drop_torn_characters(std::string& bytes, bool begins) {
  std::size_t torn = 0;
  while (begins && torn < 3 && torn < bytes.size() && (static_cast<unsigned char>(bytes[torn]) & 0xC0) == 0x80)
    ++torn;
  bytes.erase(0, torn);
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, bytes.size()); ++back) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    if (byte >= 0xC0 && back < (byte >= 0xF0 ? 4u : byte >= 0xE0 ? 3u : 2u)) bytes.resize(bytes.size() - back);
    return;
  }
}

// Runs of base64 or hexadecimal characters whose bytes are readable text. Each origin spans the whole run, since
// one encoded character has no text of its own.
class Runs {
 public:
  Runs(std::string_view text, Unread& unread) : text_(text), unread_(unread) {}

  std::vector<Piece> take() {
    std::vector<Piece> found;
    ClassBits characters(text_, kRun);
    std::uint64_t here = characters.of(0), before = 0;  // of the byte before these 64
    std::size_t done = 0;
    for (std::size_t at = 0; at < text_.size(); at += 64) {
      const std::uint64_t next = characters.of(at + 64);
      for_each_bit(long_runs(here, next) & ~(here << 1 | before), [&](std::size_t bit) {
        if (at + bit < done) return;
        done = run_end(at + bit);
        try_run(at + bit, done, found);
      });
      before = here >> 63;
      here = next;
    }
    return found;
  }

 private:
  // What base64 and base64url are made of, and with them the others.
  static constexpr ByteClass kRun = ByteClass("+-/_", true);

  // From which of the 64 on at least kMinEncodedRun of them follow one another; `next`: the 64 behind them.
  static std::uint64_t long_runs(std::uint64_t here, std::uint64_t next) {
    static_assert(kMinEncodedRun == 16);
    for (int step = 1; step < 16; step *= 2) {
      here &= here >> step | next << (64 - step);
      next &= next >> step;
    }
    return here;
  }

  // A line break continues a run whose line was long, as in MIME and PEM.
  std::size_t run_end(std::size_t i) const {
    std::size_t line = i;
    while (i < text_.size()) {
      if (base64_value(text_[i]) >= 0) {
        ++i;
        continue;
      }
      const std::size_t next = i + (text_[i] == '\r' ? 2 : 1);
      if (i - line < 60 || next >= text_.size() || text_[next - 1] != '\n' || base64_value(text_[next]) < 0) break;
      line = i = next;
    }
    return i;
  }

  void try_run(std::size_t start, std::size_t end, std::vector<Piece>& found) const {
    const std::string_view run = text_.substr(start, end - start);
    bool hex = true, varied = false, upper = false, lower = false;
    for (const char c : run) {
      hex = hex && hex_value(c) >= 0;
      upper = upper || (c >= 'A' && c <= 'Z');
      lower = lower || (c >= 'a' && c <= 'z');
      varied = varied || (c >= '0' && c <= '9');
    }
    const bool torn = start == 0 && run.size() >= kTorn;
    const auto read = [&](std::string (*decode)(std::string_view), std::size_t characters) {
      if (add_if_readable(decode(run), start, end, torn, found)) return true;
      for (std::size_t skipped = 1; torn && skipped < characters; ++skipped)
        if (begins_readable(decode(run.substr(skipped, kTorn / 8))))
          return add_if_readable(decode(run.substr(skipped)), start, end, torn, found);
      return false;
    };
    // One of two hexadecimal digits is no character.
    if (hex && (run.size() % 2 == 0 || torn) && read(decode_hex, 2)) return;
    // A long lower-case word or path is no base64: encoded text mixes the cases.
    if (upper && (lower || varied) && read(decode_base64, 4)) return;
    if (upper != lower) read(decode_base32, 8);
  }

  static bool begins_readable(std::string bytes) {
    drop_torn_characters(bytes, true);
    return is_readable(bytes) || is_readable(from_utf16(bytes));
  }

  bool add_if_readable(std::string bytes, std::size_t start, std::size_t end, bool torn,
                       std::vector<Piece>& found) const {
    if (torn || (end == text_.size() && end - start >= kTorn)) drop_torn_characters(bytes, torn);
    if (!is_readable(bytes)) {
      bytes = said_otherwise(bytes, start, end);
      if (!is_readable(bytes)) return false;
    }
    Piece piece{std::move(bytes), {}, false};
    piece.origin.assign(piece.text.size() + 1, static_cast<std::uint32_t>(start));
    piece.origin.back() = static_cast<std::uint32_t>(end);
    found.push_back(std::move(piece));
    return true;
  }

  // What bytes say that are no text themselves: characters of two bytes, or compressed ones. Empty: neither.
  // `start`, `end`: of the run.
  std::string said_otherwise(std::string_view bytes, std::size_t start, std::size_t end) const {
    std::string wide = from_utf16(bytes);
    if (!wide.empty()) return wide;
    Inflated made = inflated_text(bytes, kTimesInflated * bytes.size() + kMoreInflated);
    drop_torn_characters(made.text, false);
    const bool torn = made.cut_off && end == text_.size() && end - start > kInBothWindows;
    if ((made.more || torn) && is_readable(made.text)) unread_.beyond("decode_inflate");
    return std::move(made.text);
  }

  std::string_view text_;
  Unread& unread_;
};

}  // namespace

std::vector<Piece> encoded_runs(std::string_view text, Unread& unread) { return Runs(text, unread).take(); }

}  // namespace sluice::sense::scan
