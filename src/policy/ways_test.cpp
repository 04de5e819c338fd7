// What a verdict says beyond yes and no: holds, transformations and the second judgement, declassifications,
// shadows.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include "base/test_folder.h"
#include "policy/policy.h"

using namespace sluice;
using namespace sluice::policy;
using sense::Category;
using sense::Class;

namespace {

const std::string kHead = "policy: v1\nrevision: r1\ndefault_class: internal\n";

std::shared_ptr<const Policy> load(const std::string& rest) {
  auto policy = Policy::parse(kHead + rest, "p.yaml");
  REQUIRE_MESSAGE(policy.has_value(), policy.error().to_string());
  return *policy;
}

config::Deployment place(config::Zone zone) {
  config::Deployment d;
  d.name = "d";
  d.zone = zone;
  d.jurisdiction = zone == config::Zone::Device ? "local" : "US";
  return d;
}
const config::Deployment kHosted = place(config::Zone::Hosted), kHere = place(config::Zone::Device);

sense::Label found(std::initializer_list<Category> categories, Class cls = Class::Internal) {
  sense::Label label;
  label.raise(cls, {"default", "", cls, {}});
  for (Category c : categories) label.raise(c, {"finding", "detector", cls, c});
  return label;
}

const std::string kBridge =
    "rules:\n"
    "  - {id: open, allow: \"<=internal\", zones: [hosted], oblige: [log_no_content]}\n"
    "  - {id: tokens, allow: [confidential], zones: [hosted], oblige: [pseudonymise(pii), max_output(500)]}\n"
    "  - {id: home, allow: \">=public\", zones: [device]}\n"
    "  - {id: plain, deny: {categories: [pii]}, zones: [hosted], unless: transformed}\n";

}  // namespace

TEST_CASE("A bridge names its transformation, and what is left decides") {
  auto policy = load(kBridge);
  Decision d = policy->decide(found({Category::Pii}), {}, {&kHosted, &kHere});
  const Verdict& v = d.verdicts[0];
  REQUIRE(v.allowed);
  CHECK(v.pseudonymise == sense::CategorySet{Category::Pii});
  CHECK(v.redact.empty());
  CHECK(v.transforms());
  CHECK(v.reason == "allowed by open through tokens: without pii it is internal");
  CHECK(v.least(Obligation::MaxOutput) == 500);
  CHECK(v.obliges(Obligation::LogNoContent));
  CHECK(!d.verdicts[1].transforms());

  Verdict again = policy->decide_again(d, v, found({}), {}, kHosted);
  CHECK(again.allowed);
  CHECK(!again.transforms());
  CHECK(again.obliges(Obligation::MaxOutput));
  CHECK(again.obliges(Obligation::LogNoContent));
}

TEST_CASE("A transformation that leaves something behind sends nothing") {
  auto policy = load(kBridge);
  Decision d = policy->decide(found({Category::Pii}), {}, {&kHosted});
  CHECK(!policy->decide_again(d, d.verdicts[0], found({Category::Pii}), {}, kHosted).allowed);
  CHECK(!policy->decide_again(d, d.verdicts[0], found({Category::SourceCode}), {}, kHosted).allowed);
  CHECK(!policy->decide_again(d, d.verdicts[0], found({}, Class::Regulated), {}, kHosted).allowed);
}

TEST_CASE("Only what is transformed may be missing from the second judgement") {
  auto policy = load(kBridge);
  // Source code was found as well: no rule lets it out, whatever the second judgement overlooks.
  Decision both = policy->decide(found({Category::Pii, Category::SourceCode}), {}, {&kHosted});
  CHECK(both.verdicts[0].reason ==
        "tokens needs more: without pii it is confidential; source_code, no rule allows it");
  Verdict forged = both.verdicts[0];
  forged.allowed = true;
  forged.pseudonymise = {Category::Pii};
  CHECK(!policy->decide_again(both, forged, found({}), {}, kHosted).allowed);
}

TEST_CASE("What a floor, a key or a header declared does not go with a transformation") {
  auto policy = load(kBridge + "floors:\n  - {id: desk, when: {teams: [desk]}, categories: [pii]}\n");
  Subject desk;
  desk.team = "desk";
  Decision floor = policy->decide(found({Category::Pii}), desk, {&kHosted});
  CHECK(!floor.verdicts[0].allowed);
  sense::Label declared = found({});
  declared.raise(Category::Pii, {"header", "x-sluice-class", Class::Confidential, Category::Pii});
  CHECK(!policy->decide(declared, {}, {&kHosted}).verdicts[0].allowed);
  sense::Label unread = found({Category::Pii});
  unread.raise(Class::Restricted, {"unreadable", "image", Class::Restricted, {}});
  CHECK(!policy->decide(unread, {}, {&kHosted}).verdicts[0].allowed);
}

