// Tables: what a cell is, the head of its column says, rows above. A table with a head is also read as records,
// "born: 1979-11-02; phone: 0151 2304 988", so that each cell stands behind its name as in a form. Markdown, CSV
// (comma, semicolon, tabulator; quoted cells) and columns set apart by blanks.
#pragma once

#include <string_view>
#include <vector>

#include "sense/scan/decode/decode_parts.h"
#include "sense/scan/document.h"

namespace sluice::sense::scan {

class Tables {
 public:
  explicit Tables(PhraseSet& set);  // adds the names of columns, before the set is built
  struct Record {
    Piece piece;                        // the bytes of a column's name have their origin where the cell begins
    std::vector<Document::Head> heads;  // where those names stand in it
  };
  // One reading a table whose head has such a name. Together no longer than four times the text, as far as they
  // have cells of one or two bytes; what would be longer is read without those, which makes less than twelve times
  // the text of any table.
  std::vector<Record> readings(const Document& doc) const;

 private:
  PhraseSet::Owner heads_;
};

}  // namespace sluice::sense::scan
