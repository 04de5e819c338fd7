// What the signs of a template mean: Python's, for the kinds of value that there are.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "engine/prompt/jinja_budget.h"
#include "engine/prompt/jinja_value.h"

namespace sluice::engine::jinja {

// + - * / // % ~ == != < <= > >= in not-in. Errors, here and below: engine.template.
Result<Value> binary(const std::string& sign, const Value& a, const Value& b, Budget& budget, int line);
Result<Value> negative(const Value& of, int line);
Result<Value> item(const Value& of, const Value& key, int line);  // of[key]
Result<Value> attribute(const Value& of, const std::string& name, int line);
// of[limits[0]:limits[1]:limits[2]]
Result<Value> slice(const Value& of, const std::array<std::optional<std::int64_t>, 3>& limits, Budget& budget,
                    int line);
Result<bool> equal(const Value& a, const Value& b, Budget& budget, int line);
// How many i with from + i * stride before `to`; stride is not 0.
std::uint64_t steps_between(std::int64_t from, std::int64_t to, std::int64_t stride);

}  // namespace sluice::engine::jinja
