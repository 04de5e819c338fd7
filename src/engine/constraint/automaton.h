// Walks a grammar byte by byte, all readings at once. A state is the set of places in the grammar that the text so
// far may stand at, each with the rules to return to; states and the steps between them are remembered, so that a
// step which was made before costs one look-up.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "engine/constraint/grammar.h"

namespace sluice::engine::constraint {

// For one thread at a time.
class Automaton {
 public:
  using State = std::int32_t;
  static constexpr State kDead = -1;

  explicit Automaton(std::shared_ptr<const Grammar> grammar);

  State start() const { return 0; }
  State step(State state, unsigned char byte) {
    const State next = next_[static_cast<std::size_t>(state) * classes_ + grammar_->class_of(byte)];
    return next != kUnknown ? next : make_step(state, byte);
  }
  bool accepts(State state) const { return states_[static_cast<std::size_t>(state)].accepts; }
  // No byte may follow.
  bool complete(State state) const { return states_[static_cast<std::size_t>(state)].count == 0; }
  // A state had more readings than can be followed: its text is not judged any more.
  bool overflowed() const { return overflowed_; }

  bool large() const { return states_.size() > kManyStates; }
  // Forgets all states but one; returns its new number.
  State forget_others(State kept);
  std::size_t states() const { return states_.size(); }

 private:
  static constexpr State kUnknown = -2;
  static constexpr std::size_t kManyStates = 100'000, kMostReadings = 20'000;
  // A place in the grammar (upper half) and the frame to return to (lower half).
  using Thread = std::uint64_t;
  struct Frame {
    std::uint32_t parent, place;
  };
  struct StateInfo {
    std::uint32_t first, count;  // threads
    bool accepts;
  };
  static Thread thread(std::uint32_t place, std::uint32_t frame) { return std::uint64_t{place} << 32 | frame; }

  State make_step(State state, unsigned char byte);
  bool seen_before(Thread now);  // and notes it
  void expand();                 // todo_ -> threads_, accepts_
  State intern();
  std::uint32_t frame_of(std::uint32_t parent, std::uint32_t place);
  void clear();

  std::shared_ptr<const Grammar> grammar_;
  const std::size_t classes_;
  std::vector<Frame> frames_;  // 0: the bottom
  std::unordered_map<std::uint64_t, std::uint32_t> frame_index_;
  std::vector<StateInfo> states_;
  std::vector<Thread> pool_;
  std::vector<State> next_;
  std::unordered_multimap<std::uint64_t, State> state_index_;
  bool overflowed_ = false;
  // Working memory of a step.
  std::vector<Thread> todo_, threads_, seen_, seen_table_;
  bool accepts_ = false;
};

}  // namespace sluice::engine::constraint
