#include "policy/policy.h"

#include <doctest/doctest.h>

#include <chrono>

using namespace sluice;
using namespace sluice::policy;
using sense::Category;
using sense::Class;

namespace {

config::Deployment place(const char* name, config::Zone zone, const char* jurisdiction) {
  config::Deployment d;
  d.name = name;
  d.zone = zone;
  d.jurisdiction = jurisdiction;
  return d;
}

std::shared_ptr<const Policy> load(const std::string& yaml) {
  auto policy = Policy::parse(yaml, "p.yaml");
  REQUIRE_MESSAGE(policy.has_value(), policy.error().to_string());
  return *policy;
}

sense::Label label(Class cls, std::initializer_list<Category> categories = {}) {
  sense::Label l;
  l.cls = cls;
  l.categories = categories;
  return l;
}

const std::string kHead = "policy: v1\nrevision: r1\n";

}  // namespace

TEST_CASE("The built-in policy is sound: its tests pass and its assertions are proved") {
  auto policy = Policy::parse(default_policy_text(), "(built-in policy)");
  REQUIRE_MESSAGE(policy.has_value(), policy.error().to_string());
  CHECK((*policy)->default_class() == Class::Public);
  CHECK((*policy)->revision() == "default-2");
}

TEST_CASE("Under the built-in policy a text goes as far as its class may travel and no further") {
  auto policy = *Policy::parse(default_policy_text(), "(built-in policy)");
  const config::Zone farthest[] = {config::Zone::Hosted, config::Zone::Hosted, config::Zone::Managed,
                                   config::Zone::Private, config::Zone::Device};
  for (int c = 0; c < sense::kClasses; ++c) {
    for (int z = 0; z < config::kZones; ++z) {
      auto d = place("d", config::Zone(z), z == 0 ? "local" : "CN");
      Decision decision = policy->decide(label(Class(c)), {}, {&d});
      CAPTURE(c);
      CAPTURE(z);
      bool open = z <= int(farthest[c]);
      State expected = !open ? State::Denied : Class(c) == Class::Restricted ? State::Held : State::Allowed;
      CHECK(decision.verdicts[0].state() == expected);
    }
  }
}

TEST_CASE("A category never leaves its class below the category's floor, whatever the label says") {
  auto policy = *Policy::parse(default_policy_text(), "(built-in policy)");
  auto hosted = place("ds", config::Zone::Hosted, "CN");
  Decision decision = policy->decide(label(Class::Public, {Category::Health}), {}, {&hosted});
  CHECK(decision.label.cls == Class::Regulated);
  CHECK(!decision.verdicts[0].allowed);
}

TEST_CASE("A class from a fault counts as restricted and a zone from a fault as nowhere") {
  auto policy = *Policy::parse(default_policy_text(), "(built-in policy)");
  auto hosted = place("ds", config::Zone::Hosted, "CN");
  auto nowhere = place("x", static_cast<config::Zone>(9), "CN");
  Decision decision = policy->decide(label(static_cast<Class>(77)), {}, {&hosted, nullptr});
  CHECK(decision.label.cls == Class::Restricted);
  CHECK(decision.verdicts.size() == 1);
  CHECK(decision.allowed().empty());
  CHECK(policy->decide(label(Class::Public), {}, {&nowhere}).allowed().empty());
}

TEST_CASE("Obligations of all matching rules add up, each with the rules that asked for it") {
  auto policy =
      load(kHead +
           "rules:\n"
           "  - {id: A, allow: [public], oblige: [log_no_content, retain(30d)]}\n"
           "  - {id: B, allow: \"<=internal\", oblige: [retain(7d), log_no_content, no_shared_cache]}\n");
  auto d = place("d", config::Zone::Hosted, "US");
  Verdict v = policy->decide(label(Class::Public), {}, {&d}).verdicts[0];
  REQUIRE(v.allowed);
  std::string all;
  for (const ObligationUse& use : v.obligations) all += obligation_name(use) + " by " + use.rule + "; ";
  CHECK(all == "log_no_content by A, B; retain(30d) by A; retain(7d) by B; no_shared_cache by B; ");
  CHECK(v.reason == "allowed by A, B");
}

