#include "json/doc.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "json/scan.h"

namespace sluice::json {
namespace {

void append_code_point(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += char(c);
  } else if (c < 0x800) {
    out += char(0xC0 | c >> 6);
    out += char(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += char(0xE0 | c >> 12);
    out += char(0x80 | (c >> 6 & 0x3F));
    out += char(0x80 | (c & 0x3F));
  } else {
    out += char(0xF0 | c >> 18);
    out += char(0x80 | (c >> 12 & 0x3F));
    out += char(0x80 | (c >> 6 & 0x3F));
    out += char(0x80 | (c & 0x3F));
  }
}

// The four hexadecimal digits of "\\uXXXX" at the front of `text`; nullopt if it is none.
std::optional<std::uint32_t> utf16_unit(std::string_view text) {
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  std::uint32_t unit = 0;
  auto [end, error] = std::from_chars(text.data() + 2, text.data() + 6, unit, 16);
  if (error != std::errc() || end != text.data() + 6) return std::nullopt;
  return unit;
}

// Decodes the escape that `text` begins with and returns how long it is; what is none is copied, backslash first.
std::size_t append_escape(std::string& out, std::string_view text) {
  switch (text.size() > 1 ? text[1] : '\0') {
    case 'b':
      out += '\b';
      return 2;
    case 'f':
      out += '\f';
      return 2;
    case 'n':
      out += '\n';
      return 2;
    case 'r':
      out += '\r';
      return 2;
    case 't':
      out += '\t';
      return 2;
    case '"':
    case '\\':
    case '/':
      out += text[1];
      return 2;
    default:
      break;
  }
  std::optional<std::uint32_t> unit = utf16_unit(text);
  if (unit && (*unit < 0xD800 || *unit > 0xDFFF)) {
    append_code_point(out, *unit);
    return 6;
  }
  std::optional<std::uint32_t> low = unit && *unit < 0xDC00 ? utf16_unit(text.substr(6)) : std::nullopt;
  if (low && *low >= 0xDC00 && *low <= 0xDFFF) {
    append_code_point(out, 0x10000 + ((*unit - 0xD800) << 10) + (*low - 0xDC00));
    return 12;
  }
  out += '\\';
  return 1;
}

constexpr std::size_t kKeptNodes = 16 << 10;  // of the thread's tape, between two documents: 400 KB

// A number's decimal digits without leading and trailing zeros, and the power of ten they stand for:
// value = digits * 10^exponent. The exponent saturates far outside of any range that matters.
struct Decimal {
  bool negative = false;
  std::string digits;
  std::int64_t exponent = 0;
};

Decimal decimal_of(std::string_view raw) {
  Decimal d;
  std::size_t i = 0;
  if (raw[0] == '-') {
    d.negative = true;
    ++i;
  }
  for (bool fraction = false; i < raw.size() && raw[i] != 'e' && raw[i] != 'E'; ++i) {
    if (raw[i] == '.') {
      fraction = true;
      continue;
    }
    if (fraction) --d.exponent;
    if (!d.digits.empty() || raw[i] != '0') d.digits += raw[i];
  }
  if (i < raw.size()) {
    ++i;
    bool minus = raw[i] == '-';
    if (minus || raw[i] == '+') ++i;
    std::int64_t e = 0;
    constexpr std::int64_t kFar = std::int64_t(1) << 40;  // above any text's length
    for (; i < raw.size(); ++i) e = std::min(kFar, e * 10 + (raw[i] - '0'));
    d.exponent += minus ? -e : e;
  }
  while (!d.digits.empty() && d.digits.back() == '0') {
    d.digits.pop_back();
    ++d.exponent;
  }
  return d;
}

}  // namespace

void append_path_key(std::string& path, std::string_view key, std::size_t position) {
  bool plain = !key.empty() && key.size() <= 32;
  int digits = 0;
  for (std::size_t i = 0; plain && i < key.size(); ++i) {
    char c = key[i];
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    bool digit = c >= '0' && c <= '9';
    digits += digit;
    plain = letter || (i > 0 && (digit || c == '-'));
  }
  if (plain && digits <= 2) {
    path += '.';
    path += key;
  } else {
    path += '{' + std::to_string(position) + '}';
  }
}

std::string unescape(std::string_view raw) { return decode_escapes(raw.substr(1, raw.size() - 2)); }

std::string decode_escapes(std::string_view text) {
  std::size_t pos = text.find('\\');
  if (pos == text.npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  pos = 0;
  for (std::size_t backslash; (backslash = text.find('\\', pos)) != std::string_view::npos;) {
    out.append(text, pos, backslash - pos);
    pos = backslash + append_escape(out, text.substr(backslash));
  }
  out.append(text, pos, text.size() - pos);
  return out;
}

Result<std::shared_ptr<const Doc>> Doc::parse(std::string text, const Limits& limits) {
  struct Made : Doc {};  // make_shared needs a constructor it may call
  auto doc = std::make_shared<Made>();
  doc->text_ = std::move(text);
  // A request's document lives as long as its answer: it gets a tape of just the size, from one that stays.
  thread_local std::vector<Node> tape;
  Status scanned = scan(doc->text_, limits, tape);
  if (scanned) doc->tape_.assign(tape.begin(), tape.end());
  if (tape.capacity() > kKeptNodes) std::vector<Node>().swap(tape);
  if (!scanned) return fail(std::move(scanned).error());
  return std::shared_ptr<const Doc>(std::move(doc));
}

const Node& Value::node() const { return doc_->tape_[index_]; }

Type Value::type() const { return doc_ != nullptr ? node().type : Type::Null; }

std::size_t Value::size() const { return doc_ != nullptr ? node().children : 0; }

Value::Iterator Value::begin() const {
  if (size() == 0) return end();
  // The first element follows its array; in an object a key stands between.
  return Iterator(doc_, index_ + (node().type == Type::Object ? 2 : 1));
}

Value::Iterator& Value::Iterator::operator++() {
  index_ = doc_->tape_[index_].next;
  return *this;
}

Value Value::operator[](std::string_view name) const {
  if (!is(Type::Object) || size() == 0) return {};
  const Node* tape = doc_->tape_.data();
  const char* text = doc_->text_.data();
  for (std::uint32_t at = index_ + 2; at != 0; at = tape[at].next) {  // as in begin()
    const Node& key = tape[tape[at].key];
    const bool same = key.escaped ? unescape(std::string_view(text + key.offset, key.length)) == name
                                  : std::string_view(text + key.offset + 1, key.length - 2) == name;
    if (same) return Value(doc_, at);
  }
  return {};
}

Value Value::at(std::size_t index) const {
  if (!is(Type::Array) || index >= size()) return {};
  Iterator it = begin();
  for (; index > 0; --index) ++it;
  return *it;
}

std::string_view Value::raw() const {
  if (doc_ == nullptr) return {};
  return std::string_view(doc_->text_).substr(node().offset, node().length);
}

std::size_t Value::offset() const { return doc_ != nullptr ? node().offset : 0; }

std::string_view Value::raw_key() const {
  if (doc_ == nullptr || node().key == 0) return {};
  const Node& key = doc_->tape_[node().key];
  return std::string_view(doc_->text_).substr(key.offset, key.length);
}

std::size_t Value::key_offset() const {
  return doc_ != nullptr && node().key != 0 ? doc_->tape_[node().key].offset : 0;
}

std::string Value::key() const {
  std::string_view raw = raw_key();
  return raw.empty() ? std::string() : unescape(raw);
}

std::optional<std::string> Value::string() const {
  if (!is(Type::String)) return std::nullopt;
  return unescape(raw());
}

std::optional<bool> Value::boolean() const {
  if (!is(Type::Bool)) return std::nullopt;
  return raw() == "true";
}

std::optional<double> Value::number() const {
  if (!is(Type::Number)) return std::nullopt;
  std::string_view text = raw();
  double value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) {
    // Too large is out of range; too small for a double is zero.
    Decimal d = decimal_of(text);
    if (!d.digits.empty() && std::int64_t(d.digits.size()) + d.exponent > 0) return std::nullopt;
    return d.negative ? -0.0 : 0.0;
  }
  if (error != std::errc() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> Value::integer() const {
  if (!is(Type::Number)) return std::nullopt;
  Decimal d = decimal_of(raw());
  if (d.digits.empty()) return 0;
  if (d.exponent < 0 || std::int64_t(d.digits.size()) + d.exponent > 19) return std::nullopt;
  d.digits.append(std::size_t(d.exponent), '0');
  std::uint64_t magnitude = 0;  // 19 digits fit
  for (char c : d.digits) magnitude = magnitude * 10 + std::uint64_t(c - '0');
  constexpr std::uint64_t kMax = std::uint64_t(std::numeric_limits<std::int64_t>::max());
  if (magnitude > kMax + (d.negative ? 1 : 0)) return std::nullopt;
  return d.negative ? std::int64_t(0 - magnitude) : std::int64_t(magnitude);
}

const std::vector<Doc::Place>& Doc::places() const {
  std::call_once(placed_, [this] {
    places_.resize(tape_.size());
    for (std::uint32_t holder = 1; holder < tape_.size(); ++holder) {
      std::uint32_t position = 0;
      for (Value child : Value(this, holder)) places_[child.index_] = {holder, position++};
    }
  });
  return places_;
}

std::string Value::path() const {
  if (doc_ == nullptr) return {};
  const std::vector<Doc::Place>& places = doc_->places();
  std::vector<std::uint32_t> steps;
  for (std::uint32_t at = index_; at != 1; at = places[at].parent) steps.push_back(at);
  std::string path = "$";
  for (; !steps.empty(); steps.pop_back()) {
    const std::uint32_t position = places[steps.back()].position;
    const Value step(doc_, steps.back());
    if (step.raw_key().empty()) {
      path += '[' + std::to_string(position) + ']';
    } else {
      append_path_key(path, step.key(), position);
    }
  }
  return path;
}

}  // namespace sluice::json
