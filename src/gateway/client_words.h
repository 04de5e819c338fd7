// What a client says beside its request, in fields of the HTTP message: judged like the request, or it goes
// nowhere.
#pragma once

#include <string>
#include <string_view>

#include "sense/sense.h"

namespace sluice::gateway {

// Whether the detectors have read all of it and have nothing to say.
bool is_harmless(const sense::Judge& judge, std::string_view text);

// The client's own name for its request as the log may have it: as it came where it looks like an identifier and
// nothing is found in it, else "hash-" and sixteen digits of its keyed hash, which are the same each time.
std::string loggable_id(const sense::Judge& judge, std::string_view secret, std::string_view id);

}  // namespace sluice::gateway
