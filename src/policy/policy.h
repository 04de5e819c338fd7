// The face of policy: label x subject x deployment x time -> decision. A pure function with a trace; no I/O, no
// clock.
//
// Semantics (docs/policy.md): a request may use a deployment iff some allow rule matches and no deny rule does.
// Deny overrides hold, hold overrides allow; no match is a denial; the order of rules has no meaning; obligations
// of all matching rules add up; any error is a denial. Raising a class or adding a category never enlarges the set
// of deployments that see a text as it is: parse() checks that over every label and refuses a policy in which it
// fails, as it does one whose own tests or assertions fail. Immutable after parse; thread-safe.
//
// A rule that obliges a transformation (pseudonymise, redact) is a bridge and permits nothing by itself: what the
// transformation leaves must be permitted by rules that need none. decide() therefore names the transformation and
// says whether the best result could be sent; the gateway transforms, judges the result and asks decide_again().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "config/deployment.h"
#include "config/settings.h"
#include "sense/label.h"

namespace sluice::policy {

enum class Obligation : std::uint8_t {
  LogNoContent,   // log_no_content: no content in any log
  LogHashOnly,    // log_hash_only: a keyed hash of the content may be logged, nothing of it else
  LogRedacted,    // log_redacted: content may be logged with every finding removed
  RetainDays,     // retain(30d): `number` days, then what is kept of the content goes; the record stays
  NoSharedCache,  // no_shared_cache: no cache that another tenant's requests look into
  NoStore,        // no_store: not kept for a later request that names it (previous_response_id)
  Pseudonymise,   // pseudonymise(pii): `categories` are replaced by tokens and restored in the answer
  Redact,         // redact(pii, financial): `categories` are removed for good
  OpaqueUser,     // opaque_user: the upstream gets a user id and a cache salt per tenant that tell it nothing
  NoTools,        // no_tools: no tools at all
  NoServerTools,  // no_server_tools: none that the upstream runs itself (web search sends queries out)
  OutputScan,     // output_scan(credentials): the answer is scanned for `categories`
  MaxOutput,      // max_output(4096): at most `number` tokens
  Notify          // notify(dpo): the role `text` learns of it
};
inline constexpr int kObligations = 14;

struct ObligationUse {
  Obligation kind;
  int number = 0;                   // RetainDays: days; MaxOutput: tokens
  sense::CategorySet categories{};  // Pseudonymise, Redact, OutputScan
  std::string text{};               // Notify: the role
  std::string rule{};               // ids of the rules that asked for it
};
std::string obligation_name(const ObligationUse& use);  // as in the file: "log_no_content", "retain(30d)"

// Kinds of parts that a floor can look at.
enum class PartKind : std::uint8_t { Image, Audio, File, Tools, ToolResult };
inline constexpr int kPartKinds = 5;
const char* part_kind_name(PartKind kind);  // "image", "audio", "file", "tools", "tool_result"
constexpr std::uint8_t part_bit(PartKind kind) { return std::uint8_t(1u << int(kind)); }

// A client's wish to have its label lowered by a declassification of the policy.
struct Claim {
  std::string id;      // of the declassification
  std::string reason;  // the client's words; whoever records a decision keeps these or their hash
};

// Who asks for what, as far as rules may look. What is not known is left empty: it then fails every condition that
// permits and meets none that excepts.
struct Subject {
  std::string principal{};
  std::string team{};
  std::string route{};               // the client's model name
  std::string workload{};            // the named use that the principal's key stands for
  std::vector<std::string> roles{};  // of the principal
  std::uint8_t parts = 0;            // part_bit() of every kind in the request
  std::uint8_t extracted = 0;        // of these, the kinds whose every part was read as text
  std::optional<Claim> claim{};
  // When the request came. Unknown: nothing that is dated permits anything, and every dated floor, denial and hold
  // is still in force.
  std::optional<UtcTime> time{};
};

struct RuleTrace {
  std::string rule;  // id
  bool matched = false;
  bool deny = false;  // a deny rule
  std::string_view
      missed{};         // the first failing condition, by its key: "class", "zones", "teams"; empty if matched
  bool hold = false;    // a hold rule; neither: an allow rule
  bool bridge = false;  // an allow or hold rule that obliges a transformation
};

// Somebody has to approve first.
struct Hold {
  std::string rule;                    // ids of the hold rules that match
  std::vector<std::string> approvers;  // principals, teams or roles; empty: whoever administers this Sluice
  std::int64_t ttl_s = 0;              // how long an approval may be waited for and then used
  int quorum = 1;                      // how many have to approve; never the requester
};

enum class State : std::uint8_t { Denied, Held, Allowed };
const char* state_name(State state);  // "denied", "held", "allowed"

// What holds for one deployment.
struct Verdict {
  std::string deployment;
  config::Zone zone = config::Zone::Hosted;
  std::string jurisdiction;
  bool allowed = false;                    // may be sent now, once every obligation is met
  std::vector<ObligationUse> obligations;  // when allowed or held
  std::string reason;                      // "allowed by R1", "held by H1", "denied by D1", "no rule allows it"
  std::vector<RuleTrace> trace;
  std::optional<Hold> hold{};     // set: may be sent once approved (then `allowed` is false)
  std::string nobody_approves{};  // denied, since these holds, by their ids, accept no approver in common
  // Categories that have to be transformed before anything is sent. Not empty: send only what decide_again()
  // allows.
  sense::CategorySet pseudonymise{}, redact{};

