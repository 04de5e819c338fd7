// The pages of approvals, below /sluice/approvals (docs/approvals.md). For whoever holds a key: they see what they
// asked for themselves and what they may approve, of their own tenant.
//
//   GET  /sluice/approvals[?state=pending]      GET  /sluice/approvals/ID      GET /sluice/approvals/ID/text
//   POST /sluice/approvals/ID/approve           POST /sluice/approvals/ID/refuse
#pragma once

#include <string_view>

#include "base/result.h"
#include "gateway/shared.h"
#include "http/codec.h"

namespace sluice::gateway {

bool is_approvals(std::string_view path);
// Blocks while the ledger writes what was decided (milliseconds, and as often as people decide).
Result<http::Response> approvals_page(Shared& shared, const http::Request& request);

}  // namespace sluice::gateway
