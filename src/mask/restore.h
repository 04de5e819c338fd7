// Restorer: puts originals back in the place of tokens, in a text that comes in pieces.
//
// What is restored: each token of this request's vault, wherever it stands, quoted, in backticks or inside a
// longer word, in any mixture of upper and lower case, with its underscore as it is, as a hyphen, escaped as
// Markdown has it (a backslash before it; in JSON two), as JSON's escape of four digits or as "%5F". A token that
// was shortened, split or misspelt stays as it is: it is no secret, and a guess could put a wrong value. Tokens of
// other requests stay as well.
//
// Held back is what may be the beginning of a token, never more than the longest spelling of one. One Restorer a
// text (answer, reasoning, arguments of one call); one thread.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "mask/nesting.h"
#include "mask/vault.h"

namespace sluice::mask {

// The spellings of a vault's tokens, made once for all restorers of an answer. Immutable.
class Spellings {
 public:
  explicit Spellings(const Vault& vault);
  struct Spelling {
    std::string text;  // in lower case
    const Token* token;
    std::string lead;  // what stands before the token's name in `text`: quotes of a JSON string that was a number
  };
  // Whether one can begin here at all; quick, and false for most places.
  bool may_begin(std::string_view text, std::size_t pos) const {
    const auto first = static_cast<unsigned char>(text[pos]);
    if (!may_begin_[first] || pos + 1 == text.size()) return may_begin_[first];
    return may_begin_two_[std::size_t(first) << 8 | static_cast<unsigned char>(text[pos + 1])];
  }
  // The spelling that begins at `pos`; null if none does. `more`: one might, with more text after the end.
  const Spelling* at(std::string_view text, std::size_t pos, bool& more) const;
  std::size_t longest() const { return longest_; }

 private:
  std::vector<Spelling> all_;  // sorted by text; none is the beginning of another
  // Whether a spelling begins with these two bytes, in either case; and with this one, at the end of a text.
  std::vector<bool> may_begin_two_ = std::vector<bool>(1 << 16);
  std::array<bool, 256> may_begin_{};
  std::size_t longest_ = 0;
};

// Text: originals as they are. Json: the text is JSON; an original is escaped for the string that it stands in,
// and what was a number comes back as one.
enum class Form { Text, Json };

class Restorer {
 public:
  Restorer(const Spellings& spellings, Form form) : spellings_(spellings), form_(form) {}  // outlives this
  std::string push(std::string_view piece);                                                // what is certain now
  std::string finish();                                                                    // the rest
  // What is certain where something else stands between this and what may follow: all but the beginning of a token
  // that is written as we write it, as a word of its own.
  std::string pause();
  std::size_t held() const { return held_.size(); }

 private:
  std::string drain(bool finished);
  bool fits(const Spellings::Spelling& spelling) const;
  void put(std::string& out, const Spellings::Spelling& spelling) const;

  const Spellings& spellings_;
  const Form form_;
  std::string held_;
  char before_ = ' ';  // the last character before held_
  Nesting nesting_;    // of what came before held_
};

std::string restore(const Spellings& spellings, Form form, std::string_view text);  // a whole one

}  // namespace sluice::mask
