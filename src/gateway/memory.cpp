#include "gateway/memory.h"

#include <iterator>
#include <set>

namespace sluice::gateway {
namespace {

constexpr std::size_t kOverhead = 256;  // of an entry: nodes, keys twice, label
constexpr std::size_t kOwnerShare = 4;  // an owner may hold one fourth of the whole

}  // namespace

bool Memory::put(const std::string& owner, const std::string& key, Remembered value) {
  std::size_t size = value.text.size() + 2 * (owner.size() + key.size()) + kOverhead;
  std::lock_guard guard(lock_);
  if (auto old = index_.find({owner, key}); old != index_.end()) drop(old->second);
  if (size > limit_ / kOwnerShare) return false;
  order_.push_front(Entry{owner, key, std::move(value), size});
  index_[{owner, key}] = order_.begin();
  held_ += size;
  held_by_[owner] += size;
  make_room(owner);
  return true;
}

std::optional<Remembered> Memory::get(const std::string& owner, const std::string& key, UtcTime now) {
  std::lock_guard guard(lock_);
  auto found = index_.find({owner, key});
  if (found == index_.end()) return std::nullopt;
  if (found->second->value.until && *found->second->value.until <= now) {
    drop(found->second);
    return std::nullopt;
  }
  order_.splice(order_.begin(), order_, found->second);
  return found->second->value;
}

bool Memory::forget(const std::string& owner, const std::string& key) {
  std::lock_guard guard(lock_);
  auto found = index_.find({owner, key});
  if (found == index_.end()) return false;
  drop(found->second);
  return true;
}

std::vector<std::shared_ptr<const Origin>> Memory::origins() const {
  std::set<std::shared_ptr<const Origin>> found;
  std::lock_guard guard(lock_);
  for (const Entry& entry : order_)
    if (entry.value.origin) found.insert(entry.value.origin);
  return {found.begin(), found.end()};
}

void Memory::forget(const Origin& origin) {
  std::lock_guard guard(lock_);
  for (auto entry = order_.begin(); entry != order_.end();) {
    auto next = std::next(entry);
    if (entry->value.origin.get() == &origin) drop(entry);
    entry = next;
  }
}

void Memory::limit(const Origin& origin, UtcTime until) {
  std::lock_guard guard(lock_);
  for (Entry& entry : order_)
    if (entry.value.origin.get() == &origin && (!entry.value.until || until < *entry.value.until))
      entry.value.until = until;
}

std::size_t Memory::sweep(UtcTime now) {
  std::lock_guard guard(lock_);
  const std::size_t before = index_.size();
  for (auto entry = order_.begin(); entry != order_.end();) {
    auto next = std::next(entry);
    if (entry->value.until && *entry->value.until <= now) drop(entry);
    entry = next;
  }
  return before - index_.size();
}

std::size_t Memory::bytes() const {
  std::lock_guard guard(lock_);
  return held_;
}

void Memory::drop(Order::iterator entry) {
  held_ -= entry->size;
  auto share = held_by_.find(entry->owner);
  share->second -= entry->size;
  if (share->second == 0) held_by_.erase(share);
  index_.erase({entry->owner, entry->key});
  order_.erase(entry);
}

// The newest entry fits by itself, so this ends before it reaches it.
void Memory::make_room(const std::string& owner) {
  while (held_by_[owner] > limit_ / kOwnerShare) {
    auto oldest = order_.end();
    do --oldest;
    while (oldest->owner != owner);
    drop(oldest);
  }
  while (held_ > limit_) drop(std::prev(order_.end()));
}

}  // namespace sluice::gateway
