#include "engine/cache/disk.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <unordered_map>

#include "base/log.h"

namespace sluice::engine {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kKeyLength = 64, kParentLength = 16, kTagLength = 32;
constexpr std::string_view kEnding = ".page", kDraft = ".page.new", kNoParent = "0000000000000000";
constexpr std::int64_t kSweep = 60;         // seconds between two looks for what is too old
constexpr std::int64_t kAhead = 24 * 3600;  // a file from further in the future than this is not believed
constexpr std::chrono::minutes kIdle{10};   // the thread looks for what is too old

bool is_hex(std::string_view text) { return text.find_first_not_of("0123456789abcdef") == std::string_view::npos; }

struct Name {
  std::string key, parent;  // `parent` shortened
};
std::optional<Name> parse_name(std::string_view name) {
  if (name.size() != kKeyLength + 1 + kParentLength + kEnding.size() || !name.ends_with(kEnding)) return {};
  const std::string_view key = name.substr(0, kKeyLength), parent = name.substr(kKeyLength + 1, kParentLength);
  if (!is_hex(key) || !is_hex(parent) || name[kKeyLength] != '.') return {};
  return Name{std::string(key), std::string(parent)};
}

Failure unusable(const std::string& path, const std::string& why) {
  return fail("engine.cache", "the prefix cache can't use its folder: " + why, path,
              "give it a folder of its own that Sluice may write to, or leave `disk` out");
}

std::int64_t system_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::int64_t written_at(const fs::path& path, std::error_code& failed) {
  const auto time = fs::last_write_time(path, failed);
  if (failed) return 0;
  const auto system = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration_cast<std::chrono::seconds>(system.time_since_epoch()).count();
}

// When a page may have been written: not longer ago than the age, and not in the future.
struct Times {
  std::int64_t now = 0, age = 0;
  bool hold(std::int64_t created) const { return now - created <= age && created <= now + kAhead; }
};

// Removes pages, all of them or those that `times` do not hold; our own files only: whoever gives the cache a
// folder with other things in it keeps them. Drafts are left of a process that was killed, since nobody has the
// folder open.
void remove_pages(const fs::path& folder, const Times* times = nullptr) {
  std::error_code failed;
  std::vector<fs::path> ours;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    const std::string name = entry.path().filename().string();
    const bool old = times == nullptr || !times->hold(written_at(entry.path(), failed));
    if (name.ends_with(kDraft) || (old && parse_name(name))) ours.push_back(entry.path());
  }
  for (const fs::path& path : ours) fs::remove(path, failed);
  fs::remove(folder, failed);  // only if it is empty
}

// The number of a file that is held while a cache has the folder; -1, with errno: it can't be. EWOULDBLOCK:
// another one has.
int hold(const std::string& lock_path, int more_flags) {
  const int lock = ::open(lock_path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | more_flags, 0600);
  if (lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0) return lock;
  const int reason = errno;
  close(lock);
  errno = reason;
  return -1;
}

bool is_tag(const std::string& name) { return name.size() == kTagLength && is_hex(name); }

void remove_from_closed(const std::string& folder, const Times* times) {
  const int lock = hold(folder + "/lock", 0);
  if (lock < 0) return;
  std::error_code failed;
  std::vector<fs::path> tenants;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed))
    if (is_tag(entry.path().filename().string())) tenants.push_back(entry.path());
  for (const fs::path& tenant : tenants) remove_pages(tenant, times);
  close(lock);
}

}  // namespace

void forget_folder(const std::string& folder) { remove_from_closed(folder, nullptr); }

void forget_old_pages(const std::string& folder, std::chrono::seconds age, std::optional<std::int64_t> now) {
  const Times times{now ? *now : system_seconds(), age.count()};
  remove_from_closed(folder, &times);
}

