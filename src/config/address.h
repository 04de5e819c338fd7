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
enum class Plain {
  Loopback,
  Private
};  // where http:// may lead: this machine, or an address of a private network
// "https://host[:port][/path]"; "http://" for `plain` only. The text is never repeated in an error: someone may
// have written a password into it.
Result<Upstream> parse_upstream(std::string_view text, Plain plain = Plain::Loopback);
bool is_loopback(const std::string& host);
// A literal address of RFC 1918, RFC 4193 or link-local; a name never is, since nobody knows where it leads.
bool is_private(const std::string& host);

}  // namespace sluice::config
