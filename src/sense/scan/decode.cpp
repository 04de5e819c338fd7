#include "sense/scan/decode.h"

#include <array>
#include <optional>
#include <string>
#include <utility>

#include "text/utf8.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kMinEncodedRun = 16;  // shorter runs of base64 or hex cannot hold a finding
constexpr std::size_t kMaxRuns = 4096;      // per text; each run costs a small document

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

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

// Text that a person could have written: valid UTF-8 without control characters, and with a letter or digit.
bool is_readable(const std::string& bytes) {
  if (bytes.size() < 6 || !text::valid_utf8(bytes)) return false;
  std::size_t plain = 0;
  for (const char c : bytes) {
    const auto b = static_cast<unsigned char>(c);
    if ((b < 0x20 && b != '\n' && b != '\r' && b != '\t') || b == 0x7F) return false;
    if (b < 0x80) ++plain;
  }
  return plain * 2 >= bytes.size();
}

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

std::string decode_hex(std::string_view run) {
  std::string out;
  for (std::size_t i = 0; i + 1 < run.size(); i += 2) {
    out.push_back(static_cast<char>(hex_value(run[i]) << 4 | hex_value(run[i + 1])));
  }
  return out;
}

// Runs of base64 or hexadecimal characters whose bytes are readable text. Each origin spans the whole run, since
// one encoded character has no text of its own.
class Runs {
 public:
  explicit Runs(std::string_view text) : text_(text) {}

  std::vector<Decoded> take() {
    std::vector<Decoded> found;
    std::size_t i = 0;
    while (i < text_.size() && found.size() < kMaxRuns) {
      // Backwards from where a run that begins here would be long enough: what breaks it there is where the next
      // one can begin, so that most characters are never looked at.
      if (i + kMinEncodedRun > text_.size()) break;
      std::size_t k = kMinEncodedRun;
      while (k > 0 && base64_value(text_[i + k - 1]) >= 0) --k;
      if (k > 0) {
        i += k;
        continue;
      }
      const std::size_t end = run_end(i);
      try_run(i, end, found);
      i = end;
    }
    return found;
  }

 private:
  // A line break continues a run whose line was long, as in MIME and PEM.
  std::size_t run_end(std::size_t i) const {
    std::size_t line = i;
    while (i < text_.size()) {
      if (base64_value(text_[i]) >= 0) {
        ++i;
      } else if (text_[i] == '\n' && i - line >= 60 && i + 1 < text_.size() && base64_value(text_[i + 1]) >= 0) {
        line = ++i;
      } else {
        break;
      }
    }
    return i;
  }

  void try_run(std::size_t start, std::size_t end, std::vector<Decoded>& found) const {
    const std::string_view run = text_.substr(start, end - start);
    bool all_hex = run.size() % 2 == 0, varied = false;
    bool upper = false, lower = false;
    for (const char c : run) {
      all_hex = all_hex && hex_value(c) >= 0;
      upper = upper || (c >= 'A' && c <= 'Z');
      lower = lower || (c >= 'a' && c <= 'z');
      varied = varied || (c >= '0' && c <= '9');
    }
    if (all_hex && add_if_readable(decode_hex(run), start, end, found)) return;
    // A long lower-case word or path is no base64: encoded text mixes the cases.
    if (upper && (lower || varied)) add_if_readable(decode_base64(run), start, end, found);
  }

  static bool add_if_readable(const std::string& bytes, std::size_t start, std::size_t end,
                              std::vector<Decoded>& found) {
    if (!is_readable(bytes)) return false;
    Decoded decoded{text::normalise(bytes)};
    decoded.view.origin.assign(decoded.view.text.size() + 1, static_cast<std::uint32_t>(start));
    decoded.view.origin.back() = static_cast<std::uint32_t>(end);
    found.push_back(std::move(decoded));
    return true;
  }

  std::string_view text_;
};

// The whole text with its escapes replaced, if it has any that matter.
class Escapes {
 public:
  explicit Escapes(std::string_view text) : text_(text) {}

