// The face of policy: label x principal x deployment -> decision. A pure function with a trace; no I/O, no clock.
//
// Semantics (docs/policy.md): a request may use a deployment iff some allow rule matches and no deny rule does.
// Deny overrides; no match is a denial; the order of rules has no meaning; obligations of all matching rules add
// up; any error is a denial. Raising a class or adding a category never enlarges the set of allowed deployments:
// parse() checks that over every label and refuses a policy in which it fails, as it does one whose own tests
// or assertions fail. Immutable after parse; thread-safe.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/deployment.h"
#include "config/settings.h"
#include "sense/label.h"

namespace sluice::policy {

enum class Obligation : std::uint8_t {
  LogNoContent,
  RetainDays,
  NoSharedCache,
  NoStore  // the conversation is not kept for a later request that names it (previous_response_id)
};

struct ObligationUse {
  Obligation kind;
  int days = 0;      // RetainDays
  std::string rule;  // which rule asked for it
};
std::string obligation_name(const ObligationUse& use);  // "log_no_content", "retain(30d)"

// Who asks, as far as rules may look.
struct Subject {
  std::string principal;
  std::string team;
  std::string route;  // the client's model name
};

struct RuleTrace {
  std::string rule;  // id
  bool matched = false;
  bool deny = false;   // a deny rule, else an allow rule
  std::string missed;  // the first failing condition, by its key: "class", "zones", "teams"; empty if matched
};

// What holds for one deployment.
struct Verdict {
  std::string deployment;
  config::Zone zone = config::Zone::Hosted;
  std::string jurisdiction;
  bool allowed = false;
  std::vector<ObligationUse> obligations;  // when allowed
  std::string reason;                      // "allowed by R1", "denied by D1", "no rule allows it"
  std::vector<RuleTrace> trace;
};

struct Decision {
  std::string id;                            // "dec_...": made by the caller from a random id
  std::string revision;                      // of the policy
  sense::Label label;                        // after floors
  std::vector<Verdict> verdicts;             // one per candidate, in the route's order
  std::vector<std::string> allowed() const;  // deployments, in order
};

class Policy {
 public:
  // Errors: policy.syntax, policy.unknown_key, policy.unknown_class, ... with file:line:column;
  // policy.test_failed and policy.assertion_failed with the counterexample; policy.not_monotone.
  static Result<std::shared_ptr<const Policy>> parse(std::string_view yaml, const std::string& file);
  static Result<std::shared_ptr<const Policy>> read(const std::string& file);
  virtual ~Policy() = default;

  virtual const std::string& revision() const = 0;
  virtual sense::Class default_class() const = 0;
  // Whether every deployment, route, team and principal that the rules name exists in this configuration: a floor
  // for a misspelt team would protect nobody. policy.unknown_deployment, _route, _team, _principal.
  virtual Status check_names(const config::Settings& settings) const = 0;
  virtual Decision decide(const sense::Label& label, const Subject& subject,
                          const std::vector<const config::Deployment*>& candidates) const = 0;
};

// The policy Sluice uses when no file is named (src/policy/default.yaml, compiled in).
std::string_view default_policy_text();

// A decision in words, for `sluice policy explain`: which finding, which rule, which deployments and why not
// others.
std::string explain(const Decision& decision);

}  // namespace sluice::policy
