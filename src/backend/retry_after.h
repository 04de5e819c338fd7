// How long a deployment asks us to wait, in whole seconds (1 to 86,400); 0: it does not say, or nothing sensible.
//
// Retry-After as seconds or as an HTTP date (RFC 9110, section 10.2.3), and retry-after-ms, which some vendors
// send beside it and the official SDKs prefer: rounded up, so that nobody comes back too early. A date is counted
// from the answer's own Date where it has one, since clocks differ, and from `now` otherwise.
#pragma once

#include "base/time.h"
#include "http/codec.h"

namespace sluice::backend {

int retry_after(const http::Headers& headers, UtcTime now);

}  // namespace sluice::backend