TEST_CASE("The EU contains its member states; who stands nowhere stands outside") {
  auto policy = load(kHead +
                     "rules:\n"
                     "  - {id: A, allow: [public], zones: [private]}\n"
                     "  - {id: D, deny: {class: public}, zones: [private], jurisdictions_not: [EU, CH]}\n");
  auto allowed = [&](const char* jurisdiction) {
    auto d = place("d", config::Zone::Private, jurisdiction);
    return policy->decide(label(Class::Public), {}, {&d}).verdicts[0].allowed;
  };
  CHECK(allowed("EU"));
  CHECK(allowed("DE"));
  CHECK(allowed("CH"));
  CHECK(!allowed("GB"));
  CHECK(!allowed("local"));
  CHECK(!allowed(""));
}

TEST_CASE("Each mistake in a policy is refused with its place") {
  struct Case {
    std::string rest, where, code;
  };
  const std::string rule = "rules:\n  - {id: R1, allow: [public]}\n";
  auto in_rule = [](const std::string& text) { return "rules:\n  - {id: R1, " + text + "}\n"; };
  const Case cases[] = {
      {"", "p.yaml:1:1", "policy.missing_key"},
      {"rules: x\n", "p.yaml:3:8", "policy.type"},
      {"ruls: []\n", "p.yaml:3:1", "policy.unknown_key"},
      {"default: allow\n" + rule, "p.yaml:3:10", "policy.value"},
      {"default_class: secret\n" + rule, "p.yaml:3:16", "policy.unknown_class"},
      {"levels: [public]\n" + rule, "p.yaml:3:1", "policy.unsupported"},
      {"deployments: {}\n" + rule, "p.yaml:3:1", "policy.unsupported"},
      {"transforms: []\n" + rule, "p.yaml:3:1", "policy.unsupported"},
      {"declassify: {}\n" + rule, "p.yaml:3:13", "policy.type"},
      {"shadow: {}\n" + rule, "p.yaml:3:9", "policy.type"},
      {"holds: []\n" + rule, "p.yaml:3:1", "policy.unsupported"},
      {"fallbacks: {}\n" + rule, "p.yaml:3:1", "policy.unsupported"},
      {in_rule("allow: [publik]"), "p.yaml:4:22", "policy.unknown_class"},
      {in_rule("allow: []"), "p.yaml:4:21", "policy.value"},
      {in_rule("allow: \">=secret\""), "p.yaml:4:21", "policy.unknown_class"},
      {in_rule("zones: [device]"), "p.yaml:4:5", "policy.value"},
      {in_rule("allow: [public], deny: {class: public}"), "p.yaml:4:5", "policy.value"},
      {in_rule("deny: {}"), "p.yaml:4:20", "policy.missing_key"},
      {in_rule("deny: {categories: []}"), "p.yaml:4:33", "policy.value"},
      {in_rule("deny: {categories: [helth]}"), "p.yaml:4:34", "policy.unknown_category"},
      {in_rule("deny: {label: credentials}"), "p.yaml:4:21", "policy.unsupported"},
      {in_rule("deny: {wish: at_home}"), "p.yaml:4:27", "policy.value"},
      {in_rule("deny: {class: public}, oblige: [log_no_content]"), "p.yaml:4:45", "policy.value"},
      {in_rule("deny: {class: public}, unless: redacted"), "p.yaml:4:45", "policy.value"},
      {in_rule("allow: [public], unless: transformed"), "p.yaml:4:39", "policy.value"},
      {in_rule("allow: [public], hold: [restricted]"), "p.yaml:4:5", "policy.value"},
      {in_rule("allow: [public], approvers: [dpo]"), "p.yaml:4:5", "policy.value"},
      {in_rule("hold: [restricted], approvers: []"), "p.yaml:4:45", "policy.value"},
      {in_rule("hold: [restricted], ttl: 4"), "p.yaml:4:39", "policy.type"},
      {in_rule("hold: [restricted], ttl: 90d"), "p.yaml:4:39", "policy.value"},
      {in_rule("hold: [restricted], quorum: 0"), "p.yaml:4:42", "policy.value"},
      {in_rule("allow: [public], until: 2026-13-01"), "p.yaml:4:38", "policy.value"},
      {in_rule("allow: [public], until: tomorrow"), "p.yaml:4:38", "policy.value"},
      {in_rule("allow: [public], when: {parts: [image]}"), "p.yaml:4:38", "policy.unsupported"},
      {in_rule("allow: [public], when: {apps: [bot]}"), "p.yaml:4:38", "policy.unsupported"},
      {in_rule("allow: [public], zones: [local]"), "p.yaml:4:39", "policy.value"},
      {in_rule("allow: [public], zones: []"), "p.yaml:4:38", "policy.value"},
      {in_rule("allow: [public], zones: [device, device]"), "p.yaml:4:47", "policy.value"},
      {in_rule("allow: [public], jurisdictions: [UK]"), "p.yaml:4:47", "policy.value"},
      {in_rule("allow: [public], deployments: []"), "p.yaml:4:44", "policy.value"},
      {in_rule("allow: [public], groups: [a]"), "p.yaml:4:31", "policy.unsupported"},
      {in_rule("allow: [public], when: {team: [a]}"), "p.yaml:4:38", "policy.unknown_key"},
      {in_rule("allow: [public], when: {labels_only: [pii]}"), "p.yaml:4:38", "policy.unsupported"},
      {in_rule("allow: [public], oblige: [redact(names)]"), "p.yaml:4:40", "policy.unknown_category"},
      {in_rule("allow: [public], oblige: [redact]"), "p.yaml:4:40", "policy.value"},
      {in_rule("allow: [public], oblige: [no_tools(pii)]"), "p.yaml:4:40", "policy.value"},
      {in_rule("allow: [public], oblige: [max_output(0)]"), "p.yaml:4:40", "policy.value"},
      {in_rule("allow: [public], oblige: [notify(a b)]"), "p.yaml:4:40", "policy.value"},
      {in_rule("allow: [public], oblige: [log_no_contnt]"), "p.yaml:4:40", "policy.unknown_obligation"},
      {in_rule("allow: [public], oblige: [retain(0d)]"), "p.yaml:4:40", "policy.value"},
      {in_rule("allow: [public], oblige: [retain(30)]"), "p.yaml:4:40", "policy.value"},
      {rule + "  - {id: R1, allow: [internal]}\n", "p.yaml:5:5", "policy.duplicate_rule"},
      {"rules:\n  - {id: 'R 1', allow: [public]}\n", "p.yaml:4:10", "policy.value"},
      {rule + "floors: [{when: {teams: [a]}}]\n", "p.yaml:5:10", "policy.missing_key"},
      {rule + "floors: [{when: {part: image}, class: restricted}]\n", "p.yaml:5:18", "policy.unknown_key"},
      {rule + "floors: [{when: {parts: [photo]}, class: restricted}]\n", "p.yaml:5:26", "policy.value"},
      {rule + "floors: [{unless: extracted, class: restricted}]\n", "p.yaml:5:10", "policy.value"},
      {rule + "declassify: [{id: L, from: internal, to: public, categories: [], by: [a]}]\n", "p.yaml:5:14",
       "policy.missing_key"},
      {rule + "declassify: [{id: L, from: internal, to: regulated, categories: [], by: [a], until: 2027-01-01}]\n",
       "p.yaml:5:14", "policy.value"},
      {rule + "declassify: [{id: L, from: confidential, to: public, categories: [health], by: [a], until: "
              "2027-01-01}]\n",
       "p.yaml:5:14", "policy.contradiction"},
      {rule + "assert: [{never: {class: public, unless: denied}}]\n", "p.yaml:5:42", "policy.value"},
      {rule + "floors: [{class: secret}]\n", "p.yaml:5:18", "policy.unknown_class"},
      {rule + "assert: [{class: public}]\n", "p.yaml:5:11", "policy.unknown_key"},
      {rule + "assert: [{never: {class: public}, always: {class: public}}]\n", "p.yaml:5:10", "policy.value"},
      {rule + "assert: [{never: {class: internal, some_zone: device}}]\n", "p.yaml:5:36", "policy.unknown_key"},
      {rule + "assert: [{always: {class: public, zone: device, some_zone: device}}]\n", "p.yaml:5:19",
       "policy.value"},
      {rule + "tests: [{class: public, zone: device}]\n", "p.yaml:5:9", "policy.missing_key"},
      {rule + "tests: [{class: public, want: allow}]\n", "p.yaml:5:9", "policy.missing_key"},
      {rule + "tests: [{class: public, zone: device, want: hold}]\n", "p.yaml:5:9", "policy.test_failed"},
      {rule + "tests: [{class: public, zone: device, want: deny}]\n", "p.yaml:5:9", "policy.test_failed"},
      {rule + "tests: [{class: public, deployment: d, want: deny}]\n", "p.yaml:5:9", "policy.test_failed"},
      {rule + "tests: [{class: public, zone: device, want: allow, oblige: [log_no_content]}]\n", "p.yaml:5:9",
       "policy.test_failed"},
      {rule + "assert: [{never: {class: public, zone: hosted}}]\n", "p.yaml:5:10", "policy.assertion_failed"},
      {rule + "assert: [{always: {class: internal, zone: device}}]\n", "p.yaml:5:10", "policy.assertion_failed"},
      {rule + "assert: [{always: {class: internal, some_zone: [device, hosted]}}]\n", "p.yaml:5:10",
       "policy.assertion_failed"},
      {"rules:\n  - {id: R1, allow: [internal]}\n", "p.yaml:4:5", "policy.not_monotone"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.rest);
    auto policy = Policy::parse(kHead + c.rest, "p.yaml");
    REQUIRE(!policy);
    CAPTURE(policy.error().to_string());
    CHECK(policy.error().where == c.where);
    CHECK(policy.error().code == c.code);
  }
  CHECK(Policy::parse("policy: v2\nrevision: r\nrules: []\n", "p.yaml").error().where == "p.yaml:1:9");
  CHECK(Policy::read("no/such/policy.yaml").error().code == "policy.unreadable");
}

