// Random policies, judged a second time by an evaluator that shares nothing with the room: it works on words, one
// label, one subject and one place at a time, straight from the sentences of docs/policy.md.
#include <doctest/doctest.h>

#include <bit>
#include <chrono>
#include <map>
#include <random>
#include <set>

#include "policy/policy.h"

using namespace sluice;

namespace {

using Words = std::set<std::string>;
using Random = std::mt19937;

const std::vector<std::string> kClassOrder = {"public", "internal", "confidential", "regulated", "restricted"};
const std::vector<std::string> kCategoryWords = {"pii",    "source_code", "business",    "gov_id",    "financial",
                                                 "health", "legal",       "credentials", "restricted"};
const std::vector<int> kLeastClass = {2, 2, 2, 3, 3, 3, 3, 4, 4};  // of each category, from the design's table
const std::vector<std::string> kZoneWords = {"device", "private", "managed", "hosted"};
const std::vector<std::string> kAreas = {"EU", "DE", "CN", "local"};
const std::vector<std::string> kStands = {"EU", "DE", "FR", "CN", "US", "local"};
const std::vector<std::string> kTeams = {"clinic", "sales"}, kPeople = {"ana"}, kModels = {"chat", "hr"};
const std::vector<std::string> kPlaces = {"ds", "local-r1"};

// What a rule, floor or assertion says. A set that is absent says nothing.
struct Said {
  std::string id;
  bool deny = false;
  std::map<std::string, Words> conditions;  // by key: "class" holds every class that is meant
  Words oblige;
};
struct File {
  std::vector<Said> rules, floors;
  std::vector<std::pair<bool, Said>> assertions;  // true: always
};
struct Asked {
  int cls;
  Words categories;
  std::string team, principal, route, zone, jurisdiction, deployment;
};

std::string pick(Random& r, const std::vector<std::string>& from) { return from[r() % from.size()]; }
Words some(Random& r, const std::vector<std::string>& from) {
  Words words{pick(r, from)};
  while (r() % 2) words.insert(pick(r, from));
  return words;
}
bool chance(Random& r, int percent) { return int(r() % 100) < percent; }

Words classes(Random& r, bool upward) {
  Words words;
  int limit = int(r() % 5);
  for (int c = 0; c < 5; ++c)
    if (upward ? c >= limit : c <= limit) words.insert(kClassOrder[std::size_t(c)]);
  if (chance(r, 15)) words.erase(kClassOrder[r() % 5]);
  if (words.empty()) words.insert("public");
  return words;
}

void conditions_on_subject(Random& r, Said& said, int percent) {
  if (chance(r, percent)) said.conditions["teams"] = some(r, kTeams);
  if (chance(r, percent / 2)) said.conditions["principals"] = some(r, kPeople);
  if (chance(r, percent / 2)) said.conditions["routes"] = some(r, kModels);
}
void conditions_on_place(Random& r, Said& said, int percent) {
  if (chance(r, 60)) said.conditions["zones"] = some(r, kZoneWords);
  if (chance(r, percent)) said.conditions["jurisdictions"] = some(r, kAreas);
  if (chance(r, percent)) said.conditions["jurisdictions_not"] = some(r, kAreas);
  if (chance(r, percent)) said.conditions["deployments"] = some(r, kPlaces);
}

Said random_rule(Random& r, int number) {
  Said rule;
  rule.id = "R" + std::to_string(number);
  rule.deny = chance(r, 35);
  if (!rule.deny || chance(r, 60)) rule.conditions["class"] = classes(r, rule.deny);
  if (rule.deny && (chance(r, 50) || !rule.conditions.count("class")))
    rule.conditions["categories"] = some(r, kCategoryWords);
  if (chance(r, rule.deny ? 2 : 20)) {
    rule.conditions["categories_only"] = chance(r, 20) ? Words{} : some(r, kCategoryWords);
  }
  conditions_on_subject(r, rule, 20);
  conditions_on_place(r, rule, 15);
  if (!rule.deny && chance(r, 30))
    rule.oblige = some(r, {"log_no_content", "no_shared_cache", "no_store", "retain(7d)", "retain(30d)"});
  return rule;
}

File random_file(Random& r) {
  File file;
  int rules = 1 + int(r() % 6);
  for (int i = 0; i < rules; ++i) file.rules.push_back(random_rule(r, i));
  if (chance(r, 40)) {
    Said floor;
    conditions_on_subject(r, floor, 60);
    if (chance(r, 60)) floor.conditions["class"] = {pick(r, kClassOrder)};
    if (chance(r, 50) || !floor.conditions.count("class"))
      floor.conditions["categories"] = some(r, kCategoryWords);
    file.floors.push_back(floor);
  }
  if (chance(r, 60)) {
    Said said;
    said.conditions["class"] = classes(r, chance(r, 80));
    if (chance(r, 30)) said.conditions["categories"] = some(r, kCategoryWords);
    conditions_on_subject(r, said, 25);
    conditions_on_place(r, said, 20);
    file.assertions.emplace_back(chance(r, 30), said);
  }
  return file;
}

std::string list(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return "[" + text + "]";
}

std::string part(const Said& said, const char* key, const char* written = nullptr) {
  auto found = said.conditions.find(key);
  if (found == said.conditions.end()) return "";
  return std::string(", ") + (written ? written : key) + ": " + list(found->second);
}

std::string body(std::string parts) { return "{" + (parts.empty() ? parts : parts.substr(2)) + "}"; }

std::string written(const File& file) {
  std::string text = "policy: v1\nrevision: random\ndefault_class: public\nrules:\n";
  for (const Said& rule : file.rules) {
    text += "  - {id: " + rule.id;
    if (rule.deny)
      text += ", deny: " + body(part(rule, "class") + part(rule, "categories"));
    else
      text += part(rule, "class", "allow");
    for (const char* key : {"zones", "deployments", "jurisdictions", "jurisdictions_not"}) text += part(rule, key);
    std::string when =
        part(rule, "teams") + part(rule, "principals") + part(rule, "routes") + part(rule, "categories_only");
    if (!when.empty()) text += ", when: " + body(when);
    if (!rule.oblige.empty()) text += ", oblige: " + list(rule.oblige);
    text += "}\n";
  }
  if (!file.floors.empty()) text += "floors:\n";
  for (const Said& floor : file.floors) {
    std::string when = part(floor, "teams") + part(floor, "principals") + part(floor, "routes");
    std::string cls = floor.conditions.count("class") ? ", class: " + *floor.conditions.at("class").begin() : "";
    text += "  - " + body((when.empty() ? "" : ", when: " + body(when)) + cls + part(floor, "categories")) + "\n";
  }
  if (!file.assertions.empty()) text += "assert:\n";
  for (const auto& [always, said] : file.assertions) {
    text += std::string("  - ") + (always ? "always: " : "never: ") +
            body(part(said, "class") + part(said, "categories") + part(said, "zones", "zone") +
                 part(said, "deployments", "deployment") + part(said, "jurisdictions", "jurisdiction") +
                 part(said, "jurisdictions_not", "jurisdiction_not") + part(said, "teams", "team") +
                 part(said, "principals", "principal") + part(said, "routes", "route")) +
            "\n";
  }
  return text;
}

// ---- the second judge ----

bool lies_in(const std::string& stand, const Words& areas) {
  return areas.count(stand) || ((stand == "DE" || stand == "FR") && areas.count("EU"));
}

bool holds(const Said& said, const Asked& asked, bool is_floor = false) {
  for (const auto& [key, words] : said.conditions) {
    if (is_floor && (key == "class" || key == "categories")) continue;  // what it raises to, no condition
    bool ok = false;
    if (key == "class") ok = words.count(kClassOrder[std::size_t(asked.cls)]) > 0;
    if (key == "categories")
      for (const std::string& c : asked.categories) ok = ok || words.count(c);
    if (key == "categories_only") {
      ok = true;
      for (const std::string& c : asked.categories) ok = ok && words.count(c);
    }
    if (key == "zones") ok = words.count(asked.zone) > 0;
    if (key == "deployments") ok = words.count(asked.deployment) > 0;
    if (key == "jurisdictions") ok = lies_in(asked.jurisdiction, words);
    if (key == "jurisdictions_not") ok = !lies_in(asked.jurisdiction, words);
    if (key == "teams") ok = words.count(asked.team) > 0;
    if (key == "principals") ok = words.count(asked.principal) > 0;
    if (key == "routes") ok = words.count(asked.route) > 0;
    if (!ok) return false;
  }
  return true;
}

Asked after_floors(const File& file, Asked asked) {
  Asked who = asked;
  for (const Said& floor : file.floors) {
    if (!holds(floor, who, true)) continue;
    if (auto least = floor.conditions.find("class"); least != floor.conditions.end())
      for (int c = 0; c < 5; ++c)
        if (least->second.count(kClassOrder[std::size_t(c)])) asked.cls = std::max(asked.cls, c);
    if (auto more = floor.conditions.find("categories"); more != floor.conditions.end())
      asked.categories.insert(more->second.begin(), more->second.end());
  }
  for (std::size_t c = 0; c < kCategoryWords.size(); ++c)
    if (asked.categories.count(kCategoryWords[c])) asked.cls = std::max(asked.cls, kLeastClass[c]);
  return asked;
}

struct Answer {
  bool allowed = false;
  Words oblige;
};
Answer answer(const File& file, const Asked& before) {
  Asked asked = after_floors(file, before);
  Answer out;
  bool denied = false;
  for (const Said& rule : file.rules) {
    if (!holds(rule, asked)) continue;
    if (rule.deny)
      denied = true;
    else
      out.allowed = true;
    out.oblige.insert(rule.oblige.begin(), rule.oblige.end());
  }
  if (denied || !out.allowed) return {};
  return out;
}

Words words_of(int set) {
  Words words;
  for (int c = 0; c < 9; ++c)
    if (set >> c & 1) words.insert(kCategoryWords[std::size_t(c)]);
  return words;
}

policy::Decision ask(const policy::Policy& policy, const Asked& asked) {
  sense::Label label;
  label.cls = sense::Class(asked.cls);
  for (const std::string& c : asked.categories) label.categories.add(*sense::parse_category(c));
  config::Deployment d;
  d.name = asked.deployment;
  d.zone = *config::parse_zone(asked.zone);
  d.jurisdiction = asked.jurisdiction;
  return policy.decide(label, {asked.principal, asked.team, asked.route}, {&d});
}

Asked random_question(Random& r) {
  auto or_other = [&](std::vector<std::string> from) {
    from.push_back("other");
    return pick(r, from);
  };
  Asked a{int(r() % 5),      {},
          or_other(kTeams),  or_other(kPeople),
          or_other(kModels), pick(r, kZoneWords),
          pick(r, kStands),  or_other(kPlaces)};
  while (chance(r, 50)) a.categories.insert(pick(r, kCategoryWords));
  return a;
}

// Every subject and place there is in this small world, each tried on a label and on its neighbours above.
template <class Visit>
void every_subject_and_place(const Visit& visit) {
  auto with_other = [](std::vector<std::string> from) {
    from.push_back("other");
    return from;
  };
  for (const std::string& team : with_other(kTeams))
    for (const std::string& principal : with_other(kPeople))
      for (const std::string& route : with_other(kModels))
        for (const std::string& zone : kZoneWords)
          for (const std::string& stand : kStands)
            for (const std::string& deployment : with_other(kPlaces)) {
              if ((zone == "device") && stand != "local") continue;
              visit(Asked{0, {}, team, principal, route, zone, stand, deployment});
            }
}

struct Truth {
  bool monotone = true;
  bool asserted = true;
};

// The categories that a file can tell apart: those it names, and one of each floor that it does not.
int categories_of(const File& file) {
  int seen = 0;
  auto note = [&](const Said& said) {
    for (const char* key : {"categories", "categories_only"})
      if (auto found = said.conditions.find(key); found != said.conditions.end())
        for (int c = 0; c < 9; ++c)
          if (found->second.count(kCategoryWords[std::size_t(c)])) seen |= 1 << c;
  };
  for (const Said& rule : file.rules) note(rule);
  for (const Said& floor : file.floors) note(floor);
  for (const auto& [always, said] : file.assertions) note(said);
  for (int least : {2, 3, 4}) {
    int c = 0;
    while (c < 9 && (kLeastClass[std::size_t(c)] != least || (seen >> c & 1))) ++c;
    if (c < 9) seen |= 1 << c;
  }
  return seen;
}

Truth brute_force(const File& file) {
  int seen = categories_of(file);
  Truth truth;
  every_subject_and_place([&](Asked asked) {
    std::map<std::pair<int, int>, bool> allowed;
    for (int set = 0; set < 512; ++set) {
      if (set & ~seen) continue;
      asked.categories = words_of(set);
      for (asked.cls = 0; asked.cls < 5; ++asked.cls) {
        bool yes = allowed[{asked.cls, set}] = answer(file, asked).allowed;
        if (file.assertions.empty()) continue;
        Asked raised = after_floors(file, asked);
        for (const auto& [always, said] : file.assertions)
          if (yes != always && holds(said, raised)) truth.asserted = false;
      }
    }
    for (const auto& [at, yes] : allowed) {
      if (yes && at.first > 0 && !allowed[{at.first - 1, at.second}]) truth.monotone = false;
      for (int c = 0; c < 9; ++c)
        if (yes && (at.second >> c & 1) && !allowed[{at.first, at.second & ~(1 << c)}]) truth.monotone = false;
    }
  });
  return truth;
}

}  // namespace

