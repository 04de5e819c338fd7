// Document: a piece of text as detectors read it. The canonical view (text/normalise.h) with its lower case, and
// the anchors that one pass found in it: phrases, runs of digits, at signs, full names. A value, built once and
// read by every detector.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sense/scan/phrases.h"
#include "text/normalise.h"

namespace sluice::sense::scan {

struct DigitGroup {
  std::uint32_t start = 0;
  std::uint16_t size = 0;
};

// Groups of digits with at most three separators (space - . / ( ) _) between neighbours: one number written with
// separators, or several beside one another.
struct NumberRun {
  std::uint32_t start = 0, end = 0;  // bytes, without a leading '+' or '('
  std::uint32_t first_group = 0;     // in Document::groups
  std::uint16_t groups = 0;
  std::uint32_t digits = 0;
};

struct Document {
  std::string text;                             // canonical
  std::string lower;                            // same offsets
  std::vector<std::uint32_t> origins;           // see text::Normalised; empty where each byte is its own
  std::vector<std::vector<PhraseHit>> phrases;  // by owner
  std::vector<NumberRun> numbers;
  std::vector<DigitGroup> groups;
  std::vector<std::uint32_t> at_signs;
  std::vector<std::uint32_t> names;  // where "Given Family" stands: two or more capitalised words
  // Of a table that is read as records: where the names of columns stand.
  struct Head {
    std::uint32_t start = 0, end = 0;
  };
  std::vector<Head> heads;
  bool joint = false;  // made of pieces that the model reads one after the other

  Document(text::Normalised canonical, const PhraseSet& set);
  Document(const Document&) = default;
  Document(Document&&) = default;
  Document& operator=(const Document&) = default;
  Document& operator=(Document&&) = default;
  ~Document();  // the lists' memory goes to this thread's next document
  // Of a text as it came, which is made canonical.
  static Document of(std::string_view utf8, const PhraseSet& set);
  // Where in that text the byte, or the end, stands.
  std::size_t origin(std::size_t byte) const { return origins.empty() ? byte : origins[byte]; }
  // Where in that text, `original`, the character before the byte `end` of this one ends.
  std::size_t original_end(std::string_view original, std::size_t end) const;
  std::string_view slice(std::size_t start, std::size_t end) const {
    return std::string_view(text).substr(start, end - start);
  }
};

}  // namespace sluice::sense::scan
