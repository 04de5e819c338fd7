// The strict scanner behind json::Doc; nothing outside this room includes it.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/doc.h"

namespace sluice::json {

// Fills `tape` (as Doc describes it) from `text`, or tells why it refuses.
Status scan(std::string_view text, const Limits& limits, std::vector<Node>& tape);

// Offset of the first byte that is not part of valid UTF-8 (RFC 3629); text.size() if there is none.
std::size_t first_invalid_utf8(std::string_view text);

// Length of the UTF-8 character at `pos` (1..4), or 0 if the bytes there are not one.
std::size_t utf8_length(std::string_view text, std::size_t pos);

}  // namespace sluice::json
