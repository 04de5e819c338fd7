// SQLite's C interface, and not SQLiteCpp: that library reports by exceptions, so each of the calls below would
// need a try block to turn them back into an Error, and it offers neither the log hook nor read-only opening of a
// directory that can't be written. The two handles with their deleters are all that it would have saved.
#include "store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "base/check.h"

namespace sluice::store {
namespace {

constexpr int kBusyMillis = 5'000;         // another connection writes or checkpoints; longer means it hangs
constexpr int kWalBackstopPages = 16'384;  // 64 MiB: if the owner never calls checkpoint(), SQLite does

// A writer's page cache. SQLite's 2 MiB no longer hold the inner pages of an index over some 100,000 random ids.
constexpr int kCacheKib = 32 << 10;

struct Kind {
  const char* code;
  const char* message;
  const char* hint;
};

// sqlite.org/rescode.html, by primary code.
Kind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return {"store.full", "the disk is full", "free some space; nothing else is needed"};
    case SQLITE_READONLY:
      return {"store.read_only", "the database can't be written", "check its owner and mode"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {"store.busy", "another process holds the database", "end that process"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {"store.corrupt", "the database file is damaged", "keep it for inspection and restore a copy"};
    case SQLITE_CANTOPEN:
      return {"store.open", "the database can't be opened", "check the path, owner and mode"};
    case SQLITE_IOERR:
      return {"store.io", "the disk reports an error", "see the system's log"};
    case SQLITE_CONSTRAINT:
      return {"store.constraint", "a rule of the schema forbids this change", ""};
    case SQLITE_NOMEM:
      return {"store.memory", "there is not enough memory", ""};
    default:
      return {"store.sql", "the database refused a statement", ""};
  }
}

Error make_error(sqlite3* database, int code, const std::string& path) {
  Kind kind = kind_of(code);
  // SQLite's messages name tables, columns and SQL words, never values.
  std::string detail = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
  return Error{kind.code, std::string(kind.message) + " (" + detail + ")", path, kind.hint};
}

// The file is made by us and not by SQLite, so that it is never readable by others, whatever the umask; the log
// files that SQLite puts beside it inherit the mode.
Status create_private(const std::string& path) {
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0)
    return fail("store.open", "the file can't be created: " + std::generic_category().message(errno), path,
                "make its directory writable for the user that runs this program");
  close(file);
  return {};
}

// A copy on a read-only medium has no log beside it and nobody can write it: SQLite may then do without locks.
// Anywhere else that would be unsafe.
bool is_frozen(const std::string& path) {
  std::string directory = path.substr(0, path.find_last_of('/') + 1);
  if (directory.empty()) directory = ".";
  return access((path + "-wal").c_str(), F_OK) != 0 && access(directory.c_str(), W_OK) != 0;
}

std::string file_uri(const std::string& path) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (char c : path) {
    if (c == '%' || c == '?' || c == '#') {
      uri += '%';
      uri += kHex[std::uint8_t(c) >> 4];
      uri += kHex[std::uint8_t(c) & 15];
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

// Counts of allocated memory, which nobody reads, would cost a lock at each allocation. Refused, without harm, if
// something in this process has used SQLite before.
void configure_library() {
  static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)once;
}

}  // namespace

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close_v2(database);  // waits for statements that outlive the Database
}
void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Database> Database::open(const DatabaseOptions& options) {
  configure_library();
  Database database;
  database.path_ = options.path;
  SLUICE_TRY_VOID(database.connect(options));
  SLUICE_TRY_VOID(database.configure(options));
  if (options.mode == Mode::ReadWrite) {
    SLUICE_TRY_VOID(database.migrate(options));
  } else {
    SLUICE_TRY_VOID(database.check_version(options));
  }
  return database;
}

Status Database::connect(const DatabaseOptions& options) {
  std::string name = path_;
  int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;  // one thread at a time: the face says so
  if (options.mode == Mode::ReadWrite) {
    SLUICE_TRY_VOID(create_private(path_));
    flags |= SQLITE_OPEN_READWRITE;
  } else {
    if (access(path_.c_str(), F_OK) != 0)
      return fail("store.open", "there is no such file", path_, "check the data directory");
    flags |= SQLITE_OPEN_READONLY;
    if (is_frozen(path_)) {
      name = file_uri(path_);
      flags |= SQLITE_OPEN_URI;
    }
  }
  sqlite3* raw = nullptr;
  int code = sqlite3_open_v2(name.c_str(), &raw, flags, nullptr);
  handle_.reset(raw);
  if (code != SQLITE_OK) return fail(make_error(raw, code, path_));
  return {};
}