TEST_CASE("A policy without rules is read and denies everything") {
  auto policy = load(kHead + "rules: []\n");
  auto d = place("d", config::Zone::Device, "local");
  CHECK(policy->decide(label(Class::Public), {}, {&d}).verdicts[0].reason == "no rule allows it");
  CHECK(policy->default_class() == Class::Internal);
}

TEST_CASE("A refuted assertion is shown as a test case that fails as it stands") {
  const std::string rules =
      "rules:\n  - {id: R1, allow: \"<=regulated\", zones: [device, private]}\n"
      "  - {id: R2, allow: \"<=confidential\", zones: [hosted], jurisdictions: [US], when: {teams: [lab]}}\n";
  auto refuted =
      Policy::parse(kHead + rules + "assert:\n  - never: {categories: [pii], zone: hosted}\n", "p.yaml");
  REQUIRE(!refuted);
  CHECK(refuted.error().to_string() ==
        "policy.assertion_failed: this never does not hold: it is allowed in - {class: confidential, categories: "
        "[pii], team: lab, zone: hosted, jurisdiction: US, want: deny} (at p.yaml:7:5); put that line under tests "
        "and "
        "change the rules until it passes, or drop the assertion");
  auto failed = Policy::parse(kHead + rules +
                                  "tests:\n  - {class: confidential, categories: [pii], team: lab, zone: hosted, "
                                  "jurisdiction: US, want: deny}\n",
                              "p.yaml");
  REQUIRE(!failed);
  CHECK(failed.error().code == "policy.test_failed");
  CHECK(failed.error().message ==
        "tests[0]: wanted deny, but it is allowed by R2 in zone hosted for confidential; pii");
}

