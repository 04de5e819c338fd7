#include "sense/scan/decode/tables.h"

#include <doctest/doctest.h>

#include <string>

using namespace sluice::sense::scan;

namespace {

struct Set {
  PhraseSet phrases;
  Tables tables{phrases};
  Set() { phrases.build(); }
};

const Set& set() {
  static const Set set;
  return set;
}

// All readings behind one another. Each byte of a cell has to come from that byte.
std::string read(const std::string& text) {
  const Document doc = Document::of(text, set().phrases);
  std::string all;
  for (const Tables::Record& record : set().tables.readings(doc)) {
    const Piece& piece = record.piece;
    CHECK(piece.origin.size() == piece.text.size() + 1);
    for (std::size_t i = 1; i < piece.origin.size(); ++i) CHECK(piece.origin[i - 1] <= piece.origin[i]);
    CHECK(piece.origin.back() <= doc.text.size());
    for (std::size_t i = 0; i < piece.text.size(); ++i) {
      const bool added = piece.text[i] == ' ' || piece.text[i] == '\n';
      if (piece.origin[i] != piece.origin[i + 1] && !added) CHECK(piece.text[i] == doc.text[piece.origin[i]]);
    }
    all += piece.text;
  }
  return all;
}

}  // namespace

TEST_CASE("a cell stands behind the name of its column, in each way to write a table") {
  const std::string expected = "name: Lionel B; born: 1979-11-02;\nname: Greta F; born: 1988-06-27;\n";
  CHECK(read("name;born\nLionel B;1979-11-02\nGreta F;1988-06-27\n") == expected);
  CHECK(read("name\tborn\nLionel B\t1979-11-02\nGreta F\t1988-06-27") == expected);
  CHECK(read("| name | born |\n|---|:---|\n| Lionel B | 1979-11-02 |\n| Greta F | 1988-06-27 |\n\nAnd so on.") ==
        expected);
  CHECK(read("who,born,seat\n\"B, Lionel\",1979-11-02,4\r\n") == "who: B, Lionel; born: 1979-11-02; seat: 4;\n");
  CHECK(read("who      born        seat no\n-------  ----------  ----\nLionel B  1979-11-02  4\n") ==
        "who: Lionel B; born: 1979-11-02; seat no: 4;\n");
  CHECK(read("RSVP export:\nname;born\nLionel B;1979-11-02\nbye") == "name: Lionel B; born: 1979-11-02;\n");
  CHECK(read("a|pw\n|x\n").empty());  // another number of cells
  CHECK(read("a|pw|\nb||\n") == "a: b;\n");
}

TEST_CASE("prose, code and tables of other things are no such table") {
  CHECK(read("Dear Anna, my phone, as you know, is off.\nThe weather, I hear, is fine.\n").empty());
  CHECK(read("colour;size;stock\nred;4;17\n").empty());
  CHECK(read("auto password = read(); use(password);\nif (x) { a; b; c; }\n").empty());
  CHECK(read("The password is what you know; the phone what you have.\nBoth; please.\n").empty());
  CHECK(read("phone;born").empty());
  CHECK(read("").empty());
}

TEST_CASE("what is read of tables is no longer than four times the text") {
  std::string text = "password of the machine;x\n";
  for (int i = 0; i < 50'000; ++i) text += "a;b\n";
  CHECK(read(text).size() <= 4 * text.size());
  std::string heads;
  for (int i = 0; i < 20'000; ++i) heads += "pw|b\n";
  CHECK(read(heads).size() <= 4 * heads.size());
}
