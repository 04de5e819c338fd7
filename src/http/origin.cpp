#include <charconv>

#include "http/characters.h"
#include "http/client.h"

namespace sluice::http {
namespace {

Result<Origin> refuse(std::string_view address, const char* why) {
  return fail("http.bad_address", "the address " + std::string(why),
              std::string(address.substr(0, address.find('@'))),
              "write it as https://host, https://host:port or https://host/path");
}

}  // namespace

Result<Origin> Origin::parse(std::string_view address) {
  Origin origin;
  std::size_t scheme_end = address.find("://");
  if (scheme_end == address.npos) return refuse(address, "has no scheme");
  std::string_view scheme = address.substr(0, scheme_end), rest = address.substr(scheme_end + 3);
  origin.tls = equal_ignoring_case(scheme, "https");
  if (!origin.tls && !equal_ignoring_case(scheme, "http"))
    return refuse(address, "must start with https:// or http://");
  if (!all(rest, kTarget) || rest.find_first_of("?#") != rest.npos)
    return refuse(address, "must not contain a query, a fragment or white space");
  std::size_t slash = rest.find('/');
  std::string_view authority = rest.substr(0, slash);
  if (authority.find('@') != authority.npos)
    return fail("http.bad_address", "the address must not contain credentials", "",
                "name the variable that holds the key with key_env instead");
  if (slash != rest.npos) origin.base_path = rest.substr(slash);
  while (origin.base_path.ends_with('/')) origin.base_path.pop_back();

  if (!valid_authority(authority)) return refuse(address, "names no valid host");
  std::size_t host_end = authority.starts_with('[') ? authority.find(']') + 1 : authority.find(':');
  std::string_view host = authority.substr(0, host_end);
  std::string_view port = host.size() < authority.size() ? authority.substr(host.size() + 1) : std::string_view();
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  for (char c : host) origin.host += lower(c);
  origin.port = origin.tls ? 443 : 80;
  if (!port.empty()) {
    auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), origin.port);
    if (error != std::errc() || origin.port == 0) return refuse(address, "has no valid port");
  }
  return origin;
}

std::string Origin::host_header() const {
  std::string out = host.find(':') == host.npos ? host : "[" + host + "]";
  if (port != (tls ? 443 : 80)) out += ":" + std::to_string(port);
  return out;
}

}  // namespace sluice::http
