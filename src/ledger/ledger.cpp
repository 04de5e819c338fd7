#include "ledger/ledger.h"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/id.h"
#include "base/log.h"
#include "base/metrics.h"
#include "ledger/book.h"
#include "ledger/entry.h"
#include "ledger/reading.h"
#include "store/directory.h"

namespace sluice::ledger {
namespace {

constexpr std::size_t kGroup = 512;  // entries in one transaction: about 10 ms of work
// After a commit, closings wait so long for an opening to go with: a busy ledger then commits once for each
// request instead of twice. Nobody waits for a closing.
constexpr std::chrono::milliseconds kGather{2};
constexpr int kQuietCheckpointPages = 1024;   // 4 MiB of log, carried over when nobody waits
constexpr int kForcedCheckpointPages = 8192;  // 32 MiB, carried over although somebody waits

struct Waiting {
  Entry entry;
  Ledger::Done done;
};

// Both kinds of ledger read in the same way.
class ReadingLedger : public Ledger {
 public:
  explicit ReadingLedger(std::string data_dir) : data_dir_(std::move(data_dir)) {}
  Result<std::vector<Record>> list(const ListOptions& options) const override {
    return list_records(data_dir_, options);
  }
  Result<std::vector<Act>> acts(const ActOptions& options) const override { return list_acts(data_dir_, options); }
  Result<Record> show(std::string_view id) const override { return show_record(data_dir_, id); }
  Result<std::int64_t> verify() const override { return verify_chain(data_dir_); }

 private:
  std::string data_dir_;
};

class ReadOnlyLedger : public ReadingLedger {
 public:
  using ReadingLedger::ReadingLedger;
  void open_record(Opening, Done done, Wake) override { refuse(done); }
  void close_record(Closing, Done done) override { refuse(done); }
  void write_act(Act, Done done) override { refuse(done); }
  void wake() override {}
  int interrupted_at_start() const override { return 0; }

 private:
  static void refuse(const Done& done) { done(fail("ledger.read_only", "this ledger was opened for reading")); }
};

class WritingLedger : public ReadingLedger {
 public:
  WritingLedger(const std::string& data_dir, store::DirectoryLock lock, Book book, int interrupted,
                const LedgerOptions& options)
      : ReadingLedger(data_dir),
        lock_(std::move(lock)),
        book_(std::move(book)),
        interrupted_(interrupted),
        options_(options),
        thread_([this] { write_all(); }) {}

  ~WritingLedger() override {
    {
      std::lock_guard hold(mutex_);
      stopping_ = true;
    }
    wake_.notify_one();
    thread_.join();
    log::info("ledger.closed", {{"entries", book_.entries()}, {"head", to_hex(book_.head())}});
  }

  void open_record(Opening opening, Done done, Wake when) override {
    if (enqueue(opening_entry(opening), std::move(done)) && when == Wake::Now) wake();
  }
  void close_record(Closing closing, Done done) override {
    if (enqueue(closing_entry(closing), std::move(done))) wake();
  }
  void write_act(Act act, Done done) override {
    if (enqueue(act_entry(act), std::move(done))) wake();
  }
  void wake() override {
    {
      std::lock_guard hold(mutex_);
      if (rest_ == Rest::None || waiting_.empty() || (rest_ == Rest::UntilOpening && openings_ == 0)) return;
      rest_ = Rest::None;
    }
    wake_.notify_one();
  }
  int interrupted_at_start() const override { return interrupted_; }

 private:
  enum class Rest { None, UntilOpening, UntilAny };  // what may end the writer's rest

  // True if the entry waits to be written; else `done` was called.
  bool enqueue(Result<Entry> entry, Done done) {
    if (!entry) {
      done(fail(std::move(entry).error()));
      return false;
    }
    bool opens = entry->kind != Entry::Kind::Close;  // somebody waits for it
    {
      std::lock_guard hold(mutex_);
      // Closings are bounded by the openings that were let in, and refusing one would lose an outcome.
      if (!opens || openings_ < options_.max_waiting) {
        openings_ += opens;
        waiting_.push_back({std::move(*entry), std::move(done)});
        return true;
      }
    }
    done(fail("ledger.overloaded", std::to_string(options_.max_waiting) + " openings wait already to be written",
              "", "send the request again later; if this lasts, the disk is too slow"));
    return false;
  }

  // The writer thread: takes all that waits, commits it group by group, and tells those who wait.
  void write_all() {
    std::vector<Waiting> taken;
    while (take(taken)) {
      write_unwritten();
      for (std::size_t begin = 0; begin < taken.size(); begin += kGroup)
        write_group(std::span(taken).subspan(begin, std::min(kGroup, taken.size() - begin)));
      taken.clear();
      checkpoint();
    }
    write_unwritten();
  }

  // Closings that a full disk did not take, once there is something to write again. Those who asked for them know
  // of the failure only; what became of the record is in it nevertheless.
  void write_unwritten() {
    if (unwritten_.empty()) return;
    auto statuses = book_.append(unwritten_);
    note(statuses);
    if (statuses) unwritten_.clear();
  }

