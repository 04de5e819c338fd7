// Random policies for tests: what they say in plain words, and their text. See random_test.cpp.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace sluice::policy::words {

using Words = std::set<std::string>;
using Random = std::mt19937;

inline const std::vector<std::string> kClassOrder = {"public", "internal", "confidential", "regulated",
                                                     "restricted"};
inline const std::vector<std::string> kCategoryWords = {
    "pii", "source_code", "business", "gov_id", "financial", "health", "legal", "credentials", "restricted"};
inline const std::vector<int> kLeastClass = {2, 2, 2, 3, 3,
                                             3, 3, 4, 4};  // of each category, from the design's table
inline const std::vector<std::string> kZoneWords = {"device", "private", "managed", "hosted"};
inline const std::vector<std::string> kAreas = {"EU", "DE", "CN", "local"};
inline const std::vector<std::string> kStands = {"EU", "DE", "FR", "CN", "US", "local"};
inline const std::vector<std::string> kTeams = {"clinic", "sales"}, kPeople = {"ana"}, kModels = {"chat", "hr"};
inline const std::vector<std::string> kPlaces = {"ds", "local-r1"}, kUses = {"bot"}, kRoles = {"legal"};
inline const std::vector<std::string> kParts = {"image", "audio"}, kApprovers = {"dpo", "security"};
inline const std::vector<std::string> kDays = {"2026-03-01", "2026-06-30"};  // on which dated entries end

// What a rule, floor or assertion says. A set that is absent says nothing.
struct Said {
  std::string id;
  std::string effect = "allow";             // or "hold", "deny"
  std::map<std::string, Words> conditions;  // by key: "class" holds every class that is meant
  Words oblige;
  Words takes_away;     // categories that its transformations name
  Words approvers;      // of a hold
  bool wish = false;    // only texts that ask to stay at home
  std::string until;    // empty: without end
  Words unless;         // "transformed", "held", "declassified", "extracted"
  Words if_categories;  // of a floor
  bool deny() const { return effect == "deny"; }
};
struct Lowering {
  std::string id, until;
  int from = 4, to = 0;
  Words categories, by;
  Said scope;
};
struct File {
  std::vector<Said> rules, floors;
  std::vector<Lowering> lowerings;
  std::vector<std::pair<bool, Said>> assertions;  // true: always
};
struct Asked {
  int cls;
  Words categories;
  std::string team, principal, route, zone, jurisdiction, deployment;
  std::string workload = {}, role = {}, claim = {}, day = {};  // day: empty if the time is not known
  bool wish = false;
  Words parts = {}, extracted = {};
};

inline std::string pick(Random& r, const std::vector<std::string>& from) { return from[r() % from.size()]; }
inline Words some(Random& r, const std::vector<std::string>& from) {
  Words words{pick(r, from)};
  while (r() % 2) words.insert(pick(r, from));
  return words;
}
inline bool chance(Random& r, int percent) { return int(r() % 100) < percent; }

inline Words classes(Random& r, bool upward) {
  Words words;
  int limit = int(r() % 5);
  for (int c = 0; c < 5; ++c)
    if (upward ? c >= limit : c <= limit) words.insert(kClassOrder[std::size_t(c)]);
  if (chance(r, 15)) words.erase(kClassOrder[r() % 5]);
  if (words.empty()) words.insert("public");
  return words;
}

inline void conditions_on_subject(Random& r, Said& said, int percent) {
  if (chance(r, percent)) said.conditions["teams"] = some(r, kTeams);
  if (chance(r, percent / 2)) said.conditions["principals"] = some(r, kPeople);
  if (chance(r, percent / 2)) said.conditions["routes"] = some(r, kModels);
  if (chance(r, percent / 3)) said.conditions["workloads"] = some(r, kUses);
}
inline void conditions_on_place(Random& r, Said& said, int percent) {
  if (chance(r, 60)) said.conditions["zones"] = some(r, kZoneWords);
  if (chance(r, percent)) said.conditions["jurisdictions"] = some(r, kAreas);
  if (chance(r, percent)) said.conditions["jurisdictions_not"] = some(r, kAreas);
  if (chance(r, percent)) said.conditions["deployments"] = some(r, kPlaces);
}

