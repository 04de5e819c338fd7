#include "json/writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/check.h"
#include "json/scan.h"

namespace sluice::json {
namespace {

template <class Number>
void append_number(std::string& out, Number n) {
  char buffer[32];  // a double's shortest form takes at most 24 characters
  auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, n);
  SLUICE_CHECK(error == std::errc(), "the buffer holds any number");
  out.append(buffer, end);
}

void append_escaped(std::string& out, char c) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  out += "\\u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[c & 15];
}

void append_valid(std::string& out, std::string_view text) {
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) continue;
    out.append(text, done, i - done);
    append_escaped(out, c);
    done = i + 1;
  }
  out.append(text, done, text.size() - done);
}

// The high bit of some byte of the result is set if one of the eight is a quote, a backslash, below 0x20 or above
// 0x7F; none is if none is. (A byte's borrow can only come from one below it that is found itself.)
std::uint64_t odd(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ull, kHighs = 0x8080808080808080ull;
  auto zero = [](std::uint64_t w) { return (w - kOnes) & ~w; };
  std::uint64_t control = (word - kOnes * 0x20) & ~word;
  return (zero(word ^ (kOnes * '"')) | zero(word ^ (kOnes * '\\')) | control | word) & kHighs;
}

// Whether `text` stands in a JSON string as it is: printable ASCII but '"' and '\\'. Most keys and names are, and
// most have a few bytes: two reads that overlap see up to sixteen.
bool is_plain(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t found = 0, word = 0;
  if (left == 0) return true;
  if (left < 8) {
    word = 0x2020202020202020ull;
    std::memcpy(&word, at, left);
    return odd(word) == 0;
  }
  for (; left > 8; at += 8, left -= 8) {
    std::memcpy(&word, at, 8);
    found |= odd(word);
  }
  std::memcpy(&word, text.data() + text.size() - 8, 8);
  return (found | odd(word)) == 0;
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
  if (is_plain(text)) {
    const std::size_t at = out.size();
    out.append(text.size() + 2, '"');  // grown once for all three
    std::copy(text.begin(), text.end(), out.begin() + std::ptrdiff_t(at) + 1);
    return;
  }
  out += '"';
  std::size_t invalid = first_invalid_utf8(text);
  while (invalid < text.size()) {
    append_valid(out, text.substr(0, invalid));
    out += "\xEF\xBF\xBD";  // U+FFFD
    text.remove_prefix(invalid + 1);
    // Characters are walked one by one from here: validating the rest anew after each bad byte would be
    // quadratic.
    for (invalid = 0; invalid < text.size();) {
      std::size_t length = utf8_length(text, invalid);
      if (length == 0) break;
      invalid += length;
    }
  }
  append_valid(out, text);
  out += '"';
}

std::string quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

// Called before every value: checks that one may stand here and writes the comma.
void Writer::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (open_.empty()) {
    SLUICE_CHECK(out_.empty(), "one JSON text has one value");
    return;
  }
  SLUICE_CHECK(open_.back() == '[', "a value in an object needs a key");
  if (!first_) out_ += ',';
  first_ = false;
}

Writer& Writer::object() {
  separate();
  out_ += '{';
  open_.push_back('{');
  first_ = true;
  return *this;
}

Writer& Writer::array() {
  separate();
  out_ += '[';
  open_.push_back('[');
  first_ = true;
  return *this;
}

Writer& Writer::end() {
  SLUICE_CHECK(!open_.empty() && !after_key_, "end() closes an open array or object whose last key has its value");
  out_ += open_.back() == '{' ? '}' : ']';
  open_.pop_back();
  first_ = false;
  return *this;
}

Writer& Writer::key(std::string_view key) {
  SLUICE_CHECK(!open_.empty() && open_.back() == '{' && !after_key_, "a key stands in an object, before a value");
  if (!first_) out_ += ',';
  first_ = false;
  append_quoted(out_, key);
  out_ += ':';
  after_key_ = true;
  return *this;
}

Writer& Writer::value(std::string_view text) {
  separate();
  append_quoted(out_, text);
  return *this;
}

Writer& Writer::value(bool b) { return raw(b ? "true" : "false"); }

Writer& Writer::value(std::int64_t n) {
  separate();
  append_number(out_, n);
  return *this;
}

Writer& Writer::value(std::uint64_t n) {
  separate();
  append_number(out_, n);
  return *this;
}

Writer& Writer::value(double d) {
  if (!std::isfinite(d)) return null();
  separate();
  append_number(out_, d);
  return *this;
}

Writer& Writer::null() { return raw("null"); }

Writer& Writer::raw(std::string_view json) {
  separate();
  out_ += json;
  return *this;
}

std::string Writer::take() {
  SLUICE_CHECK(open_.empty() && !after_key_ && !out_.empty(), "take() wants one complete value");
  std::string text = std::move(out_);
  *this = Writer();
  return text;
}

}  // namespace sluice::json
