#include "pull/hub.h"

#include <doctest/doctest.h>

namespace sluice::pull {
namespace {

std::string followed(const std::string& base, const std::string& location) {
  const auto url = follow_url(*parse_url(base), location);
  if (!url) return url.error().code;
  return (url->origin.tls ? "https://" : "http://") + url->origin.host_header() + url->target;
}

}  // namespace

TEST_CASE("redirects are followed as RFC 3986 says, but never from https to http") {
  CHECK(followed("https://hub.example/a/b", "/c?d=e#f") == "https://hub.example/c?d=e");
  CHECK(followed("https://hub.example/a", "https://cdn.example:8443/x?sig=~a%2F") ==
        "https://cdn.example:8443/x?sig=~a%2F");
  CHECK(followed("https://hub.example/a", "//cdn.example/x") == "https://cdn.example/x");
  CHECK(followed("http://hub.example/a", "https://cdn.example") == "https://cdn.example/");
  CHECK(followed("http://hub.example/a", "https://cdn.example?x=1") == "https://cdn.example/?x=1");
  CHECK(followed("https://hub.example/a", "http://hub.example/a") == "pull.redirect");
  for (const char* odd :
       {"", "ftp://hub.example/a", "file:///etc/passwd", "https://user:word@cdn.example/a", "a/b"})
    CHECK_MESSAGE(followed("https://hub.example/a", odd) == "pull.redirect", odd);
}

TEST_CASE("another scheme, port or host is another origin, which gets no token") {
  const auto url = [](const char* address) { return *parse_url(address); };
  CHECK(url("https://hub.example/a").same_origin(url("https://HUB.example:443/b")));
  CHECK(!url("https://hub.example").same_origin(url("http://hub.example")));
  CHECK(!url("https://hub.example").same_origin(url("https://hub.example:8443")));
  CHECK(!url("https://hub.example").same_origin(url("https://hub.example.evil")));
  CHECK(!url("https://hub.example").same_origin(url("https://cdn.hub.example")));
}

TEST_CASE("what may pass is tried again, and what stays is not") {
  for (const char* code : {"net.reset", "net.timeout", "http.truncated", "pull.unavailable", "pull.range"})
    CHECK(worth_retrying({code, "", "", ""}));
  for (const char* code : {"net.tls", "net.cancelled", "pull.denied", "pull.disk_full", "pull.changed", "pull.io"})
    CHECK(!worth_retrying({code, "", "", ""}));
  http::Headers headers;
  headers.add("Retry-After", "17");
  CHECK(refusal(429, headers, true).retry_after_s == 17);
  CHECK(refusal(503, headers, true).code == "pull.unavailable");
  CHECK(refusal(403, headers, true).code == "pull.denied");
  CHECK(refusal(404, headers, true).code == "pull.not_found");
  CHECK(refusal(418, headers, true).code == "pull.answer");
}

}  // namespace sluice::pull
