#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/result.h"
#include "engine/prompt/jinja.h"
#include "engine/prompt/jinja_budget.h"
#include "engine/prompt/jinja_builtins.h"
#include "engine/prompt/jinja_operators.h"
#include "engine/prompt/jinja_tree.h"

namespace sluice::engine::jinja {
namespace {

using Kind = Value::Kind;
constexpr std::size_t kLookUp = 8;  // bytes' worth of comparing a name with one of a scope

class Runner {
 public:
  explicit Runner(const Members& variables) : budget_(variables), scopes_{variables} {}
  Result<Text> run(const Block& block) {
    Text out;
    SLUICE_TRY_VOID(statements(block, out));
    return out;
  }

 private:
  using R = Result<Value>;
  enum class Flow { On, Break, Continue };

  // Names. A loop's body is a scope of its own: what is set in it is gone behind it.
  Result<const Value*> find(const std::string& name, int line) {
    for (std::size_t i = scopes_.size(); i-- > 0;) {
      SLUICE_TRY_VOID(budget_.charge(scopes_[i].size() * kLookUp, line));
      for (const auto& [key, value] : scopes_[i])
        if (key == name) return &value;
    }
    return nullptr;
  }
  Status set(Members& scope, const std::string& name, Value value, int line) {
    SLUICE_TRY_VOID(budget_.charge(scope.size() * kLookUp + value.text.bytes.size(), line));
    for (auto& [key, old] : scope)
      if (key == name) {
        old = std::move(value);
        return {};
      }
    scope.emplace_back(name, std::move(value));
    return {};
  }
  // A namespace changes: within another value it could come to hold itself.
  Status part(const Value& value, int line) {
    return value.is(Kind::Namespace) ? Status(error("a namespace within another value", line)) : Status();
  }

  Status statements(const Block& block, Text& out) {
    for (const Statement& statement : block.statements) {
      SLUICE_TRY_VOID(budget_.step(statement.line));
      SLUICE_TRY_VOID(one(statement, out));
      if (flow_ != Flow::On) return {};
    }
    return {};
  }

