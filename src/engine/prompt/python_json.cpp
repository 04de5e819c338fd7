#include "engine/prompt/python_json.h"

#include <charconv>
#include <cmath>
#include <cstdlib>

namespace sluice::engine {
namespace {

void append_number(std::string& out, std::string_view digits) { out += python_number(digits); }

void append_value(std::string& out, json::Value value) {
  switch (value.type()) {
    case json::Type::Null:
      out += "null";
      return;
    case json::Type::Bool:
      out += value.raw();
      return;
    case json::Type::Number:
      return append_number(out, value.raw());
    case json::Type::String:
      out += python_quoted(*value.string());
      return;
    case json::Type::Array:
    case json::Type::Object:
      break;
  }
  const bool object = value.type() == json::Type::Object;
  out += object ? '{' : '[';
  bool first = true;
  for (const json::Value part : value) {
    if (!first) out += ", ";
    first = false;
    if (object) out += python_quoted(part.key()) + ": ";
    append_value(out, part);
  }
  out += object ? '}' : ']';
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

std::string python_json(json::Value value) {
  std::string out;
  append_value(out, value);
  return out;
}

}  // namespace sluice::engine
