// Text that most forms treat alike: inside a string, a comment or a free answer any ordinary character may follow
// any other. Where an automaton is in such a state, all tokens of ordinary text can be judged at once.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/constraint/automaton.h"

namespace sluice::engine::constraint {

// Ordinary are all characters but controls, the quotation mark, the backslash and the fullwidth bar of DeepSeek's
// marks: those that end or escape strings. Immutable; may be used from many threads.
class OrdinaryText {
 public:
  OrdinaryText();

  // How many characters `bytes` are; none unless they are ordinary and whole.
  std::optional<int> characters(std::string_view bytes) const;

  // What an automaton does with ordinary characters from a state on.
  struct Reach {
    enum class End {
      Never,    // takes any number of any
      Blocked,  // takes `length` of any, and then none
      Depends,  // on which they are
    };
    End end = End::Depends;
    int length = 0;
  };
  // A state that takes `most` characters or more counts as one that never ends.
  Reach reach(Automaton& automaton, Automaton::State state, int most) const;
  // The state does not change with ordinary characters.
  bool stays(Automaton& automaton, Automaton::State state) const;

 private:
  using Place = std::int8_t;  // within a character; 0: between two
  static constexpr Place kNone = -1;
  struct Step {
    bool takes_all = false, takes_none = true;
    Automaton::State after = Automaton::kDead;  // where takes_all: the state behind the character
  };
  Step one(Automaton& automaton, Automaton::State state) const;

  std::vector<std::array<Place, 256>> next_;
};

}  // namespace sluice::engine::constraint
