// The prefix cache's second tier: pages in a folder, which outlive the process.
//
//   FOLDER/lock   held while in use: one cache, one folder
//   FOLDER/key    32 random bytes, mode 0600
//   FOLDER/TAG/KEY.PARENT.page    a page (page_seal.h); TAG is a keyed hash of tenant and model, KEY the page's
//   key in
//                                 the cache, PARENT the first 16 characters of the page's that it continues
//
// A thread of its own reads and writes; nobody waits for a write. Each tenant has the same share of the folder, in
// which what was used least recently makes room, and what is older than the age goes. Files appear whole (written
// beside, then renamed); one that is not what its name says, in any bit, is removed and counts as not there. What
// carries the name of another model or of a tenant that is no more is removed at the start; files that look
// different are left alone. Where a write fails (the disk is full), storing ends with a line in the log, and what
// is there goes on to be used.
//
// Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "base/result.h"
#include "engine/cache/chains.h"
#include "engine/cache/page_seal.h"

namespace sluice::engine {

struct DiskOptions {
  std::string folder;           // made with mode 0700 where it is not there
  std::uint64_t bytes = 0;      // of all files, all tenants together
  std::chrono::seconds age{0};  // since a page was written
  std::vector<std::string> tenants;
  std::string identity;  // of the model's state: pages of another one are of no use
  std::uint64_t page_bytes = 0;
  int stride = 2;                                         // PageSeal's
  std::function<std::int64_t()> now;                      // seconds since 1970; null: the system's clock
  std::uint64_t waiting_bytes = std::uint64_t{64} << 20;  // of pages that wait to be written; more are not stored
};

// Removes every page of a folder that no cache has open; of one that is open, or not there, nothing.
void forget_folder(const std::string& folder);
// The same for those pages only that were written longer than `age` before `now` (seconds since 1970; nullopt: the
// system's clock says): nobody else looks after the folder of a model that is not loaded.
void forget_old_pages(const std::string& folder, std::chrono::seconds age,
                      std::optional<std::int64_t> now = std::nullopt);

class DiskPages {
 public:
  // Errors: engine.cache (folder, lock, key), engine.unsupported if a tenant's share holds no page.
  static Result<std::unique_ptr<DiskPages>> open(DiskOptions options);
  DiskPages(DiskOptions options, PageSeal seal, int lock);  // use open()
  ~DiskPages();                                             // writes what waits
  DiskPages(const DiskPages&) = delete;

  std::string chain_secret() const { return seal_.chain_secret(); }
  bool has(const std::string& tenant, const std::string& key) const;
  // Stores the page that continues `parent` (empty: none) soon. False if it will not be: then those that continue
  // it would never be found.
  bool keep(const std::string& tenant, const std::string& parent, const std::string& key,
            std::shared_ptr<const Page> page);
  // Calls `done` on the cache's thread with the pages of `keys`, which continue each other, up to the first that
  // is not there.
  using Done = std::function<void(std::vector<std::shared_ptr<const Page>>)>;
  void fetch(const std::string& tenant, std::vector<std::string> keys, Done done);
  // Removes all pages, and drops those that wait to be written. Blocks for as long as that takes.
  void forget();
  // Removes the page of this key and all that continue it; what waits to be written of this tenant is dropped too.
  void forget_from(const std::string& tenant, const std::string& key);
  void drop_fetches();  // none is called after it returned
  void settle();        // returns when nothing waits any more; for tests

  std::uint64_t bytes() const;  // of all files
  bool storing() const { return storing_; }

 private:
  struct File {
    std::string path;
    std::int64_t created = 0;
  };
  using Share = Chains<File>;
  struct Store {
    std::string tenant, parent, key;
    std::shared_ptr<const Page> page;
  };
  struct Fetch {
    std::string tenant;
    std::vector<std::string> keys;
    Done done;
  };

  Status scan();
  void scan_tenant(const std::string& tenant, const std::string& folder);
  std::string folder_of(const std::string& tenant) const;
  void work();
  void write(const Store& store, std::uint64_t forgotten);
  Status write_file(const std::string& path, const std::string& bytes, std::int64_t created) const;
  std::vector<std::shared_ptr<const Page>> read(const Fetch& fetch);
  std::shared_ptr<const Page> read_page(const std::string& tenant, const std::string& key);
  void forget_old();
  void stop_storing(const std::string& why);

  const DiskOptions options_;
  const PageSeal seal_;
  const int lock_file_;
  const std::uint64_t share_bytes_;
  std::atomic<bool> storing_{true};

  mutable std::mutex lock_;  // guards what is below, up to stopping_; never held while a file is read or written
  std::condition_variable wake_, settled_;
  std::map<std::string, Share> shares_;  // by tenant
  std::deque<Store> stores_;
  std::deque<Fetch> fetches_;
  std::uint64_t waiting_bytes_ = 0;
  std::uint64_t forgotten_ = 0;  // how often
  bool fetching_ = false, writing_ = false, stopping_ = false;
  std::int64_t last_sweep_ = 0;  // the cache's thread only
  std::thread thread_;           // last
};

}  // namespace sluice::engine
