#include "policy/policy.h"

#include <filesystem>

#include "base/id.h"
#include "policy/model.h"

namespace sluice::policy {
namespace {

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
    SLUICE_TRY_VOID(policy::check_names(model_, settings));
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
