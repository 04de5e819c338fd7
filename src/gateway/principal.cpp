#include "gateway/principal.h"

#include "base/id.h"

namespace sluice::gateway {
namespace {

constexpr std::string_view kBearer = "Bearer ";  // in any case (RFC 9110, section 11.1)

std::optional<std::string_view> key_in(const http::Headers& headers) {
  auto header = headers.get("authorization");
  if (header && http::equal_ignoring_case(header->substr(0, kBearer.size()), kBearer))
    return header->substr(kBearer.size());
  return headers.get("x-api-key");
}

}  // namespace

Result<Principal> authenticate(const config::Settings& settings, const http::Headers& headers) {
  if (settings.keys.empty()) return Principal{};
  auto secret = key_in(headers);
  if (!secret)
    return fail("auth.missing", "no key in the Authorization or x-api-key header", "authorization",
                "send 'Authorization: Bearer <key>' with a key of this Sluice");
  std::string digest = sha256_hex(*secret);
  // Every key is compared, so that the time does not tell which one matched.
  const config::Key* match = nullptr;
  for (const config::Key& key : settings.keys)
    if (equal_constant_time(key.digest, digest)) match = &key;
  if (!match)
    return fail("auth.invalid", "the key in the Authorization or x-api-key header is not one of this Sluice",
                "authorization", "ask whoever runs this Sluice for a key");
  return Principal{match->name, match->tenant, match->team, match->workload, match->roles, match->person};
}

}  // namespace sluice::gateway
