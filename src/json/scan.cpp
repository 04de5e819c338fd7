// Why a scanner of our own and not simdjson's On-Demand or DOM: On-Demand checks only what is visited and
// skips over the rest, so a body that is accepted could still be no JSON, and what an upstream then reads in
// it is not what we judged. The DOM checks everything but keeps neither number spellings (it refuses integers
// above 64 bits) nor raw offsets, and neither reports duplicate keys or the byte where it stopped. So
// simdjson does what it is exact and fastest at, UTF-8 validation, and one strict pass of ours builds the
// tape.
#include "json/scan.h"

#include <simdjson.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>

namespace sluice::json {
namespace {

constexpr std::uint32_t kSmallObject = 12;  // members; the keys of no more are compared pairwise
constexpr std::uint64_t kOnes = 0x0101010101010101ull;
constexpr std::uint64_t kHighs = 0x8080808080808080ull;

// The high bit of every byte of the result that is a quote, a backslash or below 0x20 (and, above the first
// such byte, possibly of others: borrow runs upwards only). Bit tricks as in "Hacker's Delight", section 6-1.
std::uint64_t stops(std::uint64_t word) {
  auto zero = [](std::uint64_t w) { return (w - kOnes) & ~w; };
  std::uint64_t control = (word - kOnes * 0x20) & ~word;
  return (zero(word ^ (kOnes * '"')) | zero(word ^ (kOnes * '\\')) | control) & kHighs;
}

// How many of the sixteen bytes at `from` come before a quote, a backslash or a byte below 0x20; 16: none is
// there. 0 where there is no such instruction: the bytes are looked at by eights then.
std::size_t plain_bytes(const char* from) {
#if defined(__SSE2__)
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
  const __m128i found = _mm_or_si128(control, _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                                           _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
  return std::size_t(std::countr_zero(unsigned(_mm_movemask_epi8(found)) | 0x10000u));
#else
  (void)from;
  return 0;
#endif
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

class Scanner {
 public:
  Scanner(std::string_view text, const Limits& limits, std::vector<Node>& tape)
      : text_(text), limits_(limits), tape_(tape) {
    stack_.reserve(16);
  }

  Status run();
  // Scans `text` as far as it goes, then names the place reached: "byte N in $.path".
  std::string place_of_end();

 private:
  struct Frame {
    std::uint32_t node;  // the open array or object
    std::uint32_t last;  // its latest child, 0 if none
  };

  bool document();
  bool step();
  bool member();
  bool value();
  bool open(Type type);
  bool close();
  bool string_value();
  bool string(Node& node);
  bool escape();
  bool surrogate_half(unsigned& unit);
  bool number();
  bool literal(std::string_view word, Type type);
  bool add(const Node& node);
  bool unique_keys(std::uint32_t object);
  bool fail_at(std::size_t offset, const char* code, std::string message, std::string hint = {});
  bool syntax(std::string message) { return fail_at(pos_, "json.syntax", std::move(message)); }
  std::string path() const;

  void skip_space() {
    while (pos_ < text_.size()) {
      char c = text_[pos_];
      if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return;
      ++pos_;
    }
  }
  bool at(char c) const { return pos_ < text_.size() && text_[pos_] == c; }

  std::string_view text_;
  const Limits& limits_;
  std::vector<Node>& tape_;
  std::vector<Frame> stack_;
  std::size_t pos_ = 0;
  std::uint32_t key_ = 0;                // the key that the next value belongs to
  bool begun_ = false;                   // a value is being scanned that is not on the tape yet
  std::vector<std::string_view> names_;  // scratch of unique_keys()
  std::vector<std::uint32_t> keys_;
  Error error_;
};

std::string where(std::size_t offset, const std::string& path) {
  std::string place = "byte " + std::to_string(offset);
  if (path != "$") place += " in " + path;
  return place;
}

// The value being scanned, or between values the array or object they stand in.
std::string Scanner::path() const {
  std::string path = "$";
  for (const Frame& frame : stack_) {
    const Node& node = tape_[frame.node];
    bool innermost = &frame == &stack_.back();
    if (innermost && !begun_) break;
    std::uint32_t position = node.children - (innermost ? 0 : 1);
    if (node.type == Type::Array) {
      path += "[" + std::to_string(position) + "]";
    } else {
      const Node& key = tape_[innermost ? key_ : tape_[frame.last].key];
      append_path_key(path, unescape(text_.substr(key.offset, key.length)), position);
    }
  }
  return path;
}

bool Scanner::fail_at(std::size_t offset, const char* code, std::string message, std::string hint) {
  error_ = Error{code, std::move(message), where(offset, path()), std::move(hint)};
  return false;
}

Status Scanner::run() {
  if (!document()) return fail(std::move(error_));
  return {};
}

std::string Scanner::place_of_end() {
  document();
  return where(text_.size(), pos_ >= text_.size() ? path() : "$");
}

bool Scanner::document() {
  tape_.clear();
  tape_.reserve(std::min<std::size_t>(text_.size() / 64 + 16, 1024));
  tape_.push_back(Node{});
  skip_space();
  if (!value()) return false;
  while (!stack_.empty()) {
    if (!step()) return false;
  }
  skip_space();
  if (pos_ != text_.size()) return syntax("text after the end of the document");
  return true;
}

// One element or member of the innermost open container, or its end.
bool Scanner::step() {
  Frame frame = stack_.back();
  bool array = tape_[frame.node].type == Type::Array;
  bool empty = tape_[frame.node].children == 0;
  skip_space();
  if (at(array ? ']' : '}')) return close();
  if (!empty) {
    if (!at(',')) return syntax(array ? "expected ',' or ']'" : "expected ',' or '}'");
    ++pos_;
    skip_space();
  }
  return array ? value() : member();
}

bool Scanner::member() {
  if (!at('"')) return syntax("expected a key in double quotes");
  Node key{Type::String, false, 0, 0, 0, std::uint32_t(pos_), 0};
  if (!string(key)) return false;
  skip_space();
  if (!at(':')) return syntax("expected ':' after the key");
  ++pos_;
  skip_space();
  if (tape_.size() >= limits_.nodes) return add(key);  // refuses
  tape_.push_back(key);
  key_ = std::uint32_t(tape_.size() - 1);
  return value();
}

bool Scanner::value() {
  begun_ = true;
  if (pos_ >= text_.size()) return syntax("the text ends where a value is expected");
  switch (text_[pos_]) {
    case '{':
      return open(Type::Object);
    case '[':
      return open(Type::Array);
    case '"':
      return string_value();
    case 't':
      return literal("true", Type::Bool);
    case 'f':
      return literal("false", Type::Bool);
    case 'n':
      return literal("null", Type::Null);
    default:
      break;
  }
  if (text_[pos_] == '-' || is_digit(text_[pos_])) return number();
  return syntax("expected a value");
}

bool Scanner::add(const Node& node) {
  if (tape_.size() >= limits_.nodes) {
    return fail_at(node.offset, "json.size", "more than " + std::to_string(limits_.nodes) + " values",
                   "send less in one document");
  }
  auto index = std::uint32_t(tape_.size());
  tape_.push_back(node);
  tape_.back().key = key_;
  key_ = 0;
  begun_ = false;
  if (!stack_.empty()) {
    Frame& frame = stack_.back();
    if (frame.last != 0) tape_[frame.last].next = index;
    frame.last = index;
    ++tape_[frame.node].children;
  }
  return true;
}

bool Scanner::open(Type type) {
  if (stack_.size() >= limits_.depth) {
    return fail_at(pos_, "json.depth", "nesting deeper than " + std::to_string(limits_.depth) + " levels",
                   "flatten the document");
  }
  if (!add(Node{type, false, 0, 0, 0, std::uint32_t(pos_), 0})) return false;
  stack_.push_back(Frame{std::uint32_t(tape_.size() - 1), 0});
  ++pos_;
  return true;
}

bool Scanner::close() {
  std::uint32_t index = stack_.back().node;
  if (tape_[index].type == Type::Object && tape_[index].children > 1 && !unique_keys(index)) return false;
  stack_.pop_back();
  ++pos_;
  tape_[index].length = std::uint32_t(pos_ - tape_[index].offset);
  return true;
}

bool Scanner::literal(std::string_view word, Type type) {
  if (text_.substr(pos_, word.size()) != word) return syntax("expected a value");
  if (!add(Node{type, false, 0, 0, 0, std::uint32_t(pos_), std::uint32_t(word.size())})) return false;
  pos_ += word.size();
  return true;
}

bool Scanner::string_value() {
  Node node{Type::String, false, 0, 0, 0, std::uint32_t(pos_), 0};
  return string(node) && add(node);
}

// From the opening to the closing quote; sets `escaped` and `length`.
bool Scanner::string(Node& node) {
  ++pos_;
  while (true) {
    while (text_.size() - pos_ >= 16 && plain_bytes(text_.data() + pos_) == 16) pos_ += 16;
    while (text_.size() - pos_ >= 8) {
      std::uint64_t word;
      std::memcpy(&word, text_.data() + pos_, 8);
      if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
      std::uint64_t found = stops(word);
      if (found != 0) {
        pos_ += std::size_t(std::countr_zero(found)) / 8;
        break;
      }
      pos_ += 8;
    }
    if (pos_ >= text_.size()) return syntax("the text ends inside a string");
    char c = text_[pos_];
    if (c == '"') break;
    if (c == '\\') {
      node.escaped = true;
      if (!escape()) return false;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      return syntax("a control character in a string must be escaped");
    } else {
      ++pos_;
    }
  }
  ++pos_;
  node.length = std::uint32_t(pos_ - node.offset);
  return true;
}

bool Scanner::surrogate_half(unsigned& unit) {
  unit = 0;
  for (std::size_t i = 2; i < 6; ++i) {
    int digit = pos_ + i < text_.size() ? hex_digit(text_[pos_ + i]) : -1;
    if (digit < 0) return syntax("expected four hexadecimal digits after \\u");
    unit = unit * 16 + unsigned(digit);
  }
  return true;
}

bool Scanner::escape() {
  if (pos_ + 1 >= text_.size()) {
    pos_ = text_.size();
    return syntax("the text ends inside a string");
  }
  char c = text_[pos_ + 1];
  if (c != 'u') {
    if (std::strchr("\"\\/bfnrt", c) == nullptr || c == '\0') return syntax("unknown escape in a string");
    pos_ += 2;
    return true;
  }
  unsigned unit;
  if (!surrogate_half(unit)) return false;
  constexpr const char* kHint =
      "escape characters above U+FFFF as a high and a low surrogate, or send them as UTF-8";
  if (unit >= 0xDC00 && unit <= 0xDFFF) {
    return fail_at(pos_, "json.surrogate", "a low surrogate without a high one before it", kHint);
  }
  if (unit >= 0xD800 && unit <= 0xDBFF) {
    std::size_t high = pos_;
    if (text_.substr(pos_ + 6, 2) != "\\u") {
      return fail_at(high, "json.surrogate", "a high surrogate without a low one after it", kHint);
    }
    pos_ += 6;
    if (!surrogate_half(unit)) return false;
    if (unit < 0xDC00 || unit > 0xDFFF) {
      return fail_at(high, "json.surrogate", "a high surrogate without a low one after it", kHint);
    }
  }
  pos_ += 6;
  return true;
}

// number = [ "-" ] int [ frac ] [ exp ]   (RFC 8259 section 6)
bool Scanner::number() {
  std::size_t start = pos_;
  auto digits = [&] {
    std::size_t first = pos_;
    while (pos_ < text_.size() && is_digit(text_[pos_])) ++pos_;
    return pos_ - first;
  };
  if (at('-')) ++pos_;
  if (at('0')) {
    ++pos_;
    if (pos_ < text_.size() && is_digit(text_[pos_])) return syntax("a number must not begin with 0");
  } else if (digits() == 0) {
    return syntax("expected a digit");
  }
  if (at('.')) {
    ++pos_;
    if (digits() == 0) return syntax("expected a digit after the decimal point");
  }
  if (at('e') || at('E')) {
    ++pos_;
    if (at('+') || at('-')) ++pos_;
    if (digits() == 0) return syntax("expected a digit in the exponent");
  }
  return add(Node{Type::Number, false, 0, 0, 0, std::uint32_t(start), std::uint32_t(pos_ - start)});
}

// Keys are compared as they read, so that "a" and "\u0061" are the same one. Small objects pairwise; large
// ones by sorting, so that no choice of keys makes this quadratic.
bool Scanner::unique_keys(std::uint32_t object) {
  const std::uint32_t count = tape_[object].children;
  std::vector<std::string> unescaped;
  names_.clear();
  keys_.clear();
  names_.reserve(std::max(count, kSmallObject));
  keys_.reserve(std::max(count, kSmallObject));
  for (std::uint32_t child = object + 2; child != 0; child = tape_[child].next) {
    const Node& key = tape_[tape_[child].key];
    std::string_view raw = text_.substr(key.offset, key.length);
    keys_.push_back(tape_[child].key);
    if (key.escaped) {
      unescaped.reserve(count);  // names_ point into it: it must not move
      unescaped.push_back(unescape(raw));
      names_.push_back(unescaped.back());
    } else {
      names_.push_back(raw.substr(1, raw.size() - 2));
    }
  }
  std::size_t repeated = count;
  if (count <= kSmallObject) {
    for (std::size_t i = 1; i < count && repeated == count; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (names_[i] == names_[j]) repeated = i;
      }
    }
  } else {
    std::vector<std::uint32_t> order(count);
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
      int c = names_[a].compare(names_[b]);
      return c != 0 ? c < 0 : a < b;
    });
    for (std::size_t i = 1; i < count; ++i) {
      if (names_[order[i]] == names_[order[i - 1]]) repeated = std::min<std::size_t>(repeated, order[i]);
    }
  }
  if (repeated == count) return true;
  std::string place = path();
  append_path_key(place, names_[repeated], repeated);
  error_ =
      Error{"json.duplicate_key", "the same key twice in one object", where(tape_[keys_[repeated]].offset, place),
            "send each key once: parsers disagree about which one counts"};
  return false;
}

}  // namespace

