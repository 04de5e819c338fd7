#include "gateway/later.h"

#include <doctest/doctest.h>

#include "wire/protocol.h"

using namespace sluice;
using namespace sluice::gateway;

namespace {

ActivePolicy::Snapshot policy_of(const std::string& revision, const std::string& rules) {
  auto policy = policy::Policy::parse("policy: v1\nrevision: " + revision + "\n" + rules, "policy.yaml");
  REQUIRE_MESSAGE(policy, (policy ? "" : policy.error().message));
  return *policy;
}

// A request that was decided by one policy, for one hosted deployment.
struct Stage {
  Shared shared;
  chat::Request request;
  sense::Label judged;
  policy::Decision decision;
  std::unique_ptr<Obligations> obligations;
  std::unique_ptr<Later> later;

  Stage(const std::string& rules, const std::string& text) {
    config::Deployment d;
    d.name = "far";
    d.kind = config::Kind::OpenAi;
    d.dialect = "generic";
    d.zone = config::Zone::Hosted;
    d.jurisdiction = "DE";
    shared.settings.deployments.push_back(d);
    shared.judge = std::move(*sense::Judge::create());
    auto decoded = wire::decode(chat::Protocol::OpenAiChat, chat::Operation::Generate,
                                R"({"model":"chat","messages":[{"role":"user","content":")" + text + "\"}]}");
    REQUIRE(decoded);
    request = std::move(*decoded);
    shared.policy.set(policy_of("r1", rules));
    Bearer bearer{"req_1", "tenant", {}, shared.policy.current()};
    judged = shared.judge->judge(request, {}).label;
    decision = bearer.policy->decide(judged, bearer.subject, {&shared.settings.deployments[0]});
    obligations = Obligations::of(shared, decision, bearer);
    later = std::make_unique<Later>(shared, judged, decision, bearer, obligations.get());
  }
  // What is sent under the policies in force by now; or the code of the error.
  std::string sent() {
    Later::Hop hop;
    if (Status allowed = later->ask("far", hop); !allowed) return allowed.error().code;
    CHECK(!later->is_over(hop));
    if (!hop.obligations) return std::string(request.body->text());
    auto duty = hop.obligations->meet("far", request);
    if (!duty) return duty.error().code;
    return std::string(duty->request ? duty->request->body->text() : request.body->text());
  }
  void reload(const std::string& revision, const std::string& rules) {
    shared.policy.set(policy_of(revision, rules));
  }
};

const std::string kOpen = "rules:\n  - {id: open, allow: [public, internal, confidential], zones: [hosted]}\n";
const std::string kMasked =
    "rules:\n  - {id: open, allow: [public, internal], zones: [hosted]}\n"
    "  - {id: masked, allow: [confidential], zones: [hosted], oblige: [\"pseudonymise(pii)\"]}\n";
const std::string kMail = "ask jane.roe@corp.de";

bool has(const std::string& text, const char* part) { return text.find(part) != text.npos; }

}  // namespace

TEST_CASE("later: without another policy a hop is as it was decided") {
  Stage plain(kOpen, kMail);
  CHECK(has(plain.sent(), "jane.roe"));
  Stage masked(kMasked, kMail);
  CHECK(has(masked.sent(), "EMAIL_"));
  Later::Hop hop;
  CHECK(masked.later->ask("far", hop));
  CHECK(hop.obligations == masked.obligations.get());
  CHECK(hop.revision.empty());
}

TEST_CASE("later: what a policy in force by now denies or holds is not sent, and what it widens stays shut") {
  Stage stage(kOpen, kMail);
  Later::Hop before;
  REQUIRE(stage.later->ask("far", before));
  stage.reload("r2", "rules:\n  - {id: open, allow: [public], zones: [hosted]}\n");
  CHECK(stage.later->is_over(before));
  CHECK(stage.sent() == "policy.denied");
  Later::Hop hop;
  Status denied = stage.later->ask("far", hop);
  REQUIRE(!denied);
  CHECK(hop.revision == "r2");
  CHECK(has(denied.error().message, "policy r2"));
  CHECK(has(denied.error().message, "no rule allows it"));
  stage.reload("r3", "rules:\n  - {id: wait, hold: [public, internal, confidential], zones: [hosted]}\n");
  CHECK(stage.sent() == "policy.denied");
  stage.reload("r4", kOpen);
  CHECK(has(stage.sent(), "jane.roe"));
  // The first one's masking stays, whatever the later one allows.
  Stage masked(kMasked, kMail);
  masked.reload("r2", kOpen);
  CHECK(has(masked.sent(), "EMAIL_"));
}

TEST_CASE("later: the obligations of both policies are met, and what is masked is decided by both") {
  Stage stage(kOpen, kMail);
  CHECK(stage.obligations == nullptr);
  stage.reload("r2", kMasked);
  CHECK(has(stage.sent(), "EMAIL_"));
  stage.reload("r3",
               "rules:\n  - {id: open, allow: [public, internal, confidential], zones: [hosted], oblige: "
               "[max_output(7)]}\n");
  CHECK(has(stage.sent(), "\"max_tokens\":7"));
  Stage masked(kMasked, kMail);
  masked.reload("r2",
                "rules:\n  - {id: open, allow: [public, internal, confidential], zones: [hosted], oblige: "
                "[max_output(7)]}\n");
  CHECK(has(masked.sent(), "EMAIL_"));
  CHECK(has(masked.sent(), "\"max_tokens\":7"));
  // The later one's floor makes of what is left more than it lets out, though it lets out what was asked.
  masked.reload(
      "r3",
      "default_class: confidential\nrules:\n  - {id: open, allow: [public, internal, confidential], zones: "
      "[hosted]}\n  - {id: D, deny: {categories: [pii]}, zones: [hosted], unless: transformed}\n");
  CHECK(masked.sent() == "policy.denied");
}

TEST_CASE("later: a higher default class of the later policy counts") {
  Stage stage("default_class: public\nrules:\n  - {id: open, allow: [public], zones: [hosted]}\n", "hello");
  CHECK(has(stage.sent(), "hello"));
  stage.reload("r2", "default_class: internal\nrules:\n  - {id: open, allow: [public], zones: [hosted]}\n");
  CHECK(stage.sent() == "policy.denied");
}
