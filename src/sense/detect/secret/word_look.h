// Whether a word can be a password that somebody made of words, where a sentence says that one follows ("the
// password for the loft is ..."): what is commonly said of passwords there ("is required", "ist abgelaufen") is
// not.
#pragma once

#include <string_view>

namespace sluice::sense::detect {

enum class Tongue {
  English,
  German,
  French,
  Spanish,
  Italian,
  Portuguese,
  Dutch,
  Polish,
  Nordic,
  Finnish,
  Czech,
  Romanian,
  Hungarian,
  Russian
};

// Eight and more letters that do not end as predicates of the language do; a word with a capital inside; words
// joined by hyphens; letters and digits.
bool may_be_word_secret(std::string_view word, Tongue tongue);

}  // namespace sluice::sense::detect
