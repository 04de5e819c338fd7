#include "engine/prompt/jinja_builtins.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "engine/prompt/jinja_operators.h"
#include "engine/prompt/jinja_text.h"

namespace sluice::engine::jinja {
namespace {

using Kind = Value::Kind;

Result<Value> members_of(const Value& of, std::string_view name, Budget& budget, int line) {
  SLUICE_TRY_VOID(budget.look(of, line));
  List out;
  for (const auto& [key, value] : *of.members) {
    Value named = Value::of(Text::foreign(key));
    if (name == "items") out.push_back(Value::of(List{named, value}));
    if (name == "keys") out.push_back(std::move(named));
    if (name == "values") out.push_back(value);
  }
  return budget.made(Value::of(std::move(out)), line);
}

Result<Value> text_method(const Text& text, const std::string& name, const Arguments& with, Budget& budget,
                          int line) {
  const std::string_view first = with.text(0, "sep");
  if (name == "strip") return Value::of(stripped(text, first, true, true));
  if (name == "lstrip") return Value::of(stripped(text, first, true, false));
  if (name == "rstrip") return Value::of(stripped(text, first, false, true));
  if (name == "startswith") return Value::of(text.bytes.starts_with(first));
  if (name == "endswith") return Value::of(text.bytes.ends_with(first));
  if (name == "upper" || name == "lower") return Value::of(cased(text, name == "upper"));
  if (name == "split") {
    const Value* const most = with.get(1, "maxsplit");
    if (first.empty()) return budget.made(Value::of(split_words(text)), line);
    return budget.made(Value::of(split(text, first, most != nullptr ? most->integer : -1)), line);
  }
  if (name == "replace") {
    const Value *const from = with.get(0, "old"), *const to = with.get(1, "new");
    if (from == nullptr || to == nullptr) return error("replace wants two texts", line);
    SLUICE_TRY_VOID(budget.look(*from, line));
    SLUICE_TRY_VOID(budget.look(*to, line));
    SLUICE_TRY(Text out, replaced(text, from->printed(), to->printed(), budget, line));
    return Value::of(std::move(out));
  }
  return error("the method " + name + " of a text is not known here", line);
}

Result<Value> whole_number(const Value& of, int line) {
  if (of.is(Kind::Integer) || !of.number()) return of.is(Kind::Integer) ? of : Value::of(std::int64_t{0});
  constexpr double kLimit = 9223372036854775808.0;  // 2^63
  const double real = of.as_real();
  if (!(real >= -kLimit && real < kLimit)) return error("a number that is no integer of 64 bits", line);
  return Value::of(static_cast<std::int64_t>(real));
}

Result<Value> length(const Value& of, int line) {
  if (of.is(Kind::List)) return Value::of(static_cast<std::int64_t>(of.list->size()));
  if (of.is(Kind::Mapping)) return Value::of(static_cast<std::int64_t>(of.members->size()));
  if (of.is(Kind::Undefined)) return Value::of(std::int64_t{0});
  if (!of.is(Kind::Text)) return error(std::string("the length of ") + kind_name(of.kind), line);
  return Value::of(static_cast<std::int64_t>(
      std::count_if(of.text.bytes.begin(), of.text.bytes.end(), [](char c) { return (c & 0xC0) != 0x80; })));
}

Result<Value> list_filter(const Value& of, const std::string& name, const Arguments& with, Budget& budget,
                          int line) {
  SLUICE_TRY(const auto shared, items_of(of, budget, line));
  const List& items = *shared;
  if (name == "first") return items.empty() ? Value() : items.front();
  if (name == "last") return items.empty() ? Value() : items.back();
  if (name == "list" || name == "reverse") {
    SLUICE_TRY_VOID(budget.look(of, line));
    return budget.made(Value::of(name == "list" ? items : List(items.rbegin(), items.rend())), line);
  }
  Text out;
  const Value* const between = with.get(0, "d");
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0 && between != nullptr) {
      SLUICE_TRY_VOID(budget.look(*between, line));
      SLUICE_TRY_VOID(budget.append(out, between->printed(), line));
    }
    SLUICE_TRY_VOID(budget.look(items[i], line));
    SLUICE_TRY_VOID(budget.append(out, items[i].printed(), line));
  }
  return Value::of(std::move(out));
}

}  // namespace

Result<std::shared_ptr<const List>> items_of(const Value& value, Budget& budget, int line) {
  if (value.is(Kind::List)) return std::shared_ptr<const List>(value.list);
  if (value.is(Kind::Undefined)) return std::make_shared<const List>();
  if (!value.is(Kind::Mapping)) return error(std::string("a loop over ") + kind_name(value.kind), line);
  SLUICE_TRY(const Value keys, members_of(value, "keys", budget, line));
  return std::shared_ptr<const List>(keys.list);
}

