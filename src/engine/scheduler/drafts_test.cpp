#include "engine/scheduler/drafts.h"

#include <doctest/doctest.h>

#include <random>

namespace sluice::engine {
namespace {

using Tokens = std::vector<std::int32_t>;

Tokens guess(const Tokens& so_far, int most, int room = 100) {
  Drafts drafts(most);
  drafts.begin(so_far);
  const auto found = drafts.guess(room, 1, nullptr);
  return {found.begin(), found.end()};
}

// What followed the last tokens when they stood together last, said as plainly as can be.
Tokens reference(const Tokens& t, std::size_t most) {
  for (const std::size_t length : {std::size_t{3}, std::size_t{2}}) {
    Tokens best;
    for (std::size_t at = 0; at + length < t.size(); ++at) {
      bool same = true;
      for (std::size_t i = 0; i < length; ++i) same = same && t[at + i] == t[t.size() - length + i];
      if (!same) continue;
      best.clear();
      for (std::size_t i = at + length; i < t.size() && best.size() < most; ++i) best.push_back(t[i]);
    }
    if (!best.empty()) return best;
  }
  return {};
}

}  // namespace

TEST_CASE("what is guessed is what followed the last tokens when they stood together last") {
  CHECK(guess({1, 2, 3, 4, 5, 1, 2, 3}, 4) == Tokens{4, 5, 1, 2});
  CHECK(guess({1, 2, 3, 4, 1, 2, 3, 9, 1, 2, 3}, 1) == Tokens{9});
  CHECK(guess({7, 2, 3, 4, 8, 2, 3}, 2) == Tokens{4, 8});
  CHECK(guess({1, 2, 3}, 4).empty());
  CHECK(guess({}, 4).empty());
  CHECK(guess({5, 5, 5, 5}, 4) == Tokens{5});
  CHECK(guess({1, 2, 3, 4, 5, 1, 2, 3}, 4, 1) == Tokens{4});
  CHECK(guess({1, 2, 3, 4, 5, 1, 2, 3}, 4, 0).empty());
  CHECK(guess({1, 2, 3, 4, 5, 1, 2, 3}, 0).empty());
  std::mt19937 random(1);
  for (int i = 0; i < 3000; ++i) {
    Tokens tokens(random() % 40);
    for (std::int32_t& token : tokens) token = static_cast<std::int32_t>(random() % 4);
    CHECK(guess(tokens, 4) == reference(tokens, 4));
  }
}

TEST_CASE("where a row costs next to nothing long guesses are made, where it costs a step none") {
  const Tokens text{1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3};
  for (const double row : {0.001, 1.0}) {
    DraftCosts costs;
    for (int i = 0; i < 100; ++i) {
      costs.took(1, 0, 1.0);
      costs.took(1, 2, 1.0 + 2 * row);
    }
    CHECK(costs.share(1) > 0.9 * row);
    CHECK(costs.share(1) < 1.1 * row);
    Drafts drafts(4);
    drafts.begin(text);
    CHECK(drafts.guess(100, 1, &costs).size() == (row < 1 ? 4 : 0));
    for (int i = 0; i < 50; ++i) drafts.judge(4, 4);  // all were right: even so a row for a step wins nothing
    CHECK(drafts.guess(100, 1, &costs).size() == (row < 1 ? 4 : 0));
  }
}

TEST_CASE("a row costs less of a step that has more answers, and one step held up by the system changes little") {
  DraftCosts costs;
  CHECK(costs.share(1) > 0);
  for (int i = 0; i < 200; ++i) {
    costs.took(1, 0, 1.0);
    costs.took(4, 0, 2.0);
    costs.took(1, 1, i == 150 ? 100.0 : 1.4);
  }
  CHECK(costs.share(1) > 0.35);
  CHECK(costs.share(1) < 0.45);
  CHECK(costs.share(4) > 0.17);
  CHECK(costs.share(4) < 0.23);
}

TEST_CASE("guesses that are wrong end guessing, and it is tried again some time") {
  DraftCosts costs;
  for (int i = 0; i < 100; ++i) {
    costs.took(1, 0, 1.0);
    costs.took(1, 1, 1.3);
  }
  Drafts drafts(4);
  drafts.begin(Tokens{1, 2, 3, 4, 5, 1, 2, 3});
  int made = 0, tries = 0;
  for (int i = 0; i < 1000; ++i) {
    const auto count = static_cast<int>(drafts.guess(100, 1, &costs).size());
    if (count == 0) continue;
    ++tries;
    made += count;
    drafts.judge(count, 0);
  }
  CHECK(tries > 3);
  CHECK(made * 0.3 < 1000 * 0.02);  // what it cost in all, in steps: less than 2 %
}

}  // namespace sluice::engine
