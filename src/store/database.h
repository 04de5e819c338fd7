// One SQLite database file: opened safely, brought to the version this program knows, and used by prepared
// statements. Nothing here knows what is stored.
//
// A Database belongs to one thread at a time. Any number of connections, in this process or others, may read a
// file while one writes it (write-ahead log). A Statement is what is prepared once and kept: hold it beside the
// database and run it as often as needed.
//
//   SLUICE_TRY(auto db, Database::open({.path = "x.sqlite", .application_id = 0x..., .migrations = kMigrations}));
//   SLUICE_TRY(auto insert, db.prepare("INSERT INTO entry VALUES (?, ?)"));
//   SLUICE_TRY(auto transaction, Transaction::begin(db));
//   SLUICE_TRY_VOID(insert.run({1, "text"}));
//   SLUICE_TRY_VOID(transaction.commit());
//
// Error codes: store.open, store.newer, store.older, store.foreign (another program's file), store.corrupt,
// store.full, store.read_only, store.busy, store.io, store.constraint, store.memory, store.sql. `where` is the
// file. An Error never carries a bound value.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sluice::store {

// Bytes, where a string_view would be text.
struct Blob {
  std::string_view bytes;
};

// A value for a '?'. Text and bytes are not copied: they must outlive the call that they are given to.
class Parameter {
 public:
  Parameter(std::nullptr_t) {}
  Parameter(std::int64_t n) : kind_(Kind::Integer), integer_(n) {}
  Parameter(int n) : kind_(Kind::Integer), integer_(n) {}
  Parameter(std::string_view text) : kind_(Kind::Text), bytes_(text) {}
  Parameter(const std::string& text) : kind_(Kind::Text), bytes_(text) {}
  Parameter(const char* text) : kind_(Kind::Text), bytes_(text) {}
  Parameter(Blob blob) : kind_(Kind::Blob), bytes_(blob.bytes) {}
  template <class T>
  Parameter(const std::optional<T>& value) : Parameter(value ? Parameter(*value) : Parameter(nullptr)) {}

 private:
  friend class Statement;
  enum class Kind : std::uint8_t { Null, Integer, Text, Blob };
  Kind kind_ = Kind::Null;
  std::int64_t integer_ = 0;
  std::string_view bytes_;
};
using Parameters = std::initializer_list<Parameter>;

class Statement {
 public:
  // Runs a statement that returns no rows (rows are skipped), from its beginning.
  Status run(Parameters parameters = {});
  // Begins a query; the values are copied. Then: while (*(more = query.next())) ... Ends by itself after the last
  // row; end() leaves it early, which a reader should do so that it does not hold an old snapshot.
  Status start(Parameters parameters = {});
  Result<bool> next();
  void end();

  // Columns of the current row, from 0. Views are valid until the next call of next(), start(), run() or end().
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::optional<std::int64_t> integer_or_null(int column) const;
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  explicit Statement(sqlite3_stmt* statement) : handle_(statement) {}
  Status bind(Parameters parameters, bool copy);
  Failure failed(int code) const;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

enum class Mode { ReadWrite, ReadOnly };

// What a commit survives. Process: a kill of this process at any moment. Power: also the loss of power, at the
// price of one disk flush for each commit.
enum class Durability { Process, Power };

struct DatabaseOptions {
  std::string path;
  Mode mode = Mode::ReadWrite;
  std::int32_t application_id = 0;  // tells our file from another program's; sqlite.org/fileformat2.html 1.3.16
  // SQL of each version, from 1: migrations[i] leads from version i to i+1. Only ever append.
  std::span<const char* const> migrations;
  Durability durability = Durability::Process;
};

class Database {
 public:
  // ReadWrite creates the file (mode 0600) and migrates it in one transaction. ReadOnly never changes the file:
  // it wants the version that this program knows (store.older, store.newer), and store.open if there is no file.
  static Result<Database> open(const DatabaseOptions& options);

  Result<Statement> prepare(std::string_view sql);
  Status execute(const std::string& sql);              // any number of statements, without values
  Result<std::int64_t> integer(std::string_view sql);  // the one value of a query of one row
  std::int64_t changed_rows() const;                   // by the latest INSERT, UPDATE or DELETE
  bool in_transaction() const;
  Status check_integrity();  // walks the whole file: store.corrupt names the first fault
  const std::string& path() const { return path_; }

  // The write-ahead log is carried into the file by checkpoint(), which the owner calls when nobody waits.
  // wal_pages() is its length as of this connection's latest commit, in pages.
  int wal_pages() const { return wal_pages_ ? *wal_pages_ : 0; }
  Status checkpoint();

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  Database() = default;
  Status connect(const DatabaseOptions& options);
  Status configure(const DatabaseOptions& options);
  Status migrate(const DatabaseOptions& options);
  Status check_version(const DatabaseOptions& options);
  friend class Transaction;
  // A statement that is run again and again, compiled once.
  Status run_kept(std::optional<Statement>& kept, std::string_view sql);
  std::unique_ptr<sqlite3, Close> handle_;
  std::optional<Statement> begin_, commit_;  // after handle_: they end first
  std::unique_ptr<int> wal_pages_;           // SQLite's hook holds its address; null if read-only
  std::string path_;
};

// BEGIN IMMEDIATE ... COMMIT; without commit() everything is undone.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  // A snapshot for reading: all queries until the end see the same state.
  static Result<Transaction> begin_read(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;  // null after commit
};

}  // namespace sluice::store
