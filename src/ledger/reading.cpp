#include "ledger/reading.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "ledger/book.h"
#include "ledger/entry.h"
#include "ledger/journal.h"
#include "store/database.h"

namespace sluice::ledger {
namespace {

constexpr std::chrono::milliseconds kMostWait{250};
constexpr std::chrono::milliseconds kWaitStep{3};
constexpr int kMaxListed = 100'000;  // bounds the memory of one answer, about 1 KiB a record

Result<store::Database> open_file(const std::string& data_dir) {
  auto database = store::Database::open(book_options(data_dir, store::Mode::ReadOnly));
  if (!database) {
    Error error = ledger_error(std::move(database).error());
    if (error.code == "ledger.open") error.hint = "is this the data directory of a gateway that was started once?";
    return fail(std::move(error));
  }
  return database;
}

// One record from its two bodies; closing_body is empty while it is open.
Result<Record> read_record(std::string_view opening_body, std::string_view closing_body) {
  SLUICE_TRY(ParsedEntry opening, parse_entry(opening_body));
  if (!opening.opening) return fail("ledger.corrupt", "a record's opening is no opening", "");
  Record record{std::move(*opening.opening), std::nullopt};
  if (closing_body.empty()) return record;
  SLUICE_TRY(ParsedEntry closing, parse_entry(closing_body));
  if (!closing.closing) return fail("ledger.corrupt", "a record's closing is no closing", record.opening.id);
  record.closing = std::move(closing.closing);
  return record;
}

Result<std::vector<Record>> read_records(store::Statement& query) {
  std::vector<Record> records;
  for (;;) {
    SLUICE_TRY(bool more, query.next());
    if (!more) return records;
    SLUICE_TRY(Record record, read_record(query.text(0), query.text(1)));
    records.push_back(std::move(record));
  }
}

// Walks the chain and the index over it in one snapshot.
class Verification {
 public:
  static Result<std::int64_t> run(store::Database& database) {
    SLUICE_TRY(auto snapshot, store::Transaction::begin_read(database));
    SLUICE_TRY_VOID(database.check_integrity());
    SLUICE_TRY(auto record,
               database.prepare("SELECT id, time, tenant, principal, closed_seq, outcome, deployment, "
                                "cache_hit, cache_miss, completion, reasoning, cost_nano_usd "
                                "FROM record WHERE seq = ?"));
    SLUICE_TRY(auto closed, database.prepare("SELECT seq FROM record WHERE id = ?"));
    SLUICE_TRY(auto act, database.prepare("SELECT ticket, time FROM act WHERE seq = ?"));
    Verification verification(database, std::move(record), std::move(closed), std::move(act));
    SLUICE_TRY_VOID(verification.read_anchor());
    SLUICE_TRY_VOID(verification.walk());
    SLUICE_TRY_VOID(verification.compare_counts());
    return verification.opened_ + verification.closed_ + verification.acts_;
  }

 private:
  Verification(store::Database& database, store::Statement record, store::Statement by_id, store::Statement act)
      : database_(database), record_(std::move(record)), by_id_(std::move(by_id)), act_(std::move(act)) {}

  Failure broken(std::int64_t seq, const std::string& what) const {
    return fail("ledger.chain_broken", "entry " + std::to_string(seq) + " " + what, database_.path(),
                "keep this file for inspection; the entries before that one are as they were written");
  }

  Status read_anchor() {
    SLUICE_TRY(auto query, database_.prepare("SELECT seq, hash FROM anchor"));
    SLUICE_TRY_VOID(query.start());
    SLUICE_TRY(bool found, query.next());
    if (!found || query.blob(1).size() != hash_.size())
      return fail("ledger.chain_broken", "the chain's anchor is missing", database_.path());
    seq_ = query.integer(0);
    std::string_view hash = query.blob(1);
    std::copy(hash.begin(), hash.end(), hash_.begin());
    return {};
  }

