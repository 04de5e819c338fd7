#include "ledger/book.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "base/id.h"

namespace sluice::ledger {
namespace {

constexpr std::int32_t kApplicationId = 0x534C4C47;  // "SLLG"

// `anchor` is where the chain begins: entry anchor.seq + 1 follows anchor.hash. It moves when old entries are
// deleted at the end of their retention, so that the rest still verifies.
// `record.closed_seq` is no foreign key: the check would look through all records for each deleted entry.
constexpr const char* kMigrations[] = {R"sql(
CREATE TABLE anchor (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  seq INTEGER NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;
INSERT INTO anchor VALUES (1, 0, zeroblob(32));

CREATE TABLE entry (
  seq INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE TABLE record (
  seq INTEGER PRIMARY KEY REFERENCES entry (seq),  -- of its opening entry
  id TEXT NOT NULL UNIQUE,
  time INTEGER NOT NULL,                           -- opened, microseconds since 1970, UTC
  tenant TEXT NOT NULL,
  principal TEXT NOT NULL,
  closed_seq INTEGER,                              -- of its closing entry; NULL: open
  outcome TEXT,
  deployment TEXT,
  cache_hit INTEGER,                               -- tokens; NULL: unknown
  cache_miss INTEGER,
  completion INTEGER,
  reasoning INTEGER,
  cost_nano_usd INTEGER,                           -- 1e-9 USD; NULL: unknown
  CHECK ((closed_seq IS NULL) = (outcome IS NULL)),
  CHECK ((closed_seq IS NULL) = (deployment IS NULL))
) STRICT;
CREATE INDEX record_open ON record (seq) WHERE closed_seq IS NULL;
)sql",
                                       R"sql(
CREATE TABLE act (
  seq INTEGER PRIMARY KEY REFERENCES entry (seq),
  ticket TEXT NOT NULL,
  time INTEGER NOT NULL                            -- microseconds since 1970, UTC
) STRICT;
CREATE INDEX act_ticket ON act (ticket);
)sql",
                                       R"sql(
CREATE TABLE journal (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  generation INTEGER NOT NULL                      -- the newest that was moved; 0: none
) STRICT;
INSERT INTO journal VALUES (1, 0);
)sql"};

}  // namespace

Hash entry_hash(std::string_view previous, std::string_view body) {
  std::string bytes;
  bytes.reserve(previous.size() + body.size());
  bytes += previous;
  bytes += body;
  return sha256(bytes);
}

std::string book_path(const std::string& data_dir) { return data_dir + "/ledger.sqlite"; }

store::DatabaseOptions book_options(const std::string& data_dir, store::Mode mode) {
  store::DatabaseOptions options;
  options.path = book_path(data_dir);
  options.mode = mode;
  options.application_id = kApplicationId;
  options.migrations = kMigrations;
  return options;
}

Error ledger_error(Error error) {
  constexpr std::string_view kFrom = "store.";
  if (error.code.starts_with(kFrom)) error.code.replace(0, kFrom.size(), "ledger.");
  return error;
}

Result<Book> Book::open(const std::string& data_dir, store::Durability durability) {
  store::DatabaseOptions options = book_options(data_dir, store::Mode::ReadWrite);
  options.durability = durability;
  SLUICE_TRY(store::Database database, store::Database::open(options));
  SLUICE_TRY(Head head, read_head(database));
  SLUICE_TRY(Statements statements, prepare(database));
  return Book(std::move(database), std::move(statements), head);
}

Result<Book::Head> Book::read_head(store::Database& database) {
  SLUICE_TRY(auto query, database.prepare("SELECT seq, hash FROM (SELECT seq, hash FROM anchor UNION ALL SELECT * "
                                          "FROM (SELECT seq, hash FROM entry ORDER BY seq DESC LIMIT 1)) "
                                          "ORDER BY seq DESC LIMIT 1"));
  SLUICE_TRY_VOID(query.start());
  SLUICE_TRY(bool found, query.next());
  if (!found) return fail("ledger.corrupt", "the chain has no anchor", database.path());
  Head head{query.integer(0), {}, 0};
  std::string_view hash = query.blob(1);
  if (hash.size() != head.hash.size())
    return fail("ledger.corrupt", "a hash has another length than 32 bytes", database.path());
  std::copy(hash.begin(), hash.end(), head.hash.begin());
  SLUICE_TRY(head.generation, database.integer("SELECT generation FROM journal"));
  return head;
}

Result<Book::Statements> Book::prepare(store::Database& database) {
  SLUICE_TRY(auto find, database.prepare("SELECT 1 FROM record WHERE id = ?"));
  SLUICE_TRY(auto insert_entry, database.prepare("INSERT INTO entry (seq, body, hash) VALUES (?, ?, ?)"));
  SLUICE_TRY(auto insert_record,
             database.prepare("INSERT INTO record (seq, id, time, tenant, principal) VALUES (?, ?, ?, ?, ?)"));
  SLUICE_TRY(auto insert_closed,
             database.prepare("INSERT INTO record (seq, id, time, tenant, principal, closed_seq, outcome, "
                              "deployment, cache_hit, cache_miss, completion, reasoning, cost_nano_usd) "
                              "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"));
  SLUICE_TRY(auto close_record,
             database.prepare("UPDATE record SET closed_seq = ?, outcome = ?, deployment = ?, cache_hit = ?, "
                              "cache_miss = ?, completion = ?, reasoning = ?, cost_nano_usd = ? "
                              "WHERE id = ? AND closed_seq IS NULL"));
  SLUICE_TRY(auto insert_act, database.prepare("INSERT INTO act (seq, ticket, time) VALUES (?, ?, ?)"));
  SLUICE_TRY(auto note_generation, database.prepare("UPDATE journal SET generation = ?1 WHERE generation < ?1"));
  return Statements{std::move(find),           std::move(insert_entry), std::move(insert_record),
                    std::move(insert_closed),  std::move(close_record), std::move(insert_act),
                    std::move(note_generation)};
}

Result<std::vector<Status>> Book::append(std::span<const Entry> group, std::int64_t generation) {
  auto pairs = pairs_of(group);
  if (pairs) {
    auto written = append_all(group, generation, &*pairs);
    // An id that stood in the file before, say: who has to be refused is found out one by one.
    if (written || written.error().code != "ledger.constraint") return written;
  }
  return append_all(group, generation, nullptr);
}

Result<std::vector<Status>> Book::append_all(std::span<const Entry> group, std::int64_t generation,
                                             const Pairs* pairs) {
  const std::int64_t seq = seq_;
  const Hash hash = hash_;
  auto write = [&]() -> Result<std::vector<Status>> {
    std::vector<Status> statuses;
    statuses.reserve(group.size());
    SLUICE_TRY(auto transaction, store::Transaction::begin(database_));
    for (std::size_t i = 0; i < group.size(); ++i) {
      if (pairs && (*pairs)[i] != kAlone) {
        SLUICE_TRY_VOID(append_of_pair(group, i, std::size_t((*pairs)[i]), seq));
        statuses.emplace_back();
      } else {
        SLUICE_TRY(Status status, append_one(group[i]));
        // The sequence numbers of pairs are counted from the group's beginning: nobody may be left out.
        if (pairs && !status) return fail("store.constraint", "an entry has to be refused", database_.path());
        statuses.push_back(std::move(status));
      }
    }
    if (generation != 0) {
      SLUICE_TRY_VOID(statements_.note_generation.run({generation}));
      if (database_.changed_rows() != 1)
        return fail("ledger.duplicate", "this part of the journal was moved before", database_.path());
    }
    SLUICE_TRY_VOID(transaction.commit());
    return statuses;
  };
  auto written = write();
  if (written) {
    if (generation != 0) generation_ = generation;
    return written;
  }
  seq_ = seq;
  hash_ = hash;
  return fail(ledger_error(std::move(written).error()));
}

// Most records are opened and closed within one group. Their row is written once, closed, which takes half of the
// work; the chain has both entries in the order in which they came, as ever.
std::optional<Book::Pairs> Book::pairs_of(std::span<const Entry> group) {
  Pairs pairs(group.size(), kAlone);
  std::unordered_map<std::string_view, std::size_t> opened;
  std::unordered_set<std::string_view> seen;
  opened.reserve(group.size());
  seen.reserve(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) {
    const Entry& entry = group[i];
    if (entry.kind == Entry::Kind::Open) {
      if (!seen.insert(entry.id).second) return std::nullopt;
      opened.emplace(entry.id, i);
    } else if (entry.kind == Entry::Kind::Close) {
      auto found = opened.find(entry.id);
      if (found == opened.end()) {
        if (!seen.insert(entry.id).second) return std::nullopt;
        continue;
      }
      pairs[found->second] = std::ptrdiff_t(i);
      pairs[i] = std::ptrdiff_t(found->second);
      opened.erase(found);
    }
  }
  return pairs;
}

Status Book::append_of_pair(std::span<const Entry> group, std::size_t i, std::size_t other, std::int64_t before) {
  SLUICE_TRY_VOID(write_entry(group[i]));
  if (group[i].kind == Entry::Kind::Open) return {};
  const Entry& opening = group[other];
  const Entry& closing = group[i];
  const std::int64_t opened = before + std::int64_t(other) + 1;
  return statements_.insert_closed.run({opened, opening.id, opening.time.micros, opening.tenant, opening.principal,
                                        seq_, closing.outcome, closing.deployment, closing.cache_hit,
                                        closing.cache_miss, closing.completion, closing.reasoning,
                                        closing.cost_nano_usd});
}

Result<Status> Book::append_one(const Entry& entry) {
  switch (entry.kind) {
    case Entry::Kind::Open:
      return append_opening(entry);
    case Entry::Kind::Close:
      return append_closing(entry);
    case Entry::Kind::Act:
      return append_act(entry);
  }
  return fail("ledger.invalid", "an entry of no known kind");
}

Result<Status> Book::append_opening(const Entry& entry) {
  SLUICE_TRY_VOID(statements_.find.start({entry.id}));
  SLUICE_TRY(bool known, statements_.find.next());
  statements_.find.end();
  if (known) return Status(fail("ledger.duplicate", "there is a record with this id already", entry.id));
  SLUICE_TRY_VOID(write_entry(entry));
  SLUICE_TRY_VOID(
      statements_.insert_record.run({seq_, entry.id, entry.time.micros, entry.tenant, entry.principal}));
  return Status();
}

Result<Status> Book::append_closing(const Entry& entry) {
  SLUICE_TRY_VOID(
      statements_.close_record.run({seq_ + 1, entry.outcome, entry.deployment, entry.cache_hit, entry.cache_miss,
                                    entry.completion, entry.reasoning, entry.cost_nano_usd, entry.id}));
  if (database_.changed_rows() == 1) {
    SLUICE_TRY_VOID(write_entry(entry));
    return Status();
  }
  SLUICE_TRY_VOID(statements_.find.start({entry.id}));
  SLUICE_TRY(bool known, statements_.find.next());
  statements_.find.end();
  if (known) return Status(fail("ledger.already_closed", "the record is closed already", entry.id));
  return Status(fail("ledger.unknown_record", "there is no record with this id", entry.id));
}

Result<Status> Book::append_act(const Entry& entry) {
  SLUICE_TRY_VOID(write_entry(entry));
  SLUICE_TRY_VOID(statements_.insert_act.run({seq_, entry.id, entry.time.micros}));
  return Status();
}

Status Book::write_entry(const Entry& entry) {
  Hash hash = entry_hash(bytes_of(hash_), entry.body);
  SLUICE_TRY_VOID(statements_.insert_entry.run({seq_ + 1, entry.body, store::Blob{bytes_of(hash)}}));
  ++seq_;
  hash_ = hash;
  return {};
}

Result<int> Book::close_left_open(UtcTime now) {
  std::vector<Entry> group;
  SLUICE_TRY(auto query, database_.prepare("SELECT id FROM record WHERE closed_seq IS NULL ORDER BY seq"));
  SLUICE_TRY_VOID(query.start());
  for (;;) {
    SLUICE_TRY(bool more, query.next());
    if (!more) break;
    Closing closing;
    closing.id = query.text(0);
    closing.time = now;
    closing.outcome = "interrupted";
    SLUICE_TRY(Entry entry, closing_entry(closing));
    group.push_back(std::move(entry));
  }
  if (group.empty()) return 0;
  SLUICE_TRY(auto statuses, append(group));
  for (Status& status : statuses)
    if (!status) return fail(std::move(status).error());
  return int(group.size());
}

}  // namespace sluice::ledger
