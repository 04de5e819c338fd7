// What a request costs, from the price file (catalog/prices.yaml): dated, with daily UTC peak windows, per model.
// Immutable after reading; thread-safe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "chat/event.h"

namespace sluice::ledger {

class Prices {
 public:
  // Errors name file:line:column: prices.syntax, prices.unknown_key, prices.overlap, prices.negative.
  static Result<std::shared_ptr<const Prices>> parse(std::string_view yaml, const std::string& file);
  static Result<std::shared_ptr<const Prices>> read(const std::string& file);
  virtual ~Prices() = default;
  // Nano-USD (1e-9). `provider` is the deployment's kind, `model` the upstream's model name, `time` when the
  // request started. nullopt: no price known for that model at that time. The engine costs 0 here (its hardware is
  // not counted yet).
  virtual std::optional<std::int64_t> cost_nano_usd(std::string_view provider, std::string_view model,
                                                    UtcTime time, const chat::Usage& usage) const = 0;
};

std::string_view default_prices_text();  // catalog/prices.yaml, compiled in

}  // namespace sluice::ledger
