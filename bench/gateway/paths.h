// The ways to the same upstream: direct, nginx as a plain reverse proxy, Sluice with its whole chain, and Sluice
// without its judge and its ledger (bare.cpp).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "process.h"
#include "upstream.h"

namespace bench {

struct Path {
  std::string name;
  std::uint16_t port = 0;
  std::unique_ptr<Process> process;  // in the middle; null for direct
};

// Writes the configurations into `folder`, starts what stands in the middle on `core` (-1: any) with one worker
// and one loop, and waits until it listens.
std::vector<Path> start_paths(const std::string& sluice, const std::string& folder, const Upstream& upstream,
                              int core);

}  // namespace bench
