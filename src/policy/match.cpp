#include <algorithm>

#include "policy/model.h"

namespace sluice::policy {
namespace {

bool named(const Names& names, std::string_view name) {
  return !names || std::find(names->begin(), names->end(), name) != names->end();
}

bool within_any(const std::vector<std::string>& areas, std::string_view jurisdiction) {
  return std::any_of(areas.begin(), areas.end(),
                     [&](const std::string& area) { return config::jurisdiction_within(jurisdiction, area); });
}

// A name in `by` stands for a principal, a team or a role.
bool may_declassify(const std::vector<std::string>& by, const Subject& subject) {
  return std::any_of(by.begin(), by.end(), [&](const std::string& name) {
    return name == subject.principal || name == subject.team ||
           std::find(subject.roles.begin(), subject.roles.end(), name) != subject.roles.end();
  });
}

}  // namespace

const char* missed(const What& what, const sense::Label& label) {
  if (!(what.classes >> int(label.cls) & 1)) return "class";
  if (what.categories && !what.categories->intersects(label.categories)) return "categories";
  if (what.categories_only && !label.categories.subset_of(*what.categories_only)) return "categories_only";
  if (what.wish && !label.local_only) return "wish";
  return nullptr;
}

// A deployment whose jurisdiction is unknown lies in no area: rules that need one don't match, and those that
// except one do.
const char* missed(const Where& where, config::Zone zone, std::string_view jurisdiction,
                   std::string_view deployment) {
  if (int(zone) >= config::kZones || !(where.zones >> int(zone) & 1)) return "zones";
  // "shelf/qwen3" is one of the models of "shelf", and a rule may name either.
  const std::string_view group = deployment.substr(0, deployment.find('/'));
  if (!named(where.deployments, deployment) && !named(where.deployments, group)) return "deployments";
  if (where.jurisdictions && !within_any(*where.jurisdictions, jurisdiction)) return "jurisdictions";
  if (where.jurisdictions_not && within_any(*where.jurisdictions_not, jurisdiction)) return "jurisdictions_not";
  return nullptr;
}

const char* missed(const Who& who, const Subject& subject) {
  if (!named(who.teams, subject.team)) return "teams";
  if (!named(who.principals, subject.principal)) return "principals";
  if (!named(who.routes, subject.route)) return "routes";
  if (!named(who.workloads, subject.workload)) return "workloads";
  if (!who.parts) return nullptr;
  unsigned parts = subject.parts;
  if (who.unless_extracted) parts &= ~unsigned(subject.extracted);
  return who.parts & parts ? nullptr : "parts";
}

bool in_time(const LastDay& until, std::optional<int> today, bool permits) {
  if (!until) return true;
  if (!today) return !permits;
  return *today <= *until;
}

const char* missed(const Rule& rule, const sense::Label& label, const Subject& subject,
                   const config::Deployment& deployment) {
  if (const char* key = missed(rule.what, label)) return key;
  if (const char* key = missed(rule.where, deployment.zone, deployment.jurisdiction, deployment.name)) return key;
  if (const char* key = missed(rule.who, subject)) return key;
  return in_time(rule.until, day_of(subject), rule.effect == Effect::Allow) ? nullptr : "until";
}

const char* missed(const Declassification& d, const Subject& subject) {
  if (!may_declassify(d.by, subject)) return "by";
  if (const char* key = missed(d.scope, subject)) return key;
  return in_time(d.until, day_of(subject), true) ? nullptr : "until";
}

}  // namespace sluice::policy
