// Example records and a synchronous way to write them. Only tests and benchmarks include this.
#pragma once

#include <future>
#include <memory>
#include <string>

#include "ledger/ledger.h"

namespace sluice::ledger {

inline Opening example_opening(const std::string& id, UtcTime time = {1'700'000'000'000'000}) {
  Opening o;
  o.id = id;
  o.time = time;
  o.principal = "web";
  o.tenant = "acme";
  o.team = "support";
  o.protocol = "openai_chat";
  o.route = "auto";
  o.decision = "dec_abcdefghijklmnopqrstuvwxyz";
  o.revision = "2026-11-01";
  o.label_class = "regulated";
  o.categories = "health,pii";
  o.provenance = R"([{"source":"finding","detail":"medical","class":"regulated","category":"health"}])";
  o.verdicts =
      R"([{"deployment":"guide","allowed":true,"reason":"device"},{"deployment":"hosted","allowed":false,"reason":"class"}])";
  o.stream = true;
  return o;
}

inline Closing example_closing(const std::string& id, UtcTime time = {1'700'000'001'500'000}) {
  Closing c;
  c.id = id;
  c.time = time;
  c.outcome = "ok";
  c.status = 200;
  c.deployment = "guide";
  c.model = "guide-1";
  c.attempts = {{"hosted", "big-model", "hosted", "CN", {1'700'000'000'100'000}, 12, "upstream.stalled", "ab12"},
                {"guide", "guide-1", "device", "local", {1'700'000'000'200'000}, 1300, "ok", ""}};
  c.usage = chat::Usage{.cache_hit = 64, .cache_miss = 36, .completion = 50, .reasoning = 20};
  c.cost_nano_usd = 0;
  c.first_token_us = 250'000;
  c.total_us = 1'500'000;
  return c;
}

inline Status open_and_wait(Ledger& ledger, Opening opening) {
  auto answer = std::make_shared<std::promise<Status>>();
  auto future = answer->get_future();
  ledger.open_record(std::move(opening), [answer](Status status) { answer->set_value(std::move(status)); });
  return future.get();
}

inline Status close_and_wait(Ledger& ledger, Closing closing) {
  auto answer = std::make_shared<std::promise<Status>>();
  auto future = answer->get_future();
  ledger.close_record(std::move(closing), [answer](Status status) { answer->set_value(std::move(status)); });
  return future.get();
}

}  // namespace sluice::ledger
