// Hints: readings of a text that only some words suggest. Digits spelled out in a row ("four one one one") become
// digits; a text that speaks of decoding is also read in ROT13 and backwards; one that speaks of base85 has
// its words read so; behind the first line of uuencode stands some.
#pragma once

#include <vector>

#include "sense/scan/decode/decode_parts.h"
#include "sense/scan/document.h"

namespace sluice::sense::scan {

class Hints {
 public:
  explicit Hints(PhraseSet& set);  // adds its words, before the set is built
  std::vector<Piece> readings(const Document& doc) const;

 private:
  void spelled(const Document& doc, std::vector<Piece>& found) const;

  PhraseSet::Owner digits_, decoding_, base85_, uuencode_;
  std::vector<std::uint8_t> value_;  // of each phrase of digits_
};

}  // namespace sluice::sense::scan
