#include "sense/replaceable.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace sluice::sense {
namespace {

bool topical(const Replaceable& all, const char* detector) {
  return std::find(all.topical.begin(), all.topical.end(), detector) != all.topical.end();
}

}  // namespace

TEST_CASE("What has a place can be taken away, what is a topic can't, and some categories are found as both") {
  const Replaceable all = replaceable({});
  CHECK(all.values ==
        CategorySet{Category::Pii, Category::GovId, Category::Financial, Category::Health, Category::Credentials});
  // The wish to stay here is none: it raises no category.
  CHECK(all.topics == CategorySet{Category::SourceCode, Category::Business, Category::Financial, Category::Health,
                                  Category::Legal, Category::Credentials, Category::Restricted});
  CHECK(topical(all, "health"));
  CHECK(!topical(all, "medical_id"));
}

TEST_CASE("Patterns and dictionaries of one's own find values, fingerprints find topics") {
  config::OwnDetectors own;
  own.patterns.emplace_back();
  own.patterns[0].name = "file_number";
  own.patterns[0].category.text = "legal";
  own.dictionaries.emplace_back();
  own.dictionaries[0].name = "code_names";
  own.dictionaries[0].category.text = "business";
  own.fingerprints.emplace_back();
  own.fingerprints[0].name = "contracts";
  own.fingerprints[0].category.text = "pii";
  const Replaceable all = replaceable(own);
  CHECK(all.values.has(Category::Legal));
  CHECK(all.values.has(Category::Business));
  CHECK(!all.values.has(Category::SourceCode));
  CHECK(all.topics.has(Category::Pii));
  CHECK(topical(all, "contracts"));
  CHECK(!topical(all, "file_number"));
}

}  // namespace sluice::sense
