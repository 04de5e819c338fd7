// What topics are found in texts that neither the trained model nor the word tables ever saw:
// tests/cases/sense/topics.held, topics.blind, topics.fresh and topics.sealed. Rates, not single texts.
#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "sense/test_text.h"

namespace sluice::sense::testing {
namespace {

struct Count {
  int texts = 0, right = 0, escaped = 0;
};
using Counts = std::map<std::string, Count>;

// By label: how many texts, how many judged right, and how many sensitive ones judged harmless.
Counts counted(const std::string& path) {
  Counts counts;
  for (const auto& [label, text] : read_labelled(path)) {
    const Judgement judgement = standard_judge().judge_text(text, {});
    const bool sensitive = judgement.label.cls >= Class::Confidential;
    Count& count = counts[label];
    ++count.texts;
    if (label == "public") {
      count.right += !sensitive && !judgement.label.local_only;
    } else if (label == "wish") {
      count.right += judgement.label.local_only;
    } else {
      const auto category = parse_category(label);
      REQUIRE_MESSAGE(category.has_value(), label);
      count.right += judgement.label.categories.has(*category);
      count.escaped += !sensitive;
    }
  }
  return counts;
}

double share(const Counts& counts, const std::string& label, int Count::* what) {
  REQUIRE(counts.contains(label));
  const Count& count = counts.at(label);
  return double(count.*what) / count.texts;
}

}  // namespace

TEST_CASE("terse texts by another hand are found, and harmless ones are left alone") {
  const Counts counts = counted("tests/cases/sense/topics.held");
  CHECK(share(counts, "public", &Count::right) >= 0.98);
  CHECK(share(counts, "source_code", &Count::escaped) <= 0.03);
  CHECK(share(counts, "health", &Count::escaped) <= 0.04);
  CHECK(share(counts, "legal", &Count::escaped) <= 0.04);
  CHECK(share(counts, "business", &Count::escaped) <= 0.04);
  CHECK(share(counts, "restricted", &Count::escaped) <= 0.17);
  CHECK(share(counts, "financial", &Count::escaped) <= 0.19);
  CHECK(share(counts, "wish", &Count::right) >= 0.25);
}

// The floors of 27 November 2026 moved by a text or two, either way, with a model that alarms on a fifth as many
// of 7,445 harmless texts in other languages than English (tools/topics/README.md).
TEST_CASE("texts written before the model was first trained are found, and harmless ones are left alone") {
  const Counts counts = counted("tests/cases/sense/topics.blind");
  CHECK(share(counts, "public", &Count::right) >= 0.93);
  CHECK(share(counts, "health", &Count::escaped) <= 0.08);
  CHECK(share(counts, "legal", &Count::escaped) <= 0.03);
  CHECK(share(counts, "business", &Count::escaped) <= 0.04);
}

// Legal moved by two texts when statutes, exam cases and lessons on law became public: the model doubts terse
// disputes a little more, and alarms on a third fewer of 8,186 harmless texts by its word for law
// (tools/topics/README.md). Legal moved by one and business by two with the model that learnt from operations,
// terms of sites, gazettes and tip-offs, which alarms on a quarter fewer of 2,780 public texts and misses fewer of
// the rest. Here and below legal moved by one text and by three, and set a of the independent ones by one, with
// what was learnt from other authors' records: terse disputes without a word of law are doubted more, and of seven
// sets by independent authors 25 harmless texts of 514 alarm, not 30, at as many misses.
// Once more legal by one text, and set d by one alarm, with the records of fourteen more authors and sets: of
// 3,464 harmless texts of public medical sets 181 alarm, not 274, and 428 and 262 of 3,147 sensitive ones are
// missed, not 447 and 248.
TEST_CASE("texts that nobody looked at while the model was trained are found, and harmless ones are left alone") {
  const Counts counts = counted("tests/cases/sense/topics.fresh");
  CHECK(share(counts, "public", &Count::right) >= 0.97);
  CHECK(share(counts, "health", &Count::escaped) <= 0.13);
  CHECK(share(counts, "legal", &Count::escaped) <= 0.18);
  CHECK(share(counts, "business", &Count::escaped) <= 0.17);
}

// Health moved by one text of 60: one that only the model's word for business had held, which now needs more. By
// one more since a text without a word that the tables know needs more of the model: of 31,092 everyday requests
// and sentences 537 alarm, not 1,275, and of 17 sets by independent authors 39 harmless texts of 1,394, not 47,
// where 65 sensitive ones of 2,391 are missed, not 63.
TEST_CASE("texts sealed until model and thresholds were fixed are found, and harmless ones are left alone") {
  const Counts counts = counted("tests/cases/sense/topics.sealed");
  CHECK(share(counts, "public", &Count::right) >= 0.96);
  CHECK(share(counts, "health", &Count::escaped) <= 0.17);
  CHECK(share(counts, "legal", &Count::escaped) <= 0.134);
  CHECK(share(counts, "business", &Count::escaped) <= 0.19);
  CHECK(share(counts, "restricted", &Count::escaped) <= 0.2);
  CHECK(share(counts, "financial", &Count::escaped) <= 0.4);
}

TEST_CASE("a marking at the head of any text makes it a company's; in a question it is what is asked about") {
  const std::vector<std::string> markings = {"Strictly confidential", "Internal use only", "Not for distribution",
                                             "Streng vertraulich",    "Nur intern",        "Betriebsgeheimnis",
                                             "Usage interne",         "Uso interno",       "Poufne"};
  int texts = 0, found = 0, questions = 0, alarms = 0;
  for (const char* path : {"tests/cases/sense/topics.held", "tests/cases/sense/topics.fresh"}) {
    for (const auto& [label, text] : read_labelled(path)) {
      if (label != "public") continue;
      const std::string& marking = markings[static_cast<std::size_t>(texts) % markings.size()];
      ++texts;
      found += standard_judge().judge_text(marking + ". " + text, {}).label.cls >= Class::Confidential;
    }
  }
  for (const std::string& marking : markings) {
    for (const char* question : {"How do you pronounce ", "What does it mean when an envelope in a film says "}) {
      ++questions;
      alarms += standard_judge().judge_text(question + marking + "?", {}).label.cls >= Class::Confidential;
    }
  }
  CHECK(found >= 0.8 * texts);
  CHECK(alarms <= 0.2 * questions);
  MESSAGE("marked ", found, " of ", texts, ", asked about ", alarms, " of ", questions);
}

}  // namespace sluice::sense::testing
