#include "policy/space.h"

#include <algorithm>
#include <set>

namespace sluice::policy {
namespace {

constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

bool among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}
bool named(const Names& names, const std::string& name) { return !names || among(*names, name); }

// One dimension of subjects: values, each with what it sets in a subject and which items it leaves on.
struct Value {
  SubjectPoint point;  // with this dimension set, and no other
  Switches on;
};
using Axis = std::vector<Value>;

void add_value(Axis& axis, const SubjectPoint& point, const std::vector<Item>& items, auto holds) {
  Switches on(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) on[i] = holds(items[i]);
  for (const Value& known : axis)
    if (known.on == on) return;
  axis.push_back({point, std::move(on)});
}

// A dimension of names. `by` is the kind of declassifier that a name of this dimension can be.
Axis name_axis(const std::vector<Item>& items, Names Who::* kind, Item::By by, auto set) {
  std::set<std::string> names{""};
  for (const Item& item : items) {
    if (item.who && kind && item.who->*kind) names.insert((item.who->*kind)->begin(), (item.who->*kind)->end());
    if (item.by == by && by != Item::By::No) names.insert(item.d->by.begin(), item.d->by.end());
  }
  Axis axis;
  for (const std::string& name : names) {
    SubjectPoint point;
    set(point.subject, name);
    add_value(axis, point, items, [&](const Item& item) {
      if (by != Item::By::No && item.by == by) return among(item.d->by, name);
      return !item.who || !kind || named(item.who->*kind, name);
    });
  }
  return axis;
}

Axis claim_axis(const std::vector<Item>& items) {
  Axis axis;
  std::vector<std::string> ids{""};
  for (const Item& item : items)
    if (item.d && item.by == Item::By::No) ids.push_back(item.d->id);
  for (const std::string& id : ids) {
    SubjectPoint point;
    if (!id.empty()) point.subject.claim = Claim{id, "a proof"};
    add_value(axis, point, items,
              [&](const Item& item) { return !item.d || item.by != Item::By::No || item.d->id == id; });
  }
  return axis;
}

Axis time_axis(const std::vector<Item>& items) {
  std::set<int> days;
  for (const Item& item : items)
    if (item.until) days.insert({*item.until, *item.until + 1});
  Axis axis;
  auto add = [&](std::optional<int> day) {
    SubjectPoint point;
    if (day) point.subject.time = UtcTime{*day * kMicrosPerDay};
    add_value(axis, point, items, [&](const Item& item) { return in_time(item.until, day, item.permits); });
  };
  add(std::nullopt);
  for (int day : days) add(day);
  return axis;
}

Axis wish_axis(const std::vector<Item>& items) {
  Axis axis;
  for (bool wish : {false, true}) {
    SubjectPoint point;
    point.wish = wish;
    add_value(axis, point, items, [&](const Item& item) { return wish || !item.wish; });
  }
  return axis;
}

bool parts_hold(const Who& who, unsigned parts, unsigned extracted) {
  if (!who.parts) return true;
  return who.parts & (who.unless_extracted ? parts & ~extracted : parts);
}

// Each kind of part is missing, there, or there and read as text.
Axis parts_axis(const std::vector<Item>& items) {
  Axis axis;
  constexpr unsigned kAll = (1u << kPartKinds) - 1;
  unsigned mentioned = 0;
  for (const Item& item : items)
    if (item.who) mentioned |= item.who->parts;
  for (unsigned parts = 0; parts <= kAll; ++parts) {
    if (parts & ~mentioned) continue;
    for (unsigned extracted = 0; extracted <= parts; ++extracted) {
      if (extracted & ~parts) continue;
      SubjectPoint point;
      point.subject.parts = std::uint8_t(parts);
      point.subject.extracted = std::uint8_t(extracted);
      add_value(axis, point, items,
                [&](const Item& item) { return !item.who || parts_hold(*item.who, parts, extracted); });
    }
  }
  return axis;
}

void join(SubjectPoint& to, const SubjectPoint& more) {
  Subject &a = to.subject, b = more.subject;
  if (!b.principal.empty()) a.principal = b.principal;
  if (!b.team.empty()) a.team = b.team;
  if (!b.route.empty()) a.route = b.route;
  if (!b.workload.empty()) a.workload = b.workload;
  if (!b.roles.empty()) a.roles = b.roles;
  if (b.claim) a.claim = b.claim;
  if (b.time) a.time = b.time;
  a.parts |= b.parts;
  a.extracted |= b.extracted;
  to.wish = to.wish || more.wish;
}

Switches both(const Switches& a, const Switches& b) {
  Switches on(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) on[i] = a[i] && b[i];
  return on;
}

}  // namespace

sense::Label label_at(int index, bool wish) {
  sense::Label label;
  label.cls = class_at(index);
  label.categories = categories_at(index);
  label.local_only = wish;
  return label;
}

config::Deployment Place::as_deployment() const {
  config::Deployment d;
  d.name = deployment;
  d.zone = zone;
  d.jurisdiction = jurisdiction;
  return d;
}

