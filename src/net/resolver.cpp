#include "net/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>

namespace sluice::net {
namespace {

constexpr int kThreads = 4;

struct Lookup {
  std::string host;
  Signal done;
  Result<std::vector<Address>> answer;  // written by the thread before done.set(), read by the loop after it
  Lookup(std::string h, Loop& loop) : host(std::move(h)), done(loop), answer(std::vector<Address>()) {}
};

// Shared by all loops. The threads end when the queue is empty, and hold the pool, so that one which is still
// stuck in getaddrinfo when the process ends touches nothing that was destroyed.
struct Pool {
  std::mutex lock;  // guards queue and threads
  std::deque<std::shared_ptr<Lookup>> queue;
  int threads = 0;
};

void work(const std::shared_ptr<Pool>& pool) {
  for (;;) {
    std::shared_ptr<Lookup> job;
    {
      std::lock_guard guard(pool->lock);
      if (pool->queue.empty()) {
        --pool->threads;
        return;
      }
      job = std::move(pool->queue.front());
      pool->queue.pop_front();
    }
    job->answer = resolve_now(job->host);
    job->done.set();
  }
}

bool enqueue(std::shared_ptr<Lookup> job) {
  static const std::shared_ptr<Pool> pool = std::make_shared<Pool>();
  std::lock_guard guard(pool->lock);
  pool->queue.push_back(std::move(job));
  if (pool->threads >= kThreads) return true;
  try {
    std::thread([own = pool] { work(own); }).detach();
    ++pool->threads;
  } catch (const std::system_error&) {
    if (pool->threads == 0) pool->queue.pop_back();
    return pool->threads > 0;
  }
  return true;
}

Address from_sockaddr(const sockaddr* raw) {
  Address address;
  if (raw->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, raw, sizeof in);
    address.v6 = true;
    std::memcpy(address.bytes.data(), &in.sin6_addr, 16);
    address.scope = in.sin6_scope_id;
  } else {
    sockaddr_in in{};
    std::memcpy(&in, raw, sizeof in);
    std::memcpy(address.bytes.data(), &in.sin_addr, 4);
  }
  return address;
}

std::vector<Address> take_turns(const std::vector<Address>& in) {
  std::vector<Address> first, second, out;
  for (const Address& a : in) (a.v6 == in.front().v6 ? first : second).push_back(a);
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) out.push_back(first[i]);
    if (i < second.size()) out.push_back(second[i]);
  }
  return out;
}

std::vector<Address> query(const std::string& host, int flags, int& error) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags;
  addrinfo* list = nullptr;
  std::vector<Address> out;
  error = getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (error != 0) return out;
  std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
  for (const addrinfo* a = list; a; a = a->ai_next) {
    if (a->ai_family != AF_INET && a->ai_family != AF_INET6) continue;
    Address address = from_sockaddr(a->ai_addr);
    if (std::find(out.begin(), out.end(), address) == out.end()) out.push_back(address);
  }
  return out.empty() ? out : take_turns(out);
}

}  // namespace

const std::vector<Address>* AddressCache::find(const std::string& host, MonotonicTime now) const {
  auto entry = entries_.find(host);
  return entry == entries_.end() || entry->second.until <= now ? nullptr : &entry->second.addresses;
}

void AddressCache::keep(const std::string& host, std::vector<Address> addresses, MonotonicTime now) {
  Entry& entry = entries_[host];
  entry.addresses = std::move(addresses);
  entry.until = now + std::chrono::duration_cast<MonotonicTime::duration>(kAddressTtl);
}

std::vector<Address> parse_address(const std::string& host) {
  int error = 0;
  // getaddrinfo's IPv4 also takes "127.1" and "0x7f.1"; inet_pton decides what counts as numeric.
  in_addr v4{};
  bool numeric = host.find(':') != std::string::npos || inet_pton(AF_INET, host.c_str(), &v4) == 1;
  return numeric ? query(host, AI_NUMERICHOST, error) : std::vector<Address>();
}

Result<std::vector<Address>> resolve_now(const std::string& host) {
  std::vector<Address> numeric = parse_address(host);
  if (!numeric.empty()) return numeric;
  int error = 0;
  std::vector<Address> out = query(host, AI_ADDRCONFIG, error);
  if (error == 0 && !out.empty()) return out;
  std::string why = error == EAI_SYSTEM ? std::generic_category().message(errno)
                                        : std::string(error ? gai_strerror(error) : "no usable address");
  return fail("net.resolve", "'" + host + "' has no address: " + why, "",
              "check the name, and the name servers in /etc/resolv.conf");
}

Task<Result<std::vector<Address>>> resolve(Loop& loop, std::string host, Duration limit) {
  auto job = std::make_shared<Lookup>(host, loop);
  if (!enqueue(job)) co_return fail("net.resolve", "no thread could be started to resolve '" + host + "'");
  bool in_time = co_await job->done.wait_for(limit);
  if (!in_time)
    co_return fail("net.timeout", "resolving '" + host + "' took too long", "", "check the name servers");
  co_return std::move(job->answer);
}

}  // namespace sluice::net
