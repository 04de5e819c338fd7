#include "text/words.h"

#include <doctest/doctest.h>

#include <initializer_list>

namespace sluice::text {

TEST_CASE("letters, marks and digits belong to words, punctuation does not") {
  for (const std::uint32_t c : {U'a', U'Z', U'7', U'é', U'Ж', U'א', U'٣', U'ß', U'\u0301'})
    CHECK_MESSAGE(word_part(c) == WordPart::Piece, c);
  for (const std::uint32_t c : {U' ', U'\n', U'_', U'-', U'.', U'“', U'。', U'€', U'\u200B', U'\uFFFD'})
    CHECK_MESSAGE(word_part(c) == WordPart::None, c);
  for (const std::uint32_t c : {U'密', U'の', U'カ', U'한', U'ท', U'々', U'\U00020000'})
    CHECK_MESSAGE(word_part(c) == WordPart::Alone, c);
}

TEST_CASE("a letter is one code point in every case") {
  CHECK(fold_case(U'A') == U'a');
  CHECK(fold_case(U'Ł') == fold_case(U'ł'));
  CHECK(fold_case(U'Σ') == fold_case(U'ς'));
  CHECK(fold_case(U'σ') == fold_case(U'ς'));
  CHECK(fold_case(U'Ǆ') == fold_case(U'ǅ'));
  CHECK(fold_case(U'Ա') == fold_case(U'ա'));
  CHECK(fold_case(U'密') == U'密');
  CHECK(fold_case(U'1') == U'1');
}

}  // namespace sluice::text