  // False when stopping and nothing is left.
  bool take(std::vector<Waiting>& taken) {
    std::unique_lock hold(mutex_);
    if (openings_ == 0 && !stopping_) {
      rest_ = Rest::UntilOpening;
      wake_.wait_for(hold, kGather, [this] { return rest_ == Rest::None || stopping_; });
    }
    if (waiting_.empty() && !stopping_) {
      rest_ = Rest::UntilAny;
      wake_.wait(hold, [this] { return rest_ == Rest::None || stopping_; });
    }
    rest_ = Rest::None;
    taken.swap(waiting_);
    return !taken.empty();
  }

  void write_group(std::span<Waiting> group) {
    entries_.clear();
    for (Waiting& w : group) entries_.push_back(std::move(w.entry));
    auto statuses = book_.append(entries_);
    note(statuses);
    std::size_t opened = 0;
    for (const Entry& entry : entries_) opened += entry.kind != Entry::Kind::Close;
    {
      std::lock_guard hold(mutex_);
      openings_ -= opened;
    }
    for (std::size_t i = 0; i < group.size(); ++i)
      group[i].done(statuses ? std::move((*statuses)[i]) : Status(fail(statuses.error())));
    if (statuses) return;
    for (Entry& entry : entries_)  // as many as there are open records, and none is opened meanwhile
      if (entry.kind == Entry::Kind::Close) unwritten_.push_back(std::move(entry));
  }

  // Says once that writing fails and once that it works again: requests are refused meanwhile.
  void note(const Result<std::vector<Status>>& written) {
    written ? written_.add(double(written->size())) : failures_.add();
    if (written.has_value() == healthy_) return;
    healthy_ = written.has_value();
    if (healthy_) {
      log::info("ledger.writes_again");
    } else {
      const Error& error = written.error();
      log::error("ledger.write_failed",
                 {{"code", error.code}, {"message", error.message}, {"where", error.where}});
    }
  }

  // After the waiting were told, so that at low load no request waits for the disk flush in it.
  void checkpoint() {
    if (book_.wal_pages() < kQuietCheckpointPages) return;
    if (book_.wal_pages() < kForcedCheckpointPages) {
      std::lock_guard hold(mutex_);
      if (!waiting_.empty()) return;
    }
    if (Status done = book_.checkpoint(); !done) log::warn("ledger.checkpoint", {{"code", done.error().code}});
  }

  store::DirectoryLock lock_;
  Book book_;  // used by the writer thread only, while it runs
  std::vector<Entry> entries_;
  std::vector<Entry> unwritten_;  // closings; the writer thread's
  bool healthy_ = true;
  const int interrupted_;
  const LedgerOptions options_;
  metrics::Counter& written_ = metrics::counter("sluice_ledger_entries_total", "entries written to the ledger");
  metrics::Counter& failures_ =
      metrics::counter("sluice_ledger_write_failures_total", "groups of entries that could not be written");

  std::mutex mutex_;  // guards what follows; held for moves of single elements only, never while writing
  std::condition_variable wake_;
  std::vector<Waiting> waiting_;  // in the order of arrival, which is the order in the chain
  std::size_t openings_ = 0;      // and acts: accepted and not yet written
  Rest rest_ = Rest::None;        // the writer waits for wake_
  bool stopping_ = false;

  std::thread thread_;  // last: it uses all of the above
};

Result<std::unique_ptr<Ledger>> open_for_writing(const std::string& data_dir, const Clock& clock,
                                                 const LedgerOptions& options) {
  SLUICE_TRY_VOID(store::make_private_directory(data_dir));
  SLUICE_TRY(auto lock, store::DirectoryLock::take(data_dir));
  SLUICE_TRY(Book book, Book::open(data_dir, options.survive_power_loss ? store::Durability::Power
                                                                        : store::Durability::Process));
  SLUICE_TRY(int interrupted, book.close_left_open(clock.utc()));
  // The head in the log is a copy outside the file: an end cut off later can be noticed by it.
  log::info("ledger.opened",
            {{"entries", book.entries()}, {"head", to_hex(book.head())}, {"interrupted", interrupted}});
  try {
    return std::make_unique<WritingLedger>(data_dir, std::move(lock), std::move(book), interrupted, options);
  } catch (const std::system_error& error) {
    return fail("ledger.open", std::string("the writer thread can't be started: ") + error.what(), data_dir);
  }
}

}  // namespace

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& data_dir, const Clock& clock) {
  return open(data_dir, clock, LedgerOptions());
}

Result<std::unique_ptr<Ledger>> Ledger::open(const std::string& data_dir, const Clock& clock,
                                             const LedgerOptions& options) {
  auto ledger = open_for_writing(data_dir, clock, options);
  if (!ledger) return fail(ledger_error(std::move(ledger).error()));
  return ledger;
}

Result<std::unique_ptr<Ledger>> Ledger::open_read_only(const std::string& data_dir) {
  SLUICE_TRY_VOID(check_readable(data_dir));
  return std::make_unique<ReadOnlyLedger>(data_dir);
}

}  // namespace sluice::ledger