inline Said random_rule(Random& r, int number) {
  Said rule;
  rule.id = "R" + std::to_string(number);
  rule.effect = chance(r, 35) ? "deny" : chance(r, 25) ? "hold" : "allow";
  bool deny = rule.deny();
  if (!deny || chance(r, 60))
    rule.conditions["class"] = classes(r, deny || (rule.effect == "hold" && chance(r, 50)));
  if (deny && (chance(r, 50) || !rule.conditions.count("class")))
    rule.conditions["categories"] = some(r, kCategoryWords);
  if (deny && chance(r, 15)) rule.wish = true;
  if (deny && chance(r, 30)) rule.unless.insert("transformed");
  if (chance(r, deny ? 2 : 20)) {
    rule.conditions["categories_only"] = chance(r, 20) ? Words{} : some(r, kCategoryWords);
  }
  conditions_on_subject(r, rule, 20);
  conditions_on_place(r, rule, 15);
  if (chance(r, 12)) rule.until = pick(r, kDays);
  if (rule.effect == "hold" && chance(r, 70)) rule.approvers = some(r, kApprovers);
  if (!deny && chance(r, 30))
    rule.oblige = some(r, {"log_no_content", "no_shared_cache", "no_store", "retain(7d)", "retain(30d)",
                           "max_output(100)", "notify(dpo)", "opaque_user", "output_scan(pii)", "no_tools"});
  if (!deny && chance(r, 25)) {
    rule.takes_away = some(r, kCategoryWords);
    std::string arguments;
    for (const std::string& c : rule.takes_away) arguments += (arguments.empty() ? "" : ", ") + c;
    // In the order in which Sluice writes them.
    std::string ordered;
    for (const std::string& c : kCategoryWords)
      if (rule.takes_away.count(c)) ordered += (ordered.empty() ? "" : ", ") + c;
    rule.oblige.insert((chance(r, 50) ? "redact(" : "pseudonymise(") + ordered + ")");
  }
  return rule;
}

inline Said random_floor(Random& r) {
  Said floor;
  conditions_on_subject(r, floor, 60);
  if (chance(r, 25)) floor.conditions["parts"] = some(r, kParts);
  if (floor.conditions.count("parts") && chance(r, 50)) floor.unless.insert("extracted");
  if (chance(r, 25)) floor.if_categories = some(r, kCategoryWords);
  if (chance(r, 15)) floor.until = pick(r, kDays);
  if (chance(r, 60)) floor.conditions["class"] = {pick(r, kClassOrder)};
  if (chance(r, 50) || !floor.conditions.count("class")) floor.conditions["categories"] = some(r, kCategoryWords);
  return floor;
}

inline Lowering random_lowering(Random& r) {
  Lowering out;
  out.id = "L1";
  out.until = pick(r, kDays);
  out.from = 1 + int(r() % 4);
  out.to = int(r() % unsigned(out.from));
  for (std::size_t c = 0; c < kCategoryWords.size(); ++c)
    if (kLeastClass[c] <= out.from && chance(r, 40)) out.categories.insert(kCategoryWords[c]);
  out.by = some(r, {"legal", "sales", "ana"});
  if (chance(r, 40)) conditions_on_subject(r, out.scope, 40);
  return out;
}

inline File random_file(Random& r) {
  File file;
  int rules = 1 + int(r() % 6);
  for (int i = 0; i < rules; ++i) file.rules.push_back(random_rule(r, i));
  // A bridge needs something behind it.
  if (chance(r, 40)) {
    Said open;
    open.id = "open";
    open.conditions["class"] = {"public", "internal"};
    open.conditions["zones"] = some(r, kZoneWords);
    file.rules.push_back(open);
  }
  while (chance(r, 40) && file.floors.size() < 3) file.floors.push_back(random_floor(r));
  if (chance(r, 25)) file.lowerings.push_back(random_lowering(r));
  if (chance(r, 60)) {
    Said said;
    said.conditions["class"] = classes(r, chance(r, 80));
    if (chance(r, 30)) said.conditions["categories"] = some(r, kCategoryWords);
    said.wish = chance(r, 8);
    if (chance(r, 50)) said.unless = some(r, {"transformed", "held", "declassified"});
    conditions_on_subject(r, said, 25);
    conditions_on_place(r, said, 20);
    file.assertions.emplace_back(chance(r, 30), said);
  }
  return file;
}

