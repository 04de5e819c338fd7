#include "engine/prompt/jinja_value.h"

#include <algorithm>
#include <cstdint>

#include "engine/prompt/python_json.h"
#include "json/writer.h"

namespace sluice::engine::jinja {

Text Text::part(std::size_t from, std::size_t count) const {
  from = std::min(from, bytes.size());
  count = std::min(count, bytes.size() - from);
  const auto begin = own.begin() + static_cast<std::ptrdiff_t>(from);
  return {bytes.substr(from, count), std::vector<bool>(begin, begin + static_cast<std::ptrdiff_t>(count))};
}

Text& Text::append(const Text& other) {
  bytes += other.bytes;
  own.insert(own.end(), other.own.begin(), other.own.end());
  return *this;
}

void Extent::add(const Extent& part) {
  if (__builtin_add_overflow(bytes, part.bytes, &bytes)) bytes = SIZE_MAX;
  depth = std::max(depth, part.depth);
}

namespace {

Extent extent_of(const Members& members) {
  Extent out;
  for (const auto& [key, value] : members) {
    out.add({key.size(), 0});
    out.add(value.extent());
  }
  return out;
}

}  // namespace

Value Value::none() {
  Value out;
  out.kind = Kind::None;
  return out;
}
Value Value::of(bool flag) {
  Value out;
  out.kind = Kind::Bool;
  out.flag = flag;
  out.integer = flag ? 1 : 0;
  return out;
}
Value Value::of(std::int64_t integer) {
  Value out;
  out.kind = Kind::Integer;
  out.integer = integer;
  return out;
}
Value Value::of(double real) {
  Value out;
  out.kind = Kind::Float;
  out.real = real;
  return out;
}
Value Value::of(Text text) {
  Value out;
  out.kind = Kind::Text;
  out.text = std::move(text);
  return out;
}
Value Value::of(List list) {
  Value out;
  out.kind = Kind::List;
  out.list = std::make_shared<List>(std::move(list));
  for (const Value& part : *out.list) out.within.add(part.extent());
  return out;
}
Value Value::of(Members members, bool is_namespace) {
  Value out;
  out.kind = is_namespace ? Kind::Namespace : Kind::Mapping;
  out.members = std::make_shared<Members>(std::move(members));
  if (!is_namespace) out.within = extent_of(*out.members);
  return out;
}

Value Value::of(json::Value value) {
  switch (value.type()) {
    case json::Type::Null:
      return none();
    case json::Type::Bool:
      return of(*value.boolean());
    case json::Type::Number:
      if (value.raw().find_first_of(".eE") == std::string_view::npos)
        if (const auto whole = value.integer()) return of(*whole);
      return of(value.number().value_or(0));
    case json::Type::String:
      return of(Text::foreign(*value.string()));
    case json::Type::Array: {
      List out;
      for (const json::Value part : value) out.push_back(of(part));
      return of(std::move(out));
    }
    case json::Type::Object:
      break;
  }
  Members out;
  for (const json::Value part : value) out.emplace_back(part.key(), of(part));
  return of(std::move(out));
}

bool Value::truthy() const {
  switch (kind) {
    case Kind::Undefined:
    case Kind::None:
      return false;
    case Kind::Bool:
    case Kind::Integer:
      return integer != 0;
    case Kind::Float:
      return real != 0;
    case Kind::Text:
      return !text.bytes.empty();
    case Kind::List:
      return !list->empty();
    case Kind::Mapping:
      return !members->empty();
    case Kind::Namespace:
      return true;
  }
  return false;
}

double Value::as_real() const { return kind == Kind::Float ? real : static_cast<double>(integer); }

const Value* Value::member(std::string_view name) const {
  if (!members) return nullptr;
  for (const auto& [key, value] : *members)
    if (key == name) return &value;
  return nullptr;
}

Extent Value::extent() const {
  Extent out = is(Kind::Namespace) ? extent_of(*members) : within;
  if (is(Kind::List) || is(Kind::Mapping) || is(Kind::Namespace)) ++out.depth;
  out.add({sizeof(Value) + text.bytes.size(), 0});
  return out;
}

bool Value::equals(const Value& other) const {
  if (number() && other.number()) return as_real() == other.as_real();
  if (kind != other.kind) return false;
  switch (kind) {
    case Kind::Text:
      return text.bytes == other.text.bytes;
    case Kind::List:
      if (list->size() != other.list->size()) return false;
      for (std::size_t i = 0; i < list->size(); ++i)
        if (!(*list)[i].equals((*other.list)[i])) return false;
      return true;
    case Kind::Mapping:
    case Kind::Namespace:
      if (members->size() != other.members->size()) return false;
      for (const auto& [key, value] : *members) {
        const Value* const there = other.member(key);
        if (there == nullptr || !value.equals(*there)) return false;
      }
      return true;
    default:
      return true;
  }
}

Text Value::printed() const {
  switch (kind) {
    case Kind::Undefined:
      return {};
    case Kind::None:
      return Text::written("None");
    case Kind::Bool:
      return Text::written(flag ? "True" : "False");
    case Kind::Integer:
      return Text::foreign(std::to_string(integer));
    case Kind::Float:
      return Text::foreign(json(0));
    case Kind::Text:
      return text;
    default:
      return Text::foreign(json(0));
  }
}

std::string Value::json(int indent, int depth) const {
  const auto line = [&](int deeper) {
    return indent > 0 ? "\n" + std::string(static_cast<std::size_t>(indent * (depth + deeper)), ' ')
                      : std::string();
  };
  const std::string comma = indent > 0 ? "," : ", ";
  std::string out;
  switch (kind) {
    case Kind::Undefined:
    case Kind::None:
      return "null";
    case Kind::Bool:
      return flag ? "true" : "false";
    case Kind::Integer:
      return std::to_string(integer);
    case Kind::Float: {
      json::Writer writer;
      writer.value(real);
      const std::string spelled = writer.take();
      return python_number(spelled.find_first_of(".eE") == std::string::npos ? spelled + ".0" : spelled);
    }
    case Kind::Text:
      return python_quoted(text.bytes);
    case Kind::List:
      for (const Value& part : *list) out += (out.empty() ? "" : comma) + line(1) + part.json(indent, depth + 1);
      return "[" + out + (out.empty() ? "" : line(0)) + "]";
    case Kind::Mapping:
    case Kind::Namespace:
      for (const auto& [key, value] : *members)
        out += (out.empty() ? "" : comma) + line(1) + python_quoted(key) + ": " + value.json(indent, depth + 1);
      return "{" + out + (out.empty() ? "" : line(0)) + "}";
  }
  return out;
}

}  // namespace sluice::engine::jinja
