// JSON as Python's json.dumps(value, ensure_ascii=False) spells it: what DeepSeek's encoders put into prompts, and
// what the models were trained on.
#pragma once

#include <string>
#include <string_view>

#include "json/doc.h"

namespace sluice::engine {

// ", " and ": " between parts, keys in their order, characters beyond ASCII as they are, floating point numbers as
// repr() prints them (1e-05, 1e+16, 3.0), integers digit by digit.
// With `indent` every part stands on a line of its own, that many spaces deeper than its parent.
std::string python_json(json::Value value, int indent = 0);
std::string python_quoted(std::string_view text);
// repr() of a floating point number as JSON spells it ("1E5" gives "100000.0"); an integer comes back as it is.
std::string python_number(std::string_view json_number);

}  // namespace sluice::engine
