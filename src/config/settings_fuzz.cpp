// Any bytes as sluice.yaml: refused with a place in the file, or settings whose names lead to what they name; the
// same each time.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "config/settings.h"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice;
  const std::string_view yaml(reinterpret_cast<const char*>(data), size);
  const config::Environment environment = [](const char*) { return "value-from-the-environment"; };
  const auto first = config::parse_settings(yaml, "fuzz.yaml", environment);
  const auto second = config::parse_settings(yaml, "fuzz.yaml", environment);
  must(first.has_value() == second.has_value());
  if (!first) {
    must(first.error().to_string() == second.error().to_string());
    must(first.error().code.starts_with("config.") && first.error().where.starts_with("fuzz.yaml"));
    return 0;
  }
  for (const config::Deployment& deployment : first->deployments)
    must(first->deployment(deployment.name) != nullptr);
  for (const config::Route& route : first->routes)
    for (const std::string& name : route.deployments) must(first->deployment(name) != nullptr);
  return 0;
}