  std::optional<Decoded> take() {
    if (!present()) return std::nullopt;
    std::size_t i = 0;
    while (i < text_.size()) {
      const std::size_t from = i;
      const std::size_t before = out_.size();
      step(i);
      origin_.resize(out_.size(), static_cast<std::uint32_t>(from));
      if (out_.size() == before) continue;
    }
    origin_.push_back(static_cast<std::uint32_t>(text_.size()));
    if (replaced_ < 2) return std::nullopt;
    Decoded decoded{text::normalise(text::repair_utf8(out_))};
    if (!text::valid_utf8(out_)) return std::nullopt;  // not a notation for text after all
    for (auto& at : decoded.view.origin) at = origin_[at];
    return decoded;
  }

 private:
  bool present() const {
    return text_.find('\\') != text_.npos || text_.find("&#") != text_.npos || has_percent();
  }
  bool has_percent() const {
    for (std::size_t i = text_.find('%'); i != text_.npos; i = text_.find('%', i + 1)) {
      if (i + 2 < text_.size() && hex_value(text_[i + 1]) >= 0 && hex_value(text_[i + 2]) >= 0) return true;
    }
    return false;
  }

  int hex_at(std::size_t i, std::size_t digits) const {
    if (i + digits > text_.size()) return -1;
    int value = 0;
    for (std::size_t k = 0; k < digits; ++k) {
      const int v = hex_value(text_[i + k]);
      if (v < 0) return -1;
      value = value << 4 | v;
    }
    return value;
  }

  void step(std::size_t& i) {
    const char c = text_[i];
    if ((c == '\\' && backslash(i)) || (c == '%' && percent(i)) || (c == '&' && entity(i))) {
      ++replaced_;
      return;
    }
    out_.push_back(c);
    ++i;
  }

  bool backslash(std::size_t& i) {
    if (i + 1 >= text_.size()) return false;
    static constexpr std::string_view kFrom = "nrt\"/\\", kTo = "\n\r\t\"/\\";
    const char e = text_[i + 1];
    if (e == 'u' || e == 'x') {
      const std::size_t digits = e == 'u' ? 4 : 2;
      const int code = hex_at(i + 2, digits);
      if (code < 0 || (code >= 0xD800 && code < 0xE000)) return false;
      text::append_utf8(out_, static_cast<std::uint32_t>(code));
      i += 2 + digits;
      return true;
    }
    const std::size_t at = kFrom.find(e);
    if (at == kFrom.npos) return false;
    out_.push_back(kTo[at]);
    i += 2;
    return true;
  }

  bool percent(std::size_t& i) {
    const int code = hex_at(i + 1, 2);
    if (code < 0x20) return false;
    out_.push_back(static_cast<char>(code));
    i += 3;
    return true;
  }

  bool entity(std::size_t& i) {
    if (i + 3 >= text_.size() || text_[i + 1] != '#') return false;
    std::size_t at = i + 2;
    const bool hex = text_[at] == 'x' || text_[at] == 'X';
    if (hex) ++at;
    std::uint32_t code = 0;
    const std::size_t first = at;
    for (; at < text_.size() && at - first < 7; ++at) {
      const int v = hex_value(text_[at]);
      if (v < 0 || (!hex && v > 9)) break;
      code = code * (hex ? 16 : 10) + static_cast<std::uint32_t>(v);
    }
    if (at == first || code < 0x20 || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    text::append_utf8(out_, code);
    i = at < text_.size() && text_[at] == ';' ? at + 1 : at;
    return true;
  }

  std::string_view text_;
  std::string out_;
  std::vector<std::uint32_t> origin_;
  int replaced_ = 0;
};

}  // namespace

std::vector<Decoded> decode(std::string_view utf8) {
  std::vector<Decoded> found = Runs(utf8).take();
  if (auto unescaped = Escapes(utf8).take()) found.push_back(std::move(*unescaped));
  return found;
}

}  // namespace sluice::sense::scan
