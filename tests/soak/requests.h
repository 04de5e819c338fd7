// What clients ask: drawn from the seed, and written as bytes.
#pragma once

#include "asked.h"

namespace soak {

inline constexpr const char* kClientKey = "soak-client-key-0123456789abcdef";

// The next request, or several that go together on one connection. `fronts`: which ones the gateway has.
std::vector<AskedPtr> draw_requests(Random& random, std::uint64_t seed, std::uint32_t& number,
                                    const std::vector<Front>& fronts);
std::string write_request(const Asked& asked, Random& random);

}  // namespace soak
