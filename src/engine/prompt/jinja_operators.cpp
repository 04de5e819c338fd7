#include "engine/prompt/jinja_operators.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/prompt/jinja_text.h"

namespace sluice::engine::jinja {
namespace {

using Kind = Value::Kind;

// A list's items are compared, a text is searched, of a mapping the keys are.
Result<bool> contains(const Value& part, const Value& whole, Budget& budget, int line) {
  SLUICE_TRY_VOID(budget.charge(part.text.bytes.size() + whole.text.bytes.size(), line));
  if (whole.is(Kind::Text) && part.is(Kind::Text))
    return find_in(whole.text.bytes, part.text.bytes) != std::string::npos;
  if (whole.is(Kind::List)) {
    for (const Value& item : *whole.list) {
      SLUICE_TRY(const bool same, equal(item, part, budget, line));
      if (same) return true;
    }
    return false;
  }
  if (whole.is(Kind::Mapping) || whole.is(Kind::Undefined)) return whole.member(part.text.bytes) != nullptr;
  return error(std::string("\"in\" of ") + kind_name(whole.kind), line);
}

Value ordered(const std::string& sign, int sense) {
  if (sign == "<") return Value::of(sense < 0);
  if (sign == "<=") return Value::of(sense <= 0);
  return Value::of(sign == ">" ? sense > 0 : sense >= 0);
}

Result<Value> arithmetic(const std::string& sign, const Value& a, const Value& b, int line) {
  const bool whole = !a.is(Kind::Float) && !b.is(Kind::Float);
  if ((sign == "/" || sign == "//" || sign == "%") && b.as_real() == 0) return error("a division by zero", line);
  if (sign == "/") return Value::of(a.as_real() / b.as_real());
  if (!whole) {
    const double x = a.as_real(), y = b.as_real();
    if (sign == "+") return Value::of(x + y);
    if (sign == "-") return Value::of(x - y);
    if (sign == "*") return Value::of(x * y);
    return Value::of(sign == "//" ? std::floor(x / y) : x - std::floor(x / y) * y);
  }
  std::int64_t out = 0;
  bool too_large = false;
  if (sign == "+") too_large = __builtin_add_overflow(a.integer, b.integer, &out);
  if (sign == "-") too_large = __builtin_sub_overflow(a.integer, b.integer, &out);
  if (sign == "*") too_large = __builtin_mul_overflow(a.integer, b.integer, &out);
  if (too_large || b.integer == -1) {
    if (sign == "//" || sign == "%")
      return Value::of(sign == "%" ? std::int64_t{0} : -std::max(a.integer, -INT64_MAX));
    if (too_large) return error("a number that is too large", line);
  }
  if (sign == "//")
    out = a.integer / b.integer - ((a.integer % b.integer != 0) && ((a.integer < 0) != (b.integer < 0)));
  if (sign == "%") {
    out = a.integer % b.integer;
    if (out != 0 && (out < 0) != (b.integer < 0)) out += b.integer;
  }
  return Value::of(out);
}

// Python counts characters: bytes are the same only where all are ASCII.
Result<Value> text_slice(const Text& text, std::int64_t from, std::int64_t to, int line) {
  if (std::any_of(text.bytes.begin(), text.bytes.end(), [](char c) { return c < 0; }))
    return error("a slice of a text beyond ASCII", line);
  return Value::of(
      text.part(static_cast<std::size_t>(from), static_cast<std::size_t>(std::max<std::int64_t>(to - from, 0))));
}

}  // namespace

Result<bool> equal(const Value& a, const Value& b, Budget& budget, int line) {
  SLUICE_TRY_VOID(budget.charge(std::min(a.extent().bytes, b.extent().bytes), line));
  return a.equals(b);
}

Result<Value> binary(const std::string& sign, const Value& a, const Value& b, Budget& budget, int line) {
  if (sign == "==" || sign == "!=") {
    SLUICE_TRY(const bool same, equal(a, b, budget, line));
    return Value::of(same == (sign == "=="));
  }
  if (sign == "in" || sign == "not in") {
    SLUICE_TRY(const bool in, contains(a, b, budget, line));
    return Value::of(in == (sign == "in"));
  }
  if (sign == "~" || (sign == "+" && a.is(Kind::Text) && b.is(Kind::Text))) {
    SLUICE_TRY_VOID(budget.look(a, line));
    SLUICE_TRY_VOID(budget.look(b, line));
    Text out = a.printed();
    SLUICE_TRY_VOID(budget.append(out, b.printed(), line));
    return Value::of(std::move(out));
  }
  if (sign == "+" && a.is(Kind::List) && b.is(Kind::List)) {
    SLUICE_TRY_VOID(budget.copy(*a.list, line));
    List out = *a.list;
    out.insert(out.end(), b.list->begin(), b.list->end());
    return budget.made(Value::of(std::move(out)), line);
  }
  const bool order = sign[0] == '<' || sign[0] == '>';
  if (order && a.is(Kind::Text) && b.is(Kind::Text)) return ordered(sign, a.text.bytes.compare(b.text.bytes));
  if (!a.number() || !b.number())
    return error(std::string(kind_name(a.kind)) + " " + sign + " " + kind_name(b.kind), line);
  if (order) return ordered(sign, a.as_real() < b.as_real() ? -1 : a.as_real() > b.as_real() ? 1 : 0);
  return arithmetic(sign, a, b, line);
}

Result<Value> negative(const Value& of, int line) {
  if (!of.number()) return error(std::string("minus ") + kind_name(of.kind), line);
  if (of.is(Kind::Float)) return Value::of(-of.real);
  return arithmetic("-", Value::of(std::int64_t{0}), of, line);
}

Result<Value> attribute(const Value& of, const std::string& name, int line) {
  if (const Value* const found = of.member(name)) return *found;
  if (of.is(Kind::Undefined)) return error("\"" + name + "\" of what is not there", line);
  return Value();
}

Result<Value> item(const Value& of, const Value& key, int line) {
  if (of.is(Kind::Undefined)) return error("an item of what is not there", line);
  if (key.is(Kind::Text)) return attribute(of, key.text.bytes, line);
  if (of.is(Kind::List) && (key.is(Kind::Integer) || key.is(Kind::Bool))) {
    const auto size = static_cast<std::int64_t>(of.list->size());
    const std::int64_t at = key.integer < 0 ? key.integer + size : key.integer;
    return at < 0 || at >= size ? Value() : (*of.list)[static_cast<std::size_t>(at)];
  }
  return Value();
}

std::uint64_t steps_between(std::int64_t from, std::int64_t to, std::int64_t stride) {
  if (stride > 0 ? from >= to : from <= to) return 0;
  const std::uint64_t way = stride > 0 ? static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from)
                                       : static_cast<std::uint64_t>(from) - static_cast<std::uint64_t>(to);
  const std::uint64_t stride_size =
      stride > 0 ? static_cast<std::uint64_t>(stride) : std::uint64_t{0} - static_cast<std::uint64_t>(stride);
  return (way - 1) / stride_size + 1;
}

