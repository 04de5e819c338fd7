#include "policy/policy.h"

#include <algorithm>

#include "policy/model.h"

namespace sluice::policy {
namespace {

// Names in rules that nothing in the configuration has.
class NameCheck {
 public:
  explicit NameCheck(const config::Settings& s) {
    for (const config::Deployment& d : s.deployments) deployments_.push_back(d.name);
    for (const config::Route& r : s.routes) routes_.push_back(r.model);
    for (const config::Key& k : s.keys) {
      principals_.push_back(k.name);
      if (!k.team.empty()) teams_.push_back(k.team);
    }
    if (s.keys.empty()) principals_.push_back("local");
  }

  Status check(const Who& who, const std::string& place) const {
    SLUICE_TRY_VOID(check(who.teams, teams_, "team", place));
    SLUICE_TRY_VOID(check(who.principals, principals_, "principal", place));
    return check(who.routes, routes_, "route", place);
  }
  Status check(const Where& where, const std::string& place) const {
    return check(where.deployments, deployments_, "deployment", place);
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
  std::vector<std::string> deployments_, routes_, principals_, teams_;
};

class FilePolicy : public Policy {
 public:
  FilePolicy(Model model, std::shared_ptr<const Policy> shadow)
      : model_(std::move(model)), shadow_(std::move(shadow)) {}
  const std::string& revision() const override { return model_.revision; }
  sense::Class default_class() const override { return model_.default_class; }

  Decision decide(const sense::Label& label, const Subject& subject,
                  const std::vector<const config::Deployment*>& candidates) const override {
    Decision decision;
    decision.revision = model_.revision;
    decision.label = with_floors(model_, label, subject);
    decision.verdicts.reserve(candidates.size());
    for (const config::Deployment* candidate : candidates)
      if (candidate) decision.verdicts.push_back(judge(model_, decision.label, subject, *candidate));
    return decision;
  }

  Verdict decide_again(const Decision& decision, const Verdict& first, const sense::Label& found,
                       const Subject& subject, const config::Deployment& deployment) const override {
    sense::Label label = decision.label;
    label.join(found);
    Verdict verdict = judge(model_, label, subject, deployment);
    for (const ObligationUse& use : first.obligations) verdict.obligations.push_back(use);
    return verdict;
  }

  const Model& model() const override { return model_; }
  const Policy* shadow() const override { return shadow_.get(); }

  Status check_names(const config::Settings& settings) const override {
    NameCheck names(settings);
    for (const Rule& rule : model_.rules) {
      SLUICE_TRY_VOID(names.check(rule.who, rule.place));
      SLUICE_TRY_VOID(names.check(rule.where, rule.place));
    }
    for (const Floor& floor : model_.floors) {
      SLUICE_TRY_VOID(names.check(floor.who, floor.place));
    }
    for (const Assertion& assertion : model_.assertions) {
      SLUICE_TRY_VOID(names.check(assertion.who, assertion.place));
      SLUICE_TRY_VOID(names.check(assertion.where, assertion.place));
    }
    return {};
  }

 private:
  const Model model_;
  const std::shared_ptr<const Policy> shadow_;
};

}  // namespace

Result<std::shared_ptr<const Policy>> Policy::parse(std::string_view yaml, const std::string& file,
                                                    std::shared_ptr<const Policy> shadow) {
  SLUICE_TRY(Model model, parse_model(yaml, file));
  SLUICE_TRY_VOID(run_tests(model));
  SLUICE_TRY_VOID(prove(model));
  return std::shared_ptr<const Policy>(std::make_shared<FilePolicy>(std::move(model), std::move(shadow)));
}

Result<std::shared_ptr<const Policy>> Policy::read(const std::string& file) {
  SLUICE_TRY(std::string text, config::read_text_file(file, "policy"));
  return parse(text, file);
}

}  // namespace sluice::policy
