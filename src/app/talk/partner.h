// Who answers in a talk: a model in this process, or a running Sluice.
#pragma once

#include <memory>
#include <string>

#include "app/talk/mailbox.h"
#include "base/result.h"
#include "chat/request.h"
#include "engine/engine.h"

namespace sluice::app {

// An answer on its way; ends it when destroyed, and nothing is put into the mailbox after that.
class Speaking {
 public:
  virtual ~Speaking() = default;
};

class Partner {
 public:
  virtual ~Partner() = default;
  // The answer's chunks go to the mailbox, which outlives it; the last has `last`.
  virtual Result<std::unique_ptr<Speaking>> ask(const chat::Request& request, Mailbox& mailbox) = 0;
  virtual const std::string& model() const = 0;  // what a request names
  virtual std::string described() const = 0;     // for the greeting
};

std::unique_ptr<Partner> engine_partner(std::unique_ptr<engine::Engine> engine);

struct GatewayAddress {
  std::string url;      // "http://127.0.0.1:8080", with or without /v1
  std::string key;      // may be empty
  std::string ca_file;  // instead of the system's
  std::string model;    // empty: the only one that is listed
};
// Asks for the list of models. Errors: what the gateway says; chat.address (no address, or one that would show the
// key to a network), chat.model (there are several and none is named, or not this one).
Result<std::unique_ptr<Partner>> gateway_partner(const GatewayAddress& address);

}  // namespace sluice::app
