// A policy file after reading: plain values. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/reader.h"
#include "policy/policy.h"
#include "sense/replaceable.h"

namespace sluice::policy {

// A condition on a name. Absent: it always holds; a list in the file is never empty.
using Names = std::optional<std::vector<std::string>>;
// The last day on which an entry holds, in days since 1970-01-01 (UTC). Absent: without end.
using LastDay = std::optional<int>;

struct Who {
  Names teams, principals, routes, workloads;
  std::uint8_t parts = 0;         // at least one of these kinds is in the request; 0: no condition
  bool unless_extracted = false;  // a kind whose every part was read as text doesn't count
};
struct Where {
  std::uint8_t zones = 0xf;  // bit per config::Zone
  Names deployments, jurisdictions, jurisdictions_not;
};
struct What {
  std::uint8_t classes = 0x1f;                        // bit per sense::Class
  std::optional<sense::CategorySet> categories;       // at least one of them
  std::optional<sense::CategorySet> categories_only;  // none but these
  bool wish = false;                                  // the text asks to stay at home (Label::local_only)
};

enum class Effect : std::uint8_t { Allow, Hold, Deny };

struct Rule {
  std::string id;
  Effect effect = Effect::Allow;
  What what;
  Where where;
  Who who;
  std::vector<ObligationUse> obligations;
  Hold hold;                        // Effect::Hold; its rule is the id
  bool unless_transformed = false;  // Effect::Deny
  LastDay until;
  sense::CategorySet pseudonymise, redact;  // of its obligations
  std::string place;                        // file:line:column

  sense::CategorySet transforms() const { return pseudonymise | redact; }
  bool bridge() const { return effect != Effect::Deny && !transforms().empty(); }
};

// Declared minimum, whatever was found in the text.
struct Floor {
  std::string id;
  Who who;
  std::optional<sense::CategorySet> when_categories;  // at least one of them
  std::optional<sense::Class> cls;
  sense::CategorySet categories;
  LastDay until;
  std::string place;
};

// The only way down.
struct Declassification {
  std::string id;
  sense::Class from, to;
  sense::CategorySet categories;
  std::vector<std::string> by;  // principals, teams or roles
  Who scope;
  LastDay until;
  std::string place;
};

struct Unless {
  bool transformed = false, held = false, declassified = false;
};

struct Assertion {
  bool always = false;     // else never
  bool some_zone = false;  // always: in at least one of the zones, not in each
  What what;
  Where where;
  Who who;
  Unless unless;
  std::string place;
};

struct Test {
  sense::Label label;
  Subject subject;
  std::string deployment;
  std::uint8_t zones = 0xf;  // must hold in each of them
  std::string jurisdiction;  // empty: one that no rule names
  State want = State::Denied;
  std::optional<std::vector<std::string>> obligations;  // exactly these, sorted
  std::string place, path;
};

struct Model {
  std::string file, revision, shadow_file;
  sense::Class default_class = sense::Class::Internal;
  std::vector<Floor> floors;
  std::vector<Declassification> declassifications;
  std::vector<Rule> rules;
  std::vector<Assertion> assertions;
  std::vector<Test> tests;
  sense::Replaceable replaceable;  // what a transformation can take away, by the detectors that there are
};

// parse.cpp
Result<Model> parse_model(std::string_view yaml, const std::string& file, const config::OwnDetectors& own = {});

// names.cpp: Policy::check_names() without the shadow's.
Status check_names(const Model& model, const config::Settings& settings);

// match.cpp: each answers with the key of the first condition that fails, or nullptr if all hold.
const char* missed(const What& what, const sense::Label& label);
const char* missed(const Where& where, config::Zone zone, std::string_view jurisdiction,
                   std::string_view deployment);
const char* missed(const Who& who, const Subject& subject);
const char* missed(const Rule& rule, const sense::Label& label, const Subject& subject,
                   const config::Deployment& deployment);
std::optional<int> day_of(const Subject& subject);
// What permits ends when its time is unknown, what forbids does not.
bool in_time(const LastDay& until, std::optional<int> today, bool permits);
const char* missed(const Declassification& d, const Subject& subject);

// label.cpp
// The label that counts: never below the floors of its categories, nor below those of the policy.
sense::Label with_floors(const Model& model, sense::Label label, const Subject& subject);
// The highest class that one of the categories demands.
sense::Class floor_of(sense::CategorySet categories);
// What the claim of the subject makes of the label, and what became of it.
std::optional<Declassified> declassify(const Model& model, sense::Label& label, const Subject& subject);
void lower(const Declassification& d, sense::Label& label);
// Of these categories, those that a transformation can take away from this text: values are found of them, and no
// topic of them was found in it.
sense::CategorySet removable(const Model& model, const sense::Label& label, sense::CategorySet transformed);
// Whether it takes all that it covers away from every text of these categories: nothing of them is a topic.
bool surely_removes(const Model& model, sense::CategorySet found, sense::CategorySet transformed);
// The lowest label that a text can have after a transformation of these categories.
sense::Label best_after(const Model& model, const sense::Label& label, sense::CategorySet transformed,
                        const Subject& subject);

// judge.cpp
Verdict judge(const Model& model, const sense::Label& label, const Subject& subject,
              const config::Deployment& deployment);
Verdict judge_again(const Model& model, const Verdict& first, const sense::Label& residual, const Subject& subject,
                    const config::Deployment& deployment);

// check.cpp: the tests of the file; prove.cpp: monotonicity and assertions over every label, subject and place.
Status run_test(const Model& model, const Test& test);
Status run_tests(const Model& model);
Status prove(const Model& model);

// One line of the file's own test language.
struct Example {
  sense::Class cls;
  sense::CategorySet categories;
  bool wish = false;
  Subject subject;
  std::string deployment, zone, jurisdiction;
  State want = State::Denied;
};
std::string as_test(const Example& example);

}  // namespace sluice::policy