  State state() const { return allowed ? State::Allowed : hold ? State::Held : State::Denied; }
  bool transforms() const { return !pseudonymise.empty() || !redact.empty(); }
  bool obliges(Obligation kind) const;
  std::optional<int> least(Obligation kind) const;          // the smallest number asked for
  sense::CategorySet categories_of(Obligation kind) const;  // the union of what was asked for
  void deny(std::string why);                               // by whoever finds that an obligation can't be met
};

// What became of a claim.
struct Declassified {
  std::string id;
  bool applied = false;
  std::string why_not{};  // "ended on 2026-03-01", "not for this principal"
  std::string reason{};   // the client's words
  sense::Label before{};  // the label that was lowered, without provenance
};

// What the shadow revision would have said; never enforced.
struct ShadowVerdict {
  std::string deployment;
  State state = State::Denied;
  std::string reason;
};

struct Decision {
  std::string id;                            // "dec_...": made by the caller from a random id
  std::string revision;                      // of the policy
  sense::Label label;                        // after floors and declassification
  std::vector<Verdict> verdicts;             // one per candidate, in the route's order
  std::vector<std::string> allowed() const;  // deployments, in order
  std::vector<std::string> held() const;
  std::optional<Declassified> declassified{};  // if the subject claimed one
  std::string shadow_revision{};               // empty: the policy has no shadow
  std::vector<ShadowVerdict> shadow{};         // one per verdict
};

struct Model;  // the rules as values, for this room

class Policy {
 public:
  // Errors: policy.syntax, policy.unknown_key, policy.unknown_class, ... with file:line:column;
  // policy.test_failed and policy.assertion_failed with the counterexample; policy.not_monotone.
  // `shadow` is evaluated beside it; a file's own `shadow` key is followed by read() only. `own`: the detectors of
  // the configuration, since a transformation can take away only what some detector finds with a place.
  static Result<std::shared_ptr<const Policy>> parse(std::string_view yaml, const std::string& file,
                                                     std::shared_ptr<const Policy> shadow = nullptr,
                                                     const config::OwnDetectors& own = {});
  // Reads the shadow as well, if the file names one.
  static Result<std::shared_ptr<const Policy>> read(const std::string& file, const config::OwnDetectors& own = {});
  virtual ~Policy() = default;

  virtual const std::string& revision() const = 0;
  // SHA-256 hex of the file, and of its shadow where it has one: tells apart what bears the same revision.
  virtual const std::string& digest() const = 0;
  virtual sense::Class default_class() const = 0;
  // Whether every deployment, route, team, principal, workload and approver that the rules, assertions and tests
  // name exists in this configuration: a floor for a misspelt team would protect nobody, and a test of one would
  // show nothing. policy.unknown_deployment, _route, _team, _principal, _workload, _role, _target, _approver.
  virtual Status check_names(const config::Settings& settings) const = 0;
  // `label` is the join of what was found in the text, what the client declared and what its conversation had.
  virtual Decision decide(const sense::Label& label, const Subject& subject,
                          const std::vector<const config::Deployment*>& candidates) const = 0;
  // After a transformation: `first` is the verdict of `decision` that asked for it, `found` what the transformed
  // text was judged. Only categories that `first` transforms may be missing from `found`; what floors, keys,
  // headers and other categories made of the label still holds. The answer transforms nothing more; its
  // obligations are those of both verdicts.
  virtual Verdict decide_again(const Decision& decision, const Verdict& first, const sense::Label& found,
                               const Subject& subject, const config::Deployment& deployment) const = 0;
  virtual const Model& model() const = 0;
  virtual const Policy* shadow() const = 0;  // null: none
};

// The policy Sluice uses when no file is named (src/policy/default.yaml, compiled in).
std::string_view default_policy_text();

// A decision in words, for `sluice policy explain`: which finding, which rule, which deployments, why not others
// and what would have to change.
std::string explain(const Decision& decision);

}  // namespace sluice::policy
