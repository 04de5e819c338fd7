// The prefix cache: pages of a model's state (model/pages.h) by the tokens that led to them.
//
// A page is found by a keyed hash of its tenant and of all tokens up to its end:
//   key(i) = HMAC-SHA-256(secret, key(i - 1) || tokens of page i), key(-1) = HMAC-SHA-256(secret, tenant)
// so that no tenant finds another one's pages, whatever it sends, and nobody without the secret can say which key
// a text has. Memory is bounded: every tenant has the same share, fixed at the start, in which what was used least
// recently makes room; nothing a tenant does changes what another one finds.
//
// Not thread-safe: the scheduler's thread alone uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/model/pages.h"

namespace sluice::engine {

struct CacheLimits {
  std::uint64_t bytes = 0;           // of all tenants together
  std::vector<std::string> tenants;  // who get a share, at least one; nobody else does
};

using Page = std::vector<std::byte>;  // PageForm::bytes

// How far a sequence has come in the cache: its pages from the first on that were found or put.
struct Trail {
  std::string tenant;
  std::string last;    // the key of the newest page; empty: none yet
  int pages = 0;       // found or put
  bool ended = false;  // the next page was not kept, so that those after it would never be found
};

class PrefixCache {
 public:
  // Errors: engine.unsupported if a tenant's share holds no page.
  static Result<std::unique_ptr<PrefixCache>> create(const model::PageForm& form, const CacheLimits& limits);

  PrefixCache(const model::PageForm& form, const CacheLimits& limits);  // use create()

  const model::PageForm& form() const { return form_; }

  // The pages that are held of `tokens`, from the first one on, all within the first `most` tokens. The trail,
  // which must be new, leads to their end.
  std::vector<std::shared_ptr<const Page>> find(Trail& trail, std::span<const std::int32_t> tokens,
                                                std::size_t most);
  // Keeps the page behind the trail's last: `tokens` are its own, PageForm::positions of them, and `fill` writes
  // it. Where it is held already or there is no room for it, `fill` is not called.
  void put(Trail& trail, std::span<const std::int32_t> tokens,
           const std::function<void(std::span<std::byte>)>& fill);

  std::uint64_t bytes() const;  // held now

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Page> page;
  };
  // Most recently used first. A page stands before the pages that continue it, so that what makes room, at the
  // end, is never what others need to be found.
  using Order = std::list<Entry>;
  struct Share {
    Order order;
    std::unordered_map<std::string, Order::iterator> index;
    std::uint64_t bytes = 0;
  };

  std::string next_key(const Trail& trail, std::span<const std::int32_t> tokens) const;
  Share* share_of(const std::string& tenant);
  bool make_room(Share& share, const std::string& spared);

  const model::PageForm form_;
  const std::uint64_t share_bytes_, entry_bytes_;
  std::string secret_;
  std::map<std::string, Share> shares_;  // by tenant
};

}  // namespace sluice::engine
