// The form that an answer must have, and what of the vocabulary may come next.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/constraint/automaton.h"
#include "engine/constraint/trie.h"

namespace sluice::engine {
class Tokenizer;
}

namespace sluice::engine::constraint {

// A grammar in GBNF, llama.cpp's notation. Errors: engine.constraint, with the line; unknown rules, left
// recursion.
Result<std::shared_ptr<const Grammar>> parse_grammar(std::string_view gbnf);
// A text that a regular expression (ECMA 262 without look-around, references and word boundaries) matches from end
// to end. Errors: engine.constraint, with the place.
Result<std::shared_ptr<const Grammar>> parse_regex(std::string_view pattern);
// Any JSON object.
std::shared_ptr<const Grammar> json_object();
// A JSON value that a JSON Schema (an object, or true) describes. What cannot be held by construction is refused
// with the keyword and where it stands. Errors: engine.constraint, json.*.
Result<std::shared_ptr<const Grammar>> parse_schema(std::string_view schema);

// Whether a text of the grammar's form may begin with these bytes.
bool may_begin(const std::shared_ptr<const Grammar>& grammar, std::string_view bytes);

// One answer's way through a grammar. For one thread at a time; trie and tokenizer must outlive it.
class Constraint {
 public:
  Constraint(std::shared_ptr<const Grammar> grammar, std::shared_ptr<const TokenTrie> trie,
             const Tokenizer& tokenizer);

  // The grammar is of a text that is free but for some parts, which do not end anywhere inside. Where it is free
  // all other tokens of the vocabulary may come too, those without text.
  void set_free_text() { free_text_ = true; }
  // The tokens that may come next; those that end an answer where it may end. Valid until the next call. Empty
  // where the vocabulary has no token that goes on, or the grammar has too many readings: see stuck().
  const TokenSet& allowed();
  // Precondition: allowed().has(token).
  void take(std::int32_t token);
  void take(std::string_view bytes);  // what the token stands for, where that depends
  // Nothing may follow: the answer is whole without a token that ends it.
  bool complete() const { return automaton_.complete(state_); }
  bool may_end() const { return automaton_.accepts(state_); }
  bool stuck() const { return automaton_.overflowed(); }

 private:
  static constexpr std::size_t kManySets = 256;  // of a bit a token each

  bool free_text_ = false;
  Automaton automaton_;
  std::shared_ptr<const TokenTrie> trie_;
  const Tokenizer& tokenizer_;
  Automaton::State state_;
  std::unordered_map<Automaton::State, TokenSet> sets_;
};

}  // namespace sluice::engine::constraint
