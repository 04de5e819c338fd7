// Proof by enumeration: monotonicity (S10) and the file's assertions, over every label, every subject and every
// place that the rules can tell apart.
//
// The conditions of a rule are independent: on the label, on the subject, on the place. For a subject and a place
// each rule, floor and assertion is therefore on or off, and many subjects and places switch the same ones: only
// the distinct switchings are looked at. A name that no rule mentions is stood for by the empty name. Labels are
// bits in 40 words, so that one rule is applied to all 2,560 labels by 40 instructions.
#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <set>

#include "policy/model.h"

namespace sluice::policy {
namespace {

constexpr int kSets = 1 << sense::kCategories;    // category sets
constexpr int kLabels = sense::kClasses * kSets;  // label = class * kSets + categories
constexpr int kWords = kLabels / 64;
constexpr int kWordsPerClass = kSets / 64;
constexpr std::size_t kMostPairs = 200'000;  // distinct subjects x places; about a second of work

using LabelBits = std::array<std::uint64_t, kWords>;
using Switches = std::vector<bool>;  // one per rule, floor and assertion

struct LabelAt {
  sense::Class cls;
  sense::CategorySet categories;
};
LabelAt label_at(int index) {
  return {sense::Class(index / kSets), sense::CategorySet::from_bits(std::uint16_t(index % kSets))};
}

// The index of the label once its class is at least `least` and at least the floor of each category.
int raised(int index, sense::Class least, std::uint16_t categories) {
  int set = (index % kSets) | categories;
  int cls = std::max(index / kSets, int(least));
  for (int c = 0; c < sense::kCategories; ++c)
    if (set >> c & 1) cls = std::max(cls, int(sense::floor_of(sense::Category(c))));
  return cls * kSets + set;
}

LabelBits labels_of(const What& what) {
  LabelBits bits{};
  for (int i = 0; i < kLabels; ++i) {
    LabelAt label = label_at(raised(i, sense::Class::Public, 0));
    if (!missed(what, label.cls, label.categories)) bits[std::size_t(i / 64)] |= 1ull << (i % 64);
  }
  return bits;
}

struct Place {
  config::Zone zone = config::Zone::Device;
  std::string jurisdiction, deployment;
};

std::string zone_of(const Place& place) { return config::zone_name(place.zone); }

Example example(int index, const Subject& subject, const Place& place, bool allow) {
  LabelAt label = label_at(index);
  std::string jurisdiction = place.zone == config::Zone::Device ? "" : place.jurisdiction;
  return {label.cls, label.categories, subject, place.deployment, zone_of(place), jurisdiction, allow};
}

// What a floor pattern makes of each label.
struct Floored {
  std::array<std::uint16_t, kLabels> to;
  LabelBits reachable{};  // labels that floors leave as they are: those that decisions are made on
  bool identity_on_valid = false;
};

class Prover {
 public:
  explicit Prover(const Model& model) : model_(model) {
    for (const Rule& rule : model.rules) rule_labels_.push_back(labels_of(rule.what));
    for (const Assertion& assertion : model.assertions) assertion_labels_.push_back(labels_of(assertion.what));
    list_subjects();
    list_places();
  }

  Status run() {
    if (subjects_.size() * places_.size() > kMostPairs)
      return fail("policy.too_large",
                  "the rules name too many teams, principals, routes and places to be proved: " +
                      std::to_string(subjects_.size()) + " subjects x " + std::to_string(places_.size()) +
                      " places",
                  "", "use teams instead of principals, or fewer conditions");
    for (const auto& [subject_on, subject] : subjects_) {
      const Floored& floored = floored_of(subject_on);
      std::vector<LabelBits> somewhere(model_.assertions.size());
      for (const auto& [place_on, place] : places_) {
        LabelBits allowed = allowed_labels(subject_on, place_on, floored);
        SLUICE_TRY_VOID(check_monotone(allowed, subject, place));
        SLUICE_TRY_VOID(check_assertions(subject_on, place_on, allowed, floored, subject, place, somewhere));
      }
      SLUICE_TRY_VOID(check_some_zone(subject_on, floored, subject, somewhere));
    }
    return {};
  }

 private:
  std::size_t floors_begin() const { return model_.rules.size(); }
  std::size_t assertions_begin() const { return floors_begin() + model_.floors.size(); }
  std::size_t items() const { return assertions_begin() + model_.assertions.size(); }
  const Who& who(std::size_t item) const {
    if (item < floors_begin()) return model_.rules[item].who;
    if (item < assertions_begin()) return model_.floors[item - floors_begin()].who;
    return model_.assertions[item - assertions_begin()].who;
  }
  const Where* where(std::size_t item) const {  // nullptr: a floor, which looks at no place
    if (item < floors_begin()) return &model_.rules[item].where;
    if (item < assertions_begin()) return nullptr;
    return &model_.assertions[item - assertions_begin()].where;
  }

