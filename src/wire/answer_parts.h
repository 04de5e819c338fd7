// Inside this room: what readers and writers of answers have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "json/doc.h"

namespace sluice::wire {

inline constexpr std::size_t kMaxModelName = 200;  // bytes of an upstream's name of a model that are believed

// Without white space at both ends: queued answers begin with blank lines.
std::string_view trimmed(std::string_view text);
// JSON without line breaks. Strings in valid JSON hold none, so they stand between tokens; in an event stream they
// would end a line.
std::string one_line(std::string json);
// The name of an event in a stream, which stands on a line of its own: `type` if it is a plain word, else none.
std::string event_name(std::string type);
// A count of tokens: nullopt if it is absent, negative or absurd.
std::optional<std::int64_t> token_count(json::Value value);

Error protocol_error(std::string message);  // upstream.protocol
Error truncated_error();                    // upstream.truncated: the answer stops before its end
Error empty_error();                        // upstream.truncated: nothing came
Error broken_off_error();                   // upstream.unavailable: the deployment broke the answer off

}  // namespace sluice::wire
