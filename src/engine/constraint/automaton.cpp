#include "engine/constraint/automaton.h"

#include <algorithm>
#include <utility>

namespace sluice::engine::constraint {
namespace {

constexpr std::uint32_t kBottom = 0;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 29);
}

}  // namespace

Automaton::Automaton(std::shared_ptr<const Grammar> grammar)
    : grammar_(std::move(grammar)), classes_(static_cast<std::size_t>(grammar_->classes())) {
  clear();
  for (const std::uint32_t begin : grammar_->alternatives(grammar_->root()))
    todo_.push_back(thread(begin, kBottom));
  expand();
  intern();
}

void Automaton::clear() {
  frames_.assign(1, {kBottom, 0});
  frame_index_.clear();
  states_.clear();
  pool_.clear();
  next_.clear();
  state_index_.clear();
}

std::uint32_t Automaton::frame_of(std::uint32_t parent, std::uint32_t place) {
  const auto [found, fresh] =
      frame_index_.emplace(thread(place, parent), static_cast<std::uint32_t>(frames_.size()));
  if (fresh) frames_.push_back({parent, place});
  return found->second;
}

// Few are searched one by one, many by their hash: a text with thousands of readings must not take a sort for
// each.
bool Automaton::seen_before(Thread now) {
  constexpr std::size_t kFew = 32;
  constexpr Thread kNone = ~Thread{0};  // no grammar has so many places
  const auto place = [this](Thread which) {
    return static_cast<std::size_t>(mix(0, which)) & (seen_table_.size() - 1);
  };
  const auto put = [&](Thread which) {
    std::size_t at = place(which);
    for (; seen_table_[at] != kNone && seen_table_[at] != which; at = (at + 1) & (seen_table_.size() - 1)) {
    }
    return std::exchange(seen_table_[at], which) == which;
  };
  const std::size_t had = seen_.size();
  if (had < kFew) {
    if (std::find(seen_.begin(), seen_.end(), now) != seen_.end()) return true;
  } else {
    if (had == kFew || 2 * had > seen_table_.size()) {
      seen_table_.assign(had == kFew ? 4 * kFew : 2 * seen_table_.size(), kNone);
      for (const Thread each : seen_) put(each);
    }
    if (put(now)) return true;
  }
  seen_.push_back(now);
  return false;
}

// Follows rules and returns until each place is at a byte. What is the last element of its rule returns to where
// the rule would return: repetitions do not pile up.
void Automaton::expand() {
  threads_.clear();
  seen_.clear();
  accepts_ = false;
  while (!todo_.empty()) {
    const Thread now = todo_.back();
    todo_.pop_back();
    const auto place = static_cast<std::uint32_t>(now >> 32), frame = static_cast<std::uint32_t>(now);
    const std::int32_t element = grammar_->element(place);
    if (element >= 0) {
      threads_.push_back(now);
      continue;
    }
    if (element == Grammar::kEnd) {
      if (frame == kBottom) {
        accepts_ = true;
      } else {
        todo_.push_back(thread(frames_[frame].place, frames_[frame].parent));
      }
      continue;
    }
    if (seen_before(now)) continue;
    if (seen_.size() > kMostReadings || threads_.size() > kMostReadings) {
      overflowed_ = true;
      todo_.clear();
      threads_.clear();
      return;
    }
    const bool last = grammar_->element(place + 1) == Grammar::kEnd;
    const std::uint32_t back = last ? frame : frame_of(frame, place + 1);
    for (const std::uint32_t begin : grammar_->alternatives(Grammar::rule_of(element)))
      todo_.push_back(thread(begin, back));
  }
  std::sort(threads_.begin(), threads_.end());
  threads_.erase(std::unique(threads_.begin(), threads_.end()), threads_.end());
}

Automaton::State Automaton::intern() {
  if (threads_.empty() && !accepts_) return kDead;
  std::uint64_t hash = accepts_ ? 1 : 0;
  for (const Thread thread : threads_) hash = mix(hash, thread);
  const auto [from, to] = state_index_.equal_range(hash);
  for (auto it = from; it != to; ++it) {
    const StateInfo& info = states_[static_cast<std::size_t>(it->second)];
    if (info.accepts == accepts_ && info.count == threads_.size() &&
        std::equal(threads_.begin(), threads_.end(), pool_.begin() + info.first))
      return it->second;
  }
  const auto number = static_cast<State>(states_.size());
  states_.push_back(
      {static_cast<std::uint32_t>(pool_.size()), static_cast<std::uint32_t>(threads_.size()), accepts_});
  pool_.insert(pool_.end(), threads_.begin(), threads_.end());
  next_.resize(next_.size() + classes_, kUnknown);
  state_index_.emplace(hash, number);
  return number;
}

Automaton::State Automaton::make_step(State state, unsigned char byte) {
  const StateInfo info = states_[static_cast<std::size_t>(state)];
  todo_.clear();
  for (std::uint32_t i = info.first; i < info.first + info.count; ++i) {
    const auto place = static_cast<std::uint32_t>(pool_[i] >> 32), frame = static_cast<std::uint32_t>(pool_[i]);
    if (grammar_->bytes(grammar_->element(place)).test(byte)) todo_.push_back(thread(place + 1, frame));
  }
  expand();
  const State next = intern();
  next_[static_cast<std::size_t>(state) * classes_ + grammar_->class_of(byte)] = next;
  return next;
}

Automaton::State Automaton::forget_others(State kept) {
  const StateInfo info = states_[static_cast<std::size_t>(kept)];
  const std::vector<Thread> threads(pool_.begin() + info.first, pool_.begin() + info.first + info.count);
  const std::vector<Frame> frames = std::move(frames_);
  clear();
  threads_.clear();
  accepts_ = info.accepts;
  std::unordered_map<std::uint32_t, std::uint32_t> moved{{kBottom, kBottom}};
  for (const Thread thread_before : threads) {
    std::vector<std::uint32_t> chain;  // frames that have not moved yet, innermost first
    auto frame = static_cast<std::uint32_t>(thread_before);
    for (; !moved.contains(frame); frame = frames[frame].parent) chain.push_back(frame);
    std::uint32_t now = moved[frame];
    for (std::size_t i = chain.size(); i-- > 0;) {
      now = frame_of(now, frames[chain[i]].place);
      moved[chain[i]] = now;
    }
    threads_.push_back(thread(static_cast<std::uint32_t>(thread_before >> 32), now));
  }
  std::sort(threads_.begin(), threads_.end());
  return intern();
}

}  // namespace sluice::engine::constraint