Result<std::unique_ptr<DiskPages>> DiskPages::open(DiskOptions options) {
  if (!options.now) options.now = system_seconds;
  std::error_code failed;
  const fs::path folder = options.folder;
  if (!fs::exists(folder, failed)) {
    fs::create_directories(folder, failed);
    if (!failed) fs::permissions(folder, fs::perms::owner_all, failed);
    if (failed) return unusable(options.folder, failed.message());
  }
  const std::string lock_path = options.folder + "/lock";
  const int lock = hold(lock_path, O_CREAT);
  if (lock < 0 && errno == EWOULDBLOCK) return unusable(options.folder, "another deployment or process uses it");
  if (lock < 0) return unusable(lock_path, std::strerror(errno));
  auto seal = PageSeal::open(options.folder, options.identity, options.page_bytes, options.stride);
  if (!seal) {
    close(lock);
    return fail(seal.error());
  }
  const std::uint64_t share = options.bytes / std::max<std::uint64_t>(1, options.tenants.size());
  if (share < seal->most_bytes()) {
    close(lock);
    return fail("engine.unsupported",
                "a prefix cache of " + std::to_string(options.bytes) + " bytes on disk for " +
                    std::to_string(options.tenants.size()) + " tenants gives each of them " +
                    std::to_string(share) + "; a page of this model needs up to " +
                    std::to_string(seal->most_bytes()),
                "", "give it more, or none");
  }
  auto pages = std::make_unique<DiskPages>(std::move(options), std::move(*seal), lock);
  SLUICE_TRY_VOID(pages->scan());
  pages->thread_ = std::thread([p = pages.get()] { p->work(); });
  return pages;
}

DiskPages::DiskPages(DiskOptions options, PageSeal seal, int lock)
    : options_(std::move(options)),
      seal_(std::move(seal)),
      lock_file_(lock),
      share_bytes_(options_.bytes / std::max<std::uint64_t>(1, options_.tenants.size())) {
  for (const std::string& tenant : options_.tenants) shares_.emplace(tenant, Share(share_bytes_));
}

DiskPages::~DiskPages() {
  {
    std::lock_guard guard(lock_);
    stopping_ = true;
    fetches_.clear();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  close(lock_file_);
}

std::string DiskPages::folder_of(const std::string& tenant) const {
  return options_.folder + "/" + seal_.tenant_tag(tenant);
}

Status DiskPages::scan() {
  std::error_code failed;
  std::set<std::string> ours;
  for (const std::string& tenant : options_.tenants) {
    const std::string folder = folder_of(tenant);
    ours.insert(folder);
    fs::create_directory(folder, failed);
    if (failed) return unusable(folder, failed.message());
    fs::permissions(folder, fs::perms::owner_all, failed);
    scan_tenant(tenant, folder);
  }
  std::vector<fs::path> strange;
  for (const fs::directory_entry& entry : fs::directory_iterator(options_.folder, failed)) {
    const std::string name = entry.path().filename().string();
    if (is_tag(name) && !ours.contains(entry.path().string())) strange.push_back(entry.path());
  }
  for (const fs::path& folder : strange) remove_pages(folder);
  if (!strange.empty())
    log::info("cache.other_pages_removed", {{"folders", static_cast<std::int64_t>(strange.size())}});
  return {};
}

// Takes up what an earlier process left: a page only behind the one that it continues.
void DiskPages::scan_tenant(const std::string& tenant, const std::string& folder) {
  struct Found {
    Name name;
    File file;
    std::uint64_t bytes = 0;
  };
  std::unordered_map<std::string, Found> by_start;  // of the key
  std::vector<const Found*> in_order;
  std::error_code failed;
  const Times times{options_.now(), options_.age.count()};
  std::vector<std::string> useless;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, failed)) {
    const std::string file = entry.path().filename().string();
    const std::optional<Name> name = parse_name(file);
    if (file.ends_with(kDraft)) useless.push_back(entry.path().string());
    if (!name) continue;
    const std::uint64_t bytes = entry.file_size(failed);
    const std::int64_t created = failed ? 0 : written_at(entry.path(), failed);
    if (failed || bytes > seal_.most_bytes() || !times.hold(created))
      useless.push_back(entry.path().string());
    else
      by_start[name->key.substr(0, kParentLength)] = {*name, {entry.path().string(), created}, bytes};
  }
  for (const auto& [start, found] : by_start) in_order.push_back(&found);
  std::sort(in_order.begin(), in_order.end(),
            [](const Found* a, const Found* b) { return a->file.created < b->file.created; });
  Share& share = shares_.at(tenant);
  for (const Found* newest : in_order) {
    std::vector<const Found*> chain;  // from the page back to the beginning
    std::set<std::string> seen;
    const Found* at = newest;
    while (at != nullptr && seen.insert(at->name.key).second) {
      chain.push_back(at);
      const auto parent = by_start.find(at->name.parent);
      at = parent == by_start.end() ? nullptr : &parent->second;
    }
    if (chain.back()->name.parent != kNoParent) continue;
    std::vector<std::string> keys;
    for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
      const std::string parent = keys.empty() ? "" : keys.back();
      keys.push_back((*link)->name.key);
      if (share.find(keys.back()) == nullptr) share.insert({keys.back(), parent, (*link)->bytes, (*link)->file});
    }
    share.touch(keys);
  }
  for (const auto& [start, found] : by_start)
    if (share.find(found.name.key) == nullptr) useless.push_back(found.file.path);
  if (const auto out = share.make_room(0, ""))
    for (const auto& entry : *out) useless.push_back(entry.value.path);
  for (const std::string& path : useless) fs::remove(path, failed);
}