inline std::string list(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return "[" + text + "]";
}

inline std::string part(const Said& said, const char* key, const char* written = nullptr) {
  auto found = said.conditions.find(key);
  if (found == said.conditions.end()) return "";
  return std::string(", ") + (written ? written : key) + ": " + list(found->second);
}

inline std::string body(std::string parts) { return "{" + (parts.empty() ? parts : parts.substr(2)) + "}"; }

inline std::string who_part(const Said& said) {
  return part(said, "teams") + part(said, "principals") + part(said, "routes") + part(said, "workloads");
}
inline std::string dated(const std::string& until) { return until.empty() ? "" : ", until: " + until; }

inline std::string written_rule(const Said& rule) {
  std::string text = "{id: " + rule.id;
  std::string wish = rule.wish ? ", wish: local_only" : "";
  if (rule.deny())
    text += ", deny: " + body(part(rule, "class") + part(rule, "categories") + wish);
  else
    text += part(rule, "class", rule.effect.c_str());
  for (const char* key : {"zones", "deployments", "jurisdictions", "jurisdictions_not"}) text += part(rule, key);
  std::string when = who_part(rule) + part(rule, "categories_only");
  if (!when.empty()) text += ", when: " + body(when);
  std::string oblige;
  for (const std::string& o : rule.oblige) oblige += (oblige.empty() ? "\"" : ", \"") + o + "\"";
  if (!oblige.empty()) text += ", oblige: [" + oblige + "]";
  if (!rule.approvers.empty()) text += ", approvers: " + list(rule.approvers);
  if (rule.unless.count("transformed")) text += ", unless: transformed";
  return text + dated(rule.until) + "}";
}

inline std::string written_floor(const Said& floor) {
  std::string when = who_part(floor) + part(floor, "parts");
  if (!floor.if_categories.empty()) when += ", categories: " + list(floor.if_categories);
  std::string cls = floor.conditions.count("class") ? ", class: " + *floor.conditions.at("class").begin() : "";
  std::string unless = floor.unless.count("extracted") ? ", unless: extracted" : "";
  return body((when.empty() ? "" : ", when: " + body(when)) + cls + part(floor, "categories") + unless +
              dated(floor.until));
}

inline std::string written(const File& file) {
  std::string text = "policy: v1\nrevision: random\ndefault_class: public\nrules:\n";
  for (const Said& rule : file.rules) text += "  - " + written_rule(rule) + "\n";
  if (!file.floors.empty()) text += "floors:\n";
  for (const Said& floor : file.floors) text += "  - " + written_floor(floor) + "\n";
  if (!file.lowerings.empty()) text += "declassify:\n";
  for (const Lowering& l : file.lowerings) {
    std::string scope = who_part(l.scope);
    text += "  - {id: " + l.id + ", from: " + kClassOrder[std::size_t(l.from)] +
            ", to: " + kClassOrder[std::size_t(l.to)] + ", categories: " + list(l.categories) +
            ", by: " + list(l.by) + (scope.empty() ? "" : ", scope: " + body(scope)) + dated(l.until) + "}\n";
  }
  if (!file.assertions.empty()) text += "assert:\n";
  for (const auto& [always, said] : file.assertions) {
    text += std::string("  - ") + (always ? "always: " : "never: ") +
            body(part(said, "class") + part(said, "categories") + part(said, "zones", "zone") +
                 part(said, "deployments", "deployment") + part(said, "jurisdictions", "jurisdiction") +
                 part(said, "jurisdictions_not", "jurisdiction_not") + part(said, "teams", "team") +
                 part(said, "principals", "principal") + part(said, "routes", "route") +
                 part(said, "workloads", "workload") + (said.wish ? ", wish: local_only" : "") +
                 (said.unless.empty() ? "" : ", unless: " + list(said.unless))) +
            "\n";
  }
  return text;
}

}  // namespace sluice::policy::words
