#include <malloc.h>

#include <cstdio>
#include <cstdlib>

#include "app/commands.h"
#include "base/log.h"
#include "gateway/gateway.h"

namespace sluice::app {
namespace {

void set_log_level(const std::string& name) {
  if (name == "debug") log::set_level(log::Level::Debug);
  if (name == "warn") log::set_level(log::Level::Warn);
  if (name == "error") log::set_level(log::Level::Error);
}

// A pattern is no name that a client can send.
std::string model_to_try(const config::Settings& settings) {
  for (const config::Route& route : settings.routes)
    if (!route.is_pattern()) return route.model;
  std::string name = settings.routes.front().model;
  name.back() = '1';
  return name;
}

void greet(const config::Settings& settings, const gateway::Gateway& gateway) {
  std::string address = settings.listen.host + ":" + std::to_string(gateway.port());
  address = (settings.listen.tls ? "https://" : "http://") + address;
  std::printf("Sluice serves on %s/v1 (configuration: %s)\n\n", address.c_str(), settings.file.c_str());
  std::printf("  model                 answered by, in this order, as far as the policy allows\n");
  for (const gateway::Serving& serving : gateway.serving()) {
    const char* name = serving.route.c_str();
    for (const std::string& deployment : serving.deployments) {
      std::printf("  %-20s  %s\n", name, deployment.c_str());
      name = "";
    }
  }
  std::printf("\n  records: %s (sluice records)\n", settings.data_dir.c_str());
  if (int closed = gateway.interrupted_at_start())
    std::printf("  %d record(s) that a killed process left open were closed as interrupted\n", closed);
  const bool built_in = settings.file.starts_with('(');  // no file that would come before the variable
  if (built_in && settings.deployments.size() == 1)
    std::printf(
        "\n  To add DeepSeek's API: DEEPSEEK_API_KEY=sk-... sluice serve (public requests only),\n"
        "  or write a sluice.yaml (docs/configuration.md).\n");
  std::printf(
      "\n  Try: curl %s/v1/chat/completions -H 'Content-Type: application/json' \\\n"
      "%s"
      "         -d '{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"How do I add a DeepSeek "
      "key?\"}]}'\n"
      "  OpenAI's clients: base URL %s/v1. Anthropic's: %s (docs/clients.md)\n\n",
      address.c_str(), settings.keys.empty() ? "" : "         -H 'Authorization: Bearer <key>' \\\n",
      model_to_try(settings).c_str(), address.c_str(), address.c_str());
  std::fflush(stdout);
}

// glibc returns memory to the system and takes it again all the time under a load whose peaks come and go; each
// page taken again is a fault and 4 KiB of zeros. Requests up to 4 MiB stay on the heap, and it shrinks by 32 MiB
// at least.
void keep_memory() {
  mallopt(M_MMAP_THRESHOLD, 4 << 20);
  mallopt(M_TRIM_THRESHOLD, 32 << 20);
  mallopt(M_TOP_PAD, 1 << 20);
}

}  // namespace

int serve(const ServeOptions& options) {
  keep_memory();
  auto settings = load_settings(options.config);
  if (!settings) return complain(settings.error());
  if (!options.listen.empty()) {
    Status listen = config::override_listen(*settings, options.listen);
    if (!listen) return complain(listen.error());
  }
  set_log_level(settings->log_level);
  auto gateway = gateway::Gateway::create(*settings);
  if (!gateway) return complain(gateway.error());
  greet(*settings, **gateway);
  (*gateway)->run();
  return 0;
}

}  // namespace sluice::app
