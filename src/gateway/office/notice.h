// What people are told by a webhook: ids, label and rule, never a text. A pure translation.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"

namespace sluice::gateway {

struct Notice {
  std::string id;      // "ntc_...": the same in every delivery, so that a receiver can tell a repetition
  std::string target;  // its name in the configuration
  std::string event;   // "policy.notify": a request goes to a deployment whose rule obliges it; "approval.waits"
  UtcTime time;
  std::string request, ticket;  // ids; empty: none
  std::string label_class, categories;
  std::string deployment;  // of an approval: those that wait, "a, b"
  std::string revision, rule;
};

std::string notice_json(const Notice& notice);

// The value of x-sluice-signature: "t=SECONDS,v1=HEX", where HEX is HMAC-SHA-256 under the target's secret over
// "SECONDS.BODY". The time is the delivery's, so that a receiver can refuse what was sent long ago.
std::string notice_signature(std::string_view secret, UtcTime now, std::string_view body);

}  // namespace sluice::gateway