  Status walk() {
    SLUICE_TRY(auto query, database_.prepare("SELECT seq, body, hash FROM entry ORDER BY seq"));
    SLUICE_TRY_VOID(query.start());
    for (;;) {
      SLUICE_TRY(bool more, query.next());
      if (!more) return {};
      std::int64_t seq = query.integer(0);
      if (seq != seq_ + 1) return broken(seq_ + 1, "is missing");
      std::string_view body = query.text(1);
      hash_ = entry_hash(bytes_of(hash_), body);
      if (query.blob(2) != bytes_of(hash_)) return broken(seq, "does not follow from the one before it");
      seq_ = seq;
      SLUICE_TRY_VOID(check_entry(body));
    }
  }

  // The body must be what we would write today, and the record's columns must repeat it.
  Status check_entry(std::string_view body) {
    auto parsed = parse_entry(body);
    if (!parsed) return broken(seq_, "can't be read: " + parsed.error().message);
    auto entry = parsed->opening   ? opening_entry(*parsed->opening)
                 : parsed->closing ? closing_entry(*parsed->closing)
                                   : act_entry(*parsed->act);
    if (!entry || entry->body != body) return broken(seq_, "is not in canonical form");
    SLUICE_TRY(bool agrees, parsed->opening   ? check_opening(*entry)
                            : parsed->closing ? check_closing(*entry)
                                              : check_act(*entry));
    if (!agrees) return broken(seq_, "and the record that points to it disagree");
    return {};
  }

  Result<bool> check_act(const Entry& entry) {
    ++acts_;
    SLUICE_TRY_VOID(act_.start({seq_}));
    SLUICE_TRY(bool found, act_.next());
    return found && act_.text(0) == entry.id && act_.integer(1) == entry.time.micros;
  }

  Result<bool> check_opening(const Entry& entry) {
    ++opened_;
    SLUICE_TRY_VOID(record_.start({seq_}));
    SLUICE_TRY(bool found, record_.next());
    return found && record_.text(0) == entry.id && record_.integer(1) == entry.time.micros &&
           record_.text(2) == entry.tenant && record_.text(3) == entry.principal;
  }

  Result<bool> check_closing(const Entry& entry) {
    ++closed_;
    SLUICE_TRY_VOID(by_id_.start({entry.id}));
    SLUICE_TRY(bool known, by_id_.next());
    if (!known) return false;
    std::int64_t seq = by_id_.integer(0);
    SLUICE_TRY_VOID(record_.start({seq}));
    SLUICE_TRY(bool found, record_.next());
    return found && seq < seq_ && record_.integer_or_null(4) == seq_ && record_.text(5) == entry.outcome &&
           record_.text(6) == entry.deployment && record_.integer_or_null(7) == entry.cache_hit &&
           record_.integer_or_null(8) == entry.cache_miss && record_.integer_or_null(9) == entry.completion &&
           record_.integer_or_null(10) == entry.reasoning && record_.integer_or_null(11) == entry.cost_nano_usd;
  }

  // Each opening and closing led to a record of its own; a record more has no entry, so entries were removed.
  Status compare_counts() {
    SLUICE_TRY(std::int64_t records, database_.integer("SELECT count(*) FROM record"));
    SLUICE_TRY(std::int64_t closed, database_.integer("SELECT count(closed_seq) FROM record"));
    SLUICE_TRY(std::int64_t acts, database_.integer("SELECT count(*) FROM act"));
    if (records != opened_ || closed != closed_ || acts != acts_)
      return broken(seq_ + 1, "is missing: there are records without entries");
    return {};
  }

