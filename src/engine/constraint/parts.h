// Pieces of grammars that several notations share: JSON's values, regular expressions inside of JSON strings or as
// plain text. Nothing outside this room and its users in the engine includes it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/constraint/grammar.h"

namespace sluice::engine::constraint {

using Id = GrammarBuilder::Id;

// How a text's characters are written.
struct Writing {
  bool json = true;   // as in a JSON string: quotes, backslashes and controls are escaped
  CodeSet forbidden;  // characters that never come
};

// JSON's values, each built at its first use. Numbers have at most 16 digits on a side and two in the exponent,
// white space is one blank, or a line break and an indentation: what is unbounded would let a model run on.
class JsonParts {
 public:
  // `forbidden`: characters that come in strings as escapes only.
  explicit JsonParts(GrammarBuilder& builder, CodeSet forbidden = {})
      : b_(builder), writing_{true, std::move(forbidden)} {}
  const Writing& writing() const { return writing_; }
  GrammarBuilder& builder() { return b_; }
  Id space();
  Id string();     // with quotes
  Id character();  // of a string
  Id number();
  Id integer();
  Id value();
  Id object();
  Id array();
  Id quoted(Id body) { return b_.sequence({b_.literal("\""), body, b_.literal("\"")}); }
  // open [element , element ...] close, with white space
  Id list(std::string_view open, Id element, std::string_view close, int least, int most);

 private:
  GrammarBuilder& b_;
  const Writing writing_;
  std::optional<Id> space_, character_, string_, number_, integer_, value_, object_, array_;
};

// One character of `set`, as it is written.
Id written(GrammarBuilder& builder, const CodeSet& set, const Writing& writing);

// What `pattern` matches from end to end; with `search` any text around it too, where no anchor stands. Errors:
// engine.constraint with the place in the pattern.
Result<Id> regex(GrammarBuilder& builder, std::string_view pattern, const Writing& writing, bool search);

// A decimal number from least to most, as JSON spells it; no limit where absent. Errors: engine.constraint where
// nothing lies between or the limits have more than 15 digits.
struct Bounds {
  std::optional<double> least, most;
  bool above = false, below = false;  // the limit itself is out
  bool any() const { return least || most; }
};
Result<Id> number_between(GrammarBuilder& builder, const Bounds& bounds, bool integer);

}  // namespace sluice::engine::constraint