TEST_CASE("A floor for a category goes where the category goes") {
  auto policy = load(
      "floors:\n  - {id: patients, when: {categories: [pii]}, class: regulated}\n"
      "rules:\n  - {id: open, allow: \"<=internal\", zones: [hosted]}\n"
      "  - {id: out, allow: [regulated], zones: [hosted], oblige: [redact(pii)]}\n");
  Decision d = policy->decide(found({Category::Pii}), {}, {&kHosted});
  CHECK(d.label.cls == Class::Regulated);
  REQUIRE(d.verdicts[0].allowed);
  CHECK(d.verdicts[0].redact == sense::CategorySet{Category::Pii});
  CHECK(policy->decide_again(d, d.verdicts[0], found({}), {}, kHosted).allowed);
}

TEST_CASE("Deny outranks hold, hold outranks allow, and the terms of several holds all count") {
  auto policy = load(
      "rules:\n"
      "  - {id: A, allow: \">=public\", oblige: [no_store]}\n"
      "  - {id: H1, hold: \">=regulated\", approvers: [dpo, security], ttl: 4h, quorum: 1}\n"
      "  - {id: H2, hold: [restricted], approvers: [security, board], ttl: 2h, quorum: 2}\n"
      "  - {id: D, deny: {categories: [credentials]}, zones: [hosted]}\n");
  CHECK(policy->decide(found({}), {}, {&kHosted}).verdicts[0].state() == State::Allowed);
  Verdict one = policy->decide(found({Category::Health}), {}, {&kHosted}).verdicts[0];
  REQUIRE(one.state() == State::Held);
  CHECK(!one.allowed);
  CHECK(one.reason == "held by H1");
  CHECK(one.hold->ttl_s == 4 * 3600);
  CHECK(one.obliges(Obligation::NoStore));
  Decision d = policy->decide(found({Category::Restricted}), {}, {&kHosted, &kHere});
  const Hold& both = *d.verdicts[0].hold;
  CHECK(both.rule == "H1, H2");
  CHECK(both.approvers == std::vector<std::string>{"security"});
  CHECK(both.quorum == 2);
  CHECK(both.ttl_s == 2 * 3600);
  CHECK(d.allowed().empty());
  CHECK(d.held().size() == 2);
  CHECK(policy->decide(found({Category::Credentials}), {}, {&kHosted}).verdicts[0].reason == "denied by D");
}

TEST_CASE("Holds that accept nobody in common deny") {
  auto policy = load(
      "rules:\n  - {id: H1, hold: [public, internal], approvers: [dpo]}\n"
      "  - {id: H2, hold: [public, internal], approvers: [board]}\n");
  Verdict v = policy->decide(found({}), {}, {&kHosted}).verdicts[0];
  CHECK(v.state() == State::Denied);
  CHECK(v.reason == "held by H1, H2, which accept no approver in common");
}

TEST_CASE("A declassification lowers for whom, where, until when and with a reason") {
  auto policy = load(
      "rules:\n  - {id: A, allow: \"<=internal\", zones: [hosted]}\n"
      "declassify:\n  - {id: L1, from: confidential, to: internal, categories: [source_code], by: [legal], scope: "
      "{routes: [open]}, until: 2026-12-31}\n");
  Subject s;
  s.team = "legal";
  s.route = "open";
  s.time = parse_utc("2026-12-31T23:59:59Z").value();
  s.claim = Claim{"L1", "published on Tuesday"};
  auto ask = [&](const Subject& subject, std::initializer_list<Category> categories = {Category::SourceCode}) {
    return policy->decide(found(categories), subject, {&kHosted});
  };
  Decision d = ask(s);
  REQUIRE(d.declassified);
  CHECK(d.declassified->applied);
  CHECK(d.declassified->before.to_string() == "confidential; source_code");
  CHECK(d.label.to_string() == "internal");
  CHECK(d.verdicts[0].allowed);

  auto refused = [&](auto change) {
    Subject other = s;
    change(other);
    Decision answer = ask(other);
    CHECK(!answer.verdicts[0].allowed);
    return answer.declassified ? answer.declassified->why_not : "no claim";
  };
  CHECK(refused([](Subject& x) { x.team = "sales"; }) == "not for this principal");
  CHECK(refused([](Subject& x) { x.route = "chat"; }) == "not for these routes");
  CHECK(refused([](Subject& x) { x.time = parse_utc("2027-01-01").value(); }) == "ended after 2026-12-31");
  CHECK(refused([](Subject& x) { x.time.reset(); }) == "the time is not known");
  CHECK(refused([](Subject& x) { x.claim->reason = ""; }) == "no reason is given");
  CHECK(refused([](Subject& x) { x.claim->id = "L2"; }) == "the policy has no declassification of this name");
  CHECK(refused([](Subject& x) { x.claim.reset(); }) == "no claim");
  // Other categories, and higher classes, stay.
  CHECK(!ask(s, {Category::SourceCode, Category::Pii}).verdicts[0].allowed);
  CHECK(ask(s, {Category::Health}).declassified->why_not ==
        "it is for texts up to class confidential, and this one is regulated; health");
  Subject role = s;
  role.team = "";
  role.roles = {"legal"};
  CHECK(ask(role).verdicts[0].allowed);
}

