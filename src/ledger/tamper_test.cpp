// What somebody with write access to the file, or a failing disk, could do to it.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "base/log.h"
#include "base/test_folder.h"
#include "ledger/book.h"
#include "ledger/example.h"
#include "ledger/print.h"

using namespace sluice;
using namespace sluice::ledger;

namespace {

constexpr int kRecords = 5;

struct Fixture {
  Fixture() {
    log::set_level(log::Level::Off);
    auto ledger = Ledger::open(directory.path(), system_clock());
    REQUIRE(ledger);
    for (int i = 0; i < kRecords; ++i) {
      std::string id = "req_" + std::to_string(i);
      REQUIRE(open_and_wait(**ledger, example_opening(id)));
      REQUIRE(close_and_wait(**ledger, example_closing(id)));
    }
  }

  void change(const std::string& sql) {
    auto database = store::Database::open(book_options(directory.path(), store::Mode::ReadWrite));
    REQUIRE(database);
    Status done = database->execute("PRAGMA foreign_keys=OFF; PRAGMA ignore_check_constraints=ON; " + sql);
    REQUIRE_MESSAGE(done.has_value(), done.error().to_string());
  }

  // "" or "code: message" up to the first five words of the message.
  std::string verdict() {
    auto ledger = Ledger::open_read_only(directory.path());
    if (!ledger) return ledger.error().code;
    auto entries = (*ledger)->verify();
    if (entries) return "";
    return entries.error().code + ": " + entries.error().message;
  }

  // All that a user could read, or nothing if a read fails.
  std::string readable() {
    auto ledger = Ledger::open_read_only(directory.path());
    if (!ledger) return "";
    auto records = (*ledger)->list({.limit = 1000});
    if (!records) return "";
    std::string text;
    for (const Record& record : *records) text += record_json(record) + "\n";
    return text;
  }

  TestFolder directory;
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "Changing, removing, adding or reordering entries is found, with the entry's number") {
  CHECK(verdict() == "");
  struct Case {
    std::string name;
    const char* sql;
    std::string expected;
  };
  const Case cases[] = {
      {"one letter of a body", "UPDATE entry SET body = replace(body, 'regulated', 'regulateD') WHERE seq = 3",
       "ledger.chain_broken: entry 3 does not follow from the one before it"},
      {"a cost",
       "UPDATE entry SET body = replace(body, '\"cost_nano_usd\":0', '\"cost_nano_usd\":1') WHERE seq = 4",
       "ledger.chain_broken: entry 4 does not follow from the one before it"},
      {"a hash", "UPDATE entry SET hash = randomblob(32) WHERE seq = 5",
       "ledger.chain_broken: entry 5 does not follow from the one before it"},
      {"the first entry removed", "DELETE FROM entry WHERE seq = 1; DELETE FROM record WHERE seq = 1",
       "ledger.chain_broken: entry 1 is missing"},
      {"a middle entry removed", "DELETE FROM entry WHERE seq = 6", "ledger.chain_broken: entry 6 is missing"},
      {"a whole record removed and the rest moved up",
       "DELETE FROM record WHERE seq = 3; DELETE FROM entry WHERE seq IN (3, 4);"
       "UPDATE record SET seq = seq - 2, closed_seq = closed_seq - 2 WHERE seq > 4;"
       "UPDATE entry SET seq = seq - 2 WHERE seq > 4",
       "ledger.chain_broken: entry 3 does not follow from the one before it"},
      {"the last entry removed", "DELETE FROM entry WHERE seq = 10",
       "ledger.chain_broken: entry 10 is missing: there are records without entries"},
      {"an entry added", "INSERT INTO entry SELECT 11, body, hash FROM entry WHERE seq = 10",
       "ledger.chain_broken: entry 11 does not follow from the one before it"},
      {"two entries exchanged",
       "UPDATE entry SET seq = -1 WHERE seq = 3; UPDATE entry SET seq = 3 WHERE seq = 5; UPDATE entry SET seq = 5 "
       "WHERE seq = -1",
       "ledger.chain_broken: entry 3 does not follow from the one before it"},
      {"two bodies exchanged",
       "UPDATE entry SET body = (SELECT body FROM entry e WHERE e.seq = 12 - entry.seq) WHERE seq IN (5, 7)",
       "ledger.chain_broken: entry 5 does not follow from the one before it"},
      {"the anchor", "UPDATE anchor SET hash = randomblob(32)",
       "ledger.chain_broken: entry 1 does not follow from the one before it"},
      {"the anchor removed", "DELETE FROM anchor", "ledger.chain_broken: the chain's anchor is missing"},
      {"a column by which records are found", "UPDATE record SET outcome = 'policy.denied' WHERE seq = 3",
       "ledger.chain_broken: entry 4 and the record that points to it disagree"},
      {"a column that is summed", "UPDATE record SET completion = NULL WHERE seq = 3",
       "ledger.chain_broken: entry 4 and the record that points to it disagree"},
      {"who asked", "UPDATE record SET principal = 'somebody else' WHERE seq = 5",
       "ledger.chain_broken: entry 5 and the record that points to it disagree"},
      {"a record removed", "DELETE FROM record WHERE seq = 7",
       "ledger.chain_broken: entry 7 and the record that points to it disagree"},
      {"a record made open again",
       "UPDATE record SET closed_seq = NULL, outcome = NULL, deployment = NULL WHERE seq = 3",
       "ledger.chain_broken: entry 4 and the record that points to it disagree"},
  };
  std::string original = directory.path() + "/original";
  std::filesystem::copy_file(book_path(directory.path()), original);
  for (const Case& c : cases) {
    CAPTURE(c.name);
    std::filesystem::copy_file(original, book_path(directory.path()),
                               std::filesystem::copy_options::overwrite_existing);
    change(c.sql);
    CHECK(verdict() == c.expected);
  }
}

TEST_CASE_FIXTURE(Fixture, "A record that was never opened is found") {
  change("INSERT INTO record (seq, id, time, tenant, principal) VALUES (99, 'req_x', 0, '', '')");
  CHECK(verdict().starts_with("ledger."));
}

TEST_CASE_FIXTURE(Fixture, "A flipped bit anywhere in the file is found or changes nothing that can be read") {
  std::string path = book_path(directory.path());
  std::string original;
  {
    std::ifstream file(path, std::ios::binary);
    std::stringstream bytes;
    bytes << file.rdbuf();
    original = bytes.str();
  }
  const std::string before = readable();
  REQUIRE_FALSE(before.empty());
  std::mt19937_64 random(5);
  int found = 0;
  for (int i = 0; i < 600; ++i) {
    std::string damaged = original;
    std::size_t at = random() % damaged.size();
    damaged[at] = char(damaged[at] ^ (1 << random() % 8));
    {
      std::ofstream file(path, std::ios::binary | std::ios::trunc);
      file << damaged;
    }
    std::filesystem::remove(path + "-wal");
    std::filesystem::remove(path + "-shm");
    std::string code = verdict();
    found += !code.empty();
    CAPTURE(at);
    if (code.empty()) REQUIRE(readable() == before);
  }
  CHECK(found > 100);
}