std::size_t utf8_length(std::string_view text, std::size_t pos) {
  auto byte = [&](std::size_t i) -> unsigned {
    return pos + i < text.size() ? static_cast<unsigned char>(text[pos + i]) : 0u;
  };
  auto tail = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  unsigned first = byte(0);
  if (pos >= text.size()) return 0;
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return tail(1) ? 2 : 0;
  // The second byte's range excludes overlong forms, surrogates and what is above U+10FFFF (RFC 3629 section
  // 4).
  if (first >= 0xE0 && first <= 0xEF) {
    unsigned low = first == 0xE0 ? 0xA0 : 0x80, high = first == 0xED ? 0x9F : 0xBF;
    return byte(1) >= low && byte(1) <= high && tail(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    unsigned low = first == 0xF0 ? 0x90 : 0x80, high = first == 0xF4 ? 0x8F : 0xBF;
    return byte(1) >= low && byte(1) <= high && tail(2) && tail(3) ? 4 : 0;
  }
  return 0;
}

std::size_t first_invalid_utf8(std::string_view text) {
  if (text.empty() || simdjson::validate_utf8(text.data(), text.size())) return text.size();
  std::size_t pos = 0;
  while (pos < text.size()) {
    std::size_t length = utf8_length(text, pos);
    if (length == 0) return pos;
    pos += length;
  }
  return pos;
}

Status scan(std::string_view text, const Limits& limits, std::vector<Node>& tape) {
  // Offsets are 32 bits wide.
  std::size_t most = std::min<std::size_t>(limits.bytes, std::numeric_limits<std::uint32_t>::max());
  if (text.size() > most) {
    return fail("json.size", "more than " + std::to_string(most) + " bytes", "byte " + std::to_string(most),
                "send less in one document");
  }
  std::size_t invalid = first_invalid_utf8(text);
  if (invalid < text.size()) {
    std::string place = Scanner(text.substr(0, invalid), limits, tape).place_of_end();
    return fail("json.utf8", "a byte that is not valid UTF-8", std::move(place), "encode the document as UTF-8");
  }
  return Scanner(text, limits, tape).run();
}

}  // namespace sluice::json
