#include "gateway/holding.h"

#include <doctest/doctest.h>

#include "json/doc.h"

using namespace sluice;
using namespace sluice::gateway;

namespace {

policy::Verdict verdict(std::string deployment, policy::State state) {
  policy::Verdict v;
  v.deployment = std::move(deployment);
  v.allowed = state == policy::State::Allowed;
  if (state == policy::State::Held) v.hold = policy::Hold{"H1", {"dpo"}, 3600, 2};
  v.reason = std::string("it is ") + policy::state_name(state);
  return v;
}

policy::Decision decision() {
  policy::Decision d;
  d.verdicts = {verdict("near", policy::State::Held), verdict("no", policy::State::Denied),
                verdict("far", policy::State::Held)};
  return d;
}

approval::Presented approved(std::vector<std::string> deployments) {
  approval::Presented p;
  p.ticket.id = "tkt_1";
  p.admitted = true;
  auto decided = [&](std::string person, std::vector<std::string> names, bool approves) {
    approval::Decision d;
    d.by.person = std::move(person);
    d.ruling = {approves, "why", std::move(names)};
    p.ticket.decisions.push_back(std::move(d));
  };
  decided("dana", {"near", "far"}, true);
  decided("erik", {"near"}, true);
  decided("erik", {"near"}, true);
  p.deployments = std::move(deployments);
  return p;
}

}  // namespace

TEST_CASE("holding: only held deployments wait for approval, with their own terms and in the route's order") {
  auto places = places_of(decision());
  REQUIRE(places.size() == 2);
  CHECK(places[0].deployment == "near");
  CHECK(places[1].deployment == "far");
  CHECK(places[1].rule == "H1");
  CHECK(places[1].approvers == std::vector<std::string>{"dpo"});
  CHECK(places[1].ttl_s == 3600);
  CHECK(places[1].quorum == 2);
}

TEST_CASE("holding: an approval opens what it names, and neither a denied deployment nor another held one") {
  policy::Decision d = decision();
  admit_approved(d, approved({"far", "no"}));
  CHECK(d.allowed() == std::vector<std::string>{"far"});
  CHECK(d.verdicts[2].reason == "it is held, approved by dana (tkt_1)");
  CHECK(approvers_of(approved({"near"})) == std::vector<std::string>{"dana", "erik"});
}

TEST_CASE("holding: who waits is told on whom, and if it is in vain") {
  config::Settings settings;
  auto key = [&](std::string name, std::string person, std::vector<std::string> roles) {
    config::Key k;
    k.name = std::move(name);
    k.tenant = "acme";
    k.person = std::move(person);
    k.roles = std::move(roles);
    settings.keys.push_back(std::move(k));
  };
  approval::Ticket ticket;
  ticket.id = "tkt_1";
  ticket.asked.by = {"web", "ann", "acme", "", {}};
  ticket.asked.places = places_of(decision());
  auto in_vain = [&] { return held(ticket, settings).hint.starts_with("nobody here can approve it"); };
  CHECK(in_vain());
  key("ann-phone", "ann", {"dpo"});  // who asked
  key("dana", "dana", {"dpo"});
  key("dana-phone", "dana", {"dpo"});
  CHECK(in_vain());  // two are needed, and this is one
  key("erik", "erik", {"dpo"});
  CHECK_FALSE(in_vain());
  Error error = held(ticket, settings);
  CHECK(error.code == "policy.held");
  CHECK(error.message.find("ticket tkt_1") != std::string::npos);
  CHECK(error.message.find("near: held by H1, 0 of 2 approvals by dpo") != std::string::npos);
}

TEST_CASE("holding: a policy's hold is counted for each key as its tickets are") {
  config::Settings settings;
  auto key = [&](std::string name, std::string person, std::vector<std::string> roles,
                 std::string tenant = "acme") {
    config::Key k;
    k.name = std::move(name);
    k.tenant = std::move(tenant);
    k.person = std::move(person);
    k.roles = std::move(roles);
    settings.keys.push_back(std::move(k));
  };
  policy::Hold hold;
  hold.approvers = {"dpo"};
  CHECK_FALSE(can_be_approved(hold, "local", settings));  // no keys
  key("web", "web", {});
  key("a1", "ann", {"dpo"});
  key("a2", "ann", {"dpo"});
  CHECK(can_be_approved(hold, "web", settings));
  CHECK_FALSE(can_be_approved(hold, "a1", settings));  // the other one is hers as well
  hold.quorum = 2;
  CHECK_FALSE(can_be_approved(hold, "web", settings));
  key("far", "erik", {"dpo"}, "other");
  CHECK_FALSE(can_be_approved(hold, "web", settings));
  key("erik", "erik", {"dpo"});
  CHECK(can_be_approved(hold, "web", settings));
  hold.quorum = 1;
  hold.approvers = {};  // whoever administers this Sluice
  CHECK_FALSE(can_be_approved(hold, "web", settings));
  key("root", "root", {"admin"});
  CHECK(can_be_approved(hold, "web", settings));
  CHECK_FALSE(can_be_approved(hold, "root", settings));
}

TEST_CASE("holding: an approver sees at most 200 findings, and how many more there are") {
  std::vector<sense::Finding> findings(203);
  for (sense::Finding& f : findings)
    f = {"iban", "IBAN", sense::Category::Financial, 1.0, "$.messages[0].content", 3, 25};
  auto doc = json::Doc::parse(findings_json(findings));
  REQUIRE(doc);
  CHECK((*doc)->root().size() == 201);
  CHECK((*doc)->root().at(0)["category"].string() == "financial");
  CHECK((*doc)->root().at(200)["more"].integer() == 3);
}
