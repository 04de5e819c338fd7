// Memory: what later requests of the same owner (a key of a tenant) need of earlier ones: reasoning by tool call,
// answers by id.
//
// Kept in this process only, never on disk: a restart forgets it. Bounded: the whole by `bytes`, one owner by a
// quarter of that, so that nobody can push out everybody else's; what was used least recently goes first. Each
// entry carries the label of the request it came from, which the request that uses it again is joined with: a
// label never falls by way of the memory. An owner can't see whether another's entry exists. Thread-safe (one
// lock, held for look-ups; origins(), forget(origin), limit() and
// sweep() walk all entries).
#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "sense/label.h"

namespace sluice::gateway {

struct Origin;  // keeping.h

struct Remembered {
  std::string text;
  sense::Label label;
  std::shared_ptr<const Origin> origin{};  // shared by what came of one request
  std::optional<UtcTime> until{};          // gone then, at the latest; absent: when there is no room
};

class Memory {
 public:
  explicit Memory(std::size_t bytes) : limit_(bytes) {}
  // Replaces what the key had. What is larger than a owner's share is not kept: false.
  bool put(const std::string& owner, const std::string& key, Remembered value);
  // What is over at `now` is not there.
  std::optional<Remembered> get(const std::string& owner, const std::string& key, UtcTime now = {});
  bool forget(const std::string& owner, const std::string& key);  // whether it was there
  std::vector<std::shared_ptr<const Origin>> origins() const;     // of all entries, each once
  void forget(const Origin& origin);                              // all that came of it
  void limit(const Origin& origin, UtcTime until);                // all that came of it goes then, if not sooner
  std::size_t sweep(UtcTime now);                                 // forgets what is over; how many entries
  std::size_t bytes() const;                                      // held now

 private:
  struct Entry {
    std::string owner, key;
    Remembered value;
    std::size_t size = 0;
  };
  using Order = std::list<Entry>;  // most recently used first

  void drop(Order::iterator entry);
  void make_room(const std::string& owner);

  const std::size_t limit_;
  mutable std::mutex lock_;  // guards all below
  Order order_;
  std::map<std::pair<std::string, std::string>, Order::iterator> index_;
  std::map<std::string, std::size_t> held_by_;  // bytes by owner
  std::size_t held_ = 0;
};

}  // namespace sluice::gateway
