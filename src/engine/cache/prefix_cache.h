// The prefix cache: pages of a model's state (model/pages.h) by the tokens that led to them.
//
// A page is found by a keyed hash of its tenant and of all tokens up to its end:
//   key(i) = HMAC-SHA-256(secret, key(i - 1) || tokens of page i), key(-1) = HMAC-SHA-256(secret, tenant)
// so that no tenant finds another one's pages, whatever it sends, and nobody without the secret can say which key
// a text has. Memory is bounded: every tenant has the same share, fixed at the start, in which what was used least
// recently makes room; nothing a tenant does changes what another one finds. Behind it there may be a folder
// (disk.h), where pages outlive the process.
//
// Not thread-safe: the scheduler's thread alone uses it, but for forget_disk().
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "engine/cache/chains.h"
#include "engine/cache/disk.h"
#include "engine/cache/use.h"
#include "engine/model/pages.h"

namespace sluice::engine {

struct CacheLimits {
  std::uint64_t bytes = 0;           // of all tenants together
  std::vector<std::string> tenants;  // who get a share, at least one; nobody else does
};

// How far a sequence has come in the cache: its pages from the first on that were found or put.
struct Trail {
  std::string tenant;
  std::string first, last;  // the keys of the first and of the newest page; empty: none yet
  int pages = 0;            // found or put
  bool ended = false;       // the next page was not kept, so that those after it would never be found
  bool disk_ended = false;  // the same on disk
  void add(const std::string& key);
};

class PrefixCache {
 public:
  // `disk`: null for none. Errors: engine.unsupported if a tenant's share holds no page.
  static Result<std::unique_ptr<PrefixCache>> create(const model::PageForm& form, const CacheLimits& limits,
                                                     std::unique_ptr<DiskPages> disk = nullptr);
  PrefixCache(const model::PageForm& form, const CacheLimits& limits,
              std::unique_ptr<DiskPages> disk);  // create()

  const model::PageForm& form() const { return form_; }

  // The pages that are in memory of `tokens`, from the first one on, all within the first `most` tokens. The
  // trail, which must be new, leads to their end. What may be on disk and is not, will be.
  std::vector<std::shared_ptr<const Page>> find(Trail& trail, std::span<const std::int32_t> tokens,
                                                std::size_t most, Keep keep);
  // The keys of the pages behind the trail's last that are on disk, within the same bounds.
  std::vector<std::string> on_disk(const Trail& trail, std::span<const std::int32_t> tokens,
                                   std::size_t most) const;
  // Calls `done` on another thread with the pages of such keys, up to the first that can't be used.
  void fetch(const Trail& trail, std::vector<std::string> keys, DiskPages::Done done);
  void drop_fetches();  // none is called after it returned
  // Takes a fetched page into memory; the trail leads to its end.
  void adopt(Trail& trail, const std::string& key, std::shared_ptr<const Page> page);

  // Keeps the page behind the trail's last: `tokens` are its own, PageForm::positions of them, and `fill` writes
  // it. Where it is held already or there is no room for it, `fill` is not called.
  void put(Trail& trail, std::span<const std::int32_t> tokens,
           const std::function<void(std::span<std::byte>)>& fill, Keep keep);

  // The trail's pages are not to be trusted: they go, and what continues the first of them, on disk too. Nothing
  // more is kept by this trail.
  void distrust(Trail& trail);

  void forget();       // what is in memory
  void forget_disk();  // what is on disk; from any thread

  std::uint64_t bytes() const;  // held now, in memory

 private:
  using Share = Chains<std::shared_ptr<const Page>>;

  std::string next_key(const std::string& tenant, const std::string& last,
                       std::span<const std::int32_t> tokens) const;
  Share* share_of(const std::string& tenant);
  bool hold(Share& share, const std::string& parent, const std::string& key, std::shared_ptr<const Page> page);
  void keep_on_disk(Trail& trail, const std::string& parent, const std::string& key,
                    const std::shared_ptr<const Page>& page, Keep keep);

  const model::PageForm form_;
  const std::uint64_t share_bytes_, entry_bytes_;
  std::map<std::string, Share> shares_;  // by tenant
  std::unique_ptr<DiskPages> disk_;
  std::string secret_;
};

}  // namespace sluice::engine