Items::Items(const Model& model) : model_(model) {
  for (const Rule& rule : model.rules)
    all_.push_back(
        {&rule.who, &rule.where, rule.what.wish, rule.until, rule.effect == Effect::Allow, nullptr, Item::By::No});
  for (const Floor& floor : model.floors)
    all_.push_back({&floor.who, nullptr, false, floor.until, false, nullptr, Item::By::No});
  for (const Declassification& d : model.declassifications) {
    all_.push_back({&d.scope, nullptr, false, d.until, true, &d, Item::By::No});
    for (Item::By by : {Item::By::Principal, Item::By::Team, Item::By::Role})
      all_.push_back({nullptr, nullptr, false, {}, true, &d, by});
  }
  for (const Assertion& a : model.assertions)
    all_.push_back({&a.who, &a.where, a.what.wish, {}, true, nullptr, Item::By::No});
}

const Declassification* Items::claimed(const Switches& on) const {
  std::size_t at = model_.rules.size() + model_.floors.size();
  for (std::size_t i = 0; i < model_.declassifications.size(); ++i, at += 4)
    if (on[at] && (on[at + 1] || on[at + 2] || on[at + 3])) return &model_.declassifications[i];
  return nullptr;
}

std::vector<SubjectPoint> distinct_subjects(const std::vector<Item>& items) {
  using By = Item::By;
  const Axis axes[] = {
      wish_axis(items),
      time_axis(items),
      claim_axis(items),
      parts_axis(items),
      name_axis(items, &Who::workloads, By::No, [](Subject& s, const std::string& v) { s.workload = v; }),
      name_axis(items, &Who::routes, By::No, [](Subject& s, const std::string& v) { s.route = v; }),
      name_axis(items, nullptr, By::Role,
                [](Subject& s, const std::string& v) {
                  if (!v.empty()) s.roles = {v};
                }),
      name_axis(items, &Who::principals, By::Principal, [](Subject& s, const std::string& v) { s.principal = v; }),
      name_axis(items, &Who::teams, By::Team, [](Subject& s, const std::string& v) { s.team = v; })};
  std::map<Switches, SubjectPoint> distinct;
  distinct[Switches(items.size(), true)] = {};
  for (const Axis& axis : axes) {
    std::map<Switches, SubjectPoint> next;
    for (const auto& [on, point] : distinct)
      for (const Value& value : axis) {
        if (next.size() > kMostPairs) return {};
        auto [entry, fresh] = next.try_emplace(both(on, value.on), point);
        if (fresh) join(entry->second, value.point);
      }
    distinct = std::move(next);
  }
  std::vector<SubjectPoint> out;
  for (auto& [on, point] : distinct) {
    point.on = on;
    out.push_back(std::move(point));
  }
  return out;
}

std::vector<PlacePoint> distinct_places(const std::vector<Item>& items) {
  std::set<std::string> jurisdictions{"", "local"}, deployments{""};
  for (const Item& item : items) {
    if (!item.where) continue;
    const Where& w = *item.where;
    if (w.deployments) deployments.insert(w.deployments->begin(), w.deployments->end());
    if (w.jurisdictions) jurisdictions.insert(w.jurisdictions->begin(), w.jurisdictions->end());
    if (w.jurisdictions_not) jurisdictions.insert(w.jurisdictions_not->begin(), w.jurisdictions_not->end());
  }
  std::map<Switches, Place> distinct;
  for (int zone = 0; zone < config::kZones; ++zone)
    for (const std::string& jurisdiction : jurisdictions)
      for (const std::string& deployment : deployments) {
        Place place{config::Zone(zone), jurisdiction, deployment};
        // The configuration sees to it that zone device is this machine.
        if (place.zone == config::Zone::Device && jurisdiction != "local") continue;
        distinct.emplace(switches_of(items, place), std::move(place));
      }
  std::vector<PlacePoint> out;
  for (auto& [on, place] : distinct) out.push_back({std::move(place), on});
  return out;
}

Switches switches_of(const std::vector<Item>& items, const Place& place) {
  Switches on(items.size(), true);
  for (std::size_t i = 0; i < items.size(); ++i)
    if (items[i].where) on[i] = !missed(*items[i].where, place.zone, place.jurisdiction, place.deployment);
  return on;
}

Switches switches_of(const std::vector<Item>& items, const Subject& subject, bool wish) {
  Switches on(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Item& item = items[i];
    bool yes = (wish || !item.wish) && in_time(item.until, day_of(subject), item.permits);
    if (item.who) yes = yes && !missed(*item.who, subject);
    if (item.d && item.by == Item::By::No) yes = yes && subject.claim && subject.claim->id == item.d->id;
    if (item.by == Item::By::Principal) yes = among(item.d->by, subject.principal);
    if (item.by == Item::By::Team) yes = among(item.d->by, subject.team);
    if (item.by == Item::By::Role)
      yes = std::any_of(subject.roles.begin(), subject.roles.end(),
                        [&](const std::string& role) { return among(item.d->by, role); });
    on[i] = yes;
  }
  return on;
}

}  // namespace sluice::policy