bool DiskPages::has(const std::string& tenant, const std::string& key) const {
  std::lock_guard guard(lock_);
  const auto share = shares_.find(tenant);
  return share != shares_.end() && share->second.find(key) != nullptr;
}

bool DiskPages::keep(const std::string& tenant, const std::string& parent, const std::string& key,
                     std::shared_ptr<const Page> page) {
  if (!storing_) return false;
  {
    std::lock_guard guard(lock_);
    const auto share = shares_.find(tenant);
    if (share == shares_.end() || stopping_) return false;
    if (share->second.find(key) != nullptr) return true;
    if (waiting_bytes_ + page->size() > options_.waiting_bytes) return false;
    waiting_bytes_ += page->size();
    stores_.push_back({tenant, parent, key, std::move(page)});
  }
  wake_.notify_all();
  return true;
}

void DiskPages::fetch(const std::string& tenant, std::vector<std::string> keys, Done done) {
  {
    std::lock_guard guard(lock_);
    fetches_.push_back({tenant, std::move(keys), std::move(done)});
  }
  wake_.notify_all();
}

void DiskPages::drop_fetches() {
  std::deque<Fetch> dropped;  // destroyed outside the lock
  std::unique_lock guard(lock_);
  dropped.swap(fetches_);
  settled_.wait(guard, [this] { return !fetching_; });
}

void DiskPages::forget() {
  std::vector<std::string> paths;
  {
    std::lock_guard guard(lock_);
    ++forgotten_;
    for (const Store& store : stores_) waiting_bytes_ -= store.page->size();
    stores_.clear();
    for (auto& [tenant, share] : shares_) {
      for (const Share::Entry& entry : share.entries()) paths.push_back(entry.value.path);
      share = Share(share_bytes_);
    }
  }
  for (const std::string& path : paths) unlink(path.c_str());
}

void DiskPages::forget_from(const std::string& tenant, const std::string& key) {
  std::vector<Share::Entry> out;
  {
    std::lock_guard guard(lock_);
    ++forgotten_;
    std::erase_if(stores_, [&](const Store& store) {
      if (store.tenant == tenant) waiting_bytes_ -= store.page->size();
      return store.tenant == tenant;
    });
    if (const auto share = shares_.find(tenant); share != shares_.end()) out = share->second.remove_from(key);
  }
  for (const Share::Entry& entry : out) unlink(entry.value.path.c_str());
}

void DiskPages::settle() {
  std::unique_lock guard(lock_);
  settled_.wait(guard, [this] { return !fetching_ && !writing_ && stores_.empty() && fetches_.empty(); });
}

std::uint64_t DiskPages::bytes() const {
  std::lock_guard guard(lock_);
  std::uint64_t sum = 0;
  for (const auto& [tenant, share] : shares_) sum += share.bytes();
  return sum;
}

// Somebody waits for what is read, so that it goes first.
void DiskPages::work() {
  std::unique_lock guard(lock_);
  for (;;) {
    wake_.wait_for(guard, kIdle, [this] { return stopping_ || !fetches_.empty() || !stores_.empty(); });
    if (!fetches_.empty()) {
      Fetch fetch = std::move(fetches_.front());
      fetches_.pop_front();
      fetching_ = true;
      guard.unlock();
      fetch.done(read(fetch));
      fetch = {};
      guard.lock();
      fetching_ = false;
    } else if (!stores_.empty()) {
      Store store = std::move(stores_.front());
      stores_.pop_front();
      writing_ = true;
      const std::uint64_t forgotten = forgotten_;
      guard.unlock();
      forget_old();
      write(store, forgotten);
      guard.lock();
      waiting_bytes_ -= store.page->size();
      writing_ = false;
    } else if (stopping_) {
      return;
    } else {
      guard.unlock();
      forget_old();
      guard.lock();
    }
    settled_.notify_all();
  }
}

void DiskPages::stop_storing(const std::string& why) {
  storing_ = false;
  log::warn("cache.storing_stopped", {{"folder", options_.folder}, {"reason", why}});
}