Status Database::configure(const DatabaseOptions& options) {
  sqlite3_busy_timeout(handle_.get(), kBusyMillis);
  // The file may have been put there by somebody else: its schema must not run functions or write its own pages.
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  SLUICE_TRY_VOID(execute("PRAGMA foreign_keys=ON; PRAGMA cell_size_check=ON;"));
  if (options.mode == Mode::ReadOnly) return execute("PRAGMA query_only=ON;");

  SLUICE_TRY_VOID(execute(options.durability == Durability::Power ? "PRAGMA synchronous=FULL;"
                                                                  : "PRAGMA synchronous=NORMAL;"));
  SLUICE_TRY_VOID(execute("PRAGMA cache_size=-" + std::to_string(kCacheKib) + ";"));
  wal_pages_ = std::make_unique<int>(0);
  auto remember = [](void* counter, sqlite3* database, const char* name, int pages) {
    *static_cast<int*>(counter) = pages;
    if (pages >= kWalBackstopPages)
      sqlite3_wal_checkpoint_v2(database, name, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
    return SQLITE_OK;
  };
  sqlite3_wal_hook(handle_.get(), remember, wal_pages_.get());
  return {};
}

Status Database::check_version(const DatabaseOptions& options) {
  auto known = std::int64_t(options.migrations.size());
  SLUICE_TRY(std::int64_t id, integer("PRAGMA application_id"));
  SLUICE_TRY(std::int64_t version, integer("PRAGMA user_version"));
  SLUICE_TRY(std::int64_t tables, integer("SELECT count(*) FROM sqlite_schema"));
  if (id != options.application_id && (id != 0 || tables != 0))
    return fail("store.foreign", "this database belongs to another program", path_, "name another data directory");
  if (version > known)
    return fail(
        "store.newer",
        "the database has version " + std::to_string(version) + "; this program knows " + std::to_string(known),
        path_, "use the newer program that wrote it");
  if (version < known && options.mode == Mode::ReadOnly)
    return fail(
        "store.older",
        "the database has version " + std::to_string(version) + "; this program wants " + std::to_string(known),
        path_, "start the gateway once: it brings the file up to date");
  if (version < 0) return fail("store.corrupt", "the database has a negative version", path_);
  return {};
}

Status Database::migrate(const DatabaseOptions& options) {
  SLUICE_TRY_VOID(check_version(options));
  // The log mode is kept in the file and can't be changed inside a transaction.
  SLUICE_TRY_VOID(execute("PRAGMA journal_mode=WAL;"));
  SLUICE_TRY(auto transaction, Transaction::begin(*this));
  SLUICE_TRY_VOID(check_version(options));  // again: another process may have migrated meanwhile
  SLUICE_TRY(std::int64_t version, integer("PRAGMA user_version"));
  if (version == std::int64_t(options.migrations.size())) return {};
  for (std::size_t i = std::size_t(version); i < options.migrations.size(); ++i) {
    SLUICE_TRY_VOID(execute(options.migrations[i]));
  }
  SLUICE_TRY_VOID(execute("PRAGMA application_id=" + std::to_string(options.application_id) +
                          "; PRAGMA user_version=" + std::to_string(options.migrations.size()) + ";"));
  return transaction.commit();
}

Result<Statement> Database::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  int code =
      sqlite3_prepare_v3(handle_.get(), sql.data(), int(sql.size()), SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
  if (code != SQLITE_OK) return fail(make_error(handle_.get(), code, path_));
  SLUICE_CHECK(raw, "the statement is not empty");
  return Statement(raw);
}

Status Database::execute(const std::string& sql) {
  int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(make_error(handle_.get(), code, path_));
  return {};
}

Status Database::run_kept(std::optional<Statement>& kept, std::string_view sql) {
  if (!kept) {
    SLUICE_TRY(Statement made, prepare(sql));
    kept.emplace(std::move(made));
  }
  return kept->run();
}

Result<std::int64_t> Database::integer(std::string_view sql) {
  SLUICE_TRY(Statement query, prepare(sql));
  SLUICE_TRY_VOID(query.start());
  SLUICE_TRY(bool found, query.next());
  if (!found) return fail("store.sql", "a query that has one row returned none", path_);
  return query.integer(0);
}

std::int64_t Database::changed_rows() const { return sqlite3_changes64(handle_.get()); }
bool Database::in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

Status Database::check_integrity() {
  SLUICE_TRY(Statement query, prepare("PRAGMA integrity_check(1)"));
  SLUICE_TRY_VOID(query.start());
  SLUICE_TRY(bool found, query.next());
  if (found && query.text(0) == "ok") return {};
  // The text names pages, tables and rows, no values.
  std::string fault = found ? std::string(query.text(0)) : "no answer";
  return fail("store.corrupt", "the database file is damaged (" + fault + ")", path_,
              kind_of(SQLITE_CORRUPT).hint);
}

Status Database::checkpoint() {
  int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (wal_pages_) *wal_pages_ = 0;  // the next commit tells the true length
  if (code != SQLITE_OK) return fail(make_error(handle_.get(), code, path_));
  return {};
}

Failure Statement::failed(int code) const {
  sqlite3* database = sqlite3_db_handle(handle_.get());
  const char* file = sqlite3_db_filename(database, "main");
  Error error = make_error(database, code, file ? file : "");
  sqlite3_reset(handle_.get());
  return fail(std::move(error));
}

Status Statement::bind(Parameters parameters, bool copy) {
  sqlite3_reset(handle_.get());
  SLUICE_CHECK(int(parameters.size()) == sqlite3_bind_parameter_count(handle_.get()), "a value for each '?'");
  auto keep = copy ? SQLITE_TRANSIENT : SQLITE_STATIC;
  int index = 0;
  for (const Parameter& p : parameters) {
    ++index;
    int code = SQLITE_OK;
    // An empty view may have no address, which SQLite would take for NULL.
    const char* bytes = p.bytes_.data() ? p.bytes_.data() : "";
    switch (p.kind_) {
      case Parameter::Kind::Null:
        code = sqlite3_bind_null(handle_.get(), index);
        break;
      case Parameter::Kind::Integer:
        code = sqlite3_bind_int64(handle_.get(), index, p.integer_);
        break;
      case Parameter::Kind::Text:
        code = sqlite3_bind_text64(handle_.get(), index, bytes, p.bytes_.size(), keep, SQLITE_UTF8);
        break;
      case Parameter::Kind::Blob:
        code = sqlite3_bind_blob64(handle_.get(), index, bytes, p.bytes_.size(), keep);
        break;
    }
    if (code != SQLITE_OK) return failed(code);
  }
  return {};
}

Status Statement::run(Parameters parameters) {
  SLUICE_TRY_VOID(bind(parameters, false));
  int code = SQLITE_ROW;
  while (code == SQLITE_ROW) code = sqlite3_step(handle_.get());
  if (code != SQLITE_DONE) return failed(code);
  end();
  return {};
}

Status Statement::start(Parameters parameters) { return bind(parameters, true); }

Result<bool> Statement::next() {
  int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) return failed(code);
  end();
  return false;
}

