#include "gateway/obligations.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <future>

#include "gateway/fulfil.h"
#include "gateway/subject.h"
#include "wire/protocol.h"

using namespace sluice;
using namespace sluice::gateway;

namespace {

// Two hosted deployments of one route, under a policy whose rules are given.
struct Stage {
  Shared shared;
  policy::Decision decision;
  chat::Request request;
  std::unique_ptr<Obligations> obligations;

  Stage(const std::string& rules, const std::string& body) {
    for (const char* name : {"near", "far"}) {
      config::Deployment d;
      d.name = name;
      d.kind = config::Kind::OpenAi;
      d.dialect = "generic";
      d.zone = std::string(name) == "near" ? config::Zone::Private : config::Zone::Hosted;
      d.jurisdiction = "DE";
      shared.settings.deployments.push_back(d);
    }
    auto policy = policy::Policy::parse("policy: v1\nrevision: t\nrules:\n" + rules, "policy.yaml");
    REQUIRE_MESSAGE(policy, (policy ? "" : policy.error().message));
    shared.judge = std::move(*sense::Judge::create());
    auto decoded = wire::decode(chat::Protocol::OpenAiChat, chat::Operation::Generate, body);
    REQUIRE_MESSAGE(decoded, (decoded ? "" : decoded.error().message));
    request = std::move(*decoded);
    std::vector<const config::Deployment*> candidates;
    for (const config::Deployment& d : shared.settings.deployments) candidates.push_back(&d);
    Bearer bearer{"req_1", "tenant", {}, *policy};
    bearer.subject.route = "chat";
    decision = (*policy)->decide(shared.judge->judge(request, {}).label, bearer.subject, candidates);
    obligations = Obligations::of(shared, decision, bearer);
  }
  std::string code(const std::string& deployment) {
    auto duty = obligations->meet(deployment, request);
    return duty ? "met" : duty.error().code;
  }
};

std::string saying(const std::string& text) {
  return R"({"model":"chat","messages":[{"role":"user","content":")" + text + "\"}]}";
}

const std::string kOpen = "  - {id: open, allow: [public, internal], zones: [private, hosted]}\n";
const std::string kNear = "  - {id: near, allow: [confidential, regulated, restricted], zones: [private]}\n";
const std::string kMasked =
    "  - {id: masked, allow: [confidential, regulated, restricted], zones: [hosted], oblige: "
    "[\"pseudonymise(pii)\"]}\n";

}  // namespace

TEST_CASE("where no verdict obliges anything of an attempt, there are no obligations") {
  Stage stage(kOpen, saying("hello"));
  CHECK(stage.obligations == nullptr);
}

TEST_CASE("each deployment gets the text by its own verdict") {
  Stage stage(kOpen + kNear + kMasked, saying("ask jane.roe@corp.de"));
  REQUIRE(stage.obligations);
  auto near = stage.obligations->meet("near", stage.request);
  REQUIRE(near);
  CHECK(near->request == nullptr);
  CHECK(near->vault == nullptr);
  auto far = stage.obligations->meet("far", stage.request);
  REQUIRE(far);
  REQUIRE(far->request);
  CHECK(far->request->body->text().find("jane") == std::string_view::npos);
  CHECK(far->request->messages[0].text().starts_with("ask EMAIL_"));
  REQUIRE(far->vault);
  CHECK(far->vault->tokens().front().value == "jane.roe@corp.de");
  auto again = stage.obligations->meet("far", stage.request);
  REQUIRE(again);
  CHECK(again->request == far->request);
}

TEST_CASE("a masked value where nothing can take its place is an obligation that can't be met") {
  for (const char* field : {"seed", "max_tokens", "n"}) {
    CAPTURE(field);
    const std::string body = R"({"model":"chat","messages":[{"role":"user","content":"hi"}],")" +
                             std::string(field) + R"(":4539148803436467})";
    auto decoded = wire::decode(chat::Protocol::OpenAiChat, chat::Operation::Generate, body);
    if (!decoded) continue;  // out of its range anyway
    Stage stage(kOpen + kNear +
                    "  - {id: masked, allow: [confidential, regulated], zones: [hosted], oblige: "
                    "[\"pseudonymise(financial)\"]}\n",
                body);
    REQUIRE(stage.obligations);
    CHECK(stage.code("near") == "met");
    auto far = stage.obligations->meet("far", stage.request);
    REQUIRE_FALSE(far);
    CHECK(far.error().code == "policy.obligation");
    CHECK(far.error().where == "$." + std::string(field));
  }
}

TEST_CASE("a claim that does not apply changes nothing about what is masked") {
  Stage stage(kOpen + kNear + kMasked, saying("ask jane.roe@corp.de"));
  policy::Declassified claim;
  claim.id = "nope";
  claim.why_not = "the policy has no declassification of this name";
  stage.decision.declassified = claim;
  note_claim(stage.decision);
  CHECK(stage.code("far") == "met");
}

