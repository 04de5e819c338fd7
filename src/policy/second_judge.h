// An evaluator of policies for tests that shares nothing with the room: it works on words, one label, one subject
// and one place at a time, straight from the sentences of docs/policy.md.
#pragma once

#include <algorithm>
#include <bit>

#include "policy/policy.h"
#include "policy/random_policy.h"

namespace sluice::policy::words {

inline bool lies_in(const std::string& stand, const Words& areas) {
  return areas.count(stand) || ((stand == "DE" || stand == "FR") && areas.count("EU"));
}

inline bool any_of_them(const Words& some, const Words& of) {
  for (const std::string& word : some)
    if (of.count(word)) return true;
  return false;
}

inline bool holds(const Said& said, const Asked& asked, bool is_floor = false) {
  if (said.wish && !asked.wish) return false;
  for (const auto& [key, words] : said.conditions) {
    if (is_floor && (key == "class" || key == "categories")) continue;  // what it raises to, no condition
    bool ok = false;
    if (key == "class") ok = words.count(kClassOrder[std::size_t(asked.cls)]) > 0;
    if (key == "categories") ok = any_of_them(asked.categories, words);
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
    if (key == "workloads") ok = words.count(asked.workload) > 0;
    if (key == "parts")
      for (const std::string& p : asked.parts)
        ok = ok || (words.count(p) && !(said.unless.count("extracted") && asked.extracted.count(p)));
    if (!ok) return false;
  }
  return true;
}

// An entry that permits ends on its day, and one whose day is not known permits nothing; what forbids goes on.
inline bool timely(const std::string& until, const Asked& asked, bool permits) {
  if (until.empty()) return true;
  if (asked.day.empty()) return !permits;
  return asked.day <= until;  // dates of this form sort like time
}

inline void lift_to_categories(Asked& asked) {
  for (std::size_t c = 0; c < kCategoryWords.size(); ++c)
    if (asked.categories.count(kCategoryWords[c])) asked.cls = std::max(asked.cls, kLeastClass[c]);
}

inline Asked after_floors(const File& file, Asked asked) {
  Asked who = asked;
  for (int again = 0; again < 12; ++again) {  // until nothing changes: each floor can set off another
    for (const Said& floor : file.floors) {
      if (!holds(floor, who, true) || !timely(floor.until, who, false)) continue;
      if (!floor.if_categories.empty() && !any_of_them(floor.if_categories, asked.categories)) continue;
      if (auto least = floor.conditions.find("class"); least != floor.conditions.end())
        for (int c = 0; c < 5; ++c)
          if (least->second.count(kClassOrder[std::size_t(c)])) asked.cls = std::max(asked.cls, c);
      if (auto more = floor.conditions.find("categories"); more != floor.conditions.end())
        asked.categories.insert(more->second.begin(), more->second.end());
    }
  }
  lift_to_categories(asked);
  return asked;
}

inline bool claims(const Lowering& l, const Asked& asked) {
  bool may = l.by.count(asked.principal) || l.by.count(asked.team) || l.by.count(asked.role);
  return asked.claim == l.id && may && holds(l.scope, asked) && timely(l.until, asked, true);
}

inline Asked after_claims(const File& file, Asked asked) {
  for (const Lowering& l : file.lowerings) {
    if (!claims(l, asked) || asked.cls > l.from) continue;
    for (const std::string& c : l.categories) asked.categories.erase(c);
    asked.cls = std::min(asked.cls, l.to);
    lift_to_categories(asked);
  }
  return asked;
}

struct Answer {
  std::string state = "denied";
  bool transformed = false;  // only once something has been taken out
  bool surely = true;        // and that never fails
  Words oblige;
  bool open() const { return state != "denied"; }
};

// Of these, detectors find values, which can be taken out; of the second, nothing else.
inline const Words kValues = {"pii", "gov_id", "financial", "health", "credentials"};
inline const Words kOnlyValues = {"pii", "gov_id"};

// Which approvers all of these rules accept; nothing said: everybody.
inline bool somebody_approves(const std::vector<const Said*>& holds) {
  for (const std::string& name : kApprovers) {
    bool all = true;
    for (const Said* rule : holds) all = all && (rule->approvers.empty() || rule->approvers.count(name));
    if (all) return true;
  }
  return holds.empty();
}

inline bool in_force(const Said& rule, const Asked& asked) {
  return holds(rule, asked) && timely(rule.until, asked, rule.effect == "allow");
}

// As it is: rules without a transformation only.
inline Answer plain_answer(const File& file, const Asked& asked, std::vector<const Said*> holds) {
  Answer out;
  bool opened = false, denied = false;
  for (const Said& rule : file.rules) {
    if (!rule.takes_away.empty() || !in_force(rule, asked)) continue;
    denied = denied || rule.deny();
    opened = opened || !rule.deny();
    if (rule.effect == "hold") holds.push_back(&rule);
    out.oblige.insert(rule.oblige.begin(), rule.oblige.end());
  }
  if (denied || !opened || !somebody_approves(holds)) return {};
  out.state = holds.empty() ? "allowed" : "held";
  return out;
}

// The least that can be left of a text when these categories are taken out of it.
inline Asked what_is_left(const File& file, const Asked& asked, const Words& gone) {
  Asked rest = asked, alone = asked;
  alone.cls = 0;
  alone.categories.clear();
  for (const std::string& c : asked.categories)
    if (gone.count(c)) {
      rest.categories.erase(c);
      alone.categories.insert(c);
    }
  // What goes explains the class, or something else did.
  if (asked.cls <= after_floors(file, alone).cls) rest.cls = 0;
  lift_to_categories(rest);
  return after_claims(file, after_floors(file, rest));
}

inline Answer answer(const File& file, const Asked& before) {
  Asked asked = after_claims(file, after_floors(file, before));
  Words gone, oblige;
  std::vector<const Said*> holds;
  bool denied = false;
  for (const Said& rule : file.rules) {
    if (rule.deny() || !in_force(rule, asked)) continue;
    gone.insert(rule.takes_away.begin(), rule.takes_away.end());
    oblige.insert(rule.oblige.begin(), rule.oblige.end());
    if (rule.effect == "hold") holds.push_back(&rule);
  }
  if (gone.empty()) return plain_answer(file, asked, {});
  bool surely = true;
  for (const std::string& c : gone) surely = surely && (!asked.categories.count(c) || kOnlyValues.count(c));
  std::erase_if(gone, [](const std::string& c) { return !kValues.count(c); });
  for (const Said& rule : file.rules) {
    if (!rule.deny() || !in_force(rule, asked)) continue;
    bool lifted = rule.unless.count("transformed") > 0, objects = false;
    auto named = rule.conditions.find("categories");
    for (const std::string& c : asked.categories) {
      if (named != rule.conditions.end() && !named->second.count(c)) continue;
      objects = true;
      lifted = lifted && gone.count(c);
    }
    denied = denied || !lifted || !objects;
  }
  if (denied) return {};
  Answer out = plain_answer(file, what_is_left(file, asked, gone), holds);
  if (!out.open()) return {};
  out.transformed = true;
  out.surely = surely;
  out.oblige.insert(oblige.begin(), oblige.end());
  return out;
}

inline Words words_of(int set) {
  Words words;
  for (int c = 0; c < 9; ++c)
    if (set >> c & 1) words.insert(kCategoryWords[std::size_t(c)]);
  return words;
}

inline sense::Label label_of(const Asked& asked) {
  sense::Label label;
  label.cls = sense::Class(asked.cls);
  for (const std::string& c : asked.categories) label.categories.add(*sense::parse_category(c));
  label.local_only = asked.wish;
  return label;
}

inline config::Deployment deployment_of(const Asked& asked) {
  config::Deployment d;
  d.name = asked.deployment;
  d.zone = *config::parse_zone(asked.zone);
  d.jurisdiction = asked.jurisdiction;
  return d;
}

inline policy::Subject subject_of(const Asked& asked) {
  policy::Subject subject;
  subject.principal = asked.principal;
  subject.team = asked.team;
  subject.route = asked.route;
  subject.workload = asked.workload;
  if (!asked.role.empty()) subject.roles = {asked.role};
  if (!asked.claim.empty()) subject.claim = policy::Claim{asked.claim, "because"};
  if (!asked.day.empty()) subject.time = parse_utc(asked.day + "T17:30:00Z").value();
  for (int i = 0; i < policy::kPartKinds; ++i) {
    const char* name = policy::part_kind_name(policy::PartKind(i));
    if (asked.parts.count(name)) subject.parts |= std::uint8_t(1 << i);
    if (asked.extracted.count(name)) subject.extracted |= std::uint8_t(1 << i);
  }
  return subject;
}

inline policy::Decision ask(const policy::Policy& policy, const Asked& asked) {
  config::Deployment d = deployment_of(asked);
  return policy.decide(label_of(asked), subject_of(asked), {&d});
}

inline policy::Verdict ask_again(const policy::Policy& policy, const policy::Decision& decision,
                                 const Asked& asked, const Asked& found) {
  return policy.decide_again(decision, decision.verdicts[0], label_of(found), subject_of(asked),
                             deployment_of(asked));
}

inline const std::vector<std::string> kAskedDays = {"",           "2026-01-01", "2026-03-01",
                                                    "2026-03-02", "2026-06-30", "2026-07-01"};

inline Asked random_question(Random& r) {
  auto or_other = [&](std::vector<std::string> from) {
    from.push_back("other");
    return pick(r, from);
  };
  Asked a{int(r() % 5),      {},
          or_other(kTeams),  or_other(kPeople),
          or_other(kModels), pick(r, kZoneWords),
          pick(r, kStands),  or_other(kPlaces)};
  while (chance(r, 50)) a.categories.insert(pick(r, kCategoryWords));
  a.workload = or_other(kUses);
  if (chance(r, 50)) a.role = or_other(kRoles);
  if (chance(r, 60)) a.claim = chance(r, 90) ? "L1" : "L2";
  a.day = pick(r, kAskedDays);
  a.wish = chance(r, 30);
  if (chance(r, 30)) a.parts = some(r, kParts);
  for (const std::string& p : a.parts)
    if (chance(r, 50)) a.extracted.insert(p);
  return a;
}

// Every subject and place that this file could tell apart in this small world, and one that it does not mention.
inline std::vector<Asked> every_subject_and_place(const File& file) {
  Words mentioned, parts;
  bool areas = false, wishes = false, dates = false;
  auto note = [&](const Said& said) {
    for (const auto& [key, words] : said.conditions) {
      if (key != "class" && key.rfind("categories", 0) != 0) mentioned.insert(words.begin(), words.end());
      areas = areas || key.rfind("jurisdictions", 0) == 0;
      if (key == "parts") parts.insert(words.begin(), words.end());
    }
    wishes = wishes || said.wish;
    dates = dates || !said.until.empty();
  };
  for (const Said& rule : file.rules) note(rule);
  for (const Said& floor : file.floors) note(floor);
  for (const auto& [always, said] : file.assertions) note(said);
  for (const Lowering& l : file.lowerings) {
    note(l.scope);
    mentioned.insert(l.by.begin(), l.by.end());
    dates = true;
  }
  std::vector<Asked> all{Asked{0, {}, "", "", "", "", "", ""}};
  auto spread = [&](const std::vector<std::string>& values, auto set) {
    std::vector<Asked> next;
    for (const Asked& one : all)
      for (const std::string& value : values) {
        next.push_back(one);
        set(next.back(), value);
      }
    all = std::move(next);
  };
  auto known = [&](const std::vector<std::string>& from) {
    std::vector<std::string> values{"other"};
    for (const std::string& value : from)
      if (mentioned.count(value)) values.push_back(value);
    return values;
  };
  spread(known(kTeams), [](Asked& a, const std::string& v) { a.team = v; });
  spread(known(kPeople), [](Asked& a, const std::string& v) { a.principal = v; });
  spread(known(kModels), [](Asked& a, const std::string& v) { a.route = v; });
  spread(known(kUses), [](Asked& a, const std::string& v) { a.workload = v; });
  spread(known(kPlaces), [](Asked& a, const std::string& v) { a.deployment = v; });
  spread(kZoneWords, [](Asked& a, const std::string& v) { a.zone = v; });
  spread(areas ? kStands : std::vector<std::string>{"US", "local"},
         [](Asked& a, const std::string& v) { a.jurisdiction = v; });
  std::erase_if(all, [](const Asked& a) { return a.zone == "device" && a.jurisdiction != "local"; });
  if (wishes) spread({"", "yes"}, [](Asked& a, const std::string& v) { a.wish = !v.empty(); });
  if (dates) spread(kAskedDays, [](Asked& a, const std::string& v) { a.day = v; });
  if (!file.lowerings.empty()) {
    spread({"", "L1"}, [](Asked& a, const std::string& v) { a.claim = v; });
    spread(known(kRoles), [](Asked& a, const std::string& v) { a.role = v; });
  }
  for (const std::string& part : parts)
    spread({"", "there", "read"}, [&](Asked& a, const std::string& v) {
      if (!v.empty()) a.parts.insert(part);
      if (v == "read") a.extracted.insert(part);
    });
  return all;
}

struct Truth {
  bool monotone = true;
  bool asserted = true;
};

// The categories that a file can tell apart: those it names, and one of each floor that it does not.
inline int categories_of(const File& file) {
  int seen = 0;
  auto note = [&](const Said& said) {
    for (const char* key : {"categories", "categories_only"})
      if (auto found = said.conditions.find(key); found != said.conditions.end())
        for (int c = 0; c < 9; ++c)
          if (found->second.count(kCategoryWords[std::size_t(c)])) seen |= 1 << c;
  };
  auto note_words = [&](const Words& words) {
    for (int c = 0; c < 9; ++c)
      if (words.count(kCategoryWords[std::size_t(c)])) seen |= 1 << c;
  };
  for (const Said& rule : file.rules) note(rule);
  for (const Said& rule : file.rules) note_words(rule.takes_away);
  for (const Said& floor : file.floors) note(floor);
  for (const Said& floor : file.floors) note_words(floor.if_categories);
  for (const Lowering& l : file.lowerings) note_words(l.categories);
  for (const auto& [always, said] : file.assertions) note(said);
  for (int least : {2, 3, 4}) {
    int c = 0;
    while (c < 9 && (kLeastClass[std::size_t(c)] != least || (seen >> c & 1))) ++c;
    if (c < 9) seen |= 1 << c;
  }
  return seen;
}

// Whether a statement is refuted by this answer to a request in its scope.
inline bool refuted(bool always, const Said& said, const Answer& found) {
  bool held = found.state == "held" && said.unless.count("held");
  if (always && !found.surely) return true;
  if (always) return found.state != "allowed" && !held;
  return found.open() && !held && !(found.transformed && said.unless.count("transformed"));
}

inline Truth brute_force(const File& file, const std::vector<Asked>& world, int seen) {
  Truth truth;
  for (Asked asked : world) {
    std::map<std::pair<int, int>, int> open;  // 0 denied, 1 held, 2 allowed: of the text as it is
    bool claimed = false;
    for (const Lowering& l : file.lowerings) claimed = claimed || claims(l, asked);
    for (int set = 0; set < 512; ++set) {
      if (set & ~seen) continue;
      asked.categories = words_of(set);
      for (asked.cls = 0; asked.cls < 5; ++asked.cls) {
        Asked raised = after_floors(file, asked);
        std::string plain = plain_answer(file, after_claims(file, raised), {}).state;
        open[{asked.cls, set}] = plain == "allowed" ? 2 : plain == "held" ? 1 : 0;
        if (file.assertions.empty()) continue;
        Answer found = answer(file, asked);
        for (const auto& [always, said] : file.assertions)
          if (!(claimed && said.unless.count("declassified")) && holds(said, raised) &&
              refuted(always, said, found))
            truth.asserted = false;
      }
    }
    for (const auto& [at, how] : open) {
      if (at.first > 0 && how > open[{at.first - 1, at.second}]) truth.monotone = false;
      for (int c = 0; c < 9; ++c)
        if ((at.second >> c & 1) && how > open[{at.first, at.second & ~(1 << c)}]) truth.monotone = false;
    }
  }
  return truth;
}

}  // namespace sluice::policy::words