  // Which items a name of one kind switches on; one name for each distinct answer, the empty name first.
  std::map<Switches, std::string> axis(Names Who::* kind) const {
    std::set<std::string> values{""};
    for (std::size_t i = 0; i < items(); ++i)
      if (const Names& names = who(i).*kind) values.insert(names->begin(), names->end());
    std::map<Switches, std::string> distinct;
    for (const std::string& value : values) {
      Switches on(items());
      for (std::size_t i = 0; i < items(); ++i) {
        const Names& names = who(i).*kind;
        on[i] = !names || std::find(names->begin(), names->end(), value) != names->end();
      }
      distinct.emplace(std::move(on), value);
    }
    return distinct;
  }

  void list_subjects() {
    auto teams = axis(&Who::teams), principals = axis(&Who::principals), routes = axis(&Who::routes);
    for (const auto& [team_on, team] : teams)
      for (const auto& [principal_on, principal] : principals)
        for (const auto& [route_on, route] : routes) {
          if (subjects_.size() > kMostPairs) return;  // run() refuses it
          Switches on(items());
          for (std::size_t i = 0; i < items(); ++i) on[i] = team_on[i] && principal_on[i] && route_on[i];
          subjects_.emplace(std::move(on), Subject{principal, team, route});
        }
  }

  void list_places() {
    std::set<std::string> jurisdictions{"", "local"}, deployments{""};
    for (std::size_t i = 0; i < items(); ++i) {
      const Where* w = where(i);
      if (!w) continue;
      if (w->deployments) deployments.insert(w->deployments->begin(), w->deployments->end());
      if (w->jurisdictions) jurisdictions.insert(w->jurisdictions->begin(), w->jurisdictions->end());
      if (w->jurisdictions_not) jurisdictions.insert(w->jurisdictions_not->begin(), w->jurisdictions_not->end());
    }
    for (int zone = 0; zone < config::kZones; ++zone)
      for (const std::string& jurisdiction : jurisdictions)
        for (const std::string& deployment : deployments) {
          Place place{config::Zone(zone), jurisdiction, deployment};
          // The configuration sees to it that zone device is this machine.
          if (place.zone == config::Zone::Device && jurisdiction != "local") continue;
          Switches on(items(), true);
          for (std::size_t i = 0; i < items(); ++i)
            if (const Where* w = where(i)) on[i] = !missed(*w, place.zone, jurisdiction, deployment);
          places_.emplace(std::move(on), std::move(place));
        }
  }

  const Floored& floored_of(const Switches& subject_on) {
    sense::Class least = sense::Class::Public;
    std::uint16_t categories = 0;
    for (std::size_t i = 0; i < model_.floors.size(); ++i) {
      if (!subject_on[floors_begin() + i]) continue;
      const Floor& floor = model_.floors[i];
      if (floor.cls) least = std::max(least, *floor.cls);
      categories |= floor.categories.bits();
    }
    auto [entry, fresh] = floored_.try_emplace({least, categories});
    Floored& out = entry->second;
    if (!fresh) return out;
    for (int i = 0; i < kLabels; ++i) {
      int to = raised(i, least, categories);
      out.to[std::size_t(i)] = std::uint16_t(to);
      if (to == i) out.reachable[std::size_t(i / 64)] |= 1ull << (i % 64);
    }
    out.identity_on_valid = least == sense::Class::Public && categories == 0;
    return out;
  }

  LabelBits allowed_labels(const Switches& subject_on, const Switches& place_on, const Floored& floored) const {
    LabelBits allow{}, deny{}, out{};
    for (std::size_t r = 0; r < model_.rules.size(); ++r) {
      if (!subject_on[r] || !place_on[r]) continue;
      LabelBits& into = model_.rules[r].deny ? deny : allow;
      for (std::size_t w = 0; w < kWords; ++w) into[w] |= rule_labels_[r][w];
    }
    for (std::size_t w = 0; w < kWords; ++w) allow[w] &= ~deny[w];
    if (floored.identity_on_valid) return allow;  // labels_of() has raised each label to its categories' floors
    for (std::size_t i = 0; i < kLabels; ++i)
      out[i / 64] |= (allow[floored.to[i] / 64] >> (floored.to[i] % 64) & 1) << (i % 64);
    return out;
  }

