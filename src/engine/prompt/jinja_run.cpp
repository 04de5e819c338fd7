#include <algorithm>
#include <array>
#include <cmath>

#include "base/result.h"
#include "engine/prompt/formats.h"
#include "engine/prompt/jinja.h"
#include "engine/prompt/jinja_tree.h"

namespace sluice::engine::jinja {
namespace {

constexpr int kMostSteps = 1'000'000;
constexpr std::size_t kMostText = 16u << 20;  // bytes, of any text
constexpr std::size_t kMostItems = 1'000'000;
using Kind = Value::Kind;

Failure error(const std::string& what, int line) {
  return fail("engine.template", "the chat template: " + what, "line " + std::to_string(line),
              "send the conversation in the form that the model's template takes");
}

const char* kind_name(Kind kind) {
  constexpr std::array<const char*, 9> kNames = {"nothing", "none",   "a flag",    "a number",   "a number",
                                                 "a text",  "a list", "a mapping", "a namespace"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::size_t first_of(std::string_view bytes, std::string_view set) {
  const std::size_t at = bytes.find_first_not_of(set);
  return at == std::string_view::npos ? bytes.size() : at;
}

Text stripped(const Text& text, std::string_view set, bool left, bool right) {
  std::size_t from = 0, to = text.bytes.size();
  if (set.empty()) {
    const std::string_view middle = trimmed(text.bytes);
    const auto begin = static_cast<std::size_t>(
        middle.empty() ? text.bytes.size() : static_cast<std::size_t>(middle.data() - text.bytes.data()));
    if (left) from = begin;
    if (right) to = begin + middle.size();
    if (right && !left && middle.empty()) to = 0;
  } else {
    if (left) from = first_of(text.bytes, set);
    while (right && to > from && set.find(text.bytes[to - 1]) != std::string_view::npos) --to;
  }
  return text.part(from, to - std::min(from, to));
}

List split(const Text& text, std::string_view separator, std::int64_t most) {
  List out;
  std::size_t at = 0;
  while (most < 0 || static_cast<std::int64_t>(out.size()) < most) {
    const std::size_t found = text.bytes.find(separator, at);
    if (found == std::string::npos) break;
    out.push_back(Value::of(text.part(at, found - at)));
    at = found + separator.size();
  }
  out.push_back(Value::of(text.part(at, text.bytes.size())));
  return out;
}

List split_words(const Text& text) {
  List out;
  std::size_t at = 0;
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  while ((at = text.bytes.find_first_not_of(kBlank, at)) != std::string::npos) {
    const std::size_t end = std::min(text.bytes.find_first_of(kBlank, at), text.bytes.size());
    out.push_back(Value::of(text.part(at, end - at)));
    at = end;
  }
  return out;
}

Text replaced(const Text& text, const Text& from, const Text& to) {
  Text out;
  std::size_t at = 0;
  if (from.bytes.empty()) return text;
  for (std::size_t found; (found = text.bytes.find(from.bytes, at)) != std::string::npos;
       at = found + from.bytes.size())
    out.append(text.part(at, found - at)).append(to);
  return out.append(text.part(at, text.bytes.size()));
}

Text cased(Text text, bool upper) {
  for (char& c : text.bytes)
    if (upper ? (c >= 'a' && c <= 'z') : (c >= 'A' && c <= 'Z')) c = static_cast<char>(c ^ 0x20);
  return text;
}

class Runner {
 public:
  explicit Runner(const Members& variables) : scopes_{variables} {}
  Result<Text> run(const Block& block) {
    Text out;
    SLUICE_TRY_VOID(statements(block, out));
    return out;
  }

 private:
  using R = Result<Value>;
  enum class Flow { On, Break, Continue };

  Status step(int line) {
    if (++steps_ > kMostSteps) return error("it takes more than a million steps", line);
    return {};
  }
  Status append(Text& out, const Text& more, int line) {
    if (out.bytes.size() + more.bytes.size() > kMostText) return error("it writes more than 16 MiB", line);
    out.append(more);
    return {};
  }

  // Names. A loop's body is a scope of its own: what is set in it is gone behind it.
  const Value* find(const std::string& name) const {
    for (std::size_t i = scopes_.size(); i-- > 0;)
      for (const auto& [key, value] : scopes_[i])
        if (key == name) return &value;
    return nullptr;
  }
  static void set(Members& scope, const std::string& name, Value value) {
    for (auto& [key, old] : scope)
      if (key == name) {
        old = std::move(value);
        return;
      }
    scope.emplace_back(name, std::move(value));
  }

  Status statements(const Block& block, Text& out) {
    for (const Statement& statement : block.statements) {
      SLUICE_TRY_VOID(step(statement.line));
      SLUICE_TRY_VOID(one(statement, out));
      if (flow_ != Flow::On) return {};
    }
    return {};
  }

  Status one(const Statement& s, Text& out) {
    switch (s.kind) {
      case Statement::Kind::Text:
        return append(out, s.text, s.line);
      case Statement::Kind::Print: {
        SLUICE_TRY(const Value value, evaluate(s.conditions[0]));
        return append(out, value.printed(), s.line);
      }
      case Statement::Kind::If:
        return branch(s, out);
      case Statement::Kind::For:
        return loop(s, out);
      case Statement::Kind::Set:
        return assign(s);
      case Statement::Kind::SetBlock: {
        Text inner;
        SLUICE_TRY_VOID(statements(s.branches[0], inner));
        set(scopes_.back(), s.names[0], Value::of(std::move(inner)));
        return {};
      }
      case Statement::Kind::Break:
      case Statement::Kind::Continue:
        flow_ = s.kind == Statement::Kind::Break ? Flow::Break : Flow::Continue;
        return {};
    }
    return {};
  }

  Status branch(const Statement& s, Text& out) {
    for (std::size_t i = 0; i < s.branches.size(); ++i) {
      bool taken = true;
      if (i < s.conditions.size()) {
        SLUICE_TRY(const Value condition, evaluate(s.conditions[i]));
        taken = condition.truthy();
      }
      if (taken) return statements(s.branches[i], out);
    }
    return {};
  }

  Status assign(const Statement& s) {
    SLUICE_TRY(Value value, evaluate(s.conditions[0]));
    if (!s.attribute) {
      set(scopes_.back(), s.names[0], std::move(value));
      return {};
    }
    const Value* const target = find(s.names[0]);
    if (target == nullptr || !target->is(Kind::Namespace)) return error(s.names[0] + " is no namespace", s.line);
    set(*target->members, s.names[1], std::move(value));
    return {};
  }

  Result<List> items_of(const Value& value, int line) {
    if (value.is(Kind::List)) return *value.list;
    if (value.is(Kind::Undefined)) return List();
    List out;
    if (value.is(Kind::Mapping))
      for (const auto& [key, member] : *value.members) out.push_back(Value::of(Text::foreign(key)));
    if (value.is(Kind::Mapping)) return out;
    return error(std::string("a loop over ") + kind_name(value.kind), line);
  }

  Status bind(Members& scope, const Statement& s, const Value& item) {
    if (s.names.size() == 1) {
      set(scope, s.names[0], item);
      return {};
    }
    if (!item.is(Kind::List) || item.list->size() != s.names.size())
      return error("an item has not as many parts as the loop has names", s.line);
    for (std::size_t i = 0; i < s.names.size(); ++i) set(scope, s.names[i], (*item.list)[i]);
    return {};
  }

  Status loop(const Statement& s, Text& out) {
    SLUICE_TRY(const Value over, evaluate(s.conditions[0]));
    SLUICE_TRY(List items, items_of(over, s.line));
    if (s.conditions.size() > 1) {
      List kept;
      for (const Value& item : items) {
        scopes_.emplace_back();
        SLUICE_TRY_VOID(bind(scopes_.back(), s, item));
        SLUICE_TRY(const Value condition, evaluate(s.conditions[1]));
        scopes_.pop_back();
        if (condition.truthy()) kept.push_back(item);
      }
      items = std::move(kept);
    }
    if (items.empty()) return s.branches.size() > 1 ? statements(s.branches[1], out) : Status();
    const auto count = static_cast<std::int64_t>(items.size());
    for (std::int64_t i = 0; i < count; ++i) {
      SLUICE_TRY_VOID(step(s.line));
      scopes_.emplace_back();
      SLUICE_TRY_VOID(bind(scopes_.back(), s, items[static_cast<std::size_t>(i)]));
      const auto neighbour = [&](std::int64_t at) {
        return at < 0 || at >= count ? Value() : items[static_cast<std::size_t>(at)];
      };
      set(scopes_.back(), "loop",
          Value::of(Members{{"index0", Value::of(i)},
                            {"index", Value::of(i + 1)},
                            {"revindex", Value::of(count - i)},
                            {"revindex0", Value::of(count - i - 1)},
                            {"first", Value::of(i == 0)},
                            {"last", Value::of(i + 1 == count)},
                            {"length", Value::of(count)},
                            {"previtem", neighbour(i - 1)},
                            {"nextitem", neighbour(i + 1)}}));
      SLUICE_TRY_VOID(statements(s.branches[0], out));
      scopes_.pop_back();
      const Flow flow = std::exchange(flow_, Flow::On);
      if (flow == Flow::Break) break;
    }
    return {};
  }

  R evaluate(const Expression& e) {
    SLUICE_TRY_VOID(step(e.line));
    using K = Expression::Kind;
    switch (e.kind) {
      case K::Constant:
        return e.value;
      case K::Name: {
        const Value* const value = find(e.name);
        return value == nullptr ? Value() : *value;
      }
      case K::ListOf:
      case K::MappingOf:
        return collected(e);
      case K::Not: {
        SLUICE_TRY(const Value inner, evaluate(e.parts[0]));
        return Value::of(!inner.truthy());
      }
      case K::Minus: {
        SLUICE_TRY(const Value inner, evaluate(e.parts[0]));
        if (!inner.number()) return error(std::string("minus ") + kind_name(inner.kind), e.line);
        return inner.is(Kind::Float) ? Value::of(-inner.real) : Value::of(-inner.integer);
      }
      case K::And:
      case K::Or: {
        SLUICE_TRY(Value left, evaluate(e.parts[0]));
        if (left.truthy() != (e.kind == K::And)) return left;
        return evaluate(e.parts[1]);
      }
      case K::Choice: {
        SLUICE_TRY(const Value condition, evaluate(e.parts[1]));
        if (condition.truthy()) return evaluate(e.parts[0]);
        return e.parts.size() > 2 ? evaluate(e.parts[2]) : R(Value());
      }
      case K::Binary:
        return binary(e);
      case K::Attribute: {
        SLUICE_TRY(const Value of, evaluate(e.parts[0]));
        return attribute(of, e.name, e.line);
      }
      case K::Item:
        return item(e);
      case K::Slice:
        return slice(e);
      case K::Call:
        return call(e);
      case K::Filter:
        return filter(e);
      case K::Test:
        return test(e);
    }
    return Value();
  }

  R collected(const Expression& e) {
    List list;
    Members members;
    for (std::size_t i = 0; i < e.parts.size(); ++i) {
      SLUICE_TRY(Value part, evaluate(e.parts[i]));
      if (e.kind == Expression::Kind::ListOf) {
        list.push_back(std::move(part));
        continue;
      }
      SLUICE_TRY(Value value, evaluate(e.parts[++i]));
      set(members, part.printed().bytes, std::move(value));
    }
    return e.kind == Expression::Kind::ListOf ? Value::of(std::move(list)) : Value::of(std::move(members));
  }

  R attribute(const Value& of, const std::string& name, int line) {
    if (const Value* const found = of.member(name)) return *found;
    if (of.is(Kind::Undefined)) return error("\"" + name + "\" of what is not there", line);
    return Value();
  }

  R item(const Expression& e) {
    SLUICE_TRY(const Value of, evaluate(e.parts[0]));
    SLUICE_TRY(const Value key, evaluate(e.parts[1]));
    if (of.is(Kind::Undefined)) return error("an item of what is not there", e.line);
    if (key.is(Kind::Text)) return attribute(of, key.text.bytes, e.line);
    if (of.is(Kind::List) && (key.is(Kind::Integer) || key.is(Kind::Bool))) {
      const auto size = static_cast<std::int64_t>(of.list->size());
      const std::int64_t at = key.integer < 0 ? key.integer + size : key.integer;
      return at < 0 || at >= size ? Value() : (*of.list)[static_cast<std::size_t>(at)];
    }
    return Value();
  }

  R slice(const Expression& e) {
    SLUICE_TRY(const Value of, evaluate(e.parts[0]));
    std::array<std::optional<std::int64_t>, 3> limits;
    for (std::size_t i = 0; i < 3; ++i) {
      SLUICE_TRY(const Value limit, evaluate(e.parts[i + 1]));
      if (limit.is(Kind::Integer)) limits[i] = limit.integer;
    }
    const std::int64_t stride = limits[2].value_or(1);
    if (stride == 0 || !(of.is(Kind::List) || (of.is(Kind::Text) && stride == 1)))
      return error(std::string("a slice of ") + kind_name(of.kind), e.line);
    const auto size = static_cast<std::int64_t>(of.is(Kind::List) ? of.list->size() : of.text.bytes.size());
    const auto place = [&](std::optional<std::int64_t> limit, std::int64_t fallback) {
      if (!limit) return fallback;
      const std::int64_t at = *limit < 0 ? *limit + size : *limit;
      return std::clamp<std::int64_t>(at, stride < 0 ? -1 : 0, stride < 0 ? size - 1 : size);
    };
    const std::int64_t from = place(limits[0], stride < 0 ? size - 1 : 0);
    const std::int64_t to = place(limits[1], stride < 0 ? -1 : size);
    if (of.is(Kind::Text)) return text_slice(of.text, from, to, e.line);
    List out;
    for (std::int64_t i = from; stride < 0 ? i > to : i < to; i += stride)
      out.push_back((*of.list)[static_cast<std::size_t>(i)]);
    return Value::of(std::move(out));
  }
  // Python counts characters: bytes are the same only where all are ASCII.
  R text_slice(const Text& text, std::int64_t from, std::int64_t to, int line) {
    if (std::any_of(text.bytes.begin(), text.bytes.end(), [](char c) { return c < 0; }))
      return error("a slice of a text beyond ASCII", line);
    return Value::of(
        text.part(static_cast<std::size_t>(from), static_cast<std::size_t>(std::max<std::int64_t>(to - from, 0))));
  }

  R contains(const Value& part, const Value& whole, int line) {
    if (whole.is(Kind::Text) && part.is(Kind::Text))
      return Value::of(whole.text.bytes.find(part.text.bytes) != std::string::npos);
    if (whole.is(Kind::List))
      return Value::of(std::any_of(whole.list->begin(), whole.list->end(),
                                   [&](const Value& item) { return item.equals(part); }));
    if (whole.is(Kind::Mapping) || whole.is(Kind::Undefined))
      return Value::of(whole.member(part.text.bytes) != nullptr);
    return error(std::string("\"in\" of ") + kind_name(whole.kind), line);
  }

  R binary(const Expression& e) {
    SLUICE_TRY(const Value a, evaluate(e.parts[0]));
    SLUICE_TRY(const Value b, evaluate(e.parts[1]));
    const std::string& sign = e.name;
    if (sign == "==") return Value::of(a.equals(b));
    if (sign == "!=") return Value::of(!a.equals(b));
    if (sign == "in") return contains(a, b, e.line);
    if (sign == "not in") {
      SLUICE_TRY(const Value in, contains(a, b, e.line));
      return Value::of(!in.flag);
    }
    if (sign == "~" || (sign == "+" && a.is(Kind::Text) && b.is(Kind::Text))) {
      Text out = a.printed();
      SLUICE_TRY_VOID(append(out, b.printed(), e.line));
      return Value::of(std::move(out));
    }
    if (sign == "+" && a.is(Kind::List) && b.is(Kind::List)) {
      List out = *a.list;
      out.insert(out.end(), b.list->begin(), b.list->end());
      if (out.size() > kMostItems) return error("a list of more than a million items", e.line);
      return Value::of(std::move(out));
    }
    const bool order = sign[0] == '<' || sign[0] == '>';
    if (order && a.is(Kind::Text) && b.is(Kind::Text)) return ordered(sign, a.text.bytes.compare(b.text.bytes));
    if (!a.number() || !b.number())
      return error(std::string(kind_name(a.kind)) + " " + sign + " " + kind_name(b.kind), e.line);
    if (order) return ordered(sign, a.as_real() < b.as_real() ? -1 : a.as_real() > b.as_real() ? 1 : 0);
    return arithmetic(sign, a, b, e.line);
  }
  static Value ordered(const std::string& sign, int sense) {
    if (sign == "<") return Value::of(sense < 0);
    if (sign == "<=") return Value::of(sense <= 0);
    return Value::of(sign == ">" ? sense > 0 : sense >= 0);
  }
  R arithmetic(const std::string& sign, const Value& a, const Value& b, int line) {
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
    if (sign == "%") out = (a.integer % b.integer + b.integer) % b.integer;
    return Value::of(out);
  }

  // Arguments: those without names in order, those with names by name.
  struct Arguments {
    List plain;
    Members named;
    const Value* get(std::size_t place, std::string_view name) const {
      if (place < plain.size()) return &plain[place];
      for (const auto& [key, value] : named)
        if (key == name) return &value;
      return nullptr;
    }
    std::string_view text(std::size_t place, std::string_view name) const {
      const Value* const found = get(place, name);
      return found != nullptr && found->is(Kind::Text) ? std::string_view(found->text.bytes) : std::string_view();
    }
  };
  Result<Arguments> arguments(const Expression& e) {
    Arguments out;
    const std::size_t first_named = e.parts.size() - e.keywords.size();
    for (std::size_t i = 1; i < e.parts.size(); ++i) {
      SLUICE_TRY(Value value, evaluate(e.parts[i]));
      if (i < first_named)
        out.plain.push_back(std::move(value));
      else
        out.named.emplace_back(e.keywords[i - first_named], std::move(value));
    }
    return out;
  }

  R call(const Expression& e) {
    SLUICE_TRY(const Arguments with, arguments(e));
    const Expression& callee = e.parts[0];
    if (callee.kind == Expression::Kind::Attribute) {
      SLUICE_TRY(const Value of, evaluate(callee.parts[0]));
      return method(of, callee.name, with, e.line);
    }
    if (callee.name == "namespace") {
      Members members = with.plain.empty() || !with.plain[0].members ? Members() : *with.plain[0].members;
      for (const auto& [key, value] : with.named) set(members, key, value);
      return Value::of(std::move(members), true);
    }
    if (callee.name == "range") return range(with, e.line);
    if (callee.name == "raise_exception")
      return error("it refuses: " + std::string(with.text(0, "message")), e.line);
    return error("the function " + callee.name + " is not known here", e.line);
  }
  R range(const Arguments& with, int line) {
    std::array<std::int64_t, 3> limits = {0, 0, 1};
    for (std::size_t i = 0; i < with.plain.size() && i < 3; ++i) limits[i] = with.plain[i].integer;
    if (with.plain.size() == 1) std::swap(limits[0], limits[1]);
    List out;
    if (limits[2] == 0) return error("a range without steps", line);
    for (std::int64_t i = limits[0]; limits[2] > 0 ? i < limits[1] : i > limits[1]; i += limits[2]) {
      SLUICE_TRY_VOID(step(line));
      out.push_back(Value::of(i));
    }
    return Value::of(std::move(out));
  }

  R method(const Value& of, const std::string& name, const Arguments& with, int line) {
    if (of.is(Kind::Text)) return text_method(of.text, name, with, line);
    if (of.is(Kind::Mapping)) {
      if (name == "get") {
        const Value* const found = of.member(with.text(0, "key"));
        const Value* const fallback = with.get(1, "default");
        return found != nullptr ? *found : fallback != nullptr ? *fallback : Value::none();
      }
      if (name == "items" || name == "keys" || name == "values") return members(of, name);
    }
    return error("the method " + name + " of " + kind_name(of.kind) + " is not known here", line);
  }
  static Value members(const Value& of, const std::string& name) {
    List out;
    for (const auto& [key, value] : *of.members) {
      Value named = Value::of(Text::foreign(key));
      if (name == "items") out.push_back(Value::of(List{named, value}));
      if (name == "keys") out.push_back(std::move(named));
      if (name == "values") out.push_back(value);
    }
    return Value::of(std::move(out));
  }
  R text_method(const Text& text, const std::string& name, const Arguments& with, int line) {
    const std::string_view first = with.text(0, "sep");
    if (name == "strip") return Value::of(stripped(text, first, true, true));
    if (name == "lstrip") return Value::of(stripped(text, first, true, false));
    if (name == "rstrip") return Value::of(stripped(text, first, false, true));
    if (name == "startswith") return Value::of(text.bytes.starts_with(first));
    if (name == "endswith") return Value::of(text.bytes.ends_with(first));
    if (name == "upper" || name == "lower") return Value::of(cased(text, name == "upper"));
    if (name == "split") {
      const Value* const most = with.get(1, "maxsplit");
      if (first.empty()) return Value::of(split_words(text));
      return Value::of(split(text, first, most != nullptr ? most->integer : -1));
    }
    if (name == "replace") {
      const Value *const from = with.get(0, "old"), *const to = with.get(1, "new");
      if (from == nullptr || to == nullptr) return error("replace wants two texts", line);
      return Value::of(replaced(text, from->printed(), to->printed()));
    }
    return error("the method " + name + " of a text is not known here", line);
  }

  R filter(const Expression& e) {
    SLUICE_TRY(const Value of, evaluate(e.parts[0]));
    SLUICE_TRY(const Arguments with, arguments(e));
    const std::string& name = e.name;
    if (name == "default" || name == "d") {
      const Value* const fallback = with.get(0, "default_value");
      const Value* const falsy = with.get(1, "boolean");
      const bool replaces = of.is(Kind::Undefined) || (falsy != nullptr && falsy->truthy() && !of.truthy());
      return !replaces ? of : fallback != nullptr ? *fallback : Value::of(Text());
    }
    if (name == "tojson") {
      if (of.is(Kind::Undefined)) return error("tojson of what is not there", e.line);
      const Value* const indent = with.get(0, "indent");
      return Value::of(Text::foreign(
          of.json(indent != nullptr ? static_cast<int>(std::clamp<std::int64_t>(indent->integer, 0, 16)) : 0)));
    }
    if (name == "safe") return of;
    if (name == "string") return Value::of(of.printed());
    if (name == "trim") return Value::of(stripped(of.printed(), with.text(0, "chars"), true, true));
    if (name == "upper" || name == "lower") return Value::of(cased(of.printed(), name == "upper"));
    if (name == "replace") return text_method(of.printed(), name, with, e.line);
    if (name == "length" || name == "count") return length(of, e.line);
    if (name == "items" && of.is(Kind::Mapping)) return members(of, name);
    if (name == "int") return whole_number(of, e.line);
    if (name == "first" || name == "last" || name == "list" || name == "join" || name == "reverse")
      return list_filter(of, name, with, e.line);
    return error("the filter " + name + " is not known here", e.line);
  }
  R whole_number(const Value& of, int line) {
    if (of.is(Kind::Integer) || !of.number()) return of.is(Kind::Integer) ? of : Value::of(std::int64_t{0});
    constexpr double kLimit = 9223372036854775808.0;  // 2^63
    const double real = of.as_real();
    if (!(real >= -kLimit && real < kLimit)) return error("a number that is no integer of 64 bits", line);
    return Value::of(static_cast<std::int64_t>(real));
  }
  R length(const Value& of, int line) {
    if (of.is(Kind::List)) return Value::of(static_cast<std::int64_t>(of.list->size()));
    if (of.is(Kind::Mapping)) return Value::of(static_cast<std::int64_t>(of.members->size()));
    if (of.is(Kind::Undefined)) return Value::of(std::int64_t{0});
    if (!of.is(Kind::Text)) return error(std::string("the length of ") + kind_name(of.kind), line);
    return Value::of(static_cast<std::int64_t>(
        std::count_if(of.text.bytes.begin(), of.text.bytes.end(), [](char c) { return (c & 0xC0) != 0x80; })));
  }
  R list_filter(const Value& of, const std::string& name, const Arguments& with, int line) {
    SLUICE_TRY(List items, items_of(of, line));
    if (name == "list") return Value::of(std::move(items));
    if (name == "reverse") return Value::of(List(items.rbegin(), items.rend()));
    if (name == "first") return items.empty() ? Value() : items.front();
    if (name == "last") return items.empty() ? Value() : items.back();
    Text out;
    const Value* const between = with.get(0, "d");
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0 && between != nullptr) {
        SLUICE_TRY_VOID(append(out, between->printed(), line));
      }
      SLUICE_TRY_VOID(append(out, items[i].printed(), line));
    }
    return Value::of(std::move(out));
  }

  R test(const Expression& e) {
    SLUICE_TRY(const Value of, evaluate(e.parts[0]));
    SLUICE_TRY(const Arguments with, arguments(e));
    const std::string& n = e.name;
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
      is = of.equals(with.plain[0]);
    } else {
      return error("the test " + n + " is not known here", e.line);
    }
    return Value::of(is != e.negated);
  }

  std::vector<Members> scopes_;
  int steps_ = 0;
  Flow flow_ = Flow::On;
};

}  // namespace

Result<std::shared_ptr<const Template>> Template::parse(std::string_view source) {
  auto out = std::make_shared<Template>();
  SLUICE_TRY(out->body_, parse_template(source));
  return std::shared_ptr<const Template>(std::move(out));
}

Result<Text> Template::render(const Members& variables) const { return Runner(variables).run(*body_); }

}  // namespace sluice::engine::jinja
