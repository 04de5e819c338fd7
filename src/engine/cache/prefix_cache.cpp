#include "engine/cache/prefix_cache.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/id.h"

namespace sluice::engine {
namespace {

constexpr std::uint64_t kBookkeeping = 512;  // bytes of an entry beside its page, about

std::string random_secret() {
  std::array<std::uint8_t, 32> bytes{};
  fill_random(bytes);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

PrefixCache::PrefixCache(const model::PageForm& form, const CacheLimits& limits)
    : form_(form),
      share_bytes_(limits.bytes / std::max<std::uint64_t>(1, limits.tenants.size())),
      entry_bytes_(form.bytes + kBookkeeping),
      secret_(random_secret()) {
  for (const std::string& tenant : limits.tenants) shares_[tenant];
}

Result<std::unique_ptr<PrefixCache>> PrefixCache::create(const model::PageForm& form, const CacheLimits& limits) {
  SLUICE_CHECK(form.positions > 0 && !limits.tenants.empty(), "the engine checks its options");
  auto cache = std::make_unique<PrefixCache>(form, limits);
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

std::string PrefixCache::next_key(const Trail& trail, std::span<const std::int32_t> tokens) const {
  std::string text = trail.last.empty() ? hmac_sha256_hex(secret_, trail.tenant) : trail.last;
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
                                                           std::size_t most) {
  SLUICE_CHECK(trail.pages == 0, "a sequence is looked for once");
  std::vector<std::shared_ptr<const Page>> pages;
  std::vector<Order::iterator> entries;
  Share* const share = share_of(trail.tenant);
  if (share == nullptr) return pages;
  const auto positions = static_cast<std::size_t>(form_.positions);
  for (std::size_t end = positions; end <= std::min(most, tokens.size()); end += positions) {
    const std::string key = next_key(trail, tokens.subspan(end - positions, positions));
    const auto found = share->index.find(key);
    if (found == share->index.end()) break;
    entries.push_back(found->second);
    pages.push_back(found->second->page);
    trail.last = key;
    ++trail.pages;
  }
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    share->order.splice(share->order.begin(), share->order, *entry);
  return pages;
}

// False if only what leads to the new page is left.
bool PrefixCache::make_room(Share& share, const std::string& spared) {
  while (share.bytes + entry_bytes_ > share_bytes_) {
    const Entry& oldest = share.order.back();
    if (oldest.key == spared) return false;
    share.index.erase(oldest.key);
    share.order.pop_back();
    share.bytes -= entry_bytes_;
  }
  return true;
}

void PrefixCache::put(Trail& trail, std::span<const std::int32_t> tokens,
                      const std::function<void(std::span<std::byte>)>& fill) {
  SLUICE_CHECK(tokens.size() == static_cast<std::size_t>(form_.positions), "a page has its tokens");
  if (trail.ended) return;
  Share* const share = share_of(trail.tenant);
  const auto before = share ? share->index.find(trail.last) : decltype(share->index.end()){};
  const bool first = trail.pages == 0;
  if (share == nullptr || (!first && before == share->index.end())) {
    trail.ended = true;
    return;
  }
  const std::string key = next_key(trail, tokens);
  if (!share->index.contains(key)) {
    if (!make_room(*share, trail.last)) {
      trail.ended = true;
      return;
    }
    auto page = std::make_shared<Page>(form_.bytes);
    fill(*page);
    // Behind the page that it continues, which stays where it is.
    const auto place = first ? share->order.begin() : std::next(before->second);
    share->index[key] = share->order.insert(place, Entry{key, std::move(page)});
    share->bytes += entry_bytes_;
  }
  trail.last = key;
  ++trail.pages;
}

std::uint64_t PrefixCache::bytes() const {
  std::uint64_t sum = 0;
  for (const auto& [tenant, share] : shares_) sum += share.bytes;
  return sum;
}

}  // namespace sluice::engine
