// Addresses in a configuration: where Sluice listens, and where a deployment is called. Checked here, so that a
// wrong one is found at load with its line; http::Origin reads the same text again when the pool is made.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "config/settings.h"

namespace sluice::config {

struct Upstream {
  bool tls = false;
  std::string host;  // lower case, without brackets
  bool loopback = false;
};

// "127.0.0.1:8080", "[::1]:8080", "localhost:8080". Error: message and hint only, the caller knows the place.
Result<Listen> parse_listen(std::string_view text);
// "https://host[:port][/path]"; "http://" for loopback only. The text is never repeated in an error: someone may
// have written a password into it.
Result<Upstream> parse_upstream(std::string_view text);
bool is_loopback(const std::string& host);

}  // namespace sluice::config