Result<Value> range(const Arguments& with, Budget& budget, int line) {
  std::array<std::int64_t, 3> limits = {0, 0, 1};
  for (std::size_t i = 0; i < with.plain.size() && i < 3; ++i) limits[i] = with.plain[i].integer;
  if (with.plain.size() == 1) std::swap(limits[0], limits[1]);
  List out;
  if (limits[2] == 0) return error("a range without steps", line);
  const std::uint64_t count = steps_between(limits[0], limits[1], limits[2]);
  if (count > Budget::kMostSteps) return error("a range of more than a million numbers", line);
  SLUICE_TRY_VOID(budget.charge(count * sizeof(Value), line));
  for (std::uint64_t i = 0; i < count; ++i) {
    SLUICE_TRY_VOID(budget.step(line));
    out.push_back(Value::of(limits[0] + static_cast<std::int64_t>(i) * limits[2]));
  }
  return budget.made(Value::of(std::move(out)), line);
}

Result<Value> method(const Value& of, const std::string& name, const Arguments& with, Budget& budget, int line) {
  if (of.is(Kind::Text)) return text_method(of.text, name, with, budget, line);
  if (of.is(Kind::Mapping)) {
    if (name == "get") {
      const Value* const found = of.member(with.text(0, "key"));
      const Value* const fallback = with.get(1, "default");
      return found != nullptr ? *found : fallback != nullptr ? *fallback : Value::none();
    }
    if (name == "items" || name == "keys" || name == "values") return members_of(of, name, budget, line);
  }
  return error("the method " + name + " of " + kind_name(of.kind) + " is not known here", line);
}

Result<Value> filter(const Value& of, const std::string& name, const Arguments& with, Budget& budget, int line) {
  if (name == "default" || name == "d") {
    const Value* const fallback = with.get(0, "default_value");
    const Value* const falsy = with.get(1, "boolean");
    const bool replaces = of.is(Kind::Undefined) || (falsy != nullptr && falsy->truthy() && !of.truthy());
    return !replaces ? of : fallback != nullptr ? *fallback : Value::of(Text());
  }
  if (name == "tojson") {
    if (of.is(Kind::Undefined)) return error("tojson of what is not there", line);
    const Value* const asked = with.get(0, "indent");
    const int indent = asked != nullptr ? static_cast<int>(std::clamp<std::int64_t>(asked->integer, 0, 16)) : 0;
    const Extent size = of.extent();
    SLUICE_TRY_VOID(budget.charge(size.bytes, line));
    // Each line of an indented text begins with up to that many spaces.
    SLUICE_TRY_VOID(
        budget.charge(size.bytes / sizeof(Value) * static_cast<std::size_t>(indent * size.depth), line));
    return Value::of(Text::foreign(of.json(indent)));
  }
  if (name == "safe") return of;
  if (name == "string" || name == "trim" || name == "upper" || name == "lower" || name == "replace") {
    SLUICE_TRY_VOID(budget.look(of, line));
  }
  if (name == "string") return Value::of(of.printed());
  if (name == "trim") return Value::of(stripped(of.printed(), with.text(0, "chars"), true, true));
  if (name == "upper" || name == "lower") return Value::of(cased(of.printed(), name == "upper"));
  if (name == "replace") return text_method(of.printed(), name, with, budget, line);
  if (name == "length" || name == "count") return length(of, line);
  if (name == "items" && of.is(Kind::Mapping)) return members_of(of, name, budget, line);
  if (name == "int") return whole_number(of, line);
  if (name == "first" || name == "last" || name == "list" || name == "join" || name == "reverse")
    return list_filter(of, name, with, budget, line);
  return error("the filter " + name + " is not known here", line);
}

Result<Value> test(const Value& of, const std::string& n, const Arguments& with, Budget& budget, int line) {
  bool is = false;
  if (n == "defined" || n == "undefined") {
    is = of.is(Kind::Undefined) == (n == "undefined");
  } else if (n == "none") {
    is = of.is(Kind::None);
  } else if (n == "string") {
    is = of.is(Kind::Text);
  } else if (n == "mapping") {
    is = of.is(Kind::Mapping);
  } else if (n == "iterable" || n == "sequence") {
    is = of.is(Kind::Text) || of.is(Kind::List) || of.is(Kind::Mapping);
  } else if (n == "number") {
    is = of.number();
  } else if (n == "integer") {
    is = of.is(Kind::Integer);
  } else if (n == "boolean") {
    is = of.is(Kind::Bool);
  } else if (n == "true" || n == "false") {
    is = of.is(Kind::Bool) && of.flag == (n == "true");
  } else if ((n == "odd" || n == "even") && of.is(Kind::Integer)) {
    is = (of.integer % 2 != 0) == (n == "odd");
  } else if ((n == "equalto" || n == "eq" || n == "sameas") && !with.plain.empty()) {
    SLUICE_TRY(is, equal(of, with.plain[0], budget, line));
  } else {
    return error("the test " + n + " is not known here", line);
  }
  return Value::of(is);
}

}  // namespace sluice::engine::jinja