TEST_CASE("A floor raises the label of those it names and shows in the provenance") {
  auto policy = load(kHead +
                     "floors:\n"
                     "  - {id: clinic, when: {teams: [clinic]}, categories: [health]}\n"
                     "  - {when: {routes: [hr]}, class: confidential}\n"
                     "rules:\n  - {id: R, allow: \"<=confidential\"}\n");
  auto d = place("d", config::Zone::Device, "local");
  CHECK(policy->decide(label(Class::Public), {"p", "sales", "chat"}, {&d}).label.cls == Class::Public);
  Decision clinic = policy->decide(label(Class::Public), {"p", "clinic", "chat"}, {&d});
  CHECK(clinic.label.to_string() == "regulated; health");
  REQUIRE(clinic.label.provenance.size() == 1);
  CHECK(clinic.label.provenance[0].source == "floor");
  CHECK(clinic.label.provenance[0].detail == "clinic");
  CHECK(clinic.allowed().empty());
  Decision hr = policy->decide(label(Class::Public), {"p", "sales", "hr"}, {&d});
  CHECK(hr.label.cls == Class::Confidential);
  CHECK(hr.label.provenance[0].detail == "floor 2");
}

TEST_CASE("Names that the configuration does not have are found") {
  config::Settings settings;
  settings.deployments.push_back(place("local-r1", config::Zone::Device, "local"));
  settings.routes.push_back({"chat", {"local-r1"}, ""});
  config::Key key;
  key.name = "web";
  key.team = "clinic";
  settings.keys.push_back(key);
  auto code = [&](const std::string& conditions) {
    auto policy = load(kHead + "rules:\n  - {id: R, allow: [public], " + conditions + "}\n");
    Status status = policy->check_names(settings);
    return status ? std::string() : status.error().code + " " + status.error().where + " " + status.error().hint;
  };
  CHECK(code("deployments: [local-r1], when: {teams: [clinic], principals: [web], routes: [chat]}") == "");
  CHECK(code("deployments: [local-r2]") == "policy.unknown_deployment p.yaml:4:5 did you mean \"local-r1\"?");
  CHECK(code("when: {teams: [clinc]}") == "policy.unknown_team p.yaml:4:5 did you mean \"clinic\"?");
  CHECK(code("when: {principals: [bob]}") == "policy.unknown_principal p.yaml:4:5 the configuration has web");
  CHECK(code("when: {routes: [sales]}") == "policy.unknown_route p.yaml:4:5 the configuration has chat");
}

