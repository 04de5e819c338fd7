#include <doctest/doctest.h>

#include <string>

#include "sense/detect/topic/detectors.h"

namespace sluice::sense::detect {
namespace {

TEST_CASE("a page of code is found alike wherever its lines stand in a block of the text") {
  const std::string code =
      "for (int i = 0; i < n; ++i) {\n  if (a[i] == b) return &a[i];\n}\nint f(int x) { return x << 2; }\n"
      "std::string name = list.at(0);\ncall(name, 1);\nx += 3;\nwhile (x != 0) x--;\nif (a && !b || c) f(x);\n"
      "auto p = q->next; // a comment that is longer than all the other lines here, so that it lies in two "
      "blocks\n";
  scan::PhraseSet set;
  const Made detector = make_source_code(set);
  set.build();
  double confidence = 0;
  for (std::size_t before = 1; before <= 200; ++before) {
    CAPTURE(before);
    std::vector<scan::Hit> hits;
    REQUIRE(detector->detect(scan::Document::of(std::string(before - 1, 'z') + "\n" + code, set), hits));
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].start == before);
    CHECK(hits[0].end == before + code.size() - 1);
    if (before > 1) CHECK(hits[0].confidence == confidence);
    confidence = hits[0].confidence;
  }
}

TEST_CASE("each sign of programs counts") {
  scan::PhraseSet set;
  const Made detector = make_source_code(set);
  set.build();
  for (const char* line : {"a::b[0] is",
                           "a ?? b[0] is",
                           "a->b[0] is",
                           "a && b[0] is",
                           "a || b[0] is",
                           "a++ b[0] is",
                           "a != b[0] is",
                           "a << b[0] is",
                           "a >= b[0] is",
                           "a *= b[0] is",
                           "a == b[0] is",
                           "a() b is",
                           "a[] b is",
                           "a {} b is",
                           "a / b is one more thing;",
                           "a % b is one more thing;",
                           "a ^ b is one more thing;",
                           "a ~ b is one more thing;",
                           "one thing; it {more};",
                           "it is one more thing {"}) {
    CAPTURE(line);
    std::string page;
    for (int i = 0; i < 8; ++i) page += std::string(line) + "\n";
    std::vector<scan::Hit> hits;
    REQUIRE(detector->detect(scan::Document::of(page, set), hits));
    CHECK(hits.size() == 1);
  }
  std::vector<scan::Hit> hits;
  const std::string statements = "a = 1; b = 2; c(d);\n";
  REQUIRE(detector->detect(scan::Document::of(statements + statements + statements + statements, set), hits));
  CHECK(hits.size() == 1);
}

TEST_CASE("code of Lisp's, Basic's and style sheets' kin is found, lists of contracts are not") {
  scan::PhraseSet set;
  const Made detector = make_source_code(set);
  set.build();
  const auto found = [&](const std::vector<std::string>& lines) {
    std::string page;
    for (int i = 0; i < 4; ++i) {
      for (const std::string& line : lines) page += line + "\n";
    }
    std::vector<scan::Hit> hits;
    REQUIRE(detector->detect(scan::Document::of(page, set), hits));
    return hits.size() == 1;
  };
  CHECK(found({"(print-lines (take n rows))", "    (count (filter odd? rows))", "  (is (= 3 (sum rows)))"}));
  CHECK(found({"set total to 0", "tell me to count of rows", "end tell", "end repeat", "end if"}));
  CHECK(found({".row { margin: 0 auto; color: red; }", "li { padding-left: 4px; top: 0; }"}));
  CHECK(found({"rows <- take ten", "half <- first rows", "toUpper c = if c"}));
  CHECK_FALSE(
      found({"(a) the Seller (as defined in the Deed (if any))", "(ii) any Lien (other than (x) and (y))"}));
  CHECK_FALSE(found({"the parties (including the Agent (if any))", "End of the story.", "set the table to six"}));
}

}  // namespace
}  // namespace sluice::sense::detect
