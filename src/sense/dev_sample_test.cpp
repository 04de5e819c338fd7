// The development sample of detection (../shared/detection-dev), judged by its own labels. The floors here guard
// against a fall; the set that decides is another.
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

}  // namespace

TEST_CASE("the development sample is judged within the limits of the first version") {
  std::ifstream file("../shared/detection-dev/dev.jsonl");
  if (!file) {
    MESSAGE("SKIPPED: ../shared/detection-dev/dev.jsonl is not there");
    return;
  }
  std::array<Tally, kCategories> tallies;
  Tally escapes, alarms;
  for (std::string line; std::getline(file, line);) {
    auto doc = json::Doc::parse(line);
    REQUIRE(doc.has_value());
    const json::Value record = (*doc)->root();
    const Judgement judgement = standard_judge().judge_text(*record["text"].string(), {});
    const auto level = parse_class(*record["level"].string());
    REQUIRE(level.has_value());
    if (counts_for(record, "level")) {
      const bool raised = judgement.label.cls >= Class::Confidential;
      Tally& tally = *level >= Class::Confidential ? escapes : alarms;
      ++tally.gold;
      tally.hit += *level >= Class::Confidential ? !raised : raised;
    }
    if (!counts_for(record, "labels")) continue;
    for (json::Value label : record["labels"]) {
      const auto category = parse_category(*label.string());
      REQUIRE(category.has_value());
      Tally& tally = tallies[static_cast<std::size_t>(*category)];
      ++tally.gold;
      tally.hit += judgement.label.categories.has(*category);
    }
  }
  for (const Category c : {Category::Credentials, Category::GovId}) {
    CHECK_MESSAGE(tallies[static_cast<std::size_t>(c)].recall() >= 0.95, category_name(c));
  }
  CHECK(tallies[static_cast<std::size_t>(Category::Financial)].recall() >= 0.9);
  for (const Category c : {Category::Health, Category::Legal, Category::SourceCode}) {
    CHECK_MESSAGE(tallies[static_cast<std::size_t>(c)].recall() >= 0.85, category_name(c));
  }
  CHECK(escapes.recall() <= 0.02);
  CHECK(alarms.recall() <= 0.05);
}

}  // namespace sluice::sense::testing
