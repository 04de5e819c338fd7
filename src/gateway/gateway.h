// The gateway: composes all rooms into a running server. The only place that does.
//
//   SLUICE_TRY(auto gateway, Gateway::create(settings));
//   gateway->run();   // until SIGINT or SIGTERM, then a graceful stop
//
// Threads: one loop per thread (settings.loops), each with its own listener on the shared port, its own
// backends and connections; objects never move between loops. The engine, the judge, the policy and the
// ledger are shared and thread-safe. The way of a request is told by gateway/way.h.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "config/settings.h"

namespace sluice::gateway {

// What is being served, for the greeting and `sluice models`.
struct Serving {
  std::string route;
  std::vector<std::string> deployments;  // "guide (device): sluice-guide; ..."
};

class Gateway {
 public:
  // Loads policy, prices, engines and ledger, and binds the port. Errors: config.*, policy.*, prices.*,
  // gguf.*, engine.*, ledger.*, net.* with the place and the remedy.
  static Result<std::unique_ptr<Gateway>> create(config::Settings settings);
  virtual ~Gateway() = default;
  virtual std::uint16_t port() const = 0;
  virtual std::vector<Serving> serving() const = 0;
  virtual int interrupted_at_start() const = 0;  // records of a killed predecessor that were closed
  // Serves until a stop signal or stop(). A second signal stops at once.
  virtual void run() = 0;
  virtual void stop() = 0;  // graceful; from any thread
};

}  // namespace sluice::gateway