Result<Value> slice(const Value& of, const std::array<std::optional<std::int64_t>, 3>& limits, Budget& budget,
                    int line) {
  const std::int64_t stride = limits[2].value_or(1);
  if (stride == 0 || !(of.is(Kind::List) || (of.is(Kind::Text) && stride == 1)))
    return error(std::string("a slice of ") + kind_name(of.kind), line);
  const auto size = static_cast<std::int64_t>(of.is(Kind::List) ? of.list->size() : of.text.bytes.size());
  const auto place = [&](std::optional<std::int64_t> limit, std::int64_t fallback) {
    if (!limit) return fallback;
    const std::int64_t at = *limit < 0 ? *limit + size : *limit;
    return std::clamp<std::int64_t>(at, stride < 0 ? -1 : 0, stride < 0 ? size - 1 : size);
  };
  const std::int64_t from = place(limits[0], stride < 0 ? size - 1 : 0);
  const std::int64_t to = place(limits[1], stride < 0 ? -1 : size);
  if (of.is(Kind::Text)) return text_slice(of.text, from, to, line);
  List out;
  const std::uint64_t count = steps_between(from, to, stride);
  for (std::uint64_t i = 0; i < count; ++i)
    out.push_back((*of.list)[static_cast<std::size_t>(from + static_cast<std::int64_t>(i) * stride)]);
  return budget.made(Value::of(std::move(out)), line);
}

}  // namespace sluice::engine::jinja
