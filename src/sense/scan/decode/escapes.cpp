#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "sense/scan/byte_class.h"
#include "sense/scan/decode/decode_parts.h"
#include "sense/scan/decode/terminal.h"
#include "text/utf8.h"

namespace sluice::sense::scan {
namespace {

using namespace std::string_view_literals;

bool is_word(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_break(int code) { return code == '\t' || code == '\n' || code == '\r'; }

constexpr std::size_t kLeastFullLine = 70,
                      kFullLine = 76;  // characters of quoted-printable, with the sign at its end

// The whole text with its escapes replaced, if it has any that matter.
class Escapes {
 public:
  explicit Escapes(std::string_view text) : text_(text) {}

  std::optional<Piece> take() {
    find_controls();
    if (!has_controls_ && !present()) return std::nullopt;
    std::size_t done = 0;  // up to here the output is made
    const auto visit = [&](std::size_t at) {
      if (at < done) return;  // inside of the escape before
      copy(done, at);
      done = at;
      step(done);
      origin_.resize(out_.size(), static_cast<std::uint32_t>(at));
    };
    if (!has_controls_) ClassBits(text_, kMarks).for_each(visit);
    for (std::size_t at = 0; has_controls_ && at < text_.size(); ++at)
      if (kMarks.has(text_[at]) || is_control(at)) visit(at);
    copy(done, text_.size());
    origin_.push_back(static_cast<std::uint32_t>(text_.size()));
    if (replaced_ < 2 && !glued_ && hidden_ == 0) return std::nullopt;
    // What is no notation for text leaves bytes that are none; what stands beside it counts all the same.
    for (std::size_t at = text::first_invalid(out_); at < out_.size();
         at += text::first_invalid(std::string_view(out_).substr(at)))
      out_[at] = ' ';
    return Piece{std::move(out_), std::move(origin_), false};
  }

 private:
  bool present() const {
    ClassBits marks(text_, kMarks);
    for (std::size_t at = 0; at < text_.size(); at += 64) {
      for (std::uint64_t bits = marks.of(at); bits != 0; bits &= bits - 1) {
        if (may_be_escape(at + static_cast<std::size_t>(std::countr_zero(bits)))) return true;
      }
    }
    return false;
  }
  bool may_be_escape(std::size_t i) const {
    const char c = text_[i];
    if (c == '\\' || c == '&' || kControls.has(c)) return true;
    if (c == '^') return text_.substr(i, 3) == "^[[";
    const char next = i + 1 < text_.size() ? text_[i + 1] : ' ';
    return hex_at(i + 1, 2) >= 0 || (c == '=' && (next == '\n' || next == '\r'));
  }

  // Of ISO 6429's second set, U+0080 to U+009F, which only terminals know, too; few texts have the lead byte.
  bool is_control(std::size_t i) const {
    return text_[i] == '\xC2' && i + 1 < text_.size() && static_cast<unsigned char>(text_[i + 1]) < 0xA0;
  }
  void find_controls() {
    for (std::size_t at = text_.find('\xC2'); at != text_.npos && !has_controls_; at = text_.find('\xC2', at + 1))
      has_controls_ = is_control(at);
  }

  // Control characters that no text has; between the groups of a number nobody sees them.
  static constexpr std::string_view kControlList =
      "\x00\x01\x02\x03\x04\x05\x06\x07\x08\x0B\x0C\x0E\x0F\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1A\x1B\x1C"
      "\x1D\x1E\x1F\x7F\\%&=^"sv;
  // What an escape begins with, and controls.
  static constexpr ByteClass kMarks = ByteClass(kControlList);
  static constexpr ByteClass kControls = ByteClass(kControlList.substr(0, kControlList.size() - 5));

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

  // Ends of pages and separators part what they stand between like a line end does; others show nothing.
  void control(std::size_t& i) {
    const char c = text_[i];
    // Stands between texts that are not read as one (joints.h).
    const bool cut = c == 0x1E && i > 0 && text_[i - 1] == '\n' && i + 1 < text_.size() && text_[i + 1] == '\n';
    if (cut) {
      out_ += c;
      ++i;
      return;
    }
    ++hidden_;
    if (c == '\f' || c == '\v' || (c >= 0x1C && c <= 0x1F)) out_ += '\n';
    ++i;
    if (c == 0x1B) terminal_.behind_escape(i);
  }

  void step(std::size_t& i) {
    const char c = text_[i];
    const std::size_t from = i, made = out_.size();
    if (terminal_.ends_at(i)) {
      out_ += '\n';
      return;
    }
    if (kControls.has(c)) return control(i);
    if (c == '\xC2') {
      ++hidden_;
      i += 2;
      terminal_.behind_control(static_cast<unsigned char>(text_[i - 1]), i);
      return;
    }
    if ((c == '\\' && backslash(i)) || (c == '%' && percent(i)) || (c == '&' && entity(i)) ||
        (c == '=' && (quoted_printable(i) || soft_break(i))) || (c == '^' && caret(i))) {
      ++replaced_;
      if (out_.size() == made)
        ++hidden_;  // nothing stands there
      else if (is_function(made, i))
        ++hidden_;
      else
        glued_ = glued_ || (i - from > 1 && glued(i, c));
      return;
    }
    out_.push_back(c);
    ++i;
  }

  // Whether the character that was written from `made` on introduces a terminal's function, which ends before i
  // then. Where its bracket is an escape, too, the reading of this one has the character itself.
  bool is_function(std::size_t made, std::size_t& i) {
    const std::string_view written = std::string_view(out_).substr(made);
    const bool escape = written == "\x1B" && terminal_.behind_escape(i);
    if (!escape && !(written.size() == 2 && written[0] == '\xC2' &&
                     terminal_.behind_control(static_cast<unsigned char>(written[1]), i)))
      return false;
    out_.resize(made);
    return true;
  }

  // ESC as shells, C and Python write it.
  bool terminal_escape(std::size_t& i) {
    for (const std::string_view written : {"\\e"sv, "\\E"sv, "\\033"sv, "\\33"sv}) {
      if (!text_.substr(i).starts_with(written) || !terminal_.begins(i + written.size())) continue;
      out_.push_back('\x1B');
      i += written.size();
      return true;
    }
    return false;
  }

  // As cat -v and less show it.
  bool caret(std::size_t& i) {
    if (text_.substr(i, 3) != "^[[") return false;
    out_.push_back('\x1B');
    i += 2;
    return true;
  }

  // Whether one that ends at i hides where a word beside it begins: it ends in a letter or digit, or what it says
  // is the backslash of another escape. That of a quote or slash hides nothing.
  bool glued(std::size_t i, char mark) const {
    const bool word_follows = i < text_.size() && is_word(text_[i]);
    if (out_.back() == '\\') return word_follows || (i < text_.size() && text_[i] == '\\');
    return (is_word(text_[i - 1]) || text_[i - 1] == '}') &&
           (mark == '\\' || is_word(out_.back()) || word_follows);
  }

  bool backslash(std::size_t& i) {
    if (i + 1 >= text_.size()) return false;
    static constexpr std::string_view kFrom = "nrtbf\"/\\", kTo = "\n\r\t  \"/\\";
    const char e = text_[i + 1];
    if (in_path(i) && e >= 'a' && e < 'u') return false;
    if (e == 'u' && i + 2 < text_.size() && text_[i + 2] == '{') return braced(i);
    if (e == 'u' || e == 'x' || e == 'U') {
      const bool behind_digit = !out_.empty() && out_.back() >= '0' && out_.back() <= '9';
      if (!unicode(i, e == 'u' ? 4 : e == 'x' ? 2 : 8)) return false;
      replaced_ += behind_digit;  // between digits one is no accident
      return true;
    }
    if (terminal_escape(i)) return true;
    if (e >= '0' && e <= '9') return (e <= '3' && octal(i)) || style(i);
    const std::size_t at = kFrom.find(e);
    if (at == kFrom.npos) return false;
    out_.push_back(kTo[at]);
    i += 2;
    return true;
  }

  // "C:\new\bob": names begin behind these backslashes. Where they are escapes, the one behind the drive is
  // written twice. "A:\n" and "x:\n" are more often what somebody answers and what code has.
  bool in_path(std::size_t i) {
    if (i < path_end_) return true;
    const auto drive = [](char c) { return (c >= 'C' && c <= 'Z' && c != 'Q') || (c >= 'c' && c <= 'e'); };
    if (i < 2 || text_[i - 1] != ':' || !drive(text_[i - 2]) || (i > 2 && is_word(text_[i - 3])) ||
        text_[i + 1] == '\\')
      return false;
    path_end_ = std::min(text_.find_first_of(" \t\r\n\"'`<>|*?;,()", i), text_.size());
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
    if (code < 0x20 && !is_break(static_cast<int>(code))) return false;
    out_.push_back(static_cast<char>(code));  // a byte: several make one character
    i += 4;
    return true;
  }

  // Of a style sheet: up to six hexadecimal digits, and a blank that belongs to them. A letter that begins them is
  // more often an escape of another kind (\d, \b), and one digit a reference.
  bool style(std::size_t& i) {
    std::size_t end = i + 1;
    std::uint32_t code = 0;
    for (; end < text_.size() && end - i <= 6 && hex_value(text_[end]) >= 0; ++end)
      code = code << 4 | static_cast<std::uint32_t>(hex_value(text_[end]));
    if (end - i < 3 || code < 0x20 || code > 0x7E) return false;
    out_.push_back(static_cast<char>(code));
    i = end < text_.size() && (text_[end] == ' ' || text_[end] == '\n') ? end + 1 : end;
    return true;
  }

  bool is_upper_hex(std::size_t i) const {
    const auto is_upper = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
    return i + 2 < text_.size() && is_upper(text_[i + 1]) && is_upper(text_[i + 2]);
  }

  // RFC 2045 section 6.7; elsewhere a single "=41" is more often a comparison or a parameter.
  bool quoted_printable(std::size_t& i) {
    const bool before = i >= 3 && text_[i - 3] == '=' && hex_at(i - 2, 2) >= 0;
    const bool after = i + 3 < text_.size() && text_[i + 3] == '=' && hex_at(i + 4, 2) >= 0;
    const int code = before || after || (is_upper_hex(i) && is_quoted_printable()) ? hex_at(i + 1, 2) : -1;
    if (code < 0x20 && !is_break(code)) return false;
    out_.push_back(static_cast<char>(code));
    i += 3;
    return true;
  }

  // What declares itself, or has the sign that its escapes begin with in one.
  bool is_quoted_printable() {
    if (!quoted_printable_)
      quoted_printable_ = text_.find("=3D") != text_.npos || text_.find("uoted-printable") != text_.npos ||
                          text_.find("uoted-Printable") != text_.npos;
    return *quoted_printable_;
  }

  // The end of a line that goes on in the next. Programs break lines at 76 characters; who hides a value breaks it
  // anywhere.
  bool soft_break(std::size_t& i) {
    const std::size_t next = i + (i + 1 < text_.size() && text_[i + 1] == '\r' ? 3 : 2);
    if (i == 0 || next >= text_.size() || text_[next - 1] != '\n') return false;
    const std::size_t before = text_.rfind('\n', i), length = i - (before == text_.npos ? 0 : before + 1) + 1;
    const bool full = length >= kLeastFullLine && length <= kFullLine;
    if (!full && !value_goes_on(i, next) && !is_quoted_printable()) return false;
    i = next;
    return true;
  }

  // Not so in a list of settings without values ("A1=", "B2=x").
  bool value_goes_on(std::size_t i, std::size_t next) const {
    static constexpr std::string_view kBlanks = " \t\r\n";
    std::size_t start = i;
    bool marked = false;
    for (; start > 0 && kBlanks.find(text_[start - 1]) == kBlanks.npos && i - start < kFullLine; --start)
      marked = marked || text_[start - 1] == '@' || (text_[start - 1] >= '0' && text_[start - 1] <= '9');
    const std::size_t end = std::min(text_.find_first_of(kBlanks, next), text_.size());
    const std::string_view behind = text_.substr(next, end - next);
    return marked && !behind.empty() && std::min(behind.find('='), behind.size() - 1) == behind.size() - 1;
  }

  bool percent(std::size_t& i) {
    const int code = hex_at(i + 1, 2);
    const bool escape = code == 0x1B && (terminal_.begins(i + 3) || hex_of(i + 3) == '[' || hex_of(i + 3) == ']');
    if (code < 0x20 && !is_break(code) && !escape) return false;
    out_.push_back(static_cast<char>(code));
    i += 3;
    return true;
  }
  int hex_of(std::size_t i) const { return i < text_.size() && text_[i] == '%' ? hex_at(i + 1, 2) : -1; }

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
    if (at == first || (code < 0x20 && code != 0x1B && !is_break(static_cast<int>(code))) || !put(code))
      return false;
    i = at < text_.size() && text_[at] == ';' ? at + 1 : at;
    return true;
  }

  bool named_entity(std::size_t& i) {
    struct Entity {
      std::string_view name;
      char c;  // 0: nobody sees it
    };
    static constexpr Entity kEntities[] = {{"amp;", '&'},
                                           {"lt;", '<'},
                                           {"gt;", '>'},
                                           {"quot;", '"'},
                                           {"apos;", '\''},
                                           {"nbsp;", ' '},
                                           {"commat;", '@'},
                                           {"period;", '.'},
                                           {"colon;", ':'},
                                           {"sol;", '/'},
                                           {"lowbar;", '_'},
                                           {"num;", '#'},
                                           {"dollar;", '$'},
                                           {"excl;", '!'},
                                           {"equals;", '='},
                                           {"hyphen;", '-'},
                                           {"dash;", '-'},
                                           {"ndash;", '-'},
                                           {"mdash;", '-'},
                                           {"minus;", '-'},
                                           {"percnt;", '%'},
                                           {"Tab;", '\t'},
                                           {"plus;", '+'},
                                           {"ast;", '*'},
                                           {"lpar;", '('},
                                           {"rpar;", ')'},
                                           {"comma;", ','},
                                           {"NewLine;", '\n'},
                                           {"semi;", ';'},
                                           {"quest;", '?'},
                                           {"bsol;", '\\'},
                                           {"lsqb;", '['},
                                           {"lbrack;", '['},
                                           {"rsqb;", ']'},
                                           {"rbrack;", ']'},
                                           {"lcub;", '{'},
                                           {"rcub;", '}'},
                                           {"vert;", '|'},
                                           {"grave;", '`'},
                                           {"Hat;", '^'},
                                           {"ensp;", ' '},
                                           {"emsp;", ' '},
                                           {"thinsp;", ' '},
                                           {"hairsp;", ' '},
                                           {"numsp;", ' '},
                                           {"puncsp;", ' '},
                                           {"zwnj;", '\0'},
                                           {"zwj;", '\0'},
                                           {"shy;", '\0'},
                                           {"lrm;", '\0'},
                                           {"rlm;", '\0'},
                                           {"NoBreak;", '\0'},
                                           {"ZeroWidthSpace;", '\0'},
                                           {"NegativeThinSpace;", '\0'},
                                           {"NegativeMediumSpace;", '\0'},
                                           {"NegativeThickSpace;", '\0'},
                                           {"NegativeVeryThinSpace;", '\0'},
                                           {"InvisibleTimes;", '\0'},
                                           {"InvisibleComma;", '\0'},
                                           {"it;", '\0'},
                                           {"ic;", '\0'},
                                           {"af;", '\0'},
                                           {"ApplyFunction;", '\0'}};
    for (const Entity& entity : kEntities) {
      if (text_.substr(i + 1, entity.name.size()) != entity.name) continue;
      if (entity.c != '\0') out_.push_back(entity.c);
      i += 1 + entity.name.size();
      return true;
    }
    return false;
  }

  std::string_view text_;
  std::string out_;
  std::vector<std::uint32_t> origin_;
  int replaced_ = 0, hidden_ = 0;  // hidden: what nobody sees
  bool glued_ = false;
  bool has_controls_ = false;             // of those beyond ASCII
  std::optional<bool> quoted_printable_;  // not looked for yet
  Terminal terminal_{text_};
  std::size_t path_end_ = 0;  // of the path that was seen last
};

}  // namespace

std::optional<Piece> unescaped(std::string_view text) { return Escapes(text).take(); }

}  // namespace sluice::sense::scan
