// What people decide on held requests, as entries of the chain.
#include <doctest/doctest.h>

#include <future>

#include "base/log.h"
#include "base/test_folder.h"
#include "json/doc.h"
#include "ledger/book.h"
#include "ledger/entry.h"
#include "ledger/example.h"
#include "ledger/print.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

Act example_act(std::string ticket) {
  Act a;
  a.time = {1'700'000'000'000'000};
  a.action = "approved";
  a.ticket = std::move(ticket);
  a.principal = "dana-phone";
  a.person = "dana";
  a.tenant = "acme";
  a.reason = "agreed: \"legal\" has seen it";
  a.content_hash = "ab12";
  a.revision = "2026-11-01";
  a.deployments = {"near", "far"};
  return a;
}

Status write_and_wait(Ledger& ledger, Act act) {
  auto answer = std::make_shared<std::promise<Status>>();
  auto future = answer->get_future();
  ledger.write_act(std::move(act), [answer](Status status) { answer->set_value(std::move(status)); });
  return future.get();
}

struct Fixture {
  TestFolder directory;

  Fixture() {
    log::set_level(log::Level::Off);
    auto ledger = Ledger::open(directory.path(), system_clock());
    REQUIRE(ledger);
    REQUIRE(open_and_wait(**ledger, example_opening("req_1")));
    REQUIRE(write_and_wait(**ledger, example_act("tkt_1")));
    REQUIRE(write_and_wait(**ledger, example_act("tkt_2")));
    REQUIRE(close_and_wait(**ledger, example_closing("req_1")));
  }
  std::string verdict() {
    auto entries = (*Ledger::open_read_only(directory.path()))->verify();
    return entries ? std::to_string(*entries) + " entries" : entries.error().code + ": " + entries.error().message;
  }
  void change(const std::string& sql) {
    auto database = store::Database::open(book_options(directory.path(), store::Mode::ReadWrite));
    REQUIRE(database);
    REQUIRE(database->execute("PRAGMA foreign_keys=OFF; " + sql));
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "Acts stand in the chain between records, and are found by their ticket, newest first") {
  CHECK(verdict() == "4 entries");
  auto ledger = Ledger::open_read_only(directory.path());
  auto all = (*ledger)->acts({});
  REQUIRE(all);
  REQUIRE(all->size() == 2);
  CHECK(all->front().ticket == "tkt_2");
  auto one = (*ledger)->acts({.ticket = "tkt_1"});
  REQUIRE(one);
  REQUIRE(one->size() == 1);
  const Act& act = one->front();
  CHECK(act_json(act) == act_json(example_act("tkt_1")));
  CHECK(act.deployments == std::vector<std::string>{"near", "far"});
  CHECK((*ledger)->list({})->size() == 1);  // they are no records
}

TEST_CASE_FIXTURE(Fixture, "A changed, removed or hidden act is found") {
  auto check = [&](const char* sql, const char* expected) {
    change(sql);
    CHECK_MESSAGE(verdict() == expected, sql);
  };
  SUBCASE("the reason") {
    check("UPDATE entry SET body = replace(body, 'agreed', 'ordered') WHERE seq = 2",
          "ledger.chain_broken: entry 2 does not follow from the one before it");
  }
  SUBCASE("who") {
    check("UPDATE entry SET body = replace(body, 'dana', 'erik') WHERE seq = 3",
          "ledger.chain_broken: entry 3 does not follow from the one before it");
  }
  SUBCASE("the entry") {
    check("DELETE FROM act WHERE seq = 2; DELETE FROM entry WHERE seq = 2",
          "ledger.chain_broken: entry 2 is missing");
  }
  SUBCASE("its place in the index") {
    check("UPDATE act SET ticket = 'tkt_9' WHERE seq = 2",
          "ledger.chain_broken: entry 2 and the record that points to it disagree");
  }
  SUBCASE("an index row without an entry") {
    check("INSERT INTO act VALUES (77, 'tkt_9', 0)",
          "ledger.chain_broken: entry 5 is missing: there are records without entries");
  }
}

TEST_CASE_FIXTURE(Fixture, "Which policy is in force is an act without a ticket") {
  Act policy = example_act("");
  policy.action = kPolicyInForce;
  policy.deployments.clear();
  {
    auto ledger = Ledger::open(directory.path(), system_clock());
    REQUIRE(ledger);
    REQUIRE(write_and_wait(**ledger, policy));
  }
  CHECK(verdict() == "5 entries");
  auto all = (*Ledger::open_read_only(directory.path()))->acts({});
  REQUIRE(all);
  CHECK(act_json(all->front()) == act_json(policy));
  CHECK(format_acts({policy}).find("policy 2026-11-01 in force (digest ab12)") != std::string::npos);
}

TEST_CASE("Acts: a ledger that is full or read only refuses one, and one without a name is invalid") {
  log::set_level(log::Level::Off);
  TestFolder directory;
  auto ledger = Ledger::open(directory.path(), system_clock());
  REQUIRE(ledger);
  Act nameless = example_act("tkt_1");
  nameless.action.clear();
  CHECK(write_and_wait(**ledger, nameless).error().code == "ledger.invalid");
  CHECK(write_and_wait(**ledger, example_act("")).error().code == "ledger.invalid");
  auto reading = Ledger::open_read_only(directory.path());
  REQUIRE(reading);
  CHECK(write_and_wait(**reading, example_act("tkt_1")).error().code == "ledger.read_only");
}

TEST_CASE("An opening names its ticket and approvers, and without them is written as ever") {
  Opening plain = example_opening("req_1");
  auto entry = opening_entry(plain);
  REQUIRE(entry);
  CHECK(entry->body.ends_with("\"stream\":true}"));
  Opening approved = plain;
  approved.ticket = "tkt_1";
  approved.approvers = {"dana", "erik"};
  entry = opening_entry(approved);
  REQUIRE(entry);
  CHECK(entry->body.ends_with(R"("ticket":"tkt_1","approvers":["dana","erik"]})"));
  auto parsed = parse_entry(entry->body);
  REQUIRE(parsed);
  CHECK(parsed->opening->ticket == "tkt_1");
  CHECK(parsed->opening->approvers == approved.approvers);
  auto card = format_record({approved, std::nullopt});
  CHECK(card.find("approved by   dana, erik") != std::string::npos);
}
