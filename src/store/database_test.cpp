#include "store/database.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/test_folder.h"

using namespace sluice;
using namespace sluice::store;

namespace {

constexpr const char* kFirst =
    "CREATE TABLE thing (id INTEGER PRIMARY KEY, name TEXT, size INTEGER, data BLOB) STRICT;"
    "CREATE TABLE part (id INTEGER PRIMARY KEY, thing INTEGER NOT NULL REFERENCES thing (id)) STRICT;";
constexpr const char* kSecond = "ALTER TABLE thing ADD COLUMN colour TEXT;";
constexpr const char* kOne[] = {kFirst};
constexpr const char* kTwo[] = {kFirst, kSecond};
constexpr const char* kBroken[] = {kFirst, "ALTER TABLE thing ADD COLUMN colour TEXT; CREATE NONSENSE;"};

struct Fixture {
  TestFolder directory;
  DatabaseOptions options{.path = directory.path() + "/x.sqlite", .application_id = 77, .migrations = kOne};

  Database open() {
    auto database = Database::open(options);
    REQUIRE_MESSAGE(database.has_value(), database.error().to_string());
    return std::move(*database);
  }
  std::string refusal() {
    auto database = Database::open(options);
    return database ? "" : database.error().code;
  }
  std::int64_t integer(Database& database, const char* sql) {
    auto value = database.integer(sql);
    REQUIRE_MESSAGE(value.has_value(), sql);
    return *value;
  }
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "A new database is private, logged ahead, marked as ours, and keeps what is written") {
  {
    Database database = open();
    CHECK(integer(database, "PRAGMA user_version") == 1);
    CHECK(integer(database, "PRAGMA application_id") == 77);
    CHECK(integer(database, "PRAGMA foreign_keys") == 1);
    auto mode = database.prepare("PRAGMA journal_mode");
    REQUIRE(mode);
    REQUIRE(mode->start());
    REQUIRE(*mode->next());
    CHECK(mode->text(0) == "wal");
    mode->end();
    REQUIRE(database.execute("INSERT INTO thing (name) VALUES ('kept')"));
    for (const char* end : {"", "-wal", "-shm"}) {
      struct stat info{};
      REQUIRE(stat((options.path + end).c_str(), &info) == 0);
      CHECK((info.st_mode & 0777) == 0600);
    }
  }
  Database again = open();
  CHECK(integer(again, "SELECT count(*) FROM thing WHERE name = 'kept'") == 1);
}

TEST_CASE_FIXTURE(Fixture, "NULL, zero, empty text and empty bytes stay four different things") {
  Database database = open();
  auto insert = database.prepare("INSERT INTO thing (id, name, size, data) VALUES (?, ?, ?, ?)");
  REQUIRE(insert);
  std::string bytes("a\0b\xff", 4);
  REQUIRE(insert->run({1, nullptr, nullptr, nullptr}));
  REQUIRE(insert->run({2, "", 0, Blob{{}}}));
  REQUIRE(insert->run({3, std::string_view(), std::optional<std::int64_t>(), Blob{bytes}}));
  REQUIRE(insert->run({4, "text", std::optional<std::int64_t>(-5), nullptr}));
  auto read = database.prepare("SELECT name, size, data FROM thing WHERE id >= ? ORDER BY id");
  REQUIRE(read);
  REQUIRE(read->start({1}));
  REQUIRE(*read->next());
  CHECK((read->is_null(0) && read->is_null(1) && read->is_null(2)));
  REQUIRE(*read->next());
  CHECK((!read->is_null(0) && read->integer_or_null(1) == 0 && !read->is_null(2) && read->blob(2).empty()));
  REQUIRE(*read->next());
  CHECK((!read->is_null(0) && read->text(0).empty() && !read->integer_or_null(1) && read->blob(2) == bytes));
  REQUIRE(*read->next());
  CHECK((read->text(0) == "text" && read->integer(1) == -5));
  CHECK_FALSE(*read->next());
}

TEST_CASE_FIXTURE(Fixture,
                  "A value of the wrong type or a reference to nothing is refused, and its value not told") {
  Database database = open();
  auto wrong_type = database.prepare("INSERT INTO thing (size) VALUES (?)");
  REQUIRE(wrong_type);
  Status status = wrong_type->run({"hunter2"});
  REQUIRE_FALSE(status);
  CHECK(status.error().code == "store.constraint");
  CHECK(status.error().to_string().find("hunter2") == std::string::npos);
  CHECK(wrong_type->run({5}).has_value());  // the statement can be used again
  status = database.execute("INSERT INTO part (thing) VALUES (99)");
  REQUIRE_FALSE(status);
  CHECK(status.error().code == "store.constraint");
}

TEST_CASE_FIXTURE(Fixture, "A transaction that is not committed leaves nothing") {
  Database database = open();
  {
    auto transaction = Transaction::begin(database);
    REQUIRE(transaction);
    REQUIRE(database.execute("INSERT INTO thing (name) VALUES ('lost')"));
  }
  CHECK_FALSE(database.in_transaction());
  CHECK(integer(database, "SELECT count(*) FROM thing") == 0);
  auto transaction = Transaction::begin(database);
  REQUIRE(transaction);
  REQUIRE(database.execute("INSERT INTO thing (name) VALUES ('kept')"));
  REQUIRE(transaction->commit());
  CHECK(integer(database, "SELECT count(*) FROM thing") == 1);
}

TEST_CASE_FIXTURE(Fixture, "An older database is brought up to date and keeps its rows") {
  {
    REQUIRE(open().execute("INSERT INTO thing (name) VALUES ('old')"));
  }
  options.migrations = kTwo;
  options.mode = Mode::ReadOnly;
  CHECK(refusal() == "store.older");
  options.mode = Mode::ReadWrite;
  Database database = open();
  CHECK(integer(database, "PRAGMA user_version") == 2);
  CHECK(integer(database, "SELECT count(*) FROM thing WHERE name = 'old' AND colour IS NULL") == 1);
}

TEST_CASE_FIXTURE(Fixture, "A migration that fails changes nothing") {
  {
    open();
  }
  options.migrations = kBroken;
  CHECK(refusal() == "store.sql");
  options.migrations = kOne;
  Database database = open();
  CHECK(integer(database, "PRAGMA user_version") == 1);
  CHECK(integer(database, "SELECT count(*) FROM pragma_table_info('thing') WHERE name = 'colour'") == 0);
}

TEST_CASE_FIXTURE(Fixture, "A newer database, another program's and a damaged one are refused by name") {
  SUBCASE("newer") {
    {
      REQUIRE(open().execute("PRAGMA user_version=9"));
    }
    CHECK(refusal() == "store.newer");
    options.mode = Mode::ReadOnly;
    CHECK(refusal() == "store.newer");
  }
  SUBCASE("another program's") {
    {
      REQUIRE(open().execute("PRAGMA application_id=1234"));
    }
    CHECK(refusal() == "store.foreign");
  }
  SUBCASE("another program's that has no mark") {
    options.application_id = 0;
    {
      open();
    }
    options.application_id = 77;
    CHECK(refusal() == "store.foreign");
  }
  SUBCASE("no database at all") {
    std::ofstream(options.path) << std::string(5000, 'x');
    CHECK(refusal() == "store.corrupt");
  }
  SUBCASE("missing") {
    options.mode = Mode::ReadOnly;
    CHECK(refusal() == "store.open");
    CHECK_FALSE(std::filesystem::exists(options.path));
    options.mode = Mode::ReadWrite;
    options.path = directory.path() + "/no/such/directory/x.sqlite";
    CHECK(refusal() == "store.open");
  }
}

TEST_CASE_FIXTURE(Fixture, "A full disk is an error with its name, and writing goes on when there is room again") {
  Database database = open();
  std::int64_t pages = integer(database, "PRAGMA page_count");
  REQUIRE(database.execute("PRAGMA max_page_count=" + std::to_string(pages + 2)));
  auto insert = database.prepare("INSERT INTO thing (data) VALUES (?)");
  REQUIRE(insert);
  std::string megabyte(1 << 20, 'x');
  Status status = insert->run({Blob{megabyte}});
  REQUIRE_FALSE(status);
  CHECK(status.error().code == "store.full");
  CHECK(status.error().where == options.path);
  REQUIRE(database.execute("PRAGMA max_page_count=100000"));
  CHECK(insert->run({Blob{megabyte}}).has_value());
  CHECK(database.check_integrity().has_value());
}

TEST_CASE_FIXTURE(Fixture,
                  "A reader sees what is committed beside the writer, one state at a time, and can't write") {
  Database writer = open();
  options.mode = Mode::ReadOnly;
  Database reader = open();
  auto snapshot = Transaction::begin_read(reader);
  REQUIRE(snapshot);
  CHECK(integer(reader, "SELECT count(*) FROM thing") == 0);
  REQUIRE(writer.execute("INSERT INTO thing (name) VALUES ('new')"));
  CHECK(integer(reader, "SELECT count(*) FROM thing") == 0);
  REQUIRE(snapshot->commit());
  CHECK(integer(reader, "SELECT count(*) FROM thing") == 1);
  Status status = reader.execute("INSERT INTO thing (name) VALUES ('x')");
  REQUIRE_FALSE(status);
  CHECK(status.error().code == "store.read_only");
}

TEST_CASE_FIXTURE(Fixture, "The log ahead is carried into the file by a checkpoint") {
  Database database = open();
  auto insert = database.prepare("INSERT INTO thing (data) VALUES (?)");
  REQUIRE(insert);
  std::string bytes(100'000, 'x');
  REQUIRE(insert->run({Blob{bytes}}));
  CHECK(database.wal_pages() >= 24);
  auto before = std::filesystem::file_size(options.path);
  REQUIRE(database.checkpoint());
  CHECK(std::filesystem::file_size(options.path) > before);
}

TEST_CASE_FIXTURE(Fixture, "Damage inside the file is found") {
  {
    Database database = open();
    auto insert = database.prepare("INSERT INTO thing (name) VALUES (?)");
    REQUIRE(insert);
    for (int i = 0; i < 2000; ++i) REQUIRE(insert->run({"name " + std::to_string(i)}));
    CHECK(database.check_integrity().has_value());
  }
  {
    std::fstream file(options.path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 4);
    file << std::string(64, '\x55');
  }
  auto database = Database::open(options);
  Status status = database ? database->check_integrity() : Status(fail(database.error()));
  REQUIRE_FALSE(status);
  CHECK(status.error().code == "store.corrupt");
}

TEST_CASE_FIXTURE(Fixture, "A file in a directory that can't be written is readable when nobody writes it") {
  {
    REQUIRE(open().execute("INSERT INTO thing (name) VALUES ('kept')"));
  }
  REQUIRE(chmod(options.path.c_str(), 0644) == 0);
  REQUIRE(chmod(directory.path().c_str(), 0555) == 0);
  pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setuid(kNobody) != 0) _exit(9);
    options.mode = Mode::ReadOnly;
    auto database = Database::open(options);
    if (!database) _exit(1);
    auto count = database->integer("SELECT count(*) FROM thing");
    _exit(count && *count == 1 ? 0 : 2);
  }
  int status = 0;
  waitpid(child, &status, 0);
  REQUIRE(chmod(directory.path().c_str(), 0755) == 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}
