#include <unistd.h>

#include <cstdlib>

#include "app/commands.h"
#include "app/talk/talk.h"
#include "engine/builtin/builtin.h"

namespace sluice::app {
namespace {

constexpr const char* kGuide = "builtin:guide";

Result<std::unique_ptr<Partner>> gateway(const ChatOptions& options) {
  GatewayAddress address;
  address.url = options.url;
  address.model = options.model;
  address.ca_file = options.ca_file;
  const char* key = std::getenv(options.key_env.c_str());
  if (key) address.key = key;
  // The usual variable may be missing, since a gateway may have no keys; one that was named may not.
  if (!key && options.key_env != ChatOptions().key_env)
    return fail("auth.missing", "the variable " + options.key_env + " is not set", "",
                "export your key of this Sluice");
  return gateway_partner(address);
}

Result<std::unique_ptr<Partner>> local(const ChatOptions& options) {
  engine::LoadOptions load;
  load.threads = options.threads;
  load.context = options.context;
  load.slots = 1;
  if (options.file.empty() || options.file == kGuide) {
    load.embedded = engine::guide_gguf();
    load.embedded_name = kGuide;
  } else {
    load.path = options.file;
  }
  SLUICE_TRY(auto engine, engine::Engine::load(load));
  return engine_partner(std::move(engine));
}

}  // namespace

int chat(const ChatOptions& options) {
  TalkPlace place;
  place.in = STDIN_FILENO;
  place.in_terminal = isatty(STDIN_FILENO) == 1;
  place.out_terminal = isatty(STDOUT_FILENO) == 1;
  const Interrupts interrupts(place.in_terminal);
  auto partner = options.url.empty() ? local(options) : gateway(options);
  if (!partner) return complain(partner.error());
  TalkSettings settings{options.system, options.max_tokens, options.temperature, options.seed};
  return Talk(**partner, std::move(settings), place, interrupts).run();
}

}  // namespace sluice::app