Status DiskPages::write_file(const std::string& path, const std::string& bytes, std::int64_t created) const {
  const std::string draft = path + ".new";
  const int file = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
  bool written = file >= 0;
  for (std::size_t done = 0; written && done < bytes.size();) {
    const ssize_t now = ::write(file, bytes.data() + done, bytes.size() - done);
    if (now < 0 && errno == EINTR) continue;
    written = now > 0;
    if (written) done += static_cast<std::size_t>(now);
  }
  // The file's time is what a later process goes by.
  const timespec times[2] = {{0, UTIME_OMIT}, {created, 0}};
  written = written && futimens(file, times) == 0;
  int reason = errno;
  if (file >= 0 && close(file) != 0 && written) {
    written = false;
    reason = errno;
  }
  if (written && rename(draft.c_str(), path.c_str()) == 0) return {};
  if (written) reason = errno;
  unlink(draft.c_str());
  return unusable(path, std::strerror(reason));
}

// `forgotten` is that of the moment when the page was taken from the queue: a forget() that found it there no more
// must still reach it.
void DiskPages::write(const Store& store, std::uint64_t forgotten) {
  if (!storing_) return;
  const std::int64_t now = options_.now();
  const std::string bytes = seal_.seal(*store.page, store.tenant, store.key, now);
  std::vector<Share::Entry> out;
  {
    std::lock_guard guard(lock_);
    if (forgotten != forgotten_) return;
    Share& share = shares_.at(store.tenant);
    if (share.find(store.key) != nullptr || !share.reaches(store.parent)) return;
    auto room = share.make_room(bytes.size(), store.parent);
    if (!room) return;
    out = std::move(*room);
  }
  for (const Share::Entry& entry : out) unlink(entry.value.path.c_str());
  const std::string parent = store.parent.empty() ? std::string(kNoParent) : store.parent.substr(0, kParentLength);
  const std::string path = folder_of(store.tenant) + "/" + store.key + "." + parent + std::string(kEnding);
  if (const Status written = write_file(path, bytes, now); !written) return stop_storing(written.error().message);
  std::lock_guard guard(lock_);
  if (forgotten != forgotten_) {  // while it was being written
    unlink(path.c_str());
    return;
  }
  shares_.at(store.tenant).insert({store.key, store.parent, bytes.size(), {path, now}});
}

std::vector<std::shared_ptr<const Page>> DiskPages::read(const Fetch& fetch) {
  std::vector<std::shared_ptr<const Page>> pages;
  for (const std::string& key : fetch.keys) {
    auto page = read_page(fetch.tenant, key);
    if (page == nullptr) break;
    pages.push_back(std::move(page));
  }
  std::lock_guard guard(lock_);
  if (const auto share = shares_.find(fetch.tenant); share != shares_.end())
    share->second.touch(std::span(fetch.keys).first(pages.size()));
  return pages;
}

// What can't be opened is removed, whatever the reason.
std::shared_ptr<const Page> DiskPages::read_page(const std::string& tenant, const std::string& key) {
  std::string path;
  {
    std::lock_guard guard(lock_);
    const auto share = shares_.find(tenant);
    const auto* entry = share == shares_.end() ? nullptr : share->second.find(key);
    if (entry == nullptr) return nullptr;
    path = entry->value.path;
  }
  std::string bytes(seal_.most_bytes() + 1, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, file.gcount())));
  const auto opened = seal_.unseal(bytes, tenant, key);
  if (opened && options_.now() - opened->created <= options_.age.count()) return opened->page;
  if (!opened) log::warn("cache.page_unusable", {{"path", path}});
  {
    std::lock_guard guard(lock_);
    shares_.at(tenant).remove(key);
  }
  unlink(path.c_str());
  return nullptr;
}

void DiskPages::forget_old() {
  const std::int64_t now = options_.now();
  if (now - last_sweep_ < kSweep) return;
  last_sweep_ = now;
  std::vector<std::string> paths;
  {
    std::lock_guard guard(lock_);
    for (auto& [tenant, share] : shares_) {
      std::vector<std::string> old;
      for (const Share::Entry& entry : share.entries())
        if (now - entry.value.created > options_.age.count()) old.push_back(entry.key);
      for (const std::string& key : old) paths.push_back(share.remove(key)->value.path);
    }
  }
  for (const std::string& path : paths) unlink(path.c_str());
}

}  // namespace sluice::engine
