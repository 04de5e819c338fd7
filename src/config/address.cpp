#include "config/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace sluice::config {
namespace {

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

bool is_ipv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}
bool is_ipv6(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

// A DNS name as RFC 1123 section 2.1 has it.
bool is_host_name(const std::string& host) {
  if (host.empty() || host.size() > 253 || host.front() == '-' || host.front() == '.' || host.back() == '-' ||
      host.back() == '.')
    return false;
  if (host.find("..") != host.npos) return false;
  return std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

// Splits "host:port" or "[v6]:port"; the port may be absent.
struct HostPort {
  std::string host;
  std::optional<std::string_view> port;
  bool bracketed = false;
};
std::optional<HostPort> split_host(std::string_view text) {
  HostPort out;
  std::string_view rest;
  if (text.starts_with('[')) {
    std::size_t close = text.find(']');
    if (close == text.npos) return std::nullopt;
    out.host = text.substr(1, close - 1);
    out.bracketed = true;
    rest = text.substr(close + 1);
    if (!rest.empty() && rest[0] != ':') return std::nullopt;
  } else {
    std::size_t colon = text.find(':');
    out.host = text.substr(0, colon);
    rest = colon == text.npos ? "" : text.substr(colon);
  }
  if (!rest.empty()) out.port = rest.substr(1);
  std::transform(out.host.begin(), out.host.end(), out.host.begin(),
                 [](unsigned char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : char(c); });
  if (out.bracketed != is_ipv6(out.host)) return std::nullopt;
  return out;
}

}  // namespace

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool is_private(const std::string& host) {
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) {
    std::uint32_t a = ntohl(v4.s_addr);
    return a >> 24 == 10 || a >> 20 == 0xAC1 || a >> 16 == 0xC0A8 || a >> 16 == 0xA9FE;
  }
  in6_addr v6{};
  if (inet_pton(AF_INET6, host.c_str(), &v6) != 1) return false;
  return (v6.s6_addr[0] & 0xFE) == 0xFC || IN6_IS_ADDR_LINKLOCAL(&v6);
}

Result<Listen> parse_listen(std::string_view text) {
  const Error wrong{"", "expected an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080", "",
                    "0.0.0.0:8080 listens on every network of this machine"};
  auto split = split_host(text);
  if (!split || !split->port) return fail(wrong);
  auto port = parse_port(*split->port);
  if (!port || !(split->bracketed || is_ipv4(split->host) || split->host == "localhost")) return fail(wrong);
  return Listen{split->host, *port};
}

Result<Upstream> parse_upstream(std::string_view text, Plain plain_where) {
  const Error wrong{"", "expected an address such as https://api.deepseek.com", "",
                    "scheme, host and, if needed, port and path; nothing else"};
  Upstream out;
  if (text.starts_with("https://")) {
    out.tls = true;
  } else if (!text.starts_with("http://")) {
    return fail(wrong);
  }
  std::string_view rest = text.substr(out.tls ? 8 : 7);
  if (rest.find('@') != rest.npos)
    return fail("", "an address must not contain a user name or password", "",
                "put the key into an environment variable and name it with key_env");
  bool plain = std::all_of(rest.begin(), rest.end(), [](unsigned char c) { return c > 0x20 && c < 0x7f; });
  if (!plain || rest.find_first_of("?#\\%") != rest.npos) return fail(wrong);
  auto split = split_host(rest.substr(0, rest.find('/')));
  if (!split || !(split->bracketed || is_host_name(split->host))) return fail(wrong);
  if (split->port) {
    auto port = parse_port(*split->port);
    if (!port || *port == 0) return fail(wrong);
  }
  out.host = split->host;
  out.loopback = is_loopback(out.host);
  if (!out.tls && !out.loopback && !(plain_where == Plain::Private && is_private(out.host)))
    return fail("", "an address outside this machine must begin with https://", "",
                "prompts and keys would cross the network in the clear");
  return out;
}

Status override_listen(Settings& settings, std::string_view listen) {
  auto parsed = parse_listen(listen);
  if (!parsed) return fail("config.value", parsed.error().message, "--listen", parsed.error().hint);
  if (!is_loopback(parsed->host) && settings.keys.empty())
    return fail("config.open_listener", "listening on " + parsed->host + " without keys would serve everybody",
                "--listen", "add keys to the configuration (docs/configuration.md), or listen on 127.0.0.1");
  settings.listen.host = parsed->host;
  settings.listen.port = parsed->port;
  return {};
}

}  // namespace sluice::config
