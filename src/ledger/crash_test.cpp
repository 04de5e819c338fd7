// Promise 5: exactly one record for each request, also when the process is killed at any moment.
#include <doctest/doctest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "base/id.h"
#include "base/log.h"
#include "base/test_folder.h"
#include "ledger/example.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

// What the child tells through the pipe, each in one write: a kill can't cut it.
struct Message {
  char kind;  // 'o': the opening is acknowledged, 'c': the closing is
  char id[31];
};

// Opens and closes records until killed; half of them stay open for a while, as streams do.
[[noreturn]] void run_child(const std::string& directory, const LedgerOptions& options, int out) {
  auto ledger = Ledger::open(directory, system_clock(), options);
  if (!ledger) _exit(1);
  auto tell = [out](char kind, const std::string& id) {
    Message message{kind, {}};
    id.copy(message.id, sizeof message.id - 1);
    if (write(out, &message, sizeof message) != sizeof message) _exit(2);
  };
  auto work = [&] {
    std::mt19937 random(std::random_device{}());
    std::vector<std::string> streams;
    for (;;) {
      std::string id = random_id("req_");
      if (!open_and_wait(**ledger, example_opening(id))) _exit(3);
      tell('o', id);
      streams.push_back(id);
      if (streams.size() < 50 && random() % 2) continue;
      std::swap(streams[random() % streams.size()], streams.back());
      if (random() % 2) {  // told when it is written: with somebody's next opening, by wake(), or in the end
        auto done = [tell, id = streams.back()](Status status) { status ? tell('c', id) : _exit(6); };
        (*ledger)->close_record(example_closing(streams.back()), done, Ledger::Wake::Later);
        if (random() % 2) (*ledger)->wake();
        streams.pop_back();
        continue;
      }
      if (!close_and_wait(**ledger, example_closing(streams.back()))) _exit(4);
      tell('c', streams.back());
      streams.pop_back();
    }
  };
  std::thread other(work), third(work);
  work();
  _exit(5);
}

// Lets a child work for `millis` after its first message, kills it, and notes what it was told.
void run_and_kill(const std::string& directory, const LedgerOptions& options, int millis,
                  std::map<std::string, char>& told) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    close(ends[0]);
    run_child(directory, options, ends[1]);
  }
  close(ends[1]);
  Message message;
  bool killed = false;
  auto until = std::chrono::steady_clock::time_point::max();
  while (read(ends[0], &message, sizeof message) == sizeof message) {
    auto now = std::chrono::steady_clock::now();
    if (told.empty() || until == std::chrono::steady_clock::time_point::max())
      until = now + std::chrono::milliseconds(millis);
    told[message.id] = message.kind;
    if (!killed && now >= until) {
      killed = true;
      kill(child, SIGKILL);
    }
  }
  int status = 0;
  waitpid(child, &status, 0);
  CHECK(killed);
  CHECK(WIFSIGNALED(status));
  close(ends[0]);
}

// In half of the starts with another way of writing than that of the process that was killed.
void kill_again_and_again(const LedgerOptions& options, const LedgerOptions& others) {
  log::set_level(log::Level::Off);
  TestFolder directory;
  std::mt19937 random(7);
  std::map<std::string, char> told;
  int interrupted = 0;
  for (int round = 0; round < 12; ++round) {
    run_and_kill(directory.path(), round % 4 == 3 ? others : options, int(random() % 80), told);
    // Some rounds begin on what the killed child left; the child's own start closes it.
    if (round % 3 == 0) continue;
    auto ledger = Ledger::open(directory.path(), system_clock(), round % 2 ? options : others);
    REQUIRE_MESSAGE(ledger.has_value(), ledger.error().to_string());
    interrupted += (*ledger)->interrupted_at_start();
    auto entries = (*ledger)->verify();
    REQUIRE_MESSAGE(entries.has_value(), entries.error().to_string());
    auto records = (*ledger)->list({.limit = 100'000});
    REQUIRE(records);
    std::map<std::string, std::string> outcomes;
    for (const Record& record : *records) {
      REQUIRE(record.closing.has_value());
      REQUIRE(outcomes.emplace(record.opening.id, record.closing->outcome).second);
    }
    REQUIRE(*entries == 2 * std::int64_t(outcomes.size()));
    for (const auto& [id, kind] : told) {
      REQUIRE(outcomes.contains(id));
      // A closing may be in the file although the kill came before it was told.
      if (kind == 'c') REQUIRE(outcomes[id] == "ok");
    }
  }
  MESSAGE(told.size() << " acknowledged records, " << interrupted << " interrupted at the checked starts");
  CHECK(interrupted > 0);
  CHECK(told.size() > 100);
}

}  // namespace

TEST_CASE("After kill -9 at any moment each acknowledged request has exactly one record, and the chain is whole") {
  LedgerOptions plain, journal, small;
  journal.journal = small.journal = true;
  small.journal_bytes = 20'000;  // full now and then: both ways of writing meet
  SUBCASE("in the database") { kill_again_and_again(plain, plain); }
  SUBCASE("in the journal") { kill_again_and_again(journal, journal); }
  SUBCASE("in a journal that is full now and then") { kill_again_and_again(small, small); }
  SUBCASE("now in the one, now in the other") { kill_again_and_again(journal, plain); }
}
