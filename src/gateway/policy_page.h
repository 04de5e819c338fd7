// The policy in force: how it is read at the start and anew, and the pages that show it and have it read anew.
//
//   GET /sluice/policy             revision, digest, since when, and why the latest file could not be used
//   POST /sluice/policy/reload     answers when requests are judged by the new one, or with policy.not_reloaded
//
// They take a key with the role `admin`; without keys in the configuration, whoever is on this machine.
#pragma once

#include <string_view>

#include "base/result.h"
#include "gateway/shared.h"
#include "gateway/way.h"
#include "http/codec.h"

namespace sluice::gateway {

// Reads the configuration's policy, or the built-in one, with every check. Errors: policy.*.
Status start_policy(Shared& shared);
// Which policy is in force from the start, for the ledger; ledger.unavailable.
Status record_first_policy(Shared& shared);
// start_policy() with what takes its place, in the office. The change is in the ledger before it takes effect,
// with who asked for it; null: a signal. Also ledger.unavailable: then the old policy stays.
Result<ActivePolicy::Change> reload_policy(Shared& shared, const Principal* who);

bool is_policy_page(std::string_view path);
net::Task<Result<http::Response>> policy_page(Lane lane, const http::Request& request);

}  // namespace sluice::gateway
