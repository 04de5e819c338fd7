// Inside this room: what a translation tells of what it changed (Outgoing::notes), each thing once, in the order
// in which it was noted. A request may be made of fields to drop, each with a path of its own: looking through the
// list for every one of them would take longer than the answer.
#pragma once

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

namespace sluice::wire {

class Notes {
 public:
  void add(std::string text) {
    if (known_.insert(text).second) list_.push_back(std::move(text));
  }
  std::vector<std::string> take() { return std::move(list_); }

 private:
  std::unordered_set<std::string> known_;
  std::vector<std::string> list_;
};

}  // namespace sluice::wire
