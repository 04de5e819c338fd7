// The ledger with a journal before its database. What holds without one is tested in ledger_test.cpp, and kills of
// the process in crash_test.cpp.
#include "ledger/writing.h"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>
#include <semaphore>
#include <set>
#include <thread>

#include "base/log.h"
#include "base/test_folder.h"
#include "ledger/book.h"
#include "ledger/example.h"
#include "ledger/journal.h"
#include "store/directory.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

LedgerOptions journaling(std::size_t bytes = 1u << 20) {
  LedgerOptions options;
  options.journal = true;
  options.journal_bytes = bytes;
  return options;
}

struct Fixture {
  Fixture() { log::set_level(log::Level::Off); }
  TestFolder root;
  std::string directory = root.path() + "/data";
  ManualClock clock{{1'700'000'100'000'000}};

  std::unique_ptr<Ledger> open(const LedgerOptions& options = journaling()) {
    auto ledger = Ledger::open(directory, clock, options);
    if (!ledger) FAIL(ledger.error().to_string());
    return std::move(*ledger);
  }
};

std::string code(const Status& status) { return status ? "" : status.error().code; }

Act example_act() {
  Act act;
  act.action = "approved";
  act.ticket = "tkt_a";
  return act;
}

// "id:outcome" of each record, the first at the front; "open" while it is.
std::map<std::string, std::string> outcomes(const Ledger& ledger) {
  auto records = ledger.list({.limit = 100'000});
  REQUIRE(records.has_value());
  std::map<std::string, std::string> by_id;
  for (const Record& record : *records)
    REQUIRE(by_id.emplace(record.opening.id, record.closing ? record.closing->outcome : "open").second);
  return by_id;
}

// No file of this process may grow beyond that size: the kernel refuses such writes as a full disk does.
class FileLimit {
 public:
  explicit FileLimit(std::uintmax_t bytes) {
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit small = before_;
    small.rlim_cur = bytes;
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
  }
  ~FileLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "An opening is durable when the call returns, and every reading shows it") {
  auto ledger = open();
  auto reader = Ledger::open_read_only(directory);
  REQUIRE(reader);
  for (int i = 0; i < 20; ++i) {
    std::string id = "req_" + std::to_string(i);
    std::thread::id told_on;
    bool told = ledger->open_record(example_opening(id), [&](Status status) {
      REQUIRE(status.has_value());
      told_on = std::this_thread::get_id();
    });
    CHECK(told);
    CHECK(told_on == std::this_thread::get_id());
    const Ledger& reading = i % 2 ? *ledger : **reader;  // in this process, or as another process would
    CHECK(reading.show(id).has_value());
    CHECK(reading.verify() == 2 * i + 1);
    CHECK(close_and_wait(*ledger, example_closing(id)).has_value());
    auto record = reading.show(id);
    REQUIRE(record);
    CHECK(record->closing.has_value());
  }
}

namespace {

// Keeps the writer's thread from its work until it goes.
class Pause {
 public:
  explicit Pause(Ledger& ledger) {
    Act act;
    act.action = kPolicyInForce;
    ledger.write_act(std::move(act), [gates = gates_](Status) {
      gates->begun.release();
      gates->over.acquire();
    });
    gates_->begun.acquire();
  }
  ~Pause() { gates_->over.release(); }

 private:
  struct Gates {
    std::binary_semaphore begun{0}, over{0};
  };
  std::shared_ptr<Gates> gates_ = std::make_shared<Gates>();  // the writer may still pass when this is gone
};

}  // namespace

TEST_CASE_FIXTURE(Fixture,
                  "A closing that may come later is told when it is written, and a kill loses none that was") {
  auto ledger = open(journaling());
  REQUIRE(open_and_wait(*ledger, example_opening("req_a")));
  const std::string copy = root.path() + "/copy";
  std::atomic<bool> told = false;
  auto close_later = [&] {
    auto done = [&](Status status) { told = status.has_value(); };
    ledger->close_record(example_closing("req_a"), done, Ledger::Wake::Later);
  };
  auto copied = [&] { std::filesystem::copy(directory, copy, std::filesystem::copy_options::recursive); };
  auto closed_in = [&](const std::string& folder) {
    auto again = Ledger::open(folder, clock);
    REQUIRE(again);
    auto record = (*again)->show("req_a");
    return record && record->closing && record->closing->outcome == example_closing("").outcome;
  };
  SUBCASE("by wake()") {
    Pause pause(*ledger);
    close_later();
    CHECK_FALSE(told);
    ledger->wake();
    CHECK(told);
    copied();
  }
  SUBCASE("with the next opening") {
    Pause pause(*ledger);
    close_later();
    CHECK(open_and_wait(*ledger, example_opening("req_b")).has_value());
    CHECK(told);
    copied();
  }
  SUBCASE("with the next closing") {
    Pause pause(*ledger);
    close_later();
    CHECK(close_and_wait(*ledger, example_closing("req_nobody")).has_value());
    CHECK(told);
    copied();
  }
  SUBCASE("when the journal is moved, which a reading asks for") {
    close_later();
    CHECK(ledger->show("req_a")->closing.has_value());
    CHECK(told);
  }
  SUBCASE("when the ledger ends") {
    close_later();
    ledger.reset();
    CHECK(told);
    copied();
  }
  ledger.reset();
  if (std::filesystem::exists(copy)) CHECK(closed_in(copy));
  CHECK(closed_in(directory));
}

TEST_CASE_FIXTURE(Fixture, "What was journaled before a decision of people stands before it in the chain") {
  auto ledger = open();
  for (int i = 0; i < 3; ++i) {
    REQUIRE(open_and_wait(*ledger, example_opening("req_" + std::to_string(i))));
    std::promise<Status> written;
    ledger->write_act(example_act(), [&](Status status) { written.set_value(std::move(status)); });
    REQUIRE(written.get_future().get());
  }
  auto database = store::Database::open(book_options(directory, store::Mode::ReadOnly));
  REQUIRE(database);
  for (int i = 0; i < 6; ++i) {
    auto acts = database->integer("SELECT count(*) FROM act WHERE seq = " + std::to_string(i + 1));
    CHECK(acts == i % 2);
  }
}

TEST_CASE_FIXTURE(Fixture, "What contradicts the records is left out when it is moved, and the rest is there") {
  auto ledger = open();
  CHECK(open_and_wait(*ledger, example_opening("req_a")).has_value());
  CHECK(open_and_wait(*ledger, example_opening("req_a")).has_value());
  CHECK(close_and_wait(*ledger, example_closing("req_nobody")).has_value());
  CHECK(close_and_wait(*ledger, example_closing("req_a")).has_value());
  CHECK(close_and_wait(*ledger, example_closing("req_a")).has_value());
  CHECK(open_and_wait(*ledger, example_opening("req_b")).has_value());
  CHECK(ledger->verify() == 3);
  CHECK(outcomes(*ledger) == std::map<std::string, std::string>{{"req_a", "ok"}, {"req_b", "open"}});
  Opening bad = example_opening("req_c");
  bad.verdicts = "no json";
  CHECK(code(open_and_wait(*ledger, bad)) == "ledger.invalid");
}

TEST_CASE_FIXTURE(Fixture, "A journal is not a promise against loss of power: both together are refused") {
  LedgerOptions options = journaling();
  options.survive_power_loss = true;
  auto ledger = Ledger::open(directory, clock, options);
  REQUIRE_FALSE(ledger);
  CHECK(ledger.error().code == "ledger.invalid");
}

TEST_CASE_FIXTURE(Fixture, "Many threads fill a journal that is too small, and each record is there once") {
  constexpr int kThreads = 8, kEach = 200;
  auto ledger = open(journaling(6000));  // some five entries
  std::atomic<int> failed = 0, at_once = 0;
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
      for (int i = 0; i < kEach; ++i) {
        std::string id = "req_" + std::to_string(t) + "_" + std::to_string(i);
        std::promise<Status> opened;
        at_once += ledger->open_record(example_opening(id), [&](Status s) { opened.set_value(std::move(s)); });
        failed += !opened.get_future().get().has_value();
        failed += !close_and_wait(*ledger, example_closing(id)).has_value();
      }
    });
  for (std::thread& thread : threads) thread.join();
  stop = true;
  reader.join();
  CHECK(failed == 0);
  CHECK(at_once > 0);
  CHECK(at_once < kThreads * kEach);
  CHECK(ledger->verify() == 2 * kThreads * kEach);
  CHECK(outcomes(*ledger).size() == kThreads * kEach);
}

TEST_CASE_FIXTURE(Fixture,
                  "A disk that takes no more while the journal holds entries loses none, and refuses openings") {
  auto ledger = open(journaling(8192));
  std::map<std::string, std::string> expected;
  for (int i = 0; i < 30; ++i) {  // the database's log is longer than the journal then
    std::string id = "req_before" + std::to_string(i);
    REQUIRE(open_and_wait(*ledger, example_opening(id)));
    expected[id] = "open";
    REQUIRE(ledger->verify());
  }
  const auto log_size = std::filesystem::file_size(book_path(directory) + "-wal");
  REQUIRE(log_size > std::filesystem::file_size(journal_path(directory)));
  {
    FileLimit limit(log_size + 100);
    Status held = open_and_wait(*ledger, example_opening("req_held"));
    CHECK(ledger->verify() == 30);  // it tried to move that one
    for (int i = 0; i < 3; ++i) {
      std::string refused = code(open_and_wait(*ledger, example_opening("req_refused" + std::to_string(i))));
      CHECK((refused == "ledger.full" || refused == "ledger.io"));
    }
    Status closed = close_and_wait(*ledger, example_closing("req_before0"));
    CHECK(held.has_value());
    CHECK(closed.has_value());
    SUBCASE("and moves them when the disk takes more") {}
    SUBCASE("also if the process ends before") { ledger.reset(); }
  }
  expected["req_held"] = "open";
  expected["req_before0"] = example_closing("").outcome;
  if (!ledger) {
    for (auto& [id, outcome] : expected)
      if (outcome == "open") outcome = "interrupted";
    ledger = open();
    CHECK(ledger->interrupted_at_start() == 30);
  }
  CHECK(open_and_wait(*ledger, example_opening("req_after")).has_value());
  expected["req_after"] = "open";
  CHECK(outcomes(*ledger) == expected);
  CHECK(ledger->verify().has_value());
}

namespace {

// What the writer does, one step at a time, so that the files can be copied between any two of them as a kill
// would leave them. Closings come for records in any place: the generation that is written, the one before, the
// database.
class Steps {
 public:
  explicit Steps(const std::string& directory)
      : directory_(directory), book_(make_book()), journal_(make_journal()) {
    journal_.begin(1);
  }

  void open(bool slow) {
    std::string id = "req_" + std::to_string(told_.size());
    write(*opening_entry(example_opening(id)), slow);
    told_[id] = "interrupted";
    open_.push_back(id);
  }
  void close(std::size_t which, bool slow) {
    if (open_.empty()) return;
    std::swap(open_[which % open_.size()], open_.back());
    write(*closing_entry(example_closing(open_.back())), slow);
    told_[open_.back()] = "ok";
    open_.pop_back();
  }
  void begin_move() {
    if (!moving_.empty() || journaled_.empty()) return;
    moving_.swap(journaled_);
    journal_.begin(journal_.generation() + 1);
  }
  void commit_move() {
    if (moving_.empty()) return;
    auto statuses = book_.append(moving_, journal_.generation() - 1);
    REQUIRE(statuses.has_value());
    for (const Status& status : *statuses) REQUIRE(status.has_value());
    moving_.clear();
  }
  const std::map<std::string, std::string>& told() const { return told_; }

 private:
  Book make_book() {
    REQUIRE(store::make_private_directory(directory_).has_value());
    auto book = Book::open(directory_, store::Durability::Process);
    REQUIRE(book.has_value());
    return std::move(*book);
  }
  Journal make_journal() {
    auto journal = Journal::open(directory_, 16'384);
    REQUIRE(journal.has_value());
    return std::move(*journal);
  }
  void write(Entry entry, bool slow) {
    if (!slow && journal_.append(entry.body)) {
      journaled_.push_back(std::move(entry));
      return;
    }
    commit_move();
    begin_move();
    commit_move();
    auto statuses = book_.append(std::span(&entry, 1));
    REQUIRE(statuses.has_value());
    REQUIRE(statuses->front().has_value());
  }

  std::string directory_;
  Book book_;
  Journal journal_;
  std::vector<Entry> journaled_, moving_;
  std::map<std::string, std::string> told_;  // id to its outcome after a restart
  std::vector<std::string> open_;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "Killed between any two steps of the writer, each acknowledged record is there once") {
  std::mt19937 random(11);
  Steps steps(directory);
  const std::string copy = root.path() + "/copy";
  for (int step = 0; step < 800; ++step) {
    switch (random() % 8) {
      case 0:
        steps.begin_move();
        break;
      case 1:
        steps.commit_move();
        break;
      case 2:
      case 3:
        steps.close(random(), random() % 10 == 0);
        break;
      default:
        steps.open(random() % 10 == 0);
    }
    if (step % 8 != 0 && step > 40) continue;
    CAPTURE(step);
    std::filesystem::remove_all(copy);
    std::filesystem::copy(directory, copy);
    for (int start = 0; start < 2; ++start) {  // the second finds what the first left
      auto ledger = Ledger::open(copy, clock, journaling());
      REQUIRE(ledger.has_value());
      REQUIRE(outcomes(**ledger) == steps.told());
      REQUIRE((*ledger)->verify() == 2 * std::int64_t(steps.told().size()));
    }
  }
}
