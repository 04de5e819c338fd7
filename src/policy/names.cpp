// Names in a policy against those of a configuration.
#include <algorithm>

#include "policy/model.h"

namespace sluice::policy {
namespace {

// Names in a policy that nothing in the configuration has.
class NameCheck {
 public:
  explicit NameCheck(const config::Settings& s) {
    for (const config::Deployment& d : s.deployments) {
      deployments_.push_back(d.name);
      if (!d.group.empty()) deployments_.push_back(d.group);
    }
    for (const config::Route& r : s.routes) routes_.push_back(r.model);
    for (const config::NotifyTarget& t : s.notify) targets_.push_back(t.name);
    for (const config::Key& k : s.keys) {
      principals_.push_back(k.name);
      if (!k.team.empty()) teams_.push_back(k.team);
      if (!k.workload.empty()) workloads_.push_back(k.workload);
      roles_.insert(roles_.end(), k.roles.begin(), k.roles.end());
    }
    if (s.keys.empty()) principals_.push_back("local");
    for (const auto* names : {&roles_, &principals_, &teams_})
      people_.insert(people_.end(), names->begin(), names->end());
    // Many keys have one team, and one word may be a role and a team: each is told once.
    for (auto* names :
         {&deployments_, &routes_, &principals_, &teams_, &workloads_, &roles_, &people_, &targets_}) {
      std::sort(names->begin(), names->end());
      names->erase(std::unique(names->begin(), names->end()), names->end());
    }
  }

  Status check(const Who& who, const std::string& place) const {
    SLUICE_TRY_VOID(check(who.teams, teams_, "team", place));
    SLUICE_TRY_VOID(check(who.principals, principals_, "principal", place));
    SLUICE_TRY_VOID(check(who.workloads, workloads_, "workload", place));
    return check(who.routes, routes_, "route", place);
  }
  Status check(const Where& where, const std::string& place) const {
    return check(where.deployments, deployments_, "deployment", place);
  }
  // Whom an obligation tells.
  Status check(const std::vector<ObligationUse>& obligations, const std::string& place) const {
    for (const ObligationUse& use : obligations)
      if (use.kind == Obligation::Notify) {
        SLUICE_TRY_VOID(check(Names(std::vector<std::string>{use.text}), targets_, "target", place));
      }
    return {};
  }
  // Who approves or declassifies: a principal, a team or a role.
  Status check_people(const std::vector<std::string>& names, const std::string& place) const {
    return check(Names(names), people_, "approver", place);
  }
  // A test about somebody or something that is not there would pass for ever and show nothing.
  Status check(const Test& test) const {
    SLUICE_TRY_VOID(check_one(test.deployment, deployments_, "deployment", test.place));
    SLUICE_TRY_VOID(check_one(test.subject.team, teams_, "team", test.place));
    SLUICE_TRY_VOID(check_one(test.subject.principal, principals_, "principal", test.place));
    SLUICE_TRY_VOID(check_one(test.subject.workload, workloads_, "workload", test.place));
    SLUICE_TRY_VOID(check_one(test.subject.route, routes_, "route", test.place));
    return check(Names(test.subject.roles), roles_, "role", test.place);
  }

 private:
  static Status check_one(const std::string& name, const std::vector<std::string>& known, const std::string& what,
                          const std::string& place) {
    return name.empty() ? Status() : check(Names(std::vector<std::string>{name}), known, what, place);
  }
  static Status check(const Names& names, const std::vector<std::string>& known, const std::string& what,
                      const std::string& place) {
    if (!names) return {};
    for (const std::string& name : *names) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      auto near = config::did_you_mean(name, known);
      std::string hint =
          near ? "did you mean \"" + *near + "\"?"
               : (known.empty() ? "the configuration has none" : "the configuration has " + config::any_of(known));
      return fail("policy.unknown_" + what, "no " + what + " of the configuration is named \"" + name + "\"",
                  place, hint);
    }
    return {};
  }
  std::vector<std::string> deployments_, routes_, principals_, teams_, workloads_, roles_, people_, targets_;
};

}  // namespace

Status check_names(const Model& model, const config::Settings& settings) {
  NameCheck names(settings);
  for (const Rule& rule : model.rules) {
    SLUICE_TRY_VOID(names.check(rule.who, rule.place));
    SLUICE_TRY_VOID(names.check(rule.where, rule.place));
    SLUICE_TRY_VOID(names.check_people(rule.hold.approvers, rule.place));
    SLUICE_TRY_VOID(names.check(rule.obligations, rule.place));
  }
  for (const Floor& floor : model.floors) {
    SLUICE_TRY_VOID(names.check(floor.who, floor.place));
  }
  for (const Declassification& d : model.declassifications) {
    SLUICE_TRY_VOID(names.check(d.scope, d.place));
    SLUICE_TRY_VOID(names.check_people(d.by, d.place));
  }
  for (const Assertion& assertion : model.assertions) {
    SLUICE_TRY_VOID(names.check(assertion.who, assertion.place));
    SLUICE_TRY_VOID(names.check(assertion.where, assertion.place));
  }
  for (const Test& test : model.tests) {
    SLUICE_TRY_VOID(names.check(test));
  }
  return {};
}

}  // namespace sluice::policy
