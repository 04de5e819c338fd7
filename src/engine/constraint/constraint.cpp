#include "engine/constraint/constraint.h"

#include "engine/tokenizer/tokenizer.h"

namespace sluice::engine::constraint {

bool may_begin(const std::shared_ptr<const Grammar>& grammar, std::string_view bytes) {
  Automaton automaton(grammar);
  Automaton::State state = automaton.start();
  for (const char c : bytes) {
    state = automaton.step(state, static_cast<unsigned char>(c));
    if (state == Automaton::kDead) return false;
  }
  return true;
}

Constraint::Constraint(std::shared_ptr<const Grammar> grammar, std::shared_ptr<const TokenTrie> trie,
                       const Tokenizer& tokenizer)
    : automaton_(std::move(grammar)), trie_(std::move(trie)), tokenizer_(tokenizer), state_(automaton_.start()) {}

const TokenSet& Constraint::allowed() {
  const auto found = sets_.find(state_);
  if (found != sets_.end()) return found->second;
  if (automaton_.large()) {
    state_ = automaton_.forget_others(state_);
    sets_.clear();
  }
  if (sets_.size() >= kManySets) sets_.clear();
  TokenSet set(tokenizer_.size());
  trie_->walk(automaton_, state_, set);
  if (automaton_.accepts(state_))
    for (const std::int32_t id : trie_->ends()) set.add(id);
  if (free_text_ && automaton_.accepts(state_)) set.add(trie_->others());
  if (automaton_.overflowed()) set = TokenSet(tokenizer_.size());
  return sets_.emplace(state_, std::move(set)).first->second;
}

void Constraint::take(std::int32_t token) {
  if (tokenizer_.is_end(token)) return;
  std::string bytes;
  tokenizer_.append_token_text(bytes, token, true);
  take(bytes);
}

void Constraint::take(std::string_view bytes) {
  for (const char c : bytes) {
    const Automaton::State next = automaton_.step(state_, static_cast<unsigned char>(c));
    if (next == Automaton::kDead) return;  // not allowed: the caller's mistake, and the state stays
    state_ = next;
  }
}

}  // namespace sluice::engine::constraint
