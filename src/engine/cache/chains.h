// Which pages of one tenant are held somewhere, within a bound of bytes: by key, in the order of their use. A page
// stands before the pages that continue it, so that what makes room, at the end, is never what others need to be
// found. Not thread-safe.
#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace sluice::engine {

template <class Value>
class Chains {
 public:
  struct Entry {
    std::string key;
    std::string parent;  // the key of the page that this one continues; empty: it begins a sequence
    std::uint64_t bytes = 0;
    Value value;
  };

  explicit Chains(std::uint64_t most_bytes = 0) : most_(most_bytes) {}

  std::uint64_t bytes() const { return bytes_; }
  std::size_t size() const { return index_.size(); }
  const std::list<Entry>& entries() const { return order_; }  // most recently used first

  const Entry* find(const std::string& key) const {
    const auto found = index_.find(key);
    return found == index_.end() ? nullptr : &*found->second;
  }

  // Used now: pages that continue each other, from the first on.
  void touch(std::span<const std::string> keys) {
    for (auto key = keys.rbegin(); key != keys.rend(); ++key)
      if (const auto found = index_.find(*key); found != index_.end())
        order_.splice(order_.begin(), order_, found->second);
  }

  // A page that continues `parent` could stand here.
  bool reaches(const std::string& parent) const { return parent.empty() || index_.contains(parent); }

  // Takes out what was used least recently until `bytes` more fit. nullopt, and nothing is taken out that `parent`
  // needs, if they don't fit beside what leads to it.
  std::optional<std::vector<Entry>> make_room(std::uint64_t bytes, const std::string& parent) {
    std::vector<Entry> out;
    while (!order_.empty() && bytes_ + bytes > most_ && order_.back().key != parent)
      out.push_back(take(std::prev(order_.end())));
    if (bytes_ + bytes <= most_) return out;
    for (; !out.empty(); out.pop_back()) put_at(order_.end(), std::move(out.back()));
    return std::nullopt;
  }

  // Behind its parent, which must be there; a page without one before all others.
  void insert(Entry entry) {
    const auto parent = index_.find(entry.parent);
    put_at(parent == index_.end() ? order_.begin() : std::next(parent->second), std::move(entry));
  }

  std::optional<Entry> remove(const std::string& key) {
    const auto found = index_.find(key);
    if (found == index_.end()) return std::nullopt;
    return take(found->second);
  }

  // The page of this key and all that continue it, however far.
  std::vector<Entry> remove_from(const std::string& key) {
    std::unordered_set<std::string> gone{key};
    std::vector<Entry> out;
    for (std::size_t before = 1; before != out.size();) {  // once more for what stood before its parent
      before = out.size();
      for (auto at = order_.begin(); at != order_.end();) {
        const Place here = at++;
        if (!gone.contains(here->key) && !gone.contains(here->parent)) continue;
        gone.insert(here->key);
        out.push_back(take(here));
      }
    }
    return out;
  }

 private:
  using Place = typename std::list<Entry>::iterator;

  void put_at(Place place, Entry entry) {
    bytes_ += entry.bytes;
    const std::string key = entry.key;
    index_[key] = order_.insert(place, std::move(entry));
  }
  Entry take(Place place) {
    Entry entry = std::move(*place);
    index_.erase(entry.key);
    order_.erase(place);
    bytes_ -= entry.bytes;
    return entry;
  }

  std::uint64_t most_, bytes_ = 0;
  std::list<Entry> order_;
  std::unordered_map<std::string, Place> index_;
};

}  // namespace sluice::engine