TEST_CASE("what is left after masking is decided again, and may not go") {
  Stage stage(kOpen + kNear + kMasked, saying("ask jane.roe@corp.de, card 4556 7375 8689 9855"));
  CHECK(stage.obligations == nullptr);  // the best result could not go: the decision says so before
  Stage odd(kOpen + kNear + kMasked, saying("ask jane.roe@corp.de"));
  // More is in the request than the judgement knew of when it was decided.
  auto body = wire::decode(chat::Protocol::OpenAiChat, chat::Operation::Generate,
                           saying("ask jane.roe@corp.de, card 4556 7375 8689 9855"));
  odd.request = std::move(*body);
  CHECK(odd.code("near") == "met");
  CHECK(odd.code("far") == "policy.obligation");
}

TEST_CASE(
    "a request of hundreds of values is masked whole, and one with more than sense lists is judged to its end") {
  std::string text;
  for (int i = 0; i < 2500; ++i) text += "user" + std::to_string(i) + "@corp" + std::to_string(i) + ".de, ";
  Stage stage(kOpen + kNear + kMasked, saying(text));
  auto far = stage.obligations->meet("far", stage.request);
  REQUIRE_MESSAGE(far, (far ? "" : far.error().message));
  CHECK(far->vault->tokens().size() == 2500);
  CHECK(far->request->body->text().find('@') == std::string_view::npos);
}

namespace {

std::string long_text() {
  std::string text = "ask jane.roe@corp.de. ";
  while (text.size() < kLongBody) text += "The mill stands by the river and turns when it rains. ";
  return text;
}

net::Task<void> prepare(net::Loop& loop, Stage& stage, int& ended) {
  co_await stage.obligations->prepare(loop, "far", stage.request);
  ++ended;
}

}  // namespace

TEST_CASE("a long text is masked on another thread, once for all that ask, while the loop goes on") {
  Stage stage(kOpen + kNear + kMasked, saying(long_text()));
  stage.shared.judging = std::make_unique<Judging>(1);
  net::Loop loop;
  std::promise<void> free;
  std::shared_future<void> freed = free.get_future().share();
  const Judging::Work block = [freed](const std::atomic<bool>&) { freed.wait(); };
  loop.spawn([](Stage& s, net::Loop& l, const Judging::Work& work) -> net::Task<void> {
    co_await s.shared.judging->run(l, work);
  }(stage, loop, block));
  int ended = 0;
  for (int i = 0; i < 3; ++i) loop.spawn(prepare(loop, stage, ended));
  loop.spawn([](net::Loop& l, int& already, std::promise<void>& done) -> net::Task<void> {
    co_await l.sleep(std::chrono::milliseconds(20));
    CHECK(already == 0);  // the thread is taken: on the loop it would have been done
    done.set_value();
    while (already < 3) co_await l.sleep(std::chrono::milliseconds(5));
    l.stop();
  }(loop, ended, free));
  loop.run();
  auto far = stage.obligations->meet("far", stage.request);
  REQUIRE_MESSAGE(far, (far ? "" : far.error().message));
  CHECK(far->request->messages[0].text().starts_with("ask EMAIL_"));
  CHECK(far->request->body->text().find("jane") == std::string_view::npos);
}

TEST_CASE("who leaves while a text is masked lets the next one mask it") {
  Stage stage(kOpen + kNear + kMasked, saying(long_text()));
  stage.shared.judging = std::make_unique<Judging>(1);
  int ended = 0;
  {
    net::Loop loop;  // is gone before it has run: with it whoever masks, and whoever waits for that
    loop.spawn(prepare(loop, stage, ended));
    loop.spawn(prepare(loop, stage, ended));
    loop.post([&] { loop.stop(); });
    loop.run();
  }
  net::Loop loop;
  loop.spawn(prepare(loop, stage, ended));
  loop.spawn([](net::Loop& l, int& already) -> net::Task<void> {
    const int before = already;
    while (already == before) co_await l.sleep(std::chrono::milliseconds(5));
    l.stop();
  }(loop, ended));
  loop.run();
  CHECK(stage.code("far") == "met");
}

TEST_CASE("an obligation that a deployment can't keep is a denial there") {
  using policy::Obligation;
  config::Deployment plain, searching;
  plain.kind = searching.kind = config::Kind::OpenAi;
  plain.name = "plain";
  searching.name = "searching";
  plain.model = "openai/gpt-5";
  searching.model = "openai/gpt-5:online";
  for (Obligation kind :
       {Obligation::RetainDays, Obligation::Pseudonymise, Obligation::OutputScan, Obligation::NoStore})
    CHECK(can_fulfil(kind, searching));
  for (Obligation kind : {Obligation::NoTools, Obligation::NoServerTools}) {
    CHECK(can_fulfil(kind, plain));
    CHECK_FALSE(can_fulfil(kind, searching));
    config::Settings settings;
    settings.deployments = {plain, searching};
    policy::Decision decision;
    for (const char* name : {"plain", "searching"}) {
      policy::Verdict verdict;
      verdict.deployment = name;
      verdict.allowed = true;
      policy::ObligationUse use;
      use.kind = kind;
      use.rule = "R1";
      verdict.obligations.push_back(use);
      decision.verdicts.push_back(verdict);
    }
    deny_what_cannot_be_obliged(decision, settings);
    CHECK(decision.allowed() == std::vector<std::string>{"plain"});
    CHECK(decision.verdicts[1].reason.find("searches") != std::string::npos);
  }
}
