#include "engine/prompt/python_json.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace sluice::engine {
namespace {

class Speller {
 public:
  explicit Speller(int indent) : indent_(static_cast<std::size_t>(indent)) {}
  void value(json::Value value);
  std::string take() { return std::move(out_); }

 private:
  void line() {
    if (indent_ > 0) out_ += "\n" + std::string(indent_ * depth_, ' ');
  }
  const std::size_t indent_;
  std::size_t depth_ = 0;
  std::string out_;
};

void Speller::value(json::Value value) {
  switch (value.type()) {
    case json::Type::Null:
      out_ += "null";
      return;
    case json::Type::Bool:
      out_ += value.raw();
      return;
    case json::Type::Number:
      out_ += python_number(value.raw());
      return;
    case json::Type::String:
      out_ += python_quoted(*value.string());
      return;
    case json::Type::Array:
    case json::Type::Object:
      break;
  }
  const bool object = value.type() == json::Type::Object;
  out_ += object ? '{' : '[';
  ++depth_;
  bool first = true;
  for (const json::Value part : value) {
    if (!first) out_ += indent_ > 0 ? "," : ", ";
    first = false;
    line();
    if (object) out_ += python_quoted(part.key()) + ": ";
    this->value(part);
  }
  --depth_;
  if (!first) line();
  out_ += object ? '}' : ']';
}

}  // namespace

std::string python_number(std::string_view text) {
  if (text.find_first_of(".eE") == std::string_view::npos) return text == "-0" ? "0" : std::string(text);
  const double value = std::strtod(std::string(text).c_str(), nullptr);
  if (!std::isfinite(value)) return value < 0 ? "-Infinity" : "Infinity";
  char buffer[40];
  const auto shortest = std::to_chars(buffer, buffer + sizeof(buffer), value, std::chars_format::scientific);
  std::string_view written(buffer, static_cast<std::size_t>(shortest.ptr - buffer));
  std::string out;
  if (written.starts_with('-')) {
    out = "-";
    written.remove_prefix(1);
  }
  const std::size_t e = written.find('e');
  const int exponent = std::atoi(std::string(written.substr(e + 1)).c_str());
  std::string digits;
  for (const char c : written.substr(0, e))
    if (c != '.') digits += c;
  if (exponent < -4 || exponent >= 16) {  // the limits of Python's repr()
    out += digits[0];
    if (digits.size() > 1) out += "." + digits.substr(1);
    const std::string size = std::to_string(std::abs(exponent));
    return out + (exponent < 0 ? "e-" : "e+") + (size.size() < 2 ? "0" : "") + size;
  }
  if (exponent < 0) return out + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  const auto whole = static_cast<std::size_t>(exponent) + 1;
  if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0') + ".0";
  return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

std::string python_quoted(std::string_view text) {
  constexpr const char* kHex = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte >= 0x20) {
      out += c;
    } else if (const std::size_t known = std::string_view("\b\t\n\f\r").find(c); known != std::string_view::npos) {
      out += '\\';
      out += "btnfr"[known];
    } else {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out + '"';
}

std::string python_json(json::Value value, int indent) {
  Speller speller(indent);
  speller.value(value);
  return speller.take();
}

}  // namespace sluice::engine
