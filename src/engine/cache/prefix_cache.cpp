#include "engine/cache/prefix_cache.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/id.h"

namespace sluice::engine {
namespace {

constexpr std::uint64_t kBookkeeping = 768;  // bytes of an entry beside its page, about

std::string random_secret() {
  std::array<std::uint8_t, 32> bytes{};
  fill_random(bytes);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

void Trail::add(const std::string& key) {
  if (pages++ == 0) first = key;
  last = key;
}

PrefixCache::PrefixCache(const model::PageForm& form, const CacheLimits& limits, std::unique_ptr<DiskPages> disk)
    : form_(form),
      share_bytes_(limits.bytes / std::max<std::uint64_t>(1, limits.tenants.size())),
      entry_bytes_(form.bytes + kBookkeeping),
      disk_(std::move(disk)),
      secret_(disk_ ? disk_->chain_secret() : random_secret()) {
  for (const std::string& tenant : limits.tenants) shares_.emplace(tenant, Share(share_bytes_));
}

Result<std::unique_ptr<PrefixCache>> PrefixCache::create(const model::PageForm& form, const CacheLimits& limits,
                                                         std::unique_ptr<DiskPages> disk) {
  SLUICE_CHECK(form.positions > 0 && !limits.tenants.empty(), "the engine checks its options");
  auto cache = std::make_unique<PrefixCache>(form, limits, std::move(disk));
  if (cache->share_bytes_ >= cache->entry_bytes_) return cache;
  return fail("engine.unsupported",
              "a prefix cache of " + std::to_string(limits.bytes) + " bytes for " +
                  std::to_string(limits.tenants.size()) + " tenants gives each of them " +
                  std::to_string(cache->share_bytes_) + "; " + std::to_string(form.positions) +
                  " positions of this model need " + std::to_string(cache->entry_bytes_),
              "",
              "give the cache at least " + std::to_string(cache->entry_bytes_ * limits.tenants.size()) +
                  " bytes, better ten times that, or none");
}

std::string PrefixCache::next_key(const std::string& tenant, const std::string& last,
                                  std::span<const std::int32_t> tokens) const {
  std::string text = last.empty() ? hmac_sha256_hex(secret_, tenant) : last;
  for (const std::int32_t token : tokens)
    for (int shift = 0; shift < 32; shift += 8)
      text += static_cast<char>(static_cast<std::uint32_t>(token) >> shift & 0xff);
  return hmac_sha256_hex(secret_, text);
}

PrefixCache::Share* PrefixCache::share_of(const std::string& tenant) {
  const auto found = shares_.find(tenant);
  return found != shares_.end() ? &found->second : nullptr;
}

std::vector<std::shared_ptr<const Page>> PrefixCache::find(Trail& trail, std::span<const std::int32_t> tokens,
                                                           std::size_t most, Keep keep) {
  SLUICE_CHECK(trail.pages == 0, "a sequence is looked for once");
  std::vector<std::shared_ptr<const Page>> pages;
  std::vector<std::string> keys;
  Share* const share = share_of(trail.tenant);
  if (share == nullptr) return pages;
  const auto positions = static_cast<std::size_t>(form_.positions);
  for (std::size_t end = positions; end <= std::min(most, tokens.size()); end += positions) {
    const std::string key = next_key(trail.tenant, trail.last, tokens.subspan(end - positions, positions));
    const Share::Entry* const entry = share->find(key);
    if (entry == nullptr) break;
    keep_on_disk(trail, trail.last, key, entry->value, keep);
    keys.push_back(key);
    pages.push_back(entry->value);
    trail.add(key);
  }
  share->touch(keys);
  return pages;
}

std::vector<std::string> PrefixCache::on_disk(const Trail& trail, std::span<const std::int32_t> tokens,
                                              std::size_t most) const {
  std::vector<std::string> keys;
  if (disk_ == nullptr) return keys;
  const auto positions = static_cast<std::size_t>(form_.positions);
  std::string last = trail.last;
  std::size_t end = (static_cast<std::size_t>(trail.pages) + 1) * positions;
  for (; end <= std::min(most, tokens.size()); end += positions) {
    last = next_key(trail.tenant, last, tokens.subspan(end - positions, positions));
    if (!disk_->has(trail.tenant, last)) break;
    keys.push_back(last);
  }
  return keys;
}

void PrefixCache::fetch(const Trail& trail, std::vector<std::string> keys, DiskPages::Done done) {
  SLUICE_CHECK(disk_ != nullptr, "on_disk() found nothing");
  disk_->fetch(trail.tenant, std::move(keys), std::move(done));
}

void PrefixCache::drop_fetches() {
  if (disk_) disk_->drop_fetches();
}

// False if there is no room for it, or what it continues is not held.
bool PrefixCache::hold(Share& share, const std::string& parent, const std::string& key,
                       std::shared_ptr<const Page> page) {
  if (share.find(key) != nullptr) return true;
  if (!share.reaches(parent) || !share.make_room(entry_bytes_, parent)) return false;
  share.insert({key, parent, entry_bytes_, std::move(page)});
  return true;
}

void PrefixCache::keep_on_disk(Trail& trail, const std::string& parent, const std::string& key,
                               const std::shared_ptr<const Page>& page, Keep keep) {
  if (disk_ == nullptr || keep != Keep::Disk || trail.disk_ended) return;
  trail.disk_ended = !disk_->keep(trail.tenant, parent, key, page);
}

void PrefixCache::adopt(Trail& trail, const std::string& key, std::shared_ptr<const Page> page) {
  Share* const share = share_of(trail.tenant);
  trail.ended = trail.ended || share == nullptr || !hold(*share, trail.last, key, std::move(page));
  trail.add(key);
}

void PrefixCache::put(Trail& trail, std::span<const std::int32_t> tokens,
                      const std::function<void(std::span<std::byte>)>& fill, Keep keep) {
  SLUICE_CHECK(tokens.size() == static_cast<std::size_t>(form_.positions), "a page has its tokens");
  if (trail.ended || keep == Keep::Nothing) return;
  Share* const share = share_of(trail.tenant);
  const std::string key = share ? next_key(trail.tenant, trail.last, tokens) : "";
  if (share && share->find(key) == nullptr && share->reaches(trail.last) &&
      share->make_room(entry_bytes_, trail.last)) {
    auto page = std::make_shared<Page>(form_.bytes);
    fill(*page);
    share->insert({key, trail.last, entry_bytes_, std::move(page)});
  }
  const Share::Entry* const entry = share ? share->find(key) : nullptr;
  trail.ended = entry == nullptr;
  if (trail.ended) return;
  keep_on_disk(trail, trail.last, key, entry->value, keep);
  trail.add(key);
}

void PrefixCache::distrust(Trail& trail) {
  trail.ended = trail.disk_ended = true;
  if (trail.pages == 0) return;
  if (Share* const share = share_of(trail.tenant)) share->remove_from(trail.first);
  if (disk_) disk_->forget_from(trail.tenant, trail.first);
}

void PrefixCache::forget() {
  for (auto& [tenant, share] : shares_) share = Share(share_bytes_);
}

void PrefixCache::forget_disk() {
  if (disk_) disk_->forget();
}

std::uint64_t PrefixCache::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [tenant, share] : shares_) sum += share.bytes();
  return sum;
}

}  // namespace sluice::engine
