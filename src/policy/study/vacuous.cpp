// What a policy says without saying anything: conditions that exclude nothing, floors that raise nothing,
// assertions about nothing.
#include <algorithm>
#include <set>

#include "policy/space.h"
#include "policy/study/odd.h"

namespace sluice::policy {
namespace {

constexpr std::size_t kMostFloorings = 10'000;  // combinations of floors x floors; about a second of work

const LabelBits& occurring() {
  static const LabelBits bits = [] {
    LabelBits all{};
    for (int i = 0; i < kLabels; ++i)
      if (class_at(i) >= floor_of(categories_at(i))) put(all, i);
    return all;
  }();
  return bits;
}

LabelBits both(const LabelBits& a, const LabelBits& b) {
  LabelBits out{};
  for (std::size_t w = 0; w < kWords; ++w) out[w] = a[w] & b[w];
  return out;
}

// A rule whose condition on the place `key` is not there.
struct Widened {
  std::size_t rule;
  const char* key;
  Where where;
};

class Vacuous {
 public:
  explicit Vacuous(const Model& model) : model_(model), table_(model), subjects_(distinct_subjects(items())) {
    note_combinations();
  }

  std::vector<Remark> run() {
    for (const Rule& rule : model_.rules) {
      look_at_labels(rule);
      for (const Names* areas : {&rule.where.jurisdictions, &rule.where.jurisdictions_not})
        if (*areas) look_at_areas(rule, **areas);
      if (rule.what.categories && rule.effect == Effect::Deny) look_at_class(rule);
    }
    look_at_places();
    for (std::size_t f = 0; f < model_.floors.size(); ++f) look_at_floor(f);
    for (std::size_t a = 0; a < model_.assertions.size(); ++a) look_at_assertion(a);
    return std::move(remarks_);
  }

 private:
  const std::vector<Item>& items() const { return table_.items().all(); }
  void remark(std::string message, const std::string& place) {
    remarks_.push_back({"vacuous", std::move(message), place});
  }

  // Those of floors that are on for some subject, each once.
  void note_combinations() {
    const std::size_t first = table_.items().floor(0);
    std::set<Switches> seen;
    for (const SubjectPoint& subject : subjects_) {
      auto begin = subject.on.begin() + std::ptrdiff_t(first);
      if (!seen.insert(Switches(begin, begin + std::ptrdiff_t(model_.floors.size()))).second) continue;
      combinations_.push_back(subject.on);
      if (combinations_.size() * model_.floors.size() > kMostFloorings) return combinations_.clear();
    }
  }

  // Conditions on the label, each with the others as they are.
  void look_at_labels(const Rule& rule) {
    const LabelBits all = both(labels_of(rule.what), occurring());
    if (all == LabelBits{}) return;  // it never applies, which is said elsewhere
    auto try_without = [&](const char* key, const What& without) {
      if (both(labels_of(without), occurring()) == all)
        remark("rule " + rule.id + ": " + key + " excludes nothing that its other conditions let in", rule.place);
    };
    What without = rule.what;
    without.classes = 0x1f;
    // The class that an allow or hold rule is for has to be written, and so has something that a deny rule denies.
    if (rule.effect == Effect::Deny && rule.what.classes != 0x1f && rule.what.categories)
      try_without("class", without);
    without = rule.what;
    without.categories.reset();
    if (rule.what.categories) try_without("categories", without);
    without = rule.what;
    without.categories_only.reset();
    if (rule.what.categories_only) try_without("categories_only", without);
  }

  void look_at_areas(const Rule& rule, const std::vector<std::string>& areas) {
    for (const std::string& a : areas)
      for (const std::string& b : areas)
        if (a != b && config::jurisdiction_within(a, b))
          remark("rule " + rule.id + ": " + a + " lies in " + b + ", which the list has as well", rule.place);
  }

  void look_at_class(const Rule& rule) {
    for (sense::Category c : rule.what.categories->list()) {
      unsigned possible = 0x1fu & ~((1u << int(sense::floor_of(c))) - 1);
      if (!(rule.what.classes & possible))
        remark("rule " + rule.id + ": a text with " + sense::category_name(c) + " is at least " +
                   sense::class_name(sense::floor_of(c)) + ", which its classes leave out",
               rule.place);
    }
  }

