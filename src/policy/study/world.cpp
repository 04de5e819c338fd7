#include "policy/study/world.h"

#include <algorithm>
#include <set>

#include "policy/space.h"
#include "policy/words.h"

namespace sluice::policy {
namespace {

bool wishes(const std::vector<const Model*>& models) {
  return std::any_of(models.begin(), models.end(), [](const Model* m) {
    return std::any_of(m->rules.begin(), m->rules.end(), [](const Rule& r) { return r.what.wish; }) ||
           std::any_of(m->assertions.begin(), m->assertions.end(), [](const Assertion& a) { return a.what.wish; });
  });
}

std::set<std::string> claims(const std::vector<const Model*>& models) {
  std::set<std::string> ids;
  for (const Model* m : models)
    for (const Declassification& d : m->declassifications) ids.insert(d.id);
  return ids;
}

unsigned parts_of(const std::vector<const Model*>& models) {
  unsigned parts = 0;
  for (const Model* m : models)
    for (const Floor& f : m->floors) parts |= f.who.parts;
  return parts;
}

std::vector<Subject> principals(const config::Settings& settings) {
  std::vector<Subject> out;
  for (const config::Key& key : settings.keys) {
    Subject s;
    s.principal = key.name;
    s.team = key.team;
    s.workload = key.workload;
    s.roles = key.roles;
    out.push_back(std::move(s));
  }
  if (out.empty()) {
    out.emplace_back();
    out.back().principal = "local";
  }
  return out;
}

void add_unusual(std::vector<Seen>& all, const Seen& usual, const std::vector<const Model*>& models) {
  Seen more = usual;
  more.usual = false;
  if (wishes(models)) {
    more.wish = true;
    all.push_back(more);
    more.wish = false;
  }
  for (const std::string& id : claims(models)) {
    more.subject.claim = Claim{id, "a survey"};
    all.push_back(more);
  }
  more.subject.claim.reset();
  for (int kind = 0; kind < kPartKinds; ++kind) {
    if (!(parts_of(models) >> kind & 1)) continue;
    more.subject.parts = std::uint8_t(1u << kind);
    more.subject.extracted = 0;
    all.push_back(more);
    more.subject.extracted = more.subject.parts;
    all.push_back(more);
  }
}

}  // namespace

World World::of_configuration(const std::vector<const Model*>& models, const config::Settings& settings,
                              std::optional<UtcTime> now) {
  World world;
  for (const Subject& principal : principals(settings))
    for (const config::Route& route : settings.routes) {
      Seen seen;
      seen.subject = principal;
      seen.subject.route = route.model;
      seen.subject.time = now;
      for (const std::string& name : route.deployments)
        if (const config::Deployment* d = settings.deployment(name)) seen.where.push_back(d);
      world.subjects.push_back(seen);
      add_unusual(world.subjects, seen, models);
    }
  return world;
}

World World::of_rules(const std::vector<const Model*>& models, const config::Settings* places_of) {
  World world;
  std::vector<Item> items;
  for (const Model* model : models) {
    const std::vector<Item> all = Items(*model).all();
    items.insert(items.end(), all.begin(), all.end());
  }
  if (places_of) {
    world.places = places_of->deployments;
  } else {
    for (const PlacePoint& p : distinct_places(items)) world.places.push_back(p.place.as_deployment());
  }
  std::vector<SubjectPoint> subjects = distinct_subjects(items);
  world.complete = !subjects.empty();
  for (SubjectPoint& point : subjects) {
    Seen seen;
    seen.wish = point.wish;
    seen.usual = !point.wish && !point.subject.claim && !point.subject.parts;
    seen.subject = std::move(point.subject);
    for (const config::Deployment& d : world.places) seen.where.push_back(&d);
    world.subjects.push_back(std::move(seen));
  }
  return world;
}

const std::vector<sense::Label>& valid_labels() {
  static const std::vector<sense::Label> labels = [] {
    std::vector<sense::Label> all;
    for (int i = 0; i < kLabels; ++i)
      if (class_at(i) >= floor_of(categories_at(i))) all.push_back(label_at(i));
    return all;
  }();
  return labels;
}

Judged judge_in_full(const Model& model, sense::Label label, const Seen& seen, const config::Deployment& where) {
  Judged out;
  label.local_only = seen.wish;
  // What floors say stands in the label itself: nothing of it is a finding that a transformation could take away.
  out.raised = with_floors(model, std::move(label), seen.subject);
  out.raised.provenance.clear();
  out.final = out.raised;
  (void)declassify(model, out.final, seen.subject);
  out.verdict = judge(model, out.final, seen.subject, where);
  return out;
}

std::string subject_text(const Seen& seen) {
  const Subject& s = seen.subject;
  std::string text;
  auto add = [&](const std::string& word) { text += (text.empty() ? "" : ", ") + word; };
  if (!s.principal.empty()) add("principal " + s.principal);
  if (!s.team.empty()) add("team " + s.team);
  for (const std::string& role : s.roles) add("role " + role);
  if (!s.workload.empty()) add("workload " + s.workload);
  if (!s.route.empty()) add("route " + s.route);
  for (int i = 0; i < kPartKinds; ++i)
    if (s.parts >> i & 1)
      add(std::string("with ") + part_kind_name(PartKind(i)) + (s.extracted >> i & 1 ? " read as text" : ""));
  if (seen.wish) add("asking to stay at home");
  if (s.claim) add("claiming " + s.claim->id);
  if (auto day = day_of(s)) add("on " + day_text(*day));
  return text.empty() ? "anybody else" : text;
}

std::string place_text(const config::Deployment& d) {
  std::string place =
      std::string(config::zone_name(d.zone)) + (d.jurisdiction.empty() ? "" : ", " + d.jurisdiction);
  return d.name.empty() ? "zone " + place : d.name + " (" + place + ")";
}

}  // namespace sluice::policy
