// The machinery of word tables on a small table of its own.
#include <doctest/doctest.h>

#include <string>

#include "sense/detect/topic.h"

namespace sluice::sense::detect {
namespace {

// Boats: two words of them, and none that speaks against it nearby.
double decide(const Sums& sums) { return sums[0] - sums[1] >= 2 ? 0.9 : 0; }

std::vector<scan::Hit> found(const std::string& text) {
  Topic::Definition definition{"boats", scan::Kind::LegalTopic, decide};
  definition.paragraph = 60;
  scan::PhraseSet set;
  Topic topic(set, definition);
  topic.add(0, 1, "keel|mast|rudder");
  topic.add(1, 2, "toy");
  set.build();
  std::vector<scan::Hit> hits;
  REQUIRE(topic.detect(scan::Document::of(text, set), hits));
  return hits;
}

}  // namespace

TEST_CASE("what is found ends with the last word that it did not have before") {
  const auto once = found("The mast stands on the keel.");
  const auto twice = found("The mast stands on the keel. The mast stands on the keel.");
  REQUIRE(once.size() == 1);
  REQUIRE(twice.size() == 1);
  CHECK(twice[0].start == once[0].start);
  CHECK(twice[0].end == once[0].end);
}

TEST_CASE("a short text said again is not looked at in narrower windows, one that goes on is") {
  const std::string text = "A toy with a mast, and a keel.";
  CHECK(found(text).empty());
  CHECK(found(text + " " + text + " " + text).empty());
  CHECK(!found(text + " It is tied to a post in the harbour, behind the sheds, by its rudder and keel.").empty());
}

}  // namespace sluice::sense::detect
