// What templates do with texts. Each byte keeps its origin (jinja_value.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/prompt/jinja_budget.h"
#include "engine/prompt/jinja_value.h"

namespace sluice::engine::jinja {

// std::string_view::find, in time that grows with the sum of both lengths and not with their product.
std::size_t find_in(std::string_view text, std::string_view part, std::size_t from = 0);
// Without bytes of `set` at its ends; an empty set: without white space.
Text stripped(const Text& text, std::string_view set, bool left, bool right);
List split(const Text& text, std::string_view separator, std::int64_t most);  // most < 0: all
List split_words(const Text& text);
Result<Text> replaced(const Text& text, const Text& from, const Text& to, Budget& budget, int line);
Text cased(Text text, bool upper);  // ASCII only

}  // namespace sluice::engine::jinja
