#include "policy/policy.h"

#include <algorithm>
#include <filesystem>

#include "base/id.h"
#include "policy/model.h"

namespace sluice::policy {
namespace {

// Names in rules that nothing in the configuration has.
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
      people_.insert(people_.end(), k.roles.begin(), k.roles.end());
    }
    if (s.keys.empty()) principals_.push_back("local");
    people_.insert(people_.end(), principals_.begin(), principals_.end());
    people_.insert(people_.end(), teams_.begin(), teams_.end());
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

 private:
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
  std::vector<std::string> deployments_, routes_, principals_, teams_, workloads_, people_, targets_;
};

class FilePolicy : public Policy {
 public:
  FilePolicy(Model model, std::string digest, std::shared_ptr<const Policy> shadow)
      : model_(std::move(model)), digest_(std::move(digest)), shadow_(std::move(shadow)) {}
  const std::string& revision() const override { return model_.revision; }
  const std::string& digest() const override { return digest_; }
  sense::Class default_class() const override { return model_.default_class; }

  Decision decide(const sense::Label& label, const Subject& subject,
                  const std::vector<const config::Deployment*>& candidates) const override {
    Decision decision;
    decision.revision = model_.revision;
    decision.label = with_floors(model_, label, subject);
    decision.declassified = declassify(model_, decision.label, subject);
    decision.verdicts.reserve(candidates.size());
    for (const config::Deployment* candidate : candidates)
      if (candidate) decision.verdicts.push_back(judge(model_, decision.label, subject, *candidate));
    if (shadow_) add_shadow(decision, label, subject, candidates);
    return decision;
  }

  Verdict decide_again(const Decision& decision, const Verdict& first, const sense::Label& found,
                       const Subject& subject, const config::Deployment& deployment) const override {
    sense::Label residual = best_after(model_, decision.label, first.pseudonymise | first.redact, subject);
    residual.join(found);
    residual = with_floors(model_, std::move(residual), subject);
    (void)declassify(model_, residual, subject);
    return judge_again(model_, first, residual, subject, deployment);
  }

  const Model& model() const override { return model_; }
  const Policy* shadow() const override { return shadow_.get(); }

  Status check_names(const config::Settings& settings) const override {
    NameCheck names(settings);
    for (const Rule& rule : model_.rules) {
      SLUICE_TRY_VOID(names.check(rule.who, rule.place));
      SLUICE_TRY_VOID(names.check(rule.where, rule.place));
      SLUICE_TRY_VOID(names.check_people(rule.hold.approvers, rule.place));
      SLUICE_TRY_VOID(names.check(rule.obligations, rule.place));
    }
    for (const Floor& floor : model_.floors) {
      SLUICE_TRY_VOID(names.check(floor.who, floor.place));
    }
    for (const Declassification& d : model_.declassifications) {
      SLUICE_TRY_VOID(names.check(d.scope, d.place));
      SLUICE_TRY_VOID(names.check_people(d.by, d.place));
    }
    for (const Assertion& assertion : model_.assertions) {
      SLUICE_TRY_VOID(names.check(assertion.who, assertion.place));
      SLUICE_TRY_VOID(names.check(assertion.where, assertion.place));
    }
    return shadow_ ? shadow_->check_names(settings) : Status();
  }

 private:
  void add_shadow(Decision& decision, const sense::Label& label, const Subject& subject,
                  const std::vector<const config::Deployment*>& candidates) const {
    decision.shadow_revision = shadow_->revision();
    for (Verdict& v : shadow_->decide(label, subject, candidates).verdicts)
      decision.shadow.push_back({v.deployment, v.state(), std::move(v.reason)});
  }

  const Model model_;
  const std::string digest_;
  const std::shared_ptr<const Policy> shadow_;
};

}  // namespace

Result<std::shared_ptr<const Policy>> Policy::parse(std::string_view yaml, const std::string& file,
                                                    std::shared_ptr<const Policy> shadow,
                                                    const config::OwnDetectors& own) {
  SLUICE_TRY(Model model, parse_model(yaml, file, own));
  SLUICE_TRY_VOID(run_tests(model));
  SLUICE_TRY_VOID(prove(model));
  std::string digest = sha256_hex(yaml);
  if (shadow) digest = sha256_hex(digest + shadow->digest());
  return std::shared_ptr<const Policy>(
      std::make_shared<FilePolicy>(std::move(model), std::move(digest), std::move(shadow)));
}

Result<std::shared_ptr<const Policy>> Policy::read(const std::string& file, const config::OwnDetectors& own) {
  SLUICE_TRY(std::string text, config::read_text_file(file, "policy"));
  SLUICE_TRY(Model model, parse_model(text, file, own));
  if (model.shadow_file.empty()) return parse(text, file, nullptr, own);
  // A path is relative to the folder of the file that names it. The shadow of a shadow is nobody's.
  std::string next = (std::filesystem::path(file).parent_path() / model.shadow_file).string();
  SLUICE_TRY(std::string shadow_text, config::read_text_file(next, "policy"));
  SLUICE_TRY(auto shadow, parse(shadow_text, next, nullptr, own));
  return parse(text, file, std::move(shadow), own);
}

}  // namespace sluice::policy