  store::Database& database_;
  store::Statement record_, by_id_, act_;
  std::int64_t seq_ = 0;
  Hash hash_{};
  std::int64_t opened_ = 0, closed_ = 0, acts_ = 0;
};

}  // namespace

void wait_until_moved(const std::string& data_dir) {
  const std::int64_t newest = Journal::newest_generation(data_dir);
  auto database = open_file(data_dir);
  for (auto waited = std::chrono::milliseconds(0); database && waited < kMostWait; waited += kWaitStep) {
    auto moved = database->integer("SELECT generation FROM journal");
    if (!moved || *moved >= newest) return;
    std::this_thread::sleep_for(kWaitStep);
  }
}

Status check_readable(const std::string& data_dir) {
  SLUICE_TRY([[maybe_unused]] auto database, open_file(data_dir));
  return {};
}

Result<std::vector<Record>> list_records(const std::string& data_dir, const ListOptions& options) {
  if (options.limit < 1 || options.limit > kMaxListed)
    return fail("ledger.limit", "between 1 and " + std::to_string(kMaxListed) + " records can be listed", "",
                "choose another limit");
  SLUICE_TRY(auto database, open_file(data_dir));
  std::string sql =
      "SELECT o.body, c.body FROM record r JOIN entry o ON o.seq = r.seq LEFT JOIN entry c ON c.seq = "
      "r.closed_seq "
      "WHERE r.time >= ? AND (? = '' OR coalesce(r.outcome, 'open') = ?) AND (? = '' OR r.deployment = ?) "
      "ORDER BY r.seq DESC LIMIT ?";
  auto listed = [&]() -> Result<std::vector<Record>> {
    SLUICE_TRY(auto query, database.prepare(sql));
    std::int64_t since = options.since ? options.since->micros : std::numeric_limits<std::int64_t>::min();
    SLUICE_TRY_VOID(query.start(
        {since, options.outcome, options.outcome, options.deployment, options.deployment, options.limit}));
    return read_records(query);
  }();
  if (!listed) return fail(ledger_error(std::move(listed).error()));
  return listed;
}

Result<std::vector<Act>> list_acts(const std::string& data_dir, const ActOptions& options) {
  if (options.limit < 1 || options.limit > kMaxListed)
    return fail("ledger.limit", "between 1 and " + std::to_string(kMaxListed) + " acts can be listed", "",
                "choose another limit");
  SLUICE_TRY(auto database, open_file(data_dir));
  auto listed = [&]() -> Result<std::vector<Act>> {
    SLUICE_TRY(auto query,
               database.prepare("SELECT e.body FROM act a JOIN entry e ON e.seq = a.seq WHERE (? = '' OR "
                                "a.ticket = ?) ORDER BY a.seq DESC LIMIT ?"));
    SLUICE_TRY_VOID(query.start({options.ticket, options.ticket, options.limit}));
    std::vector<Act> acts;
    for (;;) {
      SLUICE_TRY(bool more, query.next());
      if (!more) return acts;
      SLUICE_TRY(ParsedEntry parsed, parse_entry(query.text(0)));
      if (!parsed.act) return fail("ledger.corrupt", "an act's entry is none", "");
      acts.push_back(std::move(*parsed.act));
    }
  }();
  if (!listed) return fail(ledger_error(std::move(listed).error()));
  return listed;
}

Result<Record> show_record(const std::string& data_dir, std::string_view id) {
  SLUICE_TRY(auto database, open_file(data_dir));
  auto found = [&]() -> Result<std::vector<Record>> {
    SLUICE_TRY(auto query, database.prepare("SELECT o.body, c.body FROM record r JOIN entry o ON o.seq = r.seq "
                                            "LEFT JOIN entry c ON c.seq = r.closed_seq WHERE r.id = ?"));
    SLUICE_TRY_VOID(query.start({id}));
    return read_records(query);
  }();
  if (!found) return fail(ledger_error(std::move(found).error()));
  if (found->empty())
    return fail("ledger.unknown_record", "there is no record with this id", std::string(id),
                "'sluice records list' shows the ids");
  return std::move(found->front());
}

Result<std::int64_t> verify_chain(const std::string& data_dir) {
  SLUICE_TRY(auto database, open_file(data_dir));
  auto entries = Verification::run(database);
  if (!entries) return fail(ledger_error(std::move(entries).error()));
  return entries;
}

}  // namespace sluice::ledger