  Status one(const Statement& s, Text& out) {
    switch (s.kind) {
      case Statement::Kind::Text:
        return budget_.append(out, s.text, s.line);
      case Statement::Kind::Print: {
        SLUICE_TRY(const Value value, evaluate(s.conditions[0]));
        SLUICE_TRY_VOID(budget_.look(value, s.line));
        return budget_.append(out, value.printed(), s.line);
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
        return set(scopes_.back(), s.names[0], Value::of(std::move(inner)), s.line);
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
    if (!s.attribute) return set(scopes_.back(), s.names[0], std::move(value), s.line);
    SLUICE_TRY(const Value* const target, find(s.names[0], s.line));
    if (target == nullptr || !target->is(Kind::Namespace)) return error(s.names[0] + " is no namespace", s.line);
    SLUICE_TRY_VOID(part(value, s.line));
    return set(*target->members, s.names[1], std::move(value), s.line);
  }

  Status bind(Members& scope, const Statement& s, const Value& item) {
    if (s.names.size() == 1) return set(scope, s.names[0], item, s.line);
    if (!item.is(Kind::List) || item.list->size() != s.names.size())
      return error("an item has not as many parts as the loop has names", s.line);
    for (std::size_t i = 0; i < s.names.size(); ++i) {
      SLUICE_TRY_VOID(set(scope, s.names[i], (*item.list)[i], s.line));
    }
    return {};
  }

  Status loop(const Statement& s, Text& out) {
    SLUICE_TRY(const Value over, evaluate(s.conditions[0]));
    SLUICE_TRY(auto shared, items_of(over, budget_, s.line));
    if (s.conditions.size() > 1) {
      List kept;
      for (const Value& item : *shared) {
        scopes_.emplace_back();
        SLUICE_TRY_VOID(bind(scopes_.back(), s, item));
        SLUICE_TRY(const Value condition, evaluate(s.conditions[1]));
        scopes_.pop_back();
        if (condition.truthy()) kept.push_back(item);
      }
      SLUICE_TRY(const Value filtered, budget_.made(Value::of(std::move(kept)), s.line));
      shared = filtered.list;
    }
    const List& items = *shared;
    if (items.empty()) return s.branches.size() > 1 ? statements(s.branches[1], out) : Status();
    const auto count = static_cast<std::int64_t>(items.size());
    for (std::int64_t i = 0; i < count; ++i) {
      SLUICE_TRY_VOID(budget_.step(s.line));
      scopes_.emplace_back();
      SLUICE_TRY_VOID(bind(scopes_.back(), s, items[static_cast<std::size_t>(i)]));
      const auto neighbour = [&](std::int64_t at) {
        return at < 0 || at >= count ? Value() : items[static_cast<std::size_t>(at)];
      };
      Value at = Value::of(Members{{"index0", Value::of(i)},
                                   {"index", Value::of(i + 1)},
                                   {"revindex", Value::of(count - i)},
                                   {"revindex0", Value::of(count - i - 1)},
                                   {"first", Value::of(i == 0)},
                                   {"last", Value::of(i + 1 == count)},
                                   {"length", Value::of(count)},
                                   {"previtem", neighbour(i - 1)},
                                   {"nextitem", neighbour(i + 1)}});
      SLUICE_TRY(at, budget_.made(std::move(at), s.line));
      SLUICE_TRY_VOID(set(scopes_.back(), "loop", std::move(at), s.line));
      SLUICE_TRY_VOID(statements(s.branches[0], out));
      scopes_.pop_back();
      const Flow flow = std::exchange(flow_, Flow::On);
      if (flow == Flow::Break) break;
    }
    return {};
  }

  // Each text that comes of it is a copy.
  R evaluate(const Expression& e) {
    SLUICE_TRY_VOID(budget_.step(e.line));
    SLUICE_TRY(Value value, value_of(e));
    SLUICE_TRY_VOID(budget_.charge(value.text.bytes.size(), e.line));
    return value;
  }

  R value_of(const Expression& e) {
    using K = Expression::Kind;
    switch (e.kind) {
      case K::Constant:
        return e.value;
      case K::Name: {
        SLUICE_TRY(const Value* const value, find(e.name, e.line));
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
        return negative(inner, e.line);
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
      case K::Binary: {
        SLUICE_TRY(const Value a, evaluate(e.parts[0]));
        SLUICE_TRY(const Value b, evaluate(e.parts[1]));
        return binary(e.name, a, b, budget_, e.line);
      }
      case K::Attribute: {
        SLUICE_TRY(const Value of, evaluate(e.parts[0]));
        return attribute(of, e.name, e.line);
      }
      case K::Item: {
        SLUICE_TRY(const Value of, evaluate(e.parts[0]));
        SLUICE_TRY(const Value key, evaluate(e.parts[1]));
        return item(of, key, e.line);
      }
      case K::Slice:
        return part_of(e);
      case K::Call:
        return call(e);
      case K::Filter: {
        SLUICE_TRY(const Value of, evaluate(e.parts[0]));
        SLUICE_TRY(const Arguments with, arguments(e));
        return filter(of, e.name, with, budget_, e.line);
      }
      case K::Test: {
        SLUICE_TRY(const Value of, evaluate(e.parts[0]));
        SLUICE_TRY(const Arguments with, arguments(e));
        SLUICE_TRY(const Value is, test(of, e.name, with, budget_, e.line));
        return Value::of(is.flag != e.negated);
      }
    }
    return Value();
  }

  R collected(const Expression& e) {
    List list;
    Members members;
    for (std::size_t i = 0; i < e.parts.size(); ++i) {
      SLUICE_TRY(Value first, evaluate(e.parts[i]));
      SLUICE_TRY_VOID(part(first, e.line));
      if (e.kind == Expression::Kind::ListOf) {
        list.push_back(std::move(first));
        continue;
      }
      SLUICE_TRY(Value value, evaluate(e.parts[++i]));
      SLUICE_TRY_VOID(part(value, e.line));
      SLUICE_TRY_VOID(budget_.look(first, e.line));
      SLUICE_TRY_VOID(set(members, first.printed().bytes, std::move(value), e.line));
    }
    const bool is_list = e.kind == Expression::Kind::ListOf;
    return budget_.made(is_list ? Value::of(std::move(list)) : Value::of(std::move(members)), e.line);
  }

  R part_of(const Expression& e) {
    SLUICE_TRY(const Value of, evaluate(e.parts[0]));
    std::array<std::optional<std::int64_t>, 3> limits;
    for (std::size_t i = 0; i < 3; ++i) {
      SLUICE_TRY(const Value limit, evaluate(e.parts[i + 1]));
      if (limit.is(Kind::Integer)) limits[i] = limit.integer;
    }
    return slice(of, limits, budget_, e.line);
  }

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
      return method(of, callee.name, with, budget_, e.line);
    }
    if (callee.name == "namespace") {
      Members members = with.plain.empty() || !with.plain[0].members ? Members() : *with.plain[0].members;
      for (const auto& [key, value] : with.named) {
        SLUICE_TRY_VOID(part(value, e.line));
        SLUICE_TRY_VOID(set(members, key, value, e.line));
      }
      return Value::of(std::move(members), true);
    }
    if (callee.name == "range") return range(with, budget_, e.line);
    if (callee.name == "raise_exception")
      return error("it refuses: " + std::string(with.text(0, "message")), e.line);
    return error("the function " + callee.name + " is not known here", e.line);
  }
  Budget budget_;
  std::vector<Members> scopes_;
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
