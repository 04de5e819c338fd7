// What all loops of a gateway share: immutable snapshots and thread-safe services. Made once at start.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>

#include "base/time.h"
#include "config/settings.h"
#include "engine/engine.h"
#include "ledger/ledger.h"
#include "ledger/prices.h"
#include "policy/policy.h"
#include "sense/sense.h"

namespace sluice::gateway {

struct Shared {
  config::Settings settings;
  std::shared_ptr<const policy::Policy> policy;
  std::unique_ptr<sense::Judge> judge;
  std::shared_ptr<const ledger::Prices> prices;
  std::unique_ptr<ledger::Ledger> ledger;
  std::map<std::string, std::shared_ptr<engine::Engine>> engines;  // by deployment
  const Clock* clock = &system_clock();
  std::atomic<bool> draining{false};  // a graceful stop has begun: no new requests
};

}  // namespace sluice::gateway
