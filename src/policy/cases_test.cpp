// Everything that is a file: the cases anyone can add, the examples, and the examples in the documentation.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "config/reader.h"
#include "policy/policy.h"

using namespace sluice;
using config::Fields;
using config::Need;
using config::Node;

namespace {

std::vector<std::string> files(const std::string& folder, const std::string& extension) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == extension) found.push_back(entry.path().string());
  std::sort(found.begin(), found.end());
  return found;
}

std::shared_ptr<const policy::Policy> named_policy(const std::string& name) {
  auto policy = name == "default" ? policy::Policy::parse(policy::default_policy_text(), "(built-in policy)")
                                  : policy::Policy::read(name);
  REQUIRE_MESSAGE(policy.has_value(), policy.error().to_string());
  return *policy;
}

sense::Label read_label(Fields& fields) {
  sense::Label label;
  std::string cls;
  std::vector<std::string> categories;
  fields.text("class", cls, Need::Required);
  fields.texts("categories", categories);
  label.cls = sense::parse_class(cls).value_or(sense::Class::Restricted);
  for (const std::string& name : categories) {
    REQUIRE_MESSAGE(sense::parse_category(name).has_value(), name);
    label.categories.add(*sense::parse_category(name));
  }
  return label;
}

std::vector<config::Deployment> read_places(const Node& node) {
  std::vector<config::Deployment> places;
  auto entries = node.map();
  REQUIRE(entries.has_value());
  for (const config::Entry& entry : *entries) {
    auto words = entry.value.texts();
    REQUIRE_MESSAGE((words && words->size() == 2), entry.value.where());
    config::Deployment d;
    d.name = entry.key;
    REQUIRE_MESSAGE(config::parse_zone((*words)[0]).has_value(), entry.value.where());
    d.zone = *config::parse_zone((*words)[0]);
    d.jurisdiction = (*words)[1];
    places.push_back(d);
  }
  return places;
}

const policy::Verdict& verdict_of(const policy::Decision& decision, const config::Entry& entry) {
  for (const policy::Verdict& v : decision.verdicts)
    if (v.deployment == entry.key) return v;
  FAIL(entry.key_node.where() << ": no such place");
  return decision.verdicts.front();
}

void run_case(const Node& node, const policy::Policy& policy) {
  Fields fields(node);
  std::string name, wanted_label;
  policy::Subject subject;
  fields.text("name", name, Need::Required);
  sense::Label label = read_label(fields);
  fields.text("team", subject.team);
  fields.text("principal", subject.principal);
  fields.text("route", subject.route);
  fields.text("workload", subject.workload);
  fields.texts("roles", subject.roles);
  std::string claim, day, wish;
  if (fields.text("declassify", claim)) subject.claim = policy::Claim{claim, "a case"};
  if (fields.text("on", day)) subject.time = parse_utc(day).value();
  if (fields.text("wish", wish)) label.local_only = wish == "local_only";
  bool check_label = fields.text("label", wanted_label);
  auto places = fields.node("places", Need::Required);
  auto want = fields.node("want", Need::Required);
  auto oblige = fields.node("oblige");
  auto status = fields.finish();
  REQUIRE_MESSAGE(status.has_value(), status.error().to_string());
  std::vector<config::Deployment> deployments = read_places(*places);
  std::vector<const config::Deployment*> candidates;
  for (const config::Deployment& d : deployments) candidates.push_back(&d);
  policy::Decision decision = policy.decide(label, subject, candidates);
  INFO(node.where() << ": " << name << "\n" << policy::explain(decision));
  if (check_label) CHECK(decision.label.to_string() == wanted_label);
  auto wants = want->map();
  REQUIRE(wants.has_value());
  for (const config::Entry& entry : *wants) {
    std::string answer = entry.value.text().value_or("");
    REQUIRE((answer == "allow" || answer == "hold" || answer == "deny"));
    policy::State wanted = answer == "allow"  ? policy::State::Allowed
                           : answer == "hold" ? policy::State::Held
                                              : policy::State::Denied;
    CHECK_MESSAGE(verdict_of(decision, entry).state() == wanted, entry.key);
  }
  if (!oblige) return;
  auto expected = oblige->map();
  REQUIRE(expected.has_value());
  for (const config::Entry& entry : *expected) {
    std::vector<std::string> names, wanted = entry.value.texts().value();
    for (const auto& use : verdict_of(decision, entry).obligations) names.push_back(policy::obligation_name(use));
    std::sort(names.begin(), names.end());
    std::sort(wanted.begin(), wanted.end());
    CHECK_MESSAGE(names == wanted, entry.key);
  }
}