  // No label is allowed that one step lower, a class less or a category less, is not.
  Status check_monotone(const LabelBits& allowed, const Subject& subject, const Place& place) const {
    for (std::size_t w = kWordsPerClass; w < kWords; ++w)
      if (std::uint64_t wrong = allowed[w] & ~allowed[w - kWordsPerClass])
        return not_monotone(index_of(w, wrong), index_of(w, wrong) - kSets, subject, place);
    for (int c = 0; c < sense::kCategories; ++c) {
      for (std::size_t w = 0; w < kWords; ++w) {
        std::uint64_t without;  // bit i: the label i without category c is allowed
        std::uint64_t with = ~0ull;
        if (c < 6) {
          static constexpr std::uint64_t kHas[] = {0xAAAAAAAAAAAAAAAA, 0xCCCCCCCCCCCCCCCC, 0xF0F0F0F0F0F0F0F0,
                                                   0xFF00FF00FF00FF00, 0xFFFF0000FFFF0000, 0xFFFFFFFF00000000};
          with = kHas[c];
          without = (allowed[w] & ~with) << (1 << c);
        } else {
          std::size_t step = std::size_t(1) << (c - 6);
          if (!(w & step)) continue;
          without = allowed[w ^ step];
        }
        if (std::uint64_t wrong = allowed[w] & with & ~without)
          return not_monotone(index_of(w, wrong), index_of(w, wrong) ^ (1 << c), subject, place);
      }
    }
    return {};
  }

  static int index_of(std::size_t word, std::uint64_t bits) { return int(word) * 64 + std::countr_zero(bits); }

  Status not_monotone(int higher, int lower, const Subject& subject, const Place& place) const {
    std::string low = as_test(example(lower, subject, place, false));
    std::string high = as_test(example(higher, subject, place, true));
    return fail("policy.not_monotone",
                "a higher label may go where a lower one may not: " + high + " holds, and so does " + low,
                rules_of(higher, subject, place),
                "a class or category that is found must never open a way: allow the lower label as well, or deny "
                "the higher one");
  }

  // Where the rules stand that allow it.
  std::string rules_of(int index, const Subject& subject, const Place& place) const {
    config::Deployment deployment;
    deployment.name = place.deployment;
    deployment.zone = place.zone;
    deployment.jurisdiction = place.jurisdiction;
    sense::Label label;
    label.cls = label_at(index).cls;
    label.categories = label_at(index).categories;
    label = with_floors(model_, label, subject);
    for (const Rule& rule : model_.rules)
      if (!rule.deny && !missed(rule, label, subject, deployment)) return rule.place;
    return "";
  }

  Status check_assertions(const Switches& subject_on, const Switches& place_on, const LabelBits& allowed,
                          const Floored& floored, const Subject& subject, const Place& place,
                          std::vector<LabelBits>& somewhere) const {
    for (std::size_t a = 0; a < model_.assertions.size(); ++a) {
      const Assertion& assertion = model_.assertions[a];
      std::size_t item = assertions_begin() + a;
      if (!subject_on[item] || !place_on[item]) continue;
      for (std::size_t w = 0; w < kWords; ++w) {
        somewhere[a][w] |= allowed[w];
        if (assertion.some_zone) continue;
        std::uint64_t scope = assertion_labels_[a][w] & floored.reachable[w];
        if (std::uint64_t wrong = scope & (assertion.always ? ~allowed[w] : allowed[w]))
          return refuted(assertion, example(index_of(w, wrong), subject, place, assertion.always));
      }
    }
    return {};
  }

  Status check_some_zone(const Switches& subject_on, const Floored& floored, const Subject& subject,
                         const std::vector<LabelBits>& somewhere) const {
    for (std::size_t a = 0; a < model_.assertions.size(); ++a) {
      const Assertion& assertion = model_.assertions[a];
      if (!assertion.some_zone || !subject_on[assertions_begin() + a]) continue;
      for (std::size_t w = 0; w < kWords; ++w) {
        std::uint64_t wrong = assertion_labels_[a][w] & floored.reachable[w] & ~somewhere[a][w];
        if (!wrong) continue;
        Example e = example(index_of(w, wrong), subject, Place{}, true);
        for (int zone = config::kZones - 1; zone >= 0; --zone)
          if (assertion.where.zones >> zone & 1) e.zone = config::zone_name(config::Zone(zone));
        return refuted(assertion, e);
      }
    }
    return {};
  }

  // `wanted` is a test that the assertion implies and that fails.
  static Status refuted(const Assertion& assertion, const Example& wanted) {
    std::string reason = assertion.some_zone ? "none of the zones allows it"
                         : wanted.allow      ? "it is denied"
                                             : "it is allowed";
    return fail("policy.assertion_failed",
                std::string("this ") + (assertion.always ? "always" : "never") + " does not hold: " + reason +
                    " in - " + as_test(wanted),
                assertion.place,
                "put that line under tests and change the rules until it passes, or drop the assertion");
  }

  const Model& model_;
  std::vector<LabelBits> rule_labels_, assertion_labels_;
  std::map<Switches, Subject> subjects_;
  std::map<Switches, Place> places_;
  std::map<std::pair<sense::Class, std::uint16_t>, Floored> floored_;
};

}  // namespace

Status prove(const Model& model) { return Prover(model).run(); }

}  // namespace sluice::policy
