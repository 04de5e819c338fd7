#include "gateway/later.h"

#include <algorithm>

#include "gateway/fulfil.h"

namespace sluice::gateway {
namespace {

using policy::ObligationUse;

void add_obligations(policy::Verdict& to, const policy::Verdict& more) {
  for (const ObligationUse& use : more.obligations) {
    auto same = [&](const ObligationUse& known) {
      return known.kind == use.kind && known.number == use.number && known.categories == use.categories &&
             known.text == use.text;
    };
    if (std::none_of(to.obligations.begin(), to.obligations.end(), same)) to.obligations.push_back(use);
  }
}

// The policy by which a request was decided and a later one, for what was transformed: each decides again.
class BothPolicies : public policy::Policy {
 public:
  BothPolicies(ActivePolicy::Snapshot first, ActivePolicy::Snapshot later, policy::Decision decision,
               policy::Subject subject)
      : first_(std::move(first)),
        later_(std::move(later)),
        decision_(std::move(decision)),
        subject_(std::move(subject)) {}

  const std::string& revision() const override { return first_->revision(); }
  const std::string& digest() const override { return first_->digest(); }
  sense::Class default_class() const override {
    return std::max(first_->default_class(), later_->default_class());
  }
  Status check_names(const config::Settings& settings) const override { return first_->check_names(settings); }
  policy::Decision decide(const sense::Label& label, const policy::Subject& subject,
                          const std::vector<const config::Deployment*>& candidates) const override {
    return first_->decide(label, subject, candidates);
  }
  policy::Verdict decide_again(const policy::Decision& decision, const policy::Verdict& asked,
                               const sense::Label& found, const policy::Subject& subject,
                               const config::Deployment& deployment) const override {
    policy::Verdict first = first_->decide_again(decision, asked, found, subject, deployment);
    // The later one has held nothing: it allowed.
    policy::Verdict open = asked;
    open.hold.reset();
    open.allowed = true;
    policy::Verdict later = later_->decide_again(decision_, open, found, subject_, deployment);
    if (later.state() != policy::State::Allowed) {
      later.deny(later.reason + " (policy " + later_->revision() + ", in force by now)");
      return later;
    }
    add_obligations(first, later);
    return first;
  }
  const policy::Model& model() const override { return first_->model(); }
  const policy::Policy* shadow() const override { return first_->shadow(); }

 private:
  const ActivePolicy::Snapshot first_, later_;
  const policy::Decision decision_;  // of the later one
  const policy::Subject subject_;
};

}  // namespace

Status Later::ask(const std::string& deployment, Hop& hop) {
  const ActivePolicy::Snapshot policy = shared_.policy.current();
  hop = {first_, {}, policy->digest()};
  if (hop.digest == bearer_.policy->digest()) return {};
  hop.revision = policy->revision();
  auto [entry, fresh] = known_.try_emplace({deployment, hop.digest});
  if (fresh) decide(deployment, policy, entry->second);
  hop.obligations = entry->second.obligations.get();
  return entry->second.allowed;
}

void Later::decide(const std::string& deployment, const ActivePolicy::Snapshot& policy, Both& both) const {
  const config::Deployment& target = *shared_.settings.deployment(deployment);
  sense::Label judged = judged_;
  if (judged.cls < policy->default_class())
    judged.raise(policy->default_class(), {"default", "", policy->default_class(), {}});
  policy::Subject subject = bearer_.subject;
  subject.time = shared_.policy_time.now();
  policy::Decision later = policy->decide(judged, subject, {&target});
  deny_what_cannot_be_obliged(later, shared_.settings);
  const policy::Verdict& verdict = later.verdicts.front();
  if (verdict.state() != policy::State::Allowed) {
    both.allowed =
        fail("policy.denied",
             "policy " + policy->revision() + ", which came into force before this was sent, judges it " +
                 later.label.to_string() + "; " + deployment + ": " + verdict.reason,
             "", "send the request again: it is then judged by that policy alone");
    return;
  }
  both.decision.id = decision_.id;
  both.decision.revision = decision_.revision + ", " + policy->revision();
  both.decision.label = decision_.label;
  for (const policy::Verdict& first : decision_.verdicts) {
    if (first.deployment != deployment) continue;
    policy::Verdict joined = first;
    joined.pseudonymise = joined.pseudonymise | verdict.pseudonymise;
    joined.redact = joined.redact | verdict.redact;
    add_obligations(joined, verdict);
    both.decision.verdicts.push_back(std::move(joined));
  }
  Bearer bearer = bearer_;
  bearer.policy = std::make_shared<BothPolicies>(bearer_.policy, policy, std::move(later), std::move(subject));
  both.obligations = Obligations::of(shared_, both.decision, std::move(bearer));
}

void Later::forget() {
  for (auto& [key, both] : known_)
    if (both.obligations) both.obligations->forget();
}

}  // namespace sluice::gateway
