#include "approval/desk.h"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iterator>

#include "base/test_folder.h"

using namespace sluice;
using namespace sluice::approval;

namespace {

using std::chrono::hours;
using std::chrono::seconds;

const Person kWeb{"web", "web", "acme", "shop", {}};
const Person kDana{"dana", "dana", "acme", "", {"security"}};
const Person kErik{"erik", "erik", "acme", "", {"dpo"}};

Place place(std::string deployment, int quorum = 1) {
  return {std::move(deployment), "hosted", "CN", "H1", {"security", "dpo"}, 4 * 3600, quorum};
}

// Wall time can be set; time that passes moves both.
class TestClock : public Clock {
 public:
  UtcTime utc() const override { return utc_; }
  MonotonicTime monotonic() const override { return monotonic_; }
  void advance(seconds by) {
    monotonic_ += by;
    set(by);
  }
  void set(seconds by) { utc_.micros += std::chrono::microseconds(by).count(); }

 private:
  UtcTime utc_{1'800'000'000'000'000};
  MonotonicTime monotonic_{hours(100)};
};

struct Fixture {
  TestFolder directory;
  TestClock clock;
  std::unique_ptr<Desk> desk;
  std::vector<std::string> recorded;  // "approved tkt by dana"
  int requests = 0;

  Fixture() { reopen(); }
  void reopen() {
    desk.reset();
    auto vault = Vault::open(directory.path());
    REQUIRE(vault);
    auto opened = Desk::open(directory.path(), *vault, clock);
    REQUIRE_MESSAGE(opened.has_value(), opened.error().to_string());
    desk = std::move(*opened);
  }
  Asked asked(const std::string& body = "{\"secret\":1}") {
    Asked a;
    a.by = kWeb;
    a.content = desk->vault().content_hash("acme", "openai_chat", body, "");
    a.bytes = body.size();
    a.revision = "2026-11-01";
    a.route = "chat";
    a.protocol = "openai_chat";
    a.label_class = "restricted";
    a.findings = "[]";
    a.places = {place("far")};
    return a;
  }
  Result<Presented> present(const Asked& a, const std::string& named = "") {
    return desk->present(a, named, "req_" + std::to_string(++requests));
  }
  // "pending", "admitted: far", or the error's code.
  std::string outcome(const Asked& a, const std::string& named = "") {
    auto presented = present(a, named);
    if (!presented) return presented.error().code;
    if (!presented->admitted) return state_name(presented->ticket.state);
    std::string text = "admitted:";
    for (const std::string& name : presented->deployments) text += " " + name;
    return text;
  }
  std::string ticket(const Asked& a) {
    auto presented = present(a);
    REQUIRE_MESSAGE(presented.has_value(), presented.error().to_string());
    REQUIRE(!presented->admitted);
    return presented->ticket.id;
  }
  // The state after the decision, or the error's code.
  std::string rule(const Person& by, const std::string& id, bool approves, std::vector<std::string> only = {},
                   std::string reason = "seen, agreed") {
    auto record = [&](const Ticket& t, const Decision& d) {
      recorded.push_back((d.ruling.approves ? "approved " : "refused ") + t.id + " by " + d.by.person);
      return Status();
    };
    auto decided = desk->decide(by, id, {approves, std::move(reason), std::move(only)}, record);
    return decided ? state_name(decided->state) : decided.error().code;
  }
  std::string approve(const Person& by, const std::string& id) { return rule(by, id, true); }
};

}  // namespace

TEST_CASE_FIXTURE(
    Fixture, "A held request waits on one ticket, and what an approver allows is admitted where it was allowed") {
  std::string id = ticket(asked());
  CHECK(id.starts_with("tkt_"));
  CHECK(ticket(asked()) == id);
  CHECK(approve(kDana, id) == "approved");
  CHECK(recorded == std::vector<std::string>{"approved " + id + " by dana"});
  CHECK(outcome(asked()) == "admitted: far");
}

TEST_CASE_FIXTURE(Fixture, "Replay: one approval admits one answer; a use that failed may be tried again") {
  std::string id = ticket(asked());
  approve(kDana, id);
  auto first = present(asked(), id);
  REQUIRE(first);
  REQUIRE(first->admitted);
  CHECK(outcome(asked(), id) == "approval.used");
  REQUIRE(desk->release(id, "req_2"));  // the first use was request 2
  CHECK(outcome(asked(), id) == "admitted: far");
  CHECK(outcome(asked(), id) == "approval.used");
  CHECK(ticket(asked()) != id);  // without its name: a new ticket, which waits
  auto shown = desk->show(kDana, id);
  REQUIRE(shown);
  REQUIRE(shown->uses.size() == 2);
  CHECK(shown->uses[0].released);
  CHECK(!shown->uses[1].released);
}

TEST_CASE_FIXTURE(Fixture, "A release of a use that is none releases nothing") {
  std::string id = ticket(asked());
  approve(kDana, id);
  REQUIRE(present(asked(), id));
  REQUIRE(desk->release(id, "req_of_somebody"));
  CHECK(outcome(asked(), id) == "approval.used");
}

TEST_CASE_FIXTURE(
    Fixture, "Expiry: an approval ends to the second, waiting or approved, and a clock set back revives nothing") {
  std::string approved = ticket(asked("a")), waiting = ticket(asked("b"));
  approve(kDana, approved);
  clock.advance(hours(4) - seconds(1));
  REQUIRE(desk->show(kDana, approved)->state == State::Approved);
  clock.advance(seconds(1));
  CHECK(outcome(asked("a"), approved) == "approval.expired");
  CHECK(approve(kDana, waiting) == "approval.decided");
  CHECK(ticket(asked("b")) != waiting);
  clock.set(-hours(3));
  CHECK(outcome(asked("a"), approved) == "approval.expired");
  reopen();
  CHECK(outcome(asked("a"), approved) == "approval.expired");
}

TEST_CASE_FIXTURE(Fixture, "A wall clock that was far ahead for a while makes no approval last longer") {
  clock.set(hours(10'000));
  std::string id = ticket(asked());
  approve(kDana, id);
  clock.set(-hours(10'000));
  REQUIRE(desk->show(kDana, id)->state == State::Approved);
  clock.advance(hours(4));
  CHECK(outcome(asked(), id) == "approval.expired");
  std::string later = ticket(asked("later"));
  reopen();
  clock.advance(hours(4));
  CHECK(approve(kDana, later) == "approval.decided");
}

TEST_CASE_FIXTURE(Fixture,
                  "Self-approval: nobody decides their own request, whatever role or other key they have") {
  Asked a = asked();
  a.by.roles = {"security"};
  a.by.person = "ann";
  std::string id = ticket(a);
  Person self = a.by;
  CHECK(approve(self, id) == "approval.self");
  Person other_key{"ann-laptop", "ann", "acme", "", {"security", "dpo"}};
  CHECK(approve(other_key, id) == "approval.self");
  CHECK(rule(other_key, id, false) == "approval.self");
  Person named_so{"ann", "ann", "acme", "", {"security"}};  // a key that is called as the person
  CHECK(approve(named_so, id) == "approval.self");
  CHECK(desk->text(other_key, id).error().code == "approval.self");
  CHECK(recorded.empty());
  CHECK(outcome(a) == "pending");
}

TEST_CASE_FIXTURE(
    Fixture, "Edited content, another revision, model, label, terms or deployment: the approval does not hold") {
  std::string id = ticket(asked());
  approve(kDana, id);
  auto changed = [&](auto edit) {
    Asked a = asked();
    edit(a);
    std::string named = outcome(a, id), unnamed = outcome(a);
    return named + ", " + unnamed;
  };
  const std::string refused = "approval.void, pending";
  CHECK(changed([&](Asked& a) { a = asked("{\"secret\":2}"); }) == refused);
  CHECK(changed([](Asked& a) { a.revision = "2026-11-02"; }) == refused);
  CHECK(changed([](Asked& a) { a.route = "other"; }) == refused);
  CHECK(changed([](Asked& a) { a.categories = "health"; }) == refused);
  CHECK(changed([](Asked& a) { a.places = {place("elsewhere")}; }) == refused);
  CHECK(changed([](Asked& a) { a.places[0].zone = "managed"; }) == refused);
  CHECK(changed([](Asked& a) { a.places[0].quorum = 2; }) == refused);
  CHECK(outcome(asked(), id) == "admitted: far");  // and still holds for what was approved
}

TEST_CASE_FIXTURE(Fixture, "Other deployment: an approval for one of two admits to that one alone") {
  Asked a = asked();
  a.places = {place("near"), place("far")};
  std::string id = ticket(a);
  CHECK(rule(kDana, id, true, {"elsewhere"}) == "approval.deployment");
  CHECK(rule(kDana, id, true, {"far"}) == "approved");
  CHECK(outcome(a) == "admitted: far");
}

TEST_CASE_FIXTURE(Fixture, "Each deployment has its own approvers, quorum and time") {
  Asked a = asked();
  a.places = {place("near"), place("far", 2)};
  a.places[0].approvers = {"dpo"};
  a.places[0].ttl_s = 60;
  std::string id = ticket(a);
  CHECK(approve(kDana, id) == "pending");  // not hers to approve near, and far needs two
  CHECK(approve(kErik, id) == "approved");
  auto shown = desk->show(kErik, id);
  REQUIRE(shown);
  CHECK(shown->approved(clock.utc()) == std::vector<std::string>{"near", "far"});
  clock.advance(seconds(60));
  CHECK(outcome(a) == "admitted: far");
}

TEST_CASE_FIXTURE(Fixture, "Quorum: two people have to approve; two keys of one person are one") {
  Asked a = asked();
  a.places = {place("far", 2)};
  std::string id = ticket(a);
  CHECK(approve(kDana, id) == "pending");
  CHECK(approve(kDana, id) == "approval.decided");
  Person second_key{"dana-phone", "dana", "acme", "", {"security"}};
  CHECK(approve(second_key, id) == "approval.decided");
  CHECK(outcome(a) == "pending");
  CHECK(approve(kErik, id) == "approved");
  CHECK(outcome(a) == "admitted: far");
}

TEST_CASE_FIXTURE(Fixture,
                  "One refusal ends the ticket, also after an approval, and the same request stays refused") {
  std::string id = ticket(asked());
  approve(kErik, id);
  CHECK(rule(kDana, id, false) == "refused");
  CHECK(outcome(asked()) == "approval.refused");
  CHECK(present(asked()).error().message.find("seen, agreed") != std::string::npos);
  CHECK(approve(kErik, id) == "approval.decided");
  clock.advance(hours(4));
  CHECK(outcome(asked()) == "pending");
}

TEST_CASE_FIXTURE(Fixture, "Tenants see, use and decide nothing of each other's tickets") {
  std::string id = ticket(asked());
  Person stranger{"eve", "eve", "other", "", {"security", "admin"}};
  CHECK(approve(stranger, id) == "approval.unknown");
  CHECK(desk->show(stranger, id).error().code == "approval.unknown");
  CHECK(desk->text(stranger, id).error().code == "approval.unknown");
  CHECK(desk->list(stranger, std::nullopt)->empty());
  approve(kDana, id);
  Asked theirs = asked();
  theirs.by = stranger;
  CHECK(outcome(theirs, id) == "approval.unknown");
  CHECK(outcome(theirs) == "pending");
  Asked colleague = asked();  // another key of the same tenant
  colleague.by.principal = colleague.by.person = "mobile";
  CHECK(outcome(colleague, id) == "approval.unknown");
  CHECK(desk->vault().content_hash("acme", "p", "x", "") != desk->vault().content_hash("other", "p", "x", ""));
}

TEST_CASE_FIXTURE(Fixture, "Who is no approver can't decide, and sees only what they asked for themselves") {
  std::string id = ticket(asked());
  Person colleague{"mobile", "mobile", "acme", "shop", {"support"}};
  CHECK(approve(colleague, id) == "approval.forbidden");
  CHECK(desk->show(colleague, id).error().code == "approval.forbidden");
  CHECK(desk->list(colleague, std::nullopt)->empty());
  CHECK(desk->list(kWeb, std::nullopt)->size() == 1);
  CHECK(desk->show(kWeb, id).has_value());
  CHECK(desk->text(kWeb, id).error().code == "approval.self");
  Asked open_ended = asked("x");
  open_ended.places[0].approvers.clear();
  std::string administered = ticket(open_ended);
  CHECK(approve(kDana, administered) == "approval.forbidden");
  CHECK(approve({"root", "root", "acme", "", {"admin"}}, administered) == "approved");
}

TEST_CASE_FIXTURE(Fixture, "A decision needs a reason of one line") {
  std::string id = ticket(asked());
  for (std::string reason : {std::string(), std::string("  "), std::string("a\nb"),
                             std::string("a\xC2\x9B"
                                         "2Jb"),
                             std::string(1001, 'x')})
    CHECK(rule(kDana, id, true, {}, reason) == "approval.reason");
  CHECK(outcome(asked()) == "pending");
}

TEST_CASE_FIXTURE(Fixture, "What can't be recorded is not decided") {
  std::string id = ticket(asked());
  auto full = [](const Ticket&, const Decision&) -> Status { return fail("ledger.full", "the disk is full"); };
  auto decided = desk->decide(kDana, id, {true, "yes", {}}, full);
  CHECK(decided.error().code == "ledger.full");
  CHECK(outcome(asked()) == "pending");
}

TEST_CASE_FIXTURE(Fixture,
                  "A kept text is on disk only sealed, is shown to approvers, and goes when the ticket ends") {
  Asked a = asked();
  a.text = "the merger is on Friday";
  std::string id = ticket(a);
  auto on_disk = [&](std::string_view needle) {
    for (const char* name : {"/approvals.sqlite", "/approvals.sqlite-wal"}) {
      std::ifstream in(directory.path() + name, std::ios::binary);
      std::string bytes(std::istreambuf_iterator<char>(in), {});
      if (bytes.find(needle) != std::string::npos) return true;
    }
    return false;
  };
  CHECK(on_disk(id));
  CHECK(!on_disk("merger"));
  CHECK(desk->text(kDana, id) == "the merger is on Friday");
  rule(kDana, id, false);
  CHECK(desk->text(kDana, id).error().code == "approval.text");
  CHECK(desk->text(kDana, ticket(asked("no text"))).error().code == "approval.text");
}

TEST_CASE_FIXTURE(Fixture, "Another key file voids every approval") {
  std::string id = ticket(asked());
  approve(kDana, id);
  desk.reset();
  REQUIRE(unlink((directory.path() + "/approval.key").c_str()) == 0);
  reopen();
  CHECK(outcome(asked(), id) == "approval.void");
  CHECK(outcome(asked()) == "pending");
}

TEST_CASE_FIXTURE(Fixture, "A key that asks for too much approval is told so, and others are not") {
  for (std::size_t i = 0; i < kMostPending; ++i) ticket(asked("body " + std::to_string(i)));
  CHECK(outcome(asked("one more")) == "approval.too_many");
  Asked other = asked("one more");
  other.by.principal = other.by.person = "mobile";
  CHECK(outcome(other) == "pending");
}

TEST_CASE_FIXTURE(Fixture,
                  "After a kill -9 every ticket and decision that was told is there, and a use stays a use") {
  std::string id = ticket(asked());
  desk.reset();
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto opened = Desk::open(directory.path(), *Vault::open(directory.path()), clock);
    if (!opened) _exit(1);
    desk = std::move(*opened);
    auto record = [](const Ticket&, const Decision&) { return Status(); };
    if (!desk->decide(kDana, id, {true, "yes", {}}, record)) _exit(2);
    auto used = desk->present(asked(), id, "req_child");
    if (!used || !used->admitted) _exit(3);
    // Killed while the ledger is being written: this decision was told to nobody.
    auto kill_here = [](const Ticket&, const Decision&) -> Status {
      kill(getpid(), SIGKILL);
      return {};
    };
    auto second = desk->present(asked("second"), "", "req_second");
    (void)desk->decide(kDana, second->ticket.id, {true, "yes", {}}, kill_here);
    _exit(4);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  reopen();
  auto shown = desk->show(kDana, id);
  REQUIRE(shown);
  CHECK(shown->state == State::Used);
  CHECK(shown->decisions.size() == 1);
  CHECK(outcome(asked(), id) == "approval.used");
  CHECK(outcome(asked("second")) == "pending");
  CHECK(desk->list(kDana, State::Pending)->size() == 1);
}

TEST_CASE("desk: a text goes at its time though nobody asks, and its ticket stays") {
  Fixture f;
  Asked a = f.asked();
  a.text = "the text";
  a.text_until = UtcTime{f.clock.utc().micros + 3600 * 1'000'000LL};
  const std::string id = f.ticket(a);
  CHECK(f.desk->text(kDana, id).value_or("") == "the text");
  CHECK(f.desk->sweep().value_or(9) == 0);
  f.clock.advance(seconds(3599));
  CHECK(f.desk->sweep().value_or(9) == 0);
  f.clock.advance(seconds(1));
  CHECK(f.desk->sweep().value_or(9) == 1);
  CHECK(f.desk->sweep().value_or(9) == 0);
  f.clock.set(seconds(-3600));
  auto text = f.desk->text(kDana, id);
  REQUIRE_FALSE(text);
  CHECK(text.error().code == "approval.text");
  CHECK(f.outcome(a) == "pending");
  f.clock.advance(hours(5));  // the ticket's own time
  CHECK(f.desk->sweep().value_or(9) == 0);
}