TEST_CASE(
    "Dated entries end by themselves; without the time nothing dated permits, and everything dated forbids") {
  auto policy = load(
      "floors:\n  - {id: F, when: {teams: [a]}, class: regulated, until: 2026-06-30}\n"
      "rules:\n  - {id: A, allow: \"<=internal\", zones: [device], until: 2026-06-30}\n"
      "  - {id: B, allow: \"<=internal\", zones: [hosted]}\n"
      "  - {id: D, deny: {class: \">=public\"}, zones: [hosted], until: 2026-03-31}\n");
  auto state = [&](const config::Deployment& d, const char* time, const char* team = "") {
    Subject s;
    s.team = team;
    if (*time) s.time = parse_utc(time).value();
    return policy->decide(found({}), s, {&d}).verdicts[0].allowed;
  };
  CHECK(state(kHere, "2026-06-30"));
  CHECK(!state(kHere, "2026-07-01"));
  CHECK(!state(kHere, ""));
  CHECK(!state(kHosted, "2026-03-31"));
  CHECK(state(kHosted, "2026-04-01"));
  CHECK(!state(kHosted, ""));
  CHECK(!state(kHosted, "2026-06-30", "a"));
  CHECK(state(kHosted, "2026-07-01", "a"));
}

TEST_CASE("A shadow is evaluated beside the policy and changes nothing") {
  const TestFolder folder;
  folder.write("now.yaml", kHead + "shadow: next.yaml\nrules:\n  - {id: A, allow: \"<=internal\"}\n");
  folder.write("next.yaml", "policy: v1\nrevision: r2\nrules:\n  - {id: H, hold: \"<=internal\"}\n");
  auto policy = Policy::read(folder / "now.yaml");
  REQUIRE_MESSAGE(policy.has_value(), policy.error().to_string());
  REQUIRE((*policy)->shadow());
  Decision d = (*policy)->decide(found({}), {}, {&kHosted});
  CHECK(d.verdicts[0].allowed);
  CHECK(d.shadow_revision == "r2");
  REQUIRE(d.shadow.size() == 1);
  CHECK(d.shadow[0].state == State::Held);
  CHECK(explain(d).find("the shadow revision r2 would have d held: held by H\n") != std::string::npos);
  std::filesystem::remove(folder / "next.yaml");
  CHECK((*Policy::read(folder / "now.yaml").error().code.c_str()) == 'p');
}

TEST_CASE("A wish to stay at home closes what a rule says, and opens nothing") {
  auto policy =
      load("rules:\n  - {id: A, allow: \"<=internal\"}\n  - {id: W, deny: {wish: local_only}, zones: [hosted]}\n");
  sense::Label label = found({});
  CHECK(policy->decide(label, {}, {&kHosted}).verdicts[0].allowed);
  label.local_only = true;
  CHECK(policy->decide(label, {}, {&kHosted}).verdicts[0].reason == "denied by W");
  CHECK(policy->decide(label, {}, {&kHere}).verdicts[0].allowed);
}

TEST_CASE("A floor for a kind of part holds unless every such part was read as text") {
  auto policy = load(
      "floors:\n  - {id: pictures, when: {parts: [image, audio]}, unless: extracted, class: restricted}\n"
      "rules:\n  - {id: A, allow: \"<=internal\"}\n");
  auto allowed = [&](unsigned parts, unsigned extracted) {
    Subject s;
    s.parts = std::uint8_t(parts);
    s.extracted = std::uint8_t(extracted);
    return policy->decide(found({}), s, {&kHosted}).verdicts[0].allowed;
  };
  const unsigned image = part_bit(PartKind::Image), audio = part_bit(PartKind::Audio),
                 file = part_bit(PartKind::File);
  CHECK(allowed(0, 0));
  CHECK(allowed(file, 0));
  CHECK(!allowed(image, 0));
  CHECK(allowed(image, image));
  CHECK(!allowed(image | audio, image));
}

TEST_CASE("A topic that was found stays through a transformation of its category") {
  auto policy = load(
      "rules:\n  - {id: open, allow: \"<=internal\", zones: [hosted]}\n"
      "  - {id: out, allow: [regulated], zones: [hosted], oblige: [redact(health)]}\n"
      "  - {id: no, deny: {categories: [health]}, zones: [hosted], unless: transformed}\n");
  auto with = [](const char* detector) {
    sense::Label label = found({});
    label.raise(Category::Health, {"finding", detector, Class::Regulated, Category::Health});
    return label;
  };
  CHECK(policy->decide(with("medical_id"), {}, {&kHosted}).verdicts[0].allowed);
  Verdict topic = policy->decide(with("health"), {}, {&kHosted}).verdicts[0];
  CHECK(!topic.allowed);
  CHECK(topic.reason == "denied by no");
  sense::Label both = with("medical_id");
  both.join(with("health"));
  CHECK(!policy->decide(both, {}, {&kHosted}).verdicts[0].allowed);
  auto bare = load(
      "rules:\n  - {id: open, allow: \"<=internal\", zones: [hosted]}\n"
      "  - {id: out, allow: [regulated], zones: [hosted], oblige: [redact(health)]}\n");
  CHECK(
      bare->decide(with("health"), {}, {&kHosted}).verdicts[0].reason ==
      "out needs more: it is regulated; health (what was found of health has no place and can't be replaced), no "
      "rule allows it");
}
