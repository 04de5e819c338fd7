// Random policies, judged a second time by an evaluator that shares nothing with the room (second_judge.h).
#include <doctest/doctest.h>

#include <map>
#include <random>
#include <set>

#include "policy/second_judge.h"

using namespace sluice;
using namespace sluice::policy::words;

TEST_CASE("Every decision of random policies agrees with a second judge that knows only the words") {
  Random r(20261123);
  int read = 0, allowed = 0, refused = 0, held = 0, transformed = 0, lowered = 0;
  for (int round = 0; round < 3000; ++round) {
    File file = random_file(r);
    file.assertions.clear();
    auto policy = policy::Policy::parse(written(file), "random.yaml");
    if (!policy) {
      REQUIRE_MESSAGE(policy.error().code == "policy.not_monotone", (written(file) + policy.error().to_string()));
      ++refused;
      continue;
    }
    ++read;
    for (int i = 0; i < 100; ++i) {
      Asked asked = random_question(r);
      policy::Decision decision = ask(**policy, asked);
      Answer expected = answer(file, asked);
      Words obligations;
      const policy::Verdict& verdict = decision.verdicts[0];
      for (const auto& use : verdict.obligations) obligations.insert(policy::obligation_name(use));
      bool same = policy::state_name(verdict.state()) == expected.state && obligations == expected.oblige &&
                  verdict.transforms() == expected.transformed;
      REQUIRE_MESSAGE(same, (written(file) + policy::explain(decision) + "expected " + expected.state));
      allowed += expected.state == "allowed";
      held += expected.state == "held";
      transformed += expected.transformed;
      lowered += decision.declassified && decision.declassified->applied;
    }
  }
  MESSAGE(read << " policies read, " << refused << " refused as not monotone, " << allowed
               << " answers were allow, " << held << " hold, " << transformed << " with a transformation, "
               << lowered << " on a declassified label");
  CHECK(held > 1000);
  CHECK(transformed > 500);
  CHECK(lowered > 200);
  CHECK(read > 500);
  CHECK(refused > 200);
  CHECK(allowed > 5000);
}

TEST_CASE("What leaves after a transformation is what the second judge lets out as it is") {
  Random r(5);
  int asked_again = 0, sent = 0, stopped = 0;
  for (int round = 0; round < 3000 && asked_again < 3000; ++round) {
    File file = random_file(r);
    file.assertions.clear();
    auto policy = policy::Policy::parse(written(file), "random.yaml");
    if (!policy) continue;
    for (int i = 0; i < 40; ++i) {
      Asked asked = random_question(r);
      policy::Decision decision = ask(**policy, asked);
      const policy::Verdict& first = decision.verdicts[0];
      if (!first.transforms()) continue;
      // The transformed text was judged anything at all: often clean, sometimes not.
      Asked found = asked;
      found.categories.clear();
      found.cls = chance(r, 70) ? 0 : int(r() % 5);
      while (chance(r, 25)) found.categories.insert(pick(r, kCategoryWords));
      lift_to_categories(found);

      Asked label = after_claims(file, after_floors(file, asked));
      Words gone;
      std::vector<const Said*> holds;
      for (const Said& rule : file.rules) {
        if (rule.deny() || !in_force(rule, label)) continue;
        gone.insert(rule.takes_away.begin(), rule.takes_away.end());
        if (rule.effect == "hold") holds.push_back(&rule);
      }
      Asked left = what_is_left(file, label, gone);
      left.cls = std::max(left.cls, found.cls);
      left.categories.insert(found.categories.begin(), found.categories.end());
      left = after_claims(file, after_floors(file, left));
      std::string expected = plain_answer(file, left, holds).state;

      policy::Verdict again = ask_again(**policy, decision, asked, found);
      CAPTURE(written(file));
      REQUIRE(policy::state_name(again.state()) == expected);
      CHECK(!again.transforms());
      ++asked_again;
      sent += again.allowed;
      stopped += again.state() == policy::State::Denied;
    }
  }
  MESSAGE(asked_again << " second judgements, " << sent << " sent, " << stopped << " stopped");
  CHECK(sent > 300);
  CHECK(stopped > 100);
}

TEST_CASE("A policy is refused exactly when a search over every label, subject and place finds a reason") {
  Random r(42);
  int sound = 0, not_monotone = 0, wrong = 0;
  for (int round = 0; round < 400; ++round) {
    File file = random_file(r);
    std::vector<Asked> world = every_subject_and_place(file);
    int seen = categories_of(file);
    constexpr std::size_t kMost = 60'000;  // keeps the search to seconds
    if (world.size() * (std::size_t(5) << std::popcount(unsigned(seen))) > kMost) continue;
    Truth truth = brute_force(file, world, seen);
    auto policy = policy::Policy::parse(written(file), "random.yaml");
    CAPTURE(written(file));
    std::string code = policy ? "" : policy.error().code;
    CAPTURE((policy ? "" : policy.error().to_string()));
    REQUIRE(policy.has_value() == (truth.monotone && truth.asserted));
    if (code == "policy.not_monotone") REQUIRE(!truth.monotone);
    if (code == "policy.assertion_failed") REQUIRE(!truth.asserted);
    sound += policy.has_value();
    not_monotone += !truth.monotone;
    wrong += !truth.asserted;
  }
  MESSAGE(sound << " sound, " << not_monotone << " not monotone, " << wrong << " with a refuted assertion");
  CHECK(sound > 5);
  CHECK(not_monotone > 5);
  CHECK(wrong > 5);
}

TEST_CASE("A counterexample, put under tests as the message says, fails there") {
  Random r(77);
  int tried = 0;
  for (int round = 0; round < 400 && tried < 40; ++round) {
    File file = random_file(r);
    auto policy = policy::Policy::parse(written(file), "random.yaml");
    if (policy || policy.error().code != "policy.assertion_failed") continue;
    const std::string& message = policy.error().message;
    std::string line = message.substr(message.find("- {"));
    file.assertions.clear();
    auto again = policy::Policy::parse(written(file) + "tests:\n  " + line + "\n", "random.yaml");
    CAPTURE(written(file));
    CAPTURE(line);
    REQUIRE(!again);
    CHECK(again.error().code == "policy.test_failed");
    ++tried;
  }
  CHECK(tried > 10);
}
