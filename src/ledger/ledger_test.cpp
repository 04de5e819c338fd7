#include "ledger/ledger.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <latch>
#include <thread>

#include "base/log.h"
#include "base/test_folder.h"
#include "ledger/book.h"
#include "ledger/example.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

struct Fixture {
  Fixture() { log::set_level(log::Level::Off); }
  TestFolder root;
  std::string directory = root.path() + "/data";
  ManualClock clock{{1'700'000'100'000'000}};

  std::unique_ptr<Ledger> open(const LedgerOptions& options = {}) {
    auto ledger = Ledger::open(directory, clock, options);
    REQUIRE_MESSAGE(ledger.has_value(), ledger.error().to_string());
    return std::move(*ledger);
  }
  std::string refusal() {
    auto ledger = Ledger::open(directory, clock);
    return ledger ? "" : ledger.error().code;
  }
};

std::string code(const Status& status) { return status ? "" : status.error().code; }

std::string ids(const Result<std::vector<Record>>& records) {
  if (!records) return records.error().code;
  std::string text;
  for (const Record& record : *records) text += (text.empty() ? "" : " ") + record.opening.id;
  return text;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "A record is opened, closed, shown and verified, and is there after a restart") {
  {
    auto ledger = open();
    CHECK(ledger->verify() == 0);
    REQUIRE(open_and_wait(*ledger, example_opening("req_a")));
    auto record = ledger->show("req_a");
    REQUIRE(record);
    CHECK_FALSE(record->closing.has_value());
    REQUIRE(close_and_wait(*ledger, example_closing("req_a")));
    CHECK(ledger->verify() == 2);
  }
  auto ledger = open();
  CHECK(ledger->interrupted_at_start() == 0);
  auto record = ledger->show("req_a");
  REQUIRE(record);
  CHECK(record->opening.provenance == example_opening("").provenance);
  REQUIRE(record->closing);
  CHECK(record->closing->outcome == "ok");
  CHECK(record->closing->attempts.size() == 2);
  CHECK(record->closing->usage == example_closing("").usage);
  CHECK(record->closing->cost_nano_usd == 0);
  auto missing = ledger->show("req_b");
  REQUIRE_FALSE(missing);
  CHECK(missing.error().code == "ledger.unknown_record");
}

TEST_CASE_FIXTURE(Fixture, "Only the owner can read the files") {
  auto ledger = open();
  REQUIRE(open_and_wait(*ledger, example_opening("req_a")));
  struct stat info{};
  REQUIRE(stat(directory.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  int files = 0;
  for (const auto& file : std::filesystem::directory_iterator(directory)) {
    CAPTURE(file.path().string());
    REQUIRE(stat(file.path().c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0600);
    ++files;
  }
  CHECK(files >= 3);  // the database, its log, the lock
}

TEST_CASE_FIXTURE(Fixture, "What is open at the start is closed as interrupted, once, at the time of the start") {
  {
    auto ledger = open();
    for (const char* id : {"req_a", "req_b", "req_c"}) REQUIRE(open_and_wait(*ledger, example_opening(id)));
    REQUIRE(close_and_wait(*ledger, example_closing("req_b")));
  }
  for (int start = 0; start < 2; ++start) {
    auto ledger = open();
    CHECK(ledger->interrupted_at_start() == (start == 0 ? 2 : 0));
    CHECK(ledger->verify() == 6);
    auto record = ledger->show("req_a");
    REQUIRE(record);
    REQUIRE(record->closing);
    CHECK(record->closing->outcome == "interrupted");
    CHECK(record->closing->time == clock.utc());
    CHECK_FALSE(record->closing->usage.has_value());
    CHECK(ledger->show("req_b")->closing->outcome == "ok");
    ListOptions interrupted;
    interrupted.outcome = "interrupted";
    CHECK(ids(ledger->list(interrupted)) == "req_c req_a");
  }
}

TEST_CASE_FIXTURE(Fixture, "Records are listed newest first and by outcome, deployment and time") {
  auto ledger = open();
  for (int i = 0; i < 6; ++i) {
    std::string id = "req_" + std::to_string(i);
    REQUIRE(open_and_wait(*ledger, example_opening(id, {1'000'000 * (i + 1)})));
    if (i == 5) break;
    Closing closing = example_closing(id);
    if (i % 2) closing.outcome = "policy.denied", closing.deployment = "";
    REQUIRE(close_and_wait(*ledger, closing));
  }
  CHECK(ids(ledger->list({})) == "req_5 req_4 req_3 req_2 req_1 req_0");
  CHECK(ids(ledger->list({.limit = 2})) == "req_5 req_4");
  CHECK(ids(ledger->list({.outcome = "ok"})) == "req_4 req_2 req_0");
  CHECK(ids(ledger->list({.outcome = "open"})) == "req_5");
  CHECK(ids(ledger->list({.deployment = "guide"})) == "req_4 req_2 req_0");
  CHECK(ids(ledger->list({.since = UtcTime{4'000'000}})) == "req_5 req_4 req_3");
  CHECK(ids(ledger->list({.limit = 1, .outcome = "policy.denied", .since = UtcTime{2'000'000}})) == "req_3");
  CHECK(ids(ledger->list({.outcome = "' OR 1=1 --"})) == "");
  CHECK(ids(ledger->list({.limit = 0})) == "ledger.limit");
}

TEST_CASE_FIXTURE(Fixture, "One wrong entry is refused alone; those beside it are written") {
  auto ledger = open();
  REQUIRE(open_and_wait(*ledger, example_opening("req_a")));
  // The writer is held inside a callback, so that what follows comes into one group.
  std::latch held(1), go(1);
  ledger->open_record(example_opening("req_hold"), [&](Status) {
    held.count_down();
    go.wait();
  });
  held.wait();
  std::vector<std::string> codes(6, "none");
  std::latch answers(6);
  auto note = [&](int i) {
    return [&, i](Status status) {
      codes[std::size_t(i)] = code(status);
      answers.count_down();
    };
  };
  ledger->open_record(example_opening("req_b"), note(0));
  ledger->open_record(example_opening("req_a"), note(1));
  ledger->close_record(example_closing("req_nobody"), note(2));
  ledger->close_record(example_closing("req_a"), note(3));
  ledger->close_record(example_closing("req_a"), note(4));
  ledger->close_record(example_closing("req_b"), note(5));
  go.count_down();
  answers.wait();
  CHECK(codes == std::vector<std::string>{"", "ledger.duplicate", "ledger.unknown_record", "",
                                          "ledger.already_closed", ""});
  CHECK(ledger->verify() == 5);
  Opening bad = example_opening("req_c");
  bad.verdicts = "no json";
  CHECK(code(open_and_wait(*ledger, bad)) == "ledger.invalid");
}

TEST_CASE_FIXTURE(Fixture, "When too many openings wait, one more is refused at once; closings never are") {
  LedgerOptions options;
  options.max_waiting = 4;
  auto ledger = open(options);
  std::latch held(1), go(1);
  ledger->open_record(example_opening("req_hold"), [&](Status) {
    held.count_down();
    go.wait();
  });
  held.wait();
  std::atomic<int> written = 0;
  std::latch answers(5);
  auto count = [&](Status status) {
    written += status.has_value();
    answers.count_down();
  };
  for (int i = 0; i < 4; ++i) ledger->open_record(example_opening("req_" + std::to_string(i)), count);
  CHECK(code(open_and_wait(*ledger, example_opening("req_more"))) == "ledger.overloaded");
  ledger->close_record(example_closing("req_hold"), count);
  go.count_down();
  answers.wait();
  CHECK(written == 5);
  CHECK(open_and_wait(*ledger, example_opening("req_more")).has_value());
}

TEST_CASE_FIXTURE(Fixture, "What waits when the ledger ends is written first") {
  std::atomic<int> written = 0;
  {
    auto ledger = open();
    for (int i = 0; i < 500; ++i)
      ledger->open_record(example_opening("req_" + std::to_string(i)),
                          [&](Status s) { written += s.has_value(); });
  }
  CHECK(written == 500);
  CHECK(open()->interrupted_at_start() == 500);
}

TEST_CASE_FIXTURE(Fixture,
                  "Two gateways can't use one data directory, and the refusal says which and what to do") {
  auto ledger = open();
  auto second = Ledger::open(directory, clock);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == "ledger.locked");
  CHECK(second.error().where == directory);
  CHECK_FALSE(second.error().hint.empty());
  ledger.reset();
  CHECK(refusal() == "");
}

TEST_CASE_FIXTURE(Fixture,
                  "A reader beside the writer sees what is committed, closes nothing and writes nothing") {
  auto none = Ledger::open_read_only(directory);
  REQUIRE_FALSE(none);
  CHECK(none.error().code == "ledger.open");
  CHECK_FALSE(std::filesystem::exists(directory));
  auto writer = open();
  REQUIRE(open_and_wait(*writer, example_opening("req_a")));
  auto reader = Ledger::open_read_only(directory);
  REQUIRE(reader);
  CHECK(ids((*reader)->list({})) == "req_a");
  REQUIRE(open_and_wait(*writer, example_opening("req_b")));
  CHECK(ids((*reader)->list({.outcome = "open"})) == "req_b req_a");
  CHECK((*reader)->verify() == 2);
  CHECK((*reader)->interrupted_at_start() == 0);
  CHECK(code(open_and_wait(**reader, example_opening("req_c"))) == "ledger.read_only");
  CHECK(code(close_and_wait(**reader, example_closing("req_a"))) == "ledger.read_only");
  CHECK(close_and_wait(*writer, example_closing("req_a")).has_value());
}

TEST_CASE_FIXTURE(Fixture, "A newer file, another program's and a damaged one are refused by name") {
  {
    open();
  }
  auto set = [&](const char* pragma) {
    auto database = store::Database::open(book_options(directory, store::Mode::ReadWrite));
    REQUIRE(database);
    REQUIRE(database->execute(pragma));
  };
  SUBCASE("newer") {
    set("PRAGMA user_version=99");
    CHECK(refusal() == "ledger.newer");
    CHECK(Ledger::open_read_only(directory).error().code == "ledger.newer");
  }
  SUBCASE("foreign") {
    set("PRAGMA application_id=5");
    CHECK(refusal() == "ledger.foreign");
  }
  SUBCASE("damaged") {
    std::ofstream(book_path(directory), std::ios::trunc) << "this was a database once, " << std::string(4096, '.');
    CHECK(refusal() == "ledger.corrupt");
  }
  SUBCASE("no directory") {
    std::filesystem::remove_all(directory);
    std::ofstream(directory.c_str()) << "a file";
    CHECK(refusal() == "ledger.open");
  }
}

// The kernel refuses every write beyond the limit, as a full disk does.
TEST_CASE_FIXTURE(
    Fixture,
    "When the disk takes no more, openings are refused, and taken again when it does; no outcome is lost") {
  auto ledger = open();
  REQUIRE(open_and_wait(*ledger, example_opening("req_before")));
  signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  getrlimit(RLIMIT_FSIZE, &limit);
  rlimit small = limit;
  small.rlim_cur = std::filesystem::file_size(book_path(directory) + "-wal") + 100;
  REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  std::string refused[3];
  for (int i = 0; i < 3; ++i)
    refused[i] = code(open_and_wait(*ledger, example_opening("req_refused" + std::to_string(i))));
  std::string closing = code(close_and_wait(*ledger, example_closing("req_before")));
  REQUIRE(setrlimit(RLIMIT_FSIZE, &limit) == 0);
  for (const std::string& c : refused) CHECK((c == "ledger.full" || c == "ledger.io"));
  CHECK((closing == "ledger.full" || closing == "ledger.io"));

  CHECK(open_and_wait(*ledger, example_opening("req_after")).has_value());
  CHECK(ids(ledger->list({})) == "req_after req_before");
  REQUIRE(ledger->show("req_before")->closing);  // by itself, as soon as the disk took something
  CHECK(ledger->show("req_before")->closing->outcome == example_closing("req_before").outcome);
  CHECK(code(close_and_wait(*ledger, example_closing("req_before"))) == "ledger.already_closed");
  CHECK(ledger->verify() == 3);
}

TEST_CASE_FIXTURE(Fixture, "Many threads open, close, list and verify at once, and each record is there once") {
  constexpr int kThreads = 8, kEach = 200;
  auto ledger = open();
  std::atomic<int> failed = 0;
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      failed += !ledger->list({.limit = 20}).has_value();
      failed += !ledger->verify().has_value();
    }
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&, t] {
      std::latch closed(kEach);
      for (int i = 0; i < kEach; ++i) {
        std::string id = "req_" + std::to_string(t) + "_" + std::to_string(i);
        // Closing from the opening's callback is what a gateway does with a request that is denied.
        ledger->open_record(example_opening(id), [&, id](Status opened) {
          failed += !opened.has_value();
          ledger->close_record(example_closing(id), [&](Status status) {
            failed += !status.has_value();
            closed.count_down();
          });
        });
      }
      closed.wait();
    });
  for (std::thread& thread : threads) thread.join();
  stop = true;
  reader.join();
  CHECK(failed == 0);
  CHECK(ledger->verify() == 2 * kThreads * kEach);
  auto records = ledger->list({.limit = 100'000, .outcome = "ok"});
  REQUIRE(records);
  CHECK(records->size() == kThreads * kEach);
}