void Statement::end() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());  // SQLITE_STATIC values end with the call
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_.get(), column) == SQLITE_NULL; }
std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_.get(), column); }

std::optional<std::int64_t> Statement::integer_or_null(int column) const {
  if (is_null(column)) return std::nullopt;
  return integer(column);
}

std::string_view Statement::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (!bytes) return {};
  return {bytes, std::size_t(sqlite3_column_bytes(handle_.get(), column))};
}

std::string_view Statement::blob(int column) const {
  const void* bytes = sqlite3_column_blob(handle_.get(), column);
  if (!bytes) return {};
  return {static_cast<const char*>(bytes), std::size_t(sqlite3_column_bytes(handle_.get(), column))};
}

Result<Transaction> Transaction::begin(Database& database) {
  SLUICE_TRY_VOID(database.run_kept(database.begin_, "BEGIN IMMEDIATE"));
  return Transaction(database);
}

Result<Transaction> Transaction::begin_read(Database& database) {
  SLUICE_TRY_VOID(database.execute("BEGIN"));
  return Transaction(database);
}

Status Transaction::commit() {
  SLUICE_CHECK(database_, "a transaction is committed once");
  // After a failed COMMIT (disk full) the transaction may still be open: the destructor undoes it.
  SLUICE_TRY_VOID(database_->run_kept(database_->commit_, "COMMIT"));
  database_ = nullptr;
  return {};
}

Transaction::~Transaction() {
  // SQLite has undone it already after some errors. If ROLLBACK itself fails, the next BEGIN says so.
  if (database_ && database_->in_transaction()) (void)database_->execute("ROLLBACK");
}

}  // namespace sluice::store
