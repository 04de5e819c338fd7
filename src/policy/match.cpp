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

void add_obligation(std::vector<ObligationUse>& all, const ObligationUse& use) {
  for (ObligationUse& known : all) {
    if (known.kind == use.kind && known.number == use.number) {
      known.rule += ", " + use.rule;
      return;
    }
  }
  all.push_back(use);
}

void append(std::string& list, const std::string& item) {
  if (!list.empty()) list += ", ";
  list += item;
}

}  // namespace

const char* missed(const What& what, sense::Class cls, sense::CategorySet categories) {
  if (!(what.classes >> int(cls) & 1)) return "class";
  if (what.categories && !what.categories->intersects(categories)) return "categories";
  if (what.categories_only && !categories.subset_of(*what.categories_only)) return "categories_only";
  return nullptr;
}

// A deployment whose jurisdiction is unknown lies in no area: rules that need one don't match, and those that
// except one do.
const char* missed(const Where& where, config::Zone zone, std::string_view jurisdiction,
                   std::string_view deployment) {
  if (int(zone) >= config::kZones || !(where.zones >> int(zone) & 1)) return "zones";
  if (!named(where.deployments, deployment)) return "deployments";
  if (where.jurisdictions && !within_any(*where.jurisdictions, jurisdiction)) return "jurisdictions";
  if (where.jurisdictions_not && within_any(*where.jurisdictions_not, jurisdiction)) return "jurisdictions_not";
  return nullptr;
}

const char* missed(const Who& who, const Subject& subject) {
  if (!named(who.teams, subject.team)) return "teams";
  if (!named(who.principals, subject.principal)) return "principals";
  if (!named(who.routes, subject.route)) return "routes";
  return nullptr;
}

const char* missed(const Rule& rule, const sense::Label& label, const Subject& subject,
                   const config::Deployment& deployment) {
  if (const char* key = missed(rule.what, label.cls, label.categories)) return key;
  if (const char* key = missed(rule.where, deployment.zone, deployment.jurisdiction, deployment.name)) return key;
  return missed(rule.who, subject);
}

sense::Label with_floors(const Model& model, sense::Label label, const Subject& subject) {
  // A class out of range can only come from a fault: the highest one.
  if (int(label.cls) >= sense::kClasses) label.cls = sense::Class::Restricted;
  for (int i = 0; i < sense::kCategories; ++i) {
    auto category = sense::Category(i);
    if (label.categories.has(category) && label.cls < sense::floor_of(category))
      label.raise(category,
                  {"floor", std::string("category ") + sense::category_name(category), label.cls, category});
  }
  for (const Floor& floor : model.floors) {
    if (missed(floor.who, subject)) continue;
    if (floor.cls) label.raise(*floor.cls, {"floor", floor.id, *floor.cls, std::nullopt});
    for (int i = 0; i < sense::kCategories; ++i)
      if (floor.categories.has(sense::Category(i)))
        label.raise(sense::Category(i), {"floor", floor.id, label.cls, sense::Category(i)});
  }
  return label;
}

Verdict judge(const Model& model, const sense::Label& label, const Subject& subject,
              const config::Deployment& deployment) {
  Verdict verdict;
  verdict.deployment = deployment.name;
  verdict.zone = deployment.zone;
  verdict.jurisdiction = deployment.jurisdiction;
  verdict.trace.reserve(model.rules.size());
  std::string allows, denies;
  for (const Rule& rule : model.rules) {
    const char* key = missed(rule, label, subject, deployment);
    verdict.trace.push_back({rule.id, key == nullptr, rule.deny, key ? key : ""});
    if (key) continue;
    append(rule.deny ? denies : allows, rule.id);
    for (const ObligationUse& use : rule.obligations) add_obligation(verdict.obligations, use);
  }
  verdict.allowed = denies.empty() && !allows.empty();
  if (verdict.allowed) {
    verdict.reason = "allowed by " + allows;
    return verdict;
  }
  verdict.obligations.clear();
  verdict.reason = denies.empty() ? "no rule allows it" : "denied by " + denies;
  return verdict;
}

}  // namespace sluice::policy