TEST_CASE("Every decision of random policies agrees with a second judge that knows only the words") {
  Random r(20261123);
  int read = 0, allowed = 0, refused = 0;
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
      for (const auto& use : decision.verdicts[0].obligations) obligations.insert(policy::obligation_name(use));
      bool same = decision.verdicts[0].allowed == expected.allowed && obligations == expected.oblige;
      REQUIRE_MESSAGE(same, (written(file) + policy::explain(decision)));
      allowed += expected.allowed;
    }
  }
  MESSAGE(read << " policies read, " << refused << " refused as not monotone, " << allowed
               << " answers were allow");
  CHECK(read > 500);
  CHECK(refused > 200);
  CHECK(allowed > 5000);
}

TEST_CASE("A policy is refused exactly when a search over every label, subject and place finds a reason") {
  Random r(42);
  int sound = 0, not_monotone = 0, refuted = 0;
  for (int round = 0; round < 120; ++round) {
    File file = random_file(r);
    constexpr int kFewCategories = 5;  // keeps the search to seconds
    if (std::popcount(unsigned(categories_of(file))) > kFewCategories) continue;
    Truth truth = brute_force(file);
    auto policy = policy::Policy::parse(written(file), "random.yaml");
    CAPTURE(written(file));
    std::string code = policy ? "" : policy.error().code;
    CAPTURE((policy ? "" : policy.error().to_string()));
    REQUIRE(policy.has_value() == (truth.monotone && truth.asserted));
    if (code == "policy.not_monotone") REQUIRE(!truth.monotone);
    if (code == "policy.assertion_failed") REQUIRE(!truth.asserted);
    sound += policy.has_value();
    not_monotone += !truth.monotone;
    refuted += !truth.asserted;
  }
  MESSAGE(sound << " sound, " << not_monotone << " not monotone, " << refuted << " with a refuted assertion");
  CHECK(sound > 5);
  CHECK(not_monotone > 5);
  CHECK(refuted > 5);
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

TEST_CASE("A decision takes microseconds and the built-in policy is proved in milliseconds") {
  auto start = std::chrono::steady_clock::now();
  auto policy = policy::Policy::parse(policy::default_policy_text(), "(built-in policy)");
  double load = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  REQUIRE(policy.has_value());
  config::Deployment d;
  d.name = "deepseek";
  d.zone = config::Zone::Hosted;
  d.jurisdiction = "CN";
  sense::Label label;
  label.raise(sense::Category::Health,
              {"finding", "clinical_words", sense::Class::Regulated, sense::Category::Health});
  std::size_t sum = 0;
  start = std::chrono::steady_clock::now();
  for (int i = 0; i < 20'000; ++i)
    sum += (*policy)->decide(label, {"ana", "clinic", "chat"}, {&d}).verdicts.size();
  double micros =
      std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / 20'000;
  MESSAGE("load " << load << " ms, decide " << micros << " us");
  CHECK(sum == 20'000);
}
