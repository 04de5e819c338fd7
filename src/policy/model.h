// A policy file after reading: plain values. Private to this room.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/reader.h"
#include "policy/policy.h"

namespace sluice::policy {

// A condition on a name. Absent: it always holds; a list in the file is never empty.
using Names = std::optional<std::vector<std::string>>;

struct Who {
  Names teams, principals, routes;
};
struct Where {
  std::uint8_t zones = 0xf;  // bit per config::Zone
  Names deployments, jurisdictions, jurisdictions_not;
};
struct What {
  std::uint8_t classes = 0x1f;                        // bit per sense::Class
  std::optional<sense::CategorySet> categories;       // at least one of them
  std::optional<sense::CategorySet> categories_only;  // none but these
};

struct Rule {
  std::string id;
  bool deny = false;
  What what;
  Where where;
  Who who;
  std::vector<ObligationUse> obligations;
  std::string place;  // file:line:column
};

// Declared minimum, whatever was found in the text.
struct Floor {
  std::string id;
  Who who;
  std::optional<sense::Class> cls;
  sense::CategorySet categories;
  std::string place;
};

struct Assertion {
  bool always = false;     // else never
  bool some_zone = false;  // always: in at least one of the zones, not in each
  What what;
  Where where;
  Who who;
  std::string place;
};

struct Test {
  sense::Label label;
  Subject subject;
  std::string deployment;
  std::uint8_t zones = 0xf;  // must hold in each of them
  std::string jurisdiction;  // empty: one that no rule names
  bool want_allow = false;
  std::optional<std::vector<std::string>> obligations;  // exactly these, sorted
  std::string place, path;
};

struct Model {
  std::string revision;
  sense::Class default_class = sense::Class::Internal;
  std::vector<Floor> floors;
  std::vector<Rule> rules;
  std::vector<Assertion> assertions;
  std::vector<Test> tests;
};

// parse.cpp
Result<Model> parse_model(std::string_view yaml, const std::string& file);

// match.cpp: each answers with the key of the first condition that fails, or nullptr if all hold.
const char* missed(const What& what, sense::Class cls, sense::CategorySet categories);
const char* missed(const Where& where, config::Zone zone, std::string_view jurisdiction,
                   std::string_view deployment);
const char* missed(const Who& who, const Subject& subject);
const char* missed(const Rule& rule, const sense::Label& label, const Subject& subject,
                   const config::Deployment& deployment);
// The label that counts: never below the floors of its categories, nor below those of the policy.
sense::Label with_floors(const Model& model, sense::Label label, const Subject& subject);
Verdict judge(const Model& model, const sense::Label& label, const Subject& subject,
              const config::Deployment& deployment);

// check.cpp: the tests of the file; prove.cpp: monotonicity and assertions over every label, subject and place.
Status run_tests(const Model& model);
Status prove(const Model& model);

// One line of the file's own test language.
struct Example {
  sense::Class cls;
  sense::CategorySet categories;
  Subject subject;
  std::string deployment, zone, jurisdiction;
  bool allow;
};
std::string as_test(const Example& example);

}  // namespace sluice::policy
