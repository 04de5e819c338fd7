// Host names to addresses, on a few threads of their own: getaddrinfo blocks, sometimes for half a minute, and one
// dead name server must not hold up the look-ups of other hosts. No Asio here.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "net/loop.h"

namespace sluice::net {

struct Address {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // network order; the first 4 for IPv4
  std::uint32_t scope = 0;               // IPv6 link-local interface
  bool operator==(const Address&) const = default;
};

// getaddrinfo gives no time to live; half a minute keeps a burst of connections to one query and still follows a
// change of address soon.
inline constexpr Duration kAddressTtl = std::chrono::seconds(30);

// One loop's answers. A connect that failed on every address forgets them.
class AddressCache {
 public:
  const std::vector<Address>* find(const std::string& host, MonotonicTime now) const;
  void keep(const std::string& host, std::vector<Address> addresses, MonotonicTime now);
  void forget(const std::string& host) { entries_.erase(host); }

 private:
  struct Entry {
    std::vector<Address> addresses;
    MonotonicTime until;
  };
  std::map<std::string, Entry> entries_;
};

// Blocks. Addresses in the system's order with the two families taking turns (RFC 8305, section 4).
Result<std::vector<Address>> resolve_now(const std::string& host);
// A numeric address, without asking anyone.
std::vector<Address> parse_address(const std::string& host);
// Suspends until the answer is there or `limit` passed; the look-up itself can't be stopped and is left to end.
Task<Result<std::vector<Address>>> resolve(Loop& loop, std::string host, Duration limit);

}  // namespace sluice::net
