// Who asks: step "authenticate" of the way.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"
#include "http/codec.h"

namespace sluice::gateway {

struct Principal {
  std::string name = "local";
  std::string tenant = "local";
  std::string team;
  std::string workload{};
  std::vector<std::string> roles{};
  std::string person = "local";  // who holds the key
  // Who may use what was remembered of its requests: this key alone.
  std::string owner() const { return tenant + "/" + name; }
};

// From `Authorization: Bearer` (OpenAI's clients) or `x-api-key` (Anthropic's); auth.missing or auth.invalid.
// Without keys in the configuration everybody is "local".
Result<Principal> authenticate(const config::Settings& settings, const http::Headers& headers);

}  // namespace sluice::gateway
