#include <algorithm>

#include "policy/words.h"

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
  auto declassified = declassify(model, label, test.subject);
  Verdict verdict = judge(model, label, test.subject, deployment);
  std::string got = verdict.reason + " in zone " + config::zone_name(zone) + " for " + label.to_string();
  if (declassified && !declassified->applied)
    got += " (" + declassified->id + " does not apply: " + declassified->why_not + ")";
  if (verdict.state() != test.want)
    return fail("policy.test_failed",
                test.path + ": wanted " + kWantWords[std::size_t(test.want)] + ", but it is " + got, test.place,
                "change the rules or, if the answer is right, the test");
  if (!test.obligations || verdict.state() == State::Denied) return {};
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

Status run_test(const Model& model, const Test& test) {
  for (int zone = 0; zone < config::kZones; ++zone) {
    if (!(test.zones >> zone & 1)) continue;
    SLUICE_TRY_VOID(run_test(model, test, config::Zone(zone)));
  }
  return {};
}

Status run_tests(const Model& model) {
  for (const Test& test : model.tests) {
    SLUICE_TRY_VOID(run_test(model, test));
  }
  return {};
}

std::string as_test(const Example& e) {
  std::string text = std::string("{class: ") + sense::class_name(e.cls);
  auto add = [&](const char* key, const std::string& value) {
    if (!value.empty()) text += std::string(", ") + key + ": " + value;
  };
  auto list = [](const std::vector<std::string>& words) {
    return words.empty() ? std::string() : "[" + joined(words) + "]";
  };
  std::vector<std::string> categories, parts, extracted;
  for (sense::Category c : e.categories.list()) categories.emplace_back(sense::category_name(c));
  for (int i = 0; i < kPartKinds; ++i)
    if (e.subject.parts >> i & 1) parts.emplace_back(part_kind_name(PartKind(i)));
  for (int i = 0; i < kPartKinds; ++i)
    if (e.subject.extracted >> i & 1) extracted.emplace_back(part_kind_name(PartKind(i)));
  add("categories", list(categories));
  add("wish", e.wish ? "local_only" : "");
  add("team", e.subject.team);
  add("principal", e.subject.principal);
  add("roles", list(e.subject.roles));
  add("workload", e.subject.workload);
  add("route", e.subject.route);
  add("parts", list(parts));
  add("extracted", list(extracted));
  add("declassify", e.subject.claim ? e.subject.claim->id : "");
  if (auto day = day_of(e.subject)) add("on", day_text(*day));
  add("zone", e.zone);
  add("jurisdiction", e.jurisdiction);
  add("deployment", e.deployment);
  return text + ", want: " + kWantWords[std::size_t(e.want)] + "}";
}

}  // namespace sluice::policy