// An environment in which every variable is set to a different secret.
const char* any_variable(const char* name) {
  static std::map<std::string, std::string> values;
  std::string& value = values[name];
  value = std::string(name) + "-0123456789abcdef";
  return value.c_str();
}

// The ```yaml blocks of a Markdown file.
std::vector<std::string> yaml_blocks(const std::string& file) {
  auto text = config::read_text_file(file, "docs");
  REQUIRE_MESSAGE(text.has_value(), file);
  std::vector<std::string> blocks;
  const std::string open = "```yaml\n";
  for (std::size_t at = 0; (at = text->find(open, at)) != std::string::npos;) {
    std::size_t end = text->find("```", at + open.size());
    blocks.push_back(text->substr(at + open.size(), end - at - open.size()));
    at = end;
  }
  return blocks;
}

}  // namespace

TEST_CASE("Every case under tests/cases/policy gets the answer it states") {
  int count = 0;
  for (const std::string& file : files("tests/cases/policy", ".case")) {
    auto text = config::read_text_file(file, "case");
    REQUIRE(text.has_value());
    auto root = config::parse_yaml(*text, file, "case");
    REQUIRE_MESSAGE(root.has_value(), root.error().to_string());
    Fields fields(*root);
    std::string policy;
    fields.text("policy", policy, Need::Required);
    auto cases = fields.node("cases", Need::Required);
    auto status = fields.finish();
    REQUIRE_MESSAGE(status.has_value(), status.error().to_string());
    auto loaded = named_policy(policy);
    auto nodes = cases->list();
    REQUIRE(nodes.has_value());
    for (const Node& node : *nodes) run_case(node, *loaded);
    count += int(nodes->size());
  }
  MESSAGE(count << " cases");
  CHECK(count >= 10);
}

TEST_CASE("Every example loads, its policy is proved, and the names in it exist") {
  int count = 0;
  for (const std::string& file : files("examples", ".yaml")) {
    if (std::filesystem::path(file).filename() != "sluice.yaml") continue;
    CAPTURE(file);
    auto settings = config::read_settings(file, any_variable);
    REQUIRE_MESSAGE(settings.has_value(), settings.error().to_string());
    if (settings->policy_file.empty()) continue;
    auto policy = policy::Policy::read(settings->policy_file);
    REQUIRE_MESSAGE(policy.has_value(), policy.error().to_string());
    Status names = (*policy)->check_names(*settings);
    CHECK_MESSAGE(names.has_value(), names.error().to_string());
    ++count;
  }
  CHECK(count >= 3);
}

TEST_CASE("Every complete file shown in the documentation is accepted as it stands") {
  int policies = 0, configurations = 0;
  for (const char* file : {"docs/policy.md", "docs/configuration.md"}) {
    for (const std::string& block : yaml_blocks(file)) {
      CAPTURE(block);
      if (block.find("policy: v1") != std::string::npos) {
        auto policy = policy::Policy::parse(block, file);
        REQUIRE_MESSAGE(policy.has_value(), policy.error().to_string());
        ++policies;
      } else if (block.find("\nroutes:") != std::string::npos) {
        // Paths in it are as seen from this folder, where they exist.
        auto settings = config::parse_settings(block, "examples/hospital/docs.yaml", any_variable);
        REQUIRE_MESSAGE(settings.has_value(), settings.error().to_string());
        ++configurations;
      } else {
        auto node = config::parse_yaml(block, file, "docs");
        CHECK_MESSAGE(node.has_value(), node.error().to_string());
      }
    }
  }
  CHECK(policies >= 1);
  CHECK(configurations >= 1);
}
