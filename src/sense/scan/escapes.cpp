#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "sense/scan/byte_bits.h"
#include "sense/scan/decode_parts.h"
#include "text/utf8.h"

namespace sluice::sense::scan {
namespace {

// The whole text with its escapes replaced, if it has any that matter.
class Escapes {
 public:
  explicit Escapes(std::string_view text) : text_(text) {}

  std::optional<Piece> take() {
    if (!present()) return std::nullopt;
    Block block;
    std::size_t done = 0;  // up to here the output is made
    for (std::size_t at = 0; at < text_.size(); at += 64) {
      for_each_bit(mark_bits(block.of(text_, at)), [&](std::size_t bit) {
        if (at + bit < done) return;  // inside of the escape before
        copy(done, at + bit);
        done = at + bit;
        step(done);
        origin_.resize(out_.size(), static_cast<std::uint32_t>(at + bit));
      });
    }
    copy(done, text_.size());
    origin_.push_back(static_cast<std::uint32_t>(text_.size()));
    if (replaced_ < 2) return std::nullopt;
    if (!text::valid_utf8(out_)) return std::nullopt;  // not a notation for text after all
    return Piece{std::move(out_), std::move(origin_), false};
  }

 private:
  bool present() const {
    Block block;
    for (std::size_t at = 0; at < text_.size(); at += 64) {
      for (std::uint64_t bits = mark_bits(block.of(text_, at)); bits != 0; bits &= bits - 1) {
        if (may_be_escape(at + static_cast<std::size_t>(std::countr_zero(bits)))) return true;
      }
    }
    return false;
  }
  bool may_be_escape(std::size_t i) const {
    return text_[i] == '\\' || text_[i] == '&' ||
           (i + 2 < text_.size() && hex_value(text_[i + 1]) >= 0 && hex_value(text_[i + 2]) >= 0);
  }

  // What an escape begins with.
  static std::uint64_t mark_bits(const char* from) {
    return bits64(from, [](Bytes16 b) { return b.is('\\') | b.is('%') | b.is('&') | b.is('='); });
  }

  void copy(std::size_t from, std::size_t to) {
    out_.append(text_, from, to - from);
    for (; from < to; ++from) origin_.push_back(static_cast<std::uint32_t>(from));
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
    if ((c == '\\' && backslash(i)) || (c == '%' && percent(i)) || (c == '&' && entity(i)) ||
        (c == '=' && quoted_printable(i))) {
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
    if (e == 'u' && i + 2 < text_.size() && text_[i + 2] == '{') return braced(i);
    if (e == 'u' || e == 'x' || e == 'U') return unicode(i, e == 'u' ? 4 : e == 'x' ? 2 : 8);
    if (e >= '0' && e <= '3') return octal(i);
    const std::size_t at = kFrom.find(e);
    if (at == kFrom.npos) return false;
    out_.push_back(kTo[at]);
    i += 2;
    return true;
  }

  bool put(std::uint32_t code) {
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return false;
    text::append_utf8(out_, code);
    return true;
  }

  bool unicode(std::size_t& i, std::size_t digits) {
    const int code = hex_at(i + 2, digits);
    if (code < 0) return false;
    const std::size_t next = i + 2 + digits;
    if (code >= 0xD800 && code < 0xDC00 && text_.substr(next, 2) == "\\u") {  // two halves
      const int low = hex_at(next + 2, 4);
      if (low < 0xDC00 || low > 0xDFFF) return false;
      put(0x10000u + (static_cast<std::uint32_t>(code - 0xD800) << 10) + static_cast<std::uint32_t>(low - 0xDC00));
      i = next + 6;
      return true;
    }
    if (!put(static_cast<std::uint32_t>(code))) return false;
    i = next;
    return true;
  }

  bool braced(std::size_t& i) {
    const std::size_t inside = text_.substr(i, 10).find('}');
    if (inside == text_.npos || inside < 4) return false;
    const std::size_t close = i + inside;
    const int code = hex_at(i + 3, close - i - 3);
    if (code < 0 || !put(static_cast<std::uint32_t>(code))) return false;
    i = close + 1;
    return true;
  }

  bool octal(std::size_t& i) {
    if (i + 3 >= text_.size()) return false;
    std::uint32_t code = 0;
    for (std::size_t k = 1; k <= 3; ++k) {
      if (text_[i + k] < '0' || text_[i + k] > '7') return false;
      code = code * 8 + static_cast<std::uint32_t>(text_[i + k] - '0');
    }
    if (code < 0x20) return false;
    out_.push_back(static_cast<char>(code));  // a byte: several make one character
    i += 4;
    return true;
  }

  // RFC 2045 section 6.7; a single "=41" is more often a comparison or a parameter.
  bool quoted_printable(std::size_t& i) {
    const bool before = i >= 3 && text_[i - 3] == '=' && hex_at(i - 2, 2) >= 0;
    const bool after = i + 3 < text_.size() && text_[i + 3] == '=' && hex_at(i + 4, 2) >= 0;
    const int code = before || after ? hex_at(i + 1, 2) : -1;
    if (code < 0x20) return false;
    out_.push_back(static_cast<char>(code));
    i += 3;
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
    if (i + 3 >= text_.size()) return false;
    if (text_[i + 1] != '#') return named_entity(i);
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

  bool named_entity(std::size_t& i) {
    struct Entity {
      std::string_view name;
      char c;
    };
    static constexpr Entity kEntities[] = {
        {"amp;", '&'},    {"lt;", '<'},      {"gt;", '>'},     {"quot;", '"'},   {"apos;", '\''},  {"nbsp;", ' '},
        {"commat;", '@'}, {"period;", '.'},  {"colon;", ':'},  {"sol;", '/'},    {"lowbar;", '_'}, {"num;", '#'},
        {"dollar;", '$'}, {"excl;", '!'},    {"equals;", '='}, {"hyphen;", '-'}, {"dash;", '-'},   {"ndash;", '-'},
        {"percnt;", '%'}, {"Tab;", '\t'},    {"plus;", '+'},   {"ast;", '*'},    {"lpar;", '('},   {"rpar;", ')'},
        {"comma;", ','},  {"NewLine;", '\n'}};
    for (const Entity& entity : kEntities) {
      if (text_.substr(i + 1, entity.name.size()) != entity.name) continue;
      out_.push_back(entity.c);
      i += 1 + entity.name.size();
      return true;
    }
    return false;
  }

  std::string_view text_;
  std::string out_;
  std::vector<std::uint32_t> origin_;
  int replaced_ = 0;
};

}  // namespace

std::optional<Piece> unescaped(std::string_view text) { return Escapes(text).take(); }

}  // namespace sluice::sense::scan
