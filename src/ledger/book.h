// The ledger's file, written by one thread: the chain of entries and the index of records over it.
//
// Entry n's hash is SHA-256(hash of entry n-1, 32 bytes, followed by the body of entry n); entry 1 follows the
// anchor, 32 zero bytes. The entries are the truth: what is listed and shown is read from their bodies, and the
// columns of `record` repeat only what is needed to find and to sum; verify() compares both.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "ledger/entry.h"
#include "store/database.h"

namespace sluice::ledger {

using Hash = std::array<std::uint8_t, 32>;
Hash entry_hash(std::string_view previous, std::string_view body);  // previous: 32 bytes
inline std::string_view bytes_of(const Hash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

std::string book_path(const std::string& data_dir);  // DIR/ledger.sqlite
// The database's options for reading or writing this file; the schema is in book.cpp.
store::DatabaseOptions book_options(const std::string& data_dir, store::Mode mode);
// An error of the store as the ledger's: "store.full" becomes "ledger.full".
Error ledger_error(Error error);

class Book {
 public:
  static Result<Book> open(const std::string& data_dir, store::Durability durability);

  // Appends the entries in one transaction. On success element i tells whether entry i stands in the file or why
  // it was refused alone: ledger.duplicate, ledger.unknown_record, ledger.already_closed. On failure nothing of
  // the group stands there.
  // With a generation of the journal (journal.h), whose whole content the group is, the same transaction notes
  // that it has been moved; one that was noted already fails with ledger.duplicate.
  Result<std::vector<Status>> append(std::span<const Entry> group, std::int64_t generation = 0);
  std::int64_t moved_generation() const { return generation_; }  // the newest that was moved; 0: none
  // Closes every open record as `interrupted`; how many.
  Result<int> close_left_open(UtcTime now);

  std::int64_t entries() const { return seq_; }
  const Hash& head() const { return hash_; }
  int wal_pages() const { return database_.wal_pages(); }
  Status checkpoint() { return database_.checkpoint(); }

 private:
  struct Statements {
    store::Statement find, insert_entry, insert_record, insert_closed, close_record, insert_act, note_generation;
  };
  struct Head {
    std::int64_t seq;
    Hash hash;
    std::int64_t generation;
  };
  static Result<Head> read_head(store::Database& database);
  static Result<Statements> prepare(store::Database& database);
  Book(store::Database database, Statements statements, const Head& head)
      : database_(std::move(database)),
        statements_(std::move(statements)),
        seq_(head.seq),
        hash_(head.hash),
        generation_(head.generation) {}

  // For each entry of a group the place of the other one of its record, if both stand in the group.
  using Pairs = std::vector<std::ptrdiff_t>;
  static constexpr std::ptrdiff_t kAlone = -1;
  // nullopt: an id is used in a way that refuses an entry.
  static std::optional<Pairs> pairs_of(std::span<const Entry> group);
  // With `pairs`, ledger.constraint if an entry has to be refused alone.
  Result<std::vector<Status>> append_all(std::span<const Entry> group, std::int64_t generation,
                                         const Pairs* pairs);
  // `before`: of the latest entry before the group.
  Status append_of_pair(std::span<const Entry> group, std::size_t i, std::size_t other, std::int64_t before);
  // The outer Result fails the group; the inner Status refuses this entry alone.
  Result<Status> append_one(const Entry& entry);
  Result<Status> append_opening(const Entry& entry);
  Result<Status> append_closing(const Entry& entry);
  Result<Status> append_act(const Entry& entry);
  Status write_entry(const Entry& entry);

  store::Database database_;
  Statements statements_;  // after database_: they end first
  std::int64_t seq_;       // of the latest entry; 0: none
  Hash hash_;              // of the latest entry, or the anchor's
  std::int64_t generation_;
};

}  // namespace sluice::ledger
