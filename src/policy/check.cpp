#include <algorithm>

#include "policy/model.h"

namespace sluice::policy {
namespace {

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text.empty() ? "none" : text;
}

Status run_test(const Model& model, const Test& test, config::Zone zone) {
  config::Deployment deployment;
  deployment.name = test.deployment;
  deployment.zone = zone;
  deployment.jurisdiction = test.jurisdiction;
  if (deployment.jurisdiction.empty() && zone == config::Zone::Device) deployment.jurisdiction = "local";
  sense::Label label = with_floors(model, test.label, test.subject);
  Verdict verdict = judge(model, label, test.subject, deployment);
  std::string got = verdict.reason + " in zone " + config::zone_name(zone) + " for " + label.to_string();
  if (verdict.allowed != test.want_allow)
    return fail("policy.test_failed",
                test.path + ": wanted " + (test.want_allow ? "allow" : "deny") + ", but it is " + got, test.place,
                "change the rules or, if the answer is right, the test");
  if (!test.obligations || !verdict.allowed) return {};
  std::vector<std::string> names;
  for (const ObligationUse& use : verdict.obligations) names.push_back(obligation_name(use));
  std::sort(names.begin(), names.end());
  if (names == *test.obligations) return {};
  return fail("policy.test_failed",
              test.path + ": wanted the obligations " + joined(*test.obligations) + ", found " + joined(names) +
                  "; it is " + got,
              test.place, "change the rules or, if the answer is right, the test");
}

}  // namespace

Status run_tests(const Model& model) {
  for (const Test& test : model.tests) {
    for (int zone = 0; zone < config::kZones; ++zone) {
      if (!(test.zones >> zone & 1)) continue;
      SLUICE_TRY_VOID(run_test(model, test, config::Zone(zone)));
    }
  }
  return {};
}

std::string as_test(const Example& e) {
  std::string text = std::string("{class: ") + sense::class_name(e.cls);
  if (!e.categories.empty()) {
    std::string names;
    for (sense::Category c : e.categories.list())
      names += (names.empty() ? "" : ", ") + std::string(sense::category_name(c));
    text += ", categories: [" + names + "]";
  }
  auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) text += std::string(", ") + key + ": " + value;
  };
  add("team", e.subject.team);
  add("principal", e.subject.principal);
  add("route", e.subject.route);
  add("zone", e.zone);
  add("jurisdiction", e.jurisdiction);
  add("deployment", e.deployment);
  return text + ", want: " + (e.allow ? "allow" : "deny") + "}";
}

}  // namespace sluice::policy
