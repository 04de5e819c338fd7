// The tokens of a vocabulary as trees of their bytes, so that a grammar's automaton judges all of them in one
// walk.
//
// Tokens of ordinary text (ordinary_text.h) stand in a tree of their own. In most states of an answer's form, such
// as inside a JSON string, all of them may come, or those of a few characters: sets of these are made once per
// vocabulary, and only the other tokens, some thousands, are walked. (That few tokens depend on more than the
// nearest rule is what XGrammar rests on: Dong et al. 2024.)
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/constraint/automaton.h"
#include "engine/constraint/ordinary_text.h"

namespace sluice::engine {
class Tokenizer;
}

namespace sluice::engine::constraint {

// One bit a token.
class TokenSet {
 public:
  explicit TokenSet(int size = 0) : words_((static_cast<std::size_t>(size) + 63) / 64, 0) {}
  void add(std::int32_t token) { words_[static_cast<std::size_t>(token) / 64] |= bit(token); }
  void add(const TokenSet& other);  // of the same size
  bool has(std::int32_t token) const { return (words_[static_cast<std::size_t>(token) / 64] & bit(token)) != 0; }
  bool empty() const;
  // logits of tokens outside become `instead`; of as many tokens as there are logits, at most the set's size.
  void silence_others(std::span<float> logits, float instead) const;

 private:
  static std::uint64_t bit(std::int32_t token) { return std::uint64_t{1} << (token % 64); }
  std::vector<std::uint64_t> words_;
};

// Immutable after construction; may be used from many threads.
class TokenTrie {
 public:
  // `marks`: special tokens that stand for their names (tool-call marks). No other special token is in the tree.
  TokenTrie(const Tokenizer& tokenizer, const std::vector<std::string_view>& marks);

  // Adds every token whose bytes the automaton can take from `state`.
  void walk(Automaton& automaton, Automaton::State state, TokenSet& allowed) const;
  int tokens() const { return tokens_; }
  const std::vector<std::int32_t>& ends() const { return answer_ends_; }  // tokens that end an answer
  const TokenSet& others() const { return others_; }  // tokens that neither end it nor are in the tree

 private:
  using Spelled = std::vector<std::pair<std::string, std::int32_t>>;  // bytes and token

  struct Node {
    std::uint32_t after;  // the next node that does not lie below this one
    std::uint32_t first;  // in ends; those below follow
    std::uint16_t depth;  // of the node above
    unsigned char byte;
    bool between;  // characters end here
  };
  struct Tree {
    std::vector<Node> nodes;  // in depth-first order, and one behind the last
    std::vector<std::int32_t> ends;
    std::size_t deepest = 0;

    void fill(Spelled spelled);
    std::size_t size() const { return nodes.size() - 1; }
  };

  void walk_text(Automaton& automaton, Automaton::State state, TokenSet& allowed) const;
  static void walk_all(const Tree& tree, Automaton& automaton, Automaton::State state, TokenSet& allowed);

  OrdinaryText ordinary_;
  Tree text_, rest_;
  std::vector<TokenSet> text_of_length_;  // tokens in text_ of at most so many characters
  std::vector<std::int32_t> answer_ends_;
  TokenSet others_;
  int tokens_ = 0;
};

}  // namespace sluice::engine::constraint