  // Conditions on the place. Each rule without one of them is a rule of its own among all that tell places apart.
  void look_at_places() {
    std::vector<Widened> widened;
    for (std::size_t r = 0; r < model_.rules.size(); ++r) {
      const Where& where = model_.rules[r].where;
      auto add = [&](const char* key, Names Where::* names) {
        if (!(where.*names)) return;
        widened.push_back({r, key, where});
        (widened.back().where.*names).reset();
      };
      add("deployments", &Where::deployments);
      add("jurisdictions", &Where::jurisdictions);
      add("jurisdictions_not", &Where::jurisdictions_not);
    }
    if (widened.empty()) return;
    std::vector<Item> all = items();
    const std::size_t first = all.size();
    for (const Widened& w : widened) {
      Item item;
      item.where = &w.where;
      all.push_back(item);
    }
    const std::vector<PlacePoint> places = distinct_places(all);
    for (std::size_t i = 0; i < widened.size(); ++i) {
      const Rule& rule = model_.rules[widened[i].rule];
      auto differs = [&](const PlacePoint& p) { return p.on[widened[i].rule] != p.on[first + i]; };
      auto on = [&](const PlacePoint& p) { return p.on[widened[i].rule]; };
      if (std::any_of(places.begin(), places.end(), on) && std::none_of(places.begin(), places.end(), differs))
        remark("rule " + rule.id + ": " + widened[i].key + " excludes nothing that its other conditions let in",
               rule.place);
    }
  }

  // With every combination of the other floors that some subject has: are the labels the same without it?
  void look_at_floor(std::size_t f) {
    const Floor& floor = model_.floors[f];
    const std::size_t item = table_.items().floor(f);
    bool raises = combinations_.empty();  // too many to look at
    for (const Switches& on : combinations_) {
      if (raises) break;
      if (!on[item]) continue;
      Switches without = on;
      without[item] = false;
      const LabelMap &with = table_.floored(on).to, &other = table_.floored(without).to;
      for (int i = int(model_.default_class) * kSets; i < kLabels && !raises; ++i)
        raises = with[std::size_t(i)] != other[std::size_t(i)];
    }
    if (!raises)
      return remark("floor " + floor.id + " raises nothing: whatever it holds for is that high already",
                    floor.place);
    if (floor.cls && !class_raises(floor))
      remark("floor " + floor.id + ": its class raises nothing, since the categories are at least " +
                 sense::class_name(*floor.cls) + " anyway",
             floor.place);
    for (sense::Category c : floor.categories.list())
      if (floor.when_categories && floor.when_categories->subset_of({c}))
        remark("floor " + floor.id + ": its category " + sense::category_name(c) +
                   " raises nothing, since it holds for texts that have it",
               floor.place);
  }

  bool class_raises(const Floor& floor) const {
    for (int i = int(model_.default_class) * kSets; i < kLabels; ++i) {
      if (!has(occurring(), i)) continue;
      const sense::CategorySet set = categories_at(i);
      if (floor.when_categories && !floor.when_categories->intersects(set)) continue;
      if (*floor.cls > std::max(class_at(i), floor_of(set | floor.categories))) return true;
    }
    return false;
  }

  void look_at_assertion(std::size_t a) {
    const Assertion& assertion = model_.assertions[a];
    const std::string what = assertion.always ? "always" : "never";
    const LabelBits labels = both(labels_of(assertion.what), occurring());
    if (labels == LabelBits{})
      return remark("no text is in the scope of this " + what + ": no label has its class and its categories",
                    assertion.place);
    const std::size_t item = table_.items().assertion(a);
    const std::vector<PlacePoint> places = distinct_places(items());
    if (std::none_of(places.begin(), places.end(), [&](const PlacePoint& p) { return p.on[item]; }))
      return remark("no place is in the scope of this " + what + ": none meets all its conditions",
                    assertion.place);
    auto met = [&](const SubjectPoint& s) {
      return s.on[item] && both(labels, table_.floored(s.on).reachable) != LabelBits{};
    };
    if (!subjects_.empty() && std::none_of(subjects_.begin(), subjects_.end(), met))
      remark("no request is in the scope of this " + what + ": the floors leave no such label for whom it names",
             assertion.place);
  }

  const Model& model_;
  Table table_;
  const std::vector<SubjectPoint> subjects_;
  std::vector<Switches> combinations_;
  std::vector<Remark> remarks_;
};

}  // namespace

std::vector<Remark> vacuous(const Model& model) { return Vacuous(model).run(); }

}  // namespace sluice::policy
