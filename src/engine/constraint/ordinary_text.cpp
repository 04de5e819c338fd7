#include "engine/constraint/ordinary_text.h"

#include <algorithm>
#include <utility>

namespace sluice::engine::constraint {
namespace {

std::shared_ptr<const Grammar> ordinary_characters() {
  GrammarBuilder builder;
  const CodeSet others = CodeSet::range(0, 0x1F).add('"', '"').add('\\', '\\').add('<', '<').add(0xFF5C, 0xFF5C);
  // A set of characters matches something and does not recur, so that this can't fail.
  return *builder.build(builder.repeat(builder.chars(others.inverted()), 0));
}

}  // namespace

// The automaton of the characters has few states; all are visited once.
OrdinaryText::OrdinaryText() {
  Automaton automaton(ordinary_characters());
  std::vector<Automaton::State> known;
  const auto place_of = [&known](Automaton::State state) {
    const auto found = std::find(known.begin(), known.end(), state);
    if (found == known.end()) {
      known.push_back(state);
      return static_cast<Place>(known.size() - 1);
    }
    return static_cast<Place>(found - known.begin());
  };
  place_of(automaton.start());
  for (std::size_t i = 0; i < known.size(); ++i) {
    next_.emplace_back();
    for (unsigned b = 0; b < 256; ++b) {
      const Automaton::State to = automaton.step(known[i], static_cast<unsigned char>(b));
      next_[i][b] = to == Automaton::kDead ? kNone : automaton.accepts(to) ? Place{0} : place_of(to);
    }
  }
}

std::optional<int> OrdinaryText::characters(std::string_view bytes) const {
  Place place = 0;
  int count = 0;
  for (const char c : bytes) {
    place = next_[static_cast<std::size_t>(place)][static_cast<unsigned char>(c)];
    if (place == kNone) return std::nullopt;
    if (place == 0) ++count;
  }
  if (place != 0) return std::nullopt;
  return count;
}

// Follows all ordinary characters at once: pairs of a place in a character and the state that it led to.
OrdinaryText::Step OrdinaryText::one(Automaton& automaton, Automaton::State state) const {
  constexpr std::size_t kManyPairs = 64;  // more: the state tells characters apart, which is slow to follow
  std::vector<std::pair<Place, Automaton::State>> pairs{{Place{0}, state}};
  Step step;
  bool refused = false;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto [place, from] = pairs[i];
    const auto& next = next_[static_cast<std::size_t>(place)];
    for (unsigned b = 0; b < 256; ++b) {
      if (next[b] == kNone) continue;
      const Automaton::State to = automaton.step(from, static_cast<unsigned char>(b));
      if (to == Automaton::kDead) {
        refused = true;
        if (step.takes_none) continue;  // perhaps it takes nothing at all
        return step;
      }
      step.takes_none = false;
      if (refused) return step;
      if (next[b] != 0) {
        const std::pair<Place, Automaton::State> pair{next[b], to};
        if (std::find(pairs.begin(), pairs.end(), pair) == pairs.end()) pairs.push_back(pair);
        if (pairs.size() > kManyPairs) return step;
      } else if (step.after == Automaton::kDead) {
        step.after = to;
      } else if (step.after != to) {
        return step;
      }
    }
  }
  step.takes_all = !refused;
  return step;
}

OrdinaryText::Reach OrdinaryText::reach(Automaton& automaton, Automaton::State state, int most) const {
  Reach reach;
  for (; reach.length < most; ++reach.length) {
    const Step step = one(automaton, state);
    if (step.takes_none) {
      reach.end = Reach::End::Blocked;
      return reach;
    }
    if (!step.takes_all) return reach;
    if (step.after == state) break;
    state = step.after;
  }
  reach.end = Reach::End::Never;
  return reach;
}

bool OrdinaryText::stays(Automaton& automaton, Automaton::State state) const {
  const Step step = one(automaton, state);
  return step.takes_all && step.after == state;
}

}  // namespace sluice::engine::constraint
