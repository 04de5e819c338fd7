// Inside this room: what is kept of an upstream's own words.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "json/doc.h"

namespace sluice::wire {

// At most 300 bytes, one line, valid UTF-8; keys, addresses, long numbers, quotations and structures masked,
// because upstreams echo the key and the request in their errors.
std::string safe_upstream_message(std::string_view said);

// An upstream's error object ({"message","type","param","code"}, or only a string). `status` 200: it came inside a
// good answer, so its words decide the code.
Error error_of_object(json::Value error, int status);

}  // namespace sluice::wire
