#include "wire/fields.h"

#include <algorithm>
#include <charconv>

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

Failure wrong_type(Value value, const char* expected) {
  return fail("request.invalid", std::string("expected ") + expected + ", found " + type_name(value),
              value.path());
}
Failure wrong_value(Value value, const char* expected) {
  return fail("request.invalid", std::string("expected ") + expected, value.path());
}
Failure missing(Value object, const char* name, const char* expected) {
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

Status decode_seed(Value value, chat::Request& out) {
  if (!value.is(Type::Number)) return wrong_type(value, "an integer");
  if (auto n = value.integer()) {
    out.sampling.seed = std::uint64_t(*n);
    return {};
  }
  std::uint64_t n = 0;
  std::string_view raw = value.raw();
  auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), n);
  if (error != std::errc() || end != raw.data() + raw.size())
    return wrong_value(value, "an integer of at most 64 bits");
  out.sampling.seed = n;
  return {};
}

Status decode_stop(Value value, chat::Request& out) {
  constexpr const char* kExpected = "a string or an array of at most 16 strings, none of them empty";
  auto add = [&](Value element) -> Status {
    SLUICE_TRY(std::string text, text_of(element));
    if (text.empty()) return wrong_value(element, kExpected);
    out.sampling.stop.push_back(std::move(text));
    return {};
  };
  if (value.is(Type::String)) return add(value);
  if (!value.is(Type::Array)) return wrong_type(value, kExpected);
  if (value.size() > 16) return wrong_value(value, kExpected);
  for (Value element : value) {
    SLUICE_TRY_VOID(add(element));
  }
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
