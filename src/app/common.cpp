#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/commands.h"
#include "app/input.h"

namespace sluice::app {
namespace {

constexpr std::size_t kInputBytes = 64u << 20;
constexpr const char* kDefaultFile = "sluice.yaml";

}  // namespace

Result<config::Settings> load_settings(const std::string& config) {
  auto environment = [](const char* name) -> const char* { return std::getenv(name); };
  if (!config.empty()) return config::read_settings(config, environment);
  std::error_code ignored;
  if (std::filesystem::exists(kDefaultFile, ignored)) return config::read_settings(kDefaultFile, environment);
  return config::default_settings(environment);
}

Result<std::string> read_input(const std::string& file) {
  SLUICE_TRY(Input input, Input::open(file));
  std::istream& in = input.stream();
  std::string text;
  char buffer[1 << 16];
  while (in.read(buffer, sizeof buffer) || in.gcount() > 0) {
    text.append(buffer, std::size_t(in.gcount()));
    if (text.size() > kInputBytes)
      return fail("input.too_large", "'" + file + "' is larger than 64 MiB", "", "split it");
  }
  SLUICE_TRY_VOID(whole(in, input.name()));
  return text;
}

int complain(const Error& error) {
  std::fprintf(stderr, "sluice: %s\n", error.to_string().c_str());
  return 1;
}

}  // namespace sluice::app
