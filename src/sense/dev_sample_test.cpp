// Sets of labelled texts: the development sample of detection (../shared/detection-dev) and our own
// (tests/cases/sense/*.jsonl), judged by their labels. The floors here guard against a fall; the set that decides
// is another.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "json/doc.h"
#include "sense/test_text.h"

namespace sluice::sense::testing {
namespace {

struct Tally {
  int gold = 0, hit = 0;
  double recall() const { return gold == 0 ? 1 : double(hit) / gold; }
};

bool counts_for(json::Value record, std::string_view use) {
  for (json::Value u : record["use"]) {
    if (u.string() == use) return true;
  }
  return false;
}

struct Tallies {
  std::array<Tally, kCategories> categories;
  Tally escapes, alarms, wishes, talk;
  const Tally& of(Category c) const { return categories[static_cast<std::size_t>(c)]; }
};

void weigh(json::Value record, Tallies& tallies) {
  const Judgement judgement = standard_judge().judge_text(*record["text"].string(), {});
  const auto level = parse_class(*record["level"].string());
  REQUIRE(level.has_value());
  if (counts_for(record, "level")) {
    const bool raised = judgement.label.cls >= Class::Confidential;
    Tally& tally = *level >= Class::Confidential ? tallies.escapes : tallies.alarms;
    ++tally.gold;
    tally.hit += *level >= Class::Confidential ? !raised : raised;
  }
  if (counts_for(record, "intent")) {
    Tally& tally = record["kind"].string() == "intent_local" ? tallies.wishes : tallies.talk;
    ++tally.gold;
    tally.hit += judgement.label.local_only;
  }
  if (!counts_for(record, "labels")) return;
  for (json::Value label : record["labels"]) {
    const auto category = parse_category(*label.string());
    REQUIRE(category.has_value());
    Tally& tally = tallies.categories[static_cast<std::size_t>(*category)];
    ++tally.gold;
    tally.hit += judgement.label.categories.has(*category);
  }
}

// false: the file is not there.
bool weigh_file(const std::string& path, Tallies& tallies) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    auto doc = json::Doc::parse(line);
    REQUIRE(doc.has_value());
    weigh((*doc)->root(), tallies);
  }
  return tallies.escapes.gold > 0;
}

}  // namespace

TEST_CASE("the development sample is judged within the limits of the first version") {
  Tallies tallies;
  if (!weigh_file("../shared/detection-dev/dev.jsonl", tallies)) {
    MESSAGE("SKIPPED: ../shared/detection-dev/dev.jsonl is not there");
    return;
  }
  for (const Category c : {Category::Credentials, Category::GovId, Category::Pii}) {
    CHECK_MESSAGE(tallies.of(c).recall() >= 0.95, category_name(c));
  }
  CHECK(tallies.of(Category::Financial).recall() >= 0.9);
  for (const Category c : {Category::Health, Category::Legal, Category::SourceCode}) {
    CHECK_MESSAGE(tallies.of(c).recall() >= 0.95, category_name(c));
  }
  CHECK(tallies.escapes.recall() <= 0.01);
  CHECK(tallies.alarms.recall() <= 0.03);
}

TEST_CASE("our own sets of texts are judged as they are labelled") {
  Tallies tallies;
  for (const char* set : {"first", "second", "third", "fourth", "fifth"}) {
    Tallies one;
    REQUIRE(weigh_file("tests/cases/sense/" + std::string(set) + ".jsonl", one));
    CHECK_MESSAGE(one.alarms.recall() <= 0.03, set);
    REQUIRE(weigh_file("tests/cases/sense/" + std::string(set) + ".jsonl", tallies));
  }
  for (const Category c : {Category::GovId, Category::Financial, Category::Credentials}) {
    CHECK_MESSAGE(tallies.of(c).recall() >= 0.9, category_name(c));
  }
  for (const Category c : {Category::Health, Category::Legal, Category::Business, Category::SourceCode}) {
    CHECK_MESSAGE(tallies.of(c).recall() >= 0.9, category_name(c));
  }
  CHECK(tallies.escapes.recall() <= 0.06);
  CHECK(tallies.wishes.recall() >= 0.9);
  CHECK(tallies.talk.recall() <= 0.03);
}

// Read, and learnt from: what they guard is what was understood. tests/cases/sense/independent/README.md
TEST_CASE("sets by independent authors are judged no worse than when they were last read") {
  struct Floor {
    const char* set;
    double credentials, escapes, alarms;
  };
  for (const Floor& floor : {Floor{"a", 0.97, 0.023, 0.04}, Floor{"b", 0.95, 0.02, 0.05},
                             Floor{"c", 0.9, 0.08, 0.05}, Floor{"d", 1, 0.02, 0.03}, Floor{"e", 1, 0.03, 0.04},
                             Floor{"i", 1, 0.01, 0.03}, Floor{"j", 1, 0.01, 0.03}, Floor{"m", 1, 0, 0.04}}) {
    Tallies tallies;
    REQUIRE(weigh_file("tests/cases/sense/independent/" + std::string(floor.set) + ".jsonl", tallies));
    CHECK_MESSAGE(tallies.of(Category::Credentials).recall() >= floor.credentials, floor.set);
    CHECK_MESSAGE(tallies.escapes.recall() <= floor.escapes, std::string(floor.set));
    CHECK_MESSAGE(tallies.alarms.recall() <= floor.alarms, floor.set);
  }
}

}  // namespace sluice::sense::testing
