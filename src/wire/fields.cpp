#include "wire/fields.h"

#include <algorithm>

namespace sluice::wire {

using json::Type;
using json::Value;

const char* type_name(Value value) {
  switch (value.type()) {
    case Type::Null:
      return value.valid() ? "null" : "nothing";
    case Type::Bool:
      return "a boolean";
    case Type::Number:
      return "a number";
    case Type::String:
      return "a string";
    case Type::Array:
      return "an array";
    case Type::Object:
      break;
  }
  return "an object";
}

tl::unexpected<Error> wrong_type(Value value, const char* expected) {
  return fail("request.invalid", std::string("expected ") + expected + ", found " + type_name(value),
              value.path());
}
tl::unexpected<Error> wrong_value(Value value, const char* expected) {
  return fail("request.invalid", std::string("expected ") + expected, value.path());
}
tl::unexpected<Error> missing(Value object, const char* name, const char* expected) {
  return fail("request.invalid", std::string("a field is missing: expected ") + expected,
              object.path() + "." + name);
}

Result<std::string> text_of(Value value) {
  auto text = value.string();
  if (!text) return wrong_type(value, "a string");
  return std::move(*text);
}

Result<std::string> required_text(Value object, const char* name) {
  if (!object[name]) return missing(object, name, "a string");
  return text_of(object[name]);
}

Result<std::string> optional_text(Value object, const char* name) {
  Value value = object[name];
  if (!value || value.is_null()) return std::string();
  return text_of(value);
}

Status decode_number(Value value, double low, double high, const char* expected, std::optional<double>& out) {
  if (!value.is(Type::Number)) return wrong_type(value, expected);
  out = value.number();
  if (!out || !(*out >= low && *out <= high)) return wrong_value(value, expected);
  return {};
}

Status decode_integer(Value value, std::int64_t low, const char* expected, std::optional<std::int64_t>& out) {
  if (!value.is(Type::Number)) return wrong_type(value, expected);
  std::optional<std::int64_t> n = value.integer();
  if (!n || *n < low) return wrong_value(value, expected);
  out = out ? std::min(*out, *n) : *n;
  return {};
}

namespace {
bool all_are(Value array, Type type) {
  for (Value element : array) {
    if (!element.is(type)) return false;
  }
  return true;
}
}  // namespace

Status decode_inputs(Value object, const char* name, chat::Request& out) {
  constexpr const char* kExpected = "a string, an array of strings, or token ids";
  Value value = object[name];
  if (!value) return missing(object, name, kExpected);
  if (value.is(Type::String)) {
    out.inputs.push_back(*value.string());
    return {};
  }
  if (!value.is(Type::Array)) return wrong_type(value, kExpected);
  if (value.size() == 0) return wrong_value(value, kExpected);
  if (all_are(value, Type::String)) {
    for (Value element : value) out.inputs.push_back(*element.string());
    return {};
  }
  bool tokens = all_are(value, Type::Number);
  if (!tokens && all_are(value, Type::Array)) {
    tokens = true;
    for (Value element : value) tokens = tokens && all_are(element, Type::Number);
  }
  if (!tokens) return wrong_value(value, kExpected);
  out.inputs_are_tokens = true;
  return {};
}

Result<bool> boolean_of(Value value) {
  if (!value.is(Type::Bool)) return wrong_type(value, "a boolean");
  return *value.boolean();
}

void keep(chat::Request& out, Value member, bool hint) {
  out.extra.push_back({member.path(), std::string(member.raw()), member.key(), hint});
}

}  // namespace sluice::wire
