// The study of policies: what is wrong with one, what another one changes, what a configuration makes of it, and
// how to begin. For the commands and for start-up, never on a request's way. Pure functions; thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "policy/policy.h"

namespace sluice::policy {

// Something that whoever wrote the policy should know, though it is no error.
struct Remark {
  std::string kind;  // "dead_rule", "same_rule", "vacuous", "unreachable", "dead_end", "unfulfilled",
                     // "contradiction", "approvers", "jurisdiction", "expired"
  std::string message;
  std::string place;  // file:line:column, of the policy or of the configuration
};

// Whether a deployment can keep an obligation in this version.
using Fulfils = std::function<bool(Obligation, const config::Deployment&)>;
// Whether enough people may approve what this principal asks under this hold.
using Approvable = std::function<bool(const Hold&, const std::string& principal)>;

// With a configuration its keys, routes and deployments are looked at, else everything that the rules can tell
// apart. What is not given (fulfils, approvable) is not looked at.
std::vector<Remark> inspect(const Policy& policy, const config::Settings* settings, UtcTime now,
                            const Fulfils& fulfils, const Approvable& approvable = {});

// Pairs of label and place whose answer another policy changes, for the same subjects.
struct Change {
  std::string from, to;             // "denied", "allowed", "held"; where both are the same: with their obligations
  std::vector<std::string> labels;  // "regulated with health, without credentials": together exactly these labels
  std::vector<std::string> who;     // "team clinic, route ward"; empty: everybody
  std::vector<std::string> where;   // "ds (hosted, CN)"
  int pairs = 0;                    // label x subject x place
};
// Every label, every subject that one of the policies can tell apart, and the deployments of the configuration, or
// without one the places that the policies can tell apart. policy.too_large.
Result<std::vector<Change>> compare(const Policy& before, const Policy& after, const config::Settings* settings);
std::string describe(const std::vector<Change>& changes);

// Every key, route and fallback position of a configuration, with every label and wish, decided one by one and
// held against the assertions: what the proof over the file says in general, seen in particular.
struct Survey {
  std::uint64_t decisions = 0;
  int subjects = 0, positions = 0;
  std::vector<std::string> lines;  // "chat 1 ds (hosted, CN): public, internal": what may get there
};
Result<Survey> survey(const Policy& policy, const config::Settings& settings);
// The tests of a file, each for itself; the file need not be provable. Errors of reading, and with a configuration
// those of check_names().
struct Tried {
  std::string test;  // "tests[2] (policy.yaml:31:5)"
  Status status;     // policy.test_failed
};
Result<std::vector<Tried>> try_tests(const std::string& file, const config::OwnDetectors& own = {},
                                     const config::Settings* settings = nullptr);

// How much the proof of the file itself looked at.
struct Extent {
  std::size_t assertions = 0, tests = 0, rules = 0, subjects = 0, places = 0;
};
Extent extent(const Policy& policy);

// Four questions, and the policy that they make.
struct Beginning {
  bool hosted = true;            // may harmless texts go to a model vendor's API?
  bool managed = false;          // is there a cloud under contract that may see confidential texts?
  bool private_machines = true;  // do we run servers that may see regulated texts?
  std::string
      area;  // "EU": personal data, official identifiers and health data never leave it; empty: no such rule
  bool approvals = true;  // may somebody approve what is restricted? Else it is denied
};
std::string beginning_text(const Beginning& answers, const std::string& revision);

}  // namespace sluice::policy
