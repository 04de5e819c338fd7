// Inside this room: how decoders take fields out of a JSON body. Every error names the path and what was expected.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/request.h"
#include "json/doc.h"

namespace sluice::wire {

const char* type_name(json::Value value);  // "a string", "nothing", ...

// request.invalid at the value's path.
Failure wrong_type(json::Value value, const char* expected);
Failure wrong_value(json::Value value, const char* expected);
Failure missing(json::Value object, const char* name, const char* expected);

Result<std::string> text_of(json::Value value);
Result<std::string> required_text(json::Value object, const char* name);
// Absent and null are the same: SDKs send null for what is not set.
Result<std::string> optional_text(json::Value object, const char* name);

Status decode_number(json::Value value, double low, double high, const char* expected, std::optional<double>& out);
// Where two fields mean the same and both came, the smaller value honours both.
Status decode_integer(json::Value value, std::int64_t low, const char* expected, std::optional<std::int64_t>& out);
// Of OpenAI's chat and completions. A seed is 64 bits in every client; a negative one is taken as its two's
// complement.
Status decode_seed(json::Value value, chat::Request& out);
Status decode_stop(json::Value value, chat::Request& out);
// Request::inputs from a member that is a string, an array of strings, or token ids (one list or several).
Status decode_inputs(json::Value object, const char* name, chat::Request& out);
Result<bool> boolean_of(json::Value value);

template <std::size_t N>
bool one_of(std::string_view key, const char* const (&names)[N]) {
  for (const char* name : names) {
    if (key == name) return true;
  }
  return false;
}

// A field that no decoder knows: judged, and passed on where the target speaks the same protocol. `hint`: see
// chat::ExtraField.
void keep(chat::Request& out, json::Value member, bool hint = false);

template <std::size_t N>
void keep_unknown(chat::Request& out, json::Value object, const char* const (&known)[N]) {
  for (json::Value member : object) {
    if (!one_of(member.key(), known)) keep(out, member);
  }
}

}  // namespace sluice::wire