TEST_CASE("An explanation names the finding, the rule, and why the other places are closed") {
  auto policy = load(kHead +
                     "floors:\n  - {id: clinic, when: {teams: [clinic]}, class: confidential}\n"
                     "rules:\n"
                     "  - {id: R1, allow: \"<=regulated\", zones: [device, private], oblige: [log_no_content]}\n"
                     "  - {id: R2, allow: [public], zones: [hosted]}\n"
                     "  - {id: D1, deny: {categories: [health]}, jurisdictions_not: [EU, local]}\n"
                     "  - {id: D2, deny: {class: \">=internal\"}, zones: [hosted], when: {teams: [sales]}}\n");
  sense::Label l;
  l.raise(Category::Health, {"finding", "clinical_words", Class::Regulated, Category::Health});
  auto engine = place("local-r1", config::Zone::Device, "local");
  auto cluster = place("cluster", config::Zone::Private, "US");
  auto hosted = place("ds", config::Zone::Hosted, "DE");
  Decision decision = policy->decide(l, {"ana", "clinic", "chat"}, {&hosted, &cluster, &engine});
  CHECK(decision.allowed() == std::vector<std::string>{"local-r1"});
  CHECK(
      explain(decision) ==
      "label regulated; health\n"
      "  finding    clinical_words -> health, at least regulated\n"
      "  floor      clinic -> at least confidential\n"
      "policy r1\n"
      "ds (hosted, DE): DENIED, no rule allows it\n"
      "  R1 (allow) does not apply: not for zone hosted\n"
      "  R2 (allow) does not apply: not for class regulated\n"
      "  D1 (deny)  does not apply: not in jurisdiction DE\n"
      "  D2 (deny)  does not apply: for other teams\n"
      "  to change that: R2 would allow a text of a lower label\n"
      "cluster (private, US): DENIED, denied by D1\n"
      "  R1 (allow) allows\n"
      "  R2 (allow) does not apply: not for class regulated\n"
      "  D1 (deny)  denies\n"
      "  D2 (deny)  does not apply: not for zone private\n"
      "  to change that: what D1 objects to would have to go from the text (regulated; health), or the policy be "
      "changed\n"
      "local-r1 (device, local): ALLOWED, allowed by R1\n"
      "  obligation log_no_content, asked for by R1\n"
      "  R1 (allow) allows\n"
      "  R2 (allow) does not apply: not for class regulated\n"
      "  D1 (deny)  does not apply: not in jurisdiction local\n"
      "  D2 (deny)  does not apply: not for zone device\n"
      "may go to local-r1\n");
}

TEST_CASE("A large policy is proved quickly, and one beyond proof is refused") {
  std::string yaml = kHead + "rules:\n  - {id: A, allow: \">=public\", zones: [device]}\n";
  for (int i = 0; i < 40; ++i) {
    std::string n = std::to_string(i);
    yaml += "  - {id: T" + n +
            ", allow: \"<=internal\", zones: [private, managed], jurisdictions: [EU, CH], when: {teams: [t" + n +
            "], categories_only: []}}\n";
    yaml += "  - {id: P" + n + ", deny: {class: \">=internal\"}, deployments: [d" + std::to_string(i % 5) +
            "], when: {principals: [p" + n + "]}}\n";
  }
  auto start = std::chrono::steady_clock::now();
  auto policy = Policy::parse(yaml, "p.yaml");
  auto took = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  MESSAGE("81 rules, 41 x 41 subjects: " << took << " ms");
  REQUIRE_MESSAGE(policy.has_value(), policy.error().to_string());
  for (int i = 0; i < 200; ++i) {
    std::string n = std::to_string(i);
    yaml += "  - {id: X" + n + ", deny: {class: restricted}, zones: [hosted], deployments: [x" + n +
            "], when: {teams: [x" + n + "]}}\n  - {id: Y" + n +
            ", deny: {class: restricted}, zones: [hosted], when: {principals: [y" + n + "]}}\n";
  }
  auto refused = Policy::parse(yaml, "p.yaml");
  REQUIRE(!refused);
  CHECK(refused.error().code == "policy.too_large");
}
