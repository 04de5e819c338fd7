// What a template may call: functions, methods of texts and mappings, filters, tests. jinja.h has their list.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/prompt/jinja_budget.h"
#include "engine/prompt/jinja_value.h"

namespace sluice::engine::jinja {

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
    return found != nullptr && found->is(Value::Kind::Text) ? std::string_view(found->text.bytes)
                                                            : std::string_view();
  }
};

// What a loop goes over: a list's items, a mapping's keys. Errors, here and below: engine.template.
Result<std::shared_ptr<const List>> items_of(const Value& value, Budget& budget, int line);
Result<Value> range(const Arguments& with, Budget& budget, int line);
Result<Value> method(const Value& of, const std::string& name, const Arguments& with, Budget& budget, int line);
Result<Value> filter(const Value& of, const std::string& name, const Arguments& with, Budget& budget, int line);
Result<Value> test(const Value& of, const std::string& name, const Arguments& with, Budget& budget, int line);

}  // namespace sluice::engine::jinja
