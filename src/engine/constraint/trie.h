// The tokens of a vocabulary as a tree of their bytes, so that a grammar's automaton judges all of them in one
// walk.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "engine/constraint/automaton.h"

namespace sluice::engine {
class Tokenizer;
}

namespace sluice::engine::constraint {

// One bit a token.
class TokenSet {
 public:
  explicit TokenSet(int size = 0) : words_((static_cast<std::size_t>(size) + 63) / 64, 0) {}
  void add(std::int32_t token) { words_[static_cast<std::size_t>(token) / 64] |= bit(token); }
  bool has(std::int32_t token) const { return (words_[static_cast<std::size_t>(token) / 64] & bit(token)) != 0; }
  bool empty() const;

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

 private:
  struct Node {
    std::uint32_t after;         // the next node that does not lie below this one
    std::uint32_t first, count;  // tokens that end here, in ends_
    std::uint16_t depth;         // of the node above
    unsigned char byte;
  };
  std::vector<Node> nodes_;  // in depth-first order
  std::vector<std::int32_t> ends_;
  std::size_t deepest_ = 0;
  int tokens_ = 0;
};

}  // namespace sluice::engine::constraint
