#include "ledger/writing.h"

#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <span>
#include <system_error>
#include <thread>
#include <utility>

#include "base/id.h"
#include "base/log.h"
#include "base/metrics.h"
#include "ledger/book.h"
#include "ledger/entry.h"
#include "ledger/journal.h"
#include "ledger/reading_ledger.h"
#include "store/directory.h"

namespace sluice::ledger {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kGroup = 512;  // entries in one transaction: about 10 ms of work
// After a commit, closings wait so long for an opening to go with: a busy ledger without a journal then commits
// once for each request instead of twice. Nobody waits for a closing.
constexpr milliseconds kGather{2};
constexpr milliseconds kJournalGather{
    30};                             // from the first entry in the journal to its move, with what came since
constexpr milliseconds kRetry{250};  // from a move that failed to the next try
constexpr int kQuietCheckpointPages = 1024;   // 4 MiB of log, carried over when nobody waits
constexpr int kForcedCheckpointPages = 8192;  // 32 MiB, carried over although somebody waits

struct Waiting {
  Entry entry;
  Ledger::Done done;
};

class WritingLedger : public ReadingLedger {
 public:
  WritingLedger(const std::string& data_dir, store::DirectoryLock lock, Book book, std::optional<Journal> journal,
                int interrupted, const LedgerOptions& options)
      : ReadingLedger(data_dir),
        lock_(std::move(lock)),
        book_(std::move(book)),
        interrupted_(interrupted),
        options_(options),
        journal_(std::move(journal)),
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

  bool open_record(Opening opening, Done done, Wake when) override {
    return accept(opening_entry(std::move(opening)), std::move(done), when);
  }
  void close_record(Closing closing, Done done, Wake when) override {
    accept(closing_entry(std::move(closing)), std::move(done), when);
  }
  void write_act(Act act, Done done) override { accept(act_entry(act), std::move(done), Wake::Now); }
  void wake() override {
    std::vector<Done> written;
    bool rouse = false;
    {
      std::lock_guard hold(mutex_);
      flush(written);
      rouse = rest_ != Rest::None && !waiting_.empty() && (rest_ != Rest::UntilOpening || openings_ > 0);
      if (rouse) rest_ = Rest::None;
    }
    if (rouse) wake_.notify_one();
    tell(written);
  }
  int interrupted_at_start() const override { return interrupted_; }

 private:
  enum class Rest { None, UntilOpening, UntilAny };  // what may end the writer's rest
  enum class Way { Journal, Held, Slow, Refused };

  // True if `done` was called; else the entry waits to be written.
  bool accept(Result<Entry> entry, Done done, Wake when) {
    if (!entry) {
      done(fail(std::move(entry).error()));
      return true;
    }
    bool rouse = false;
    const bool later = when == Wake::Later && entry->kind == Entry::Kind::Close;
    std::vector<Done> written;
    Way way;
    {
      std::lock_guard hold(mutex_);
      if (!journal(*entry, later, rouse)) {
        way = enqueue(*entry, done) ? Way::Slow : Way::Refused;
      } else if (later) {
        way = Way::Held;
        held_.push_back(std::move(done));
      } else {
        way = Way::Journal;
        written.swap(held_);
      }
    }
    if (rouse) wake_.notify_one();
    if (way == Way::Slow && when == Wake::Now) wake();
    tell(written);
    if (way == Way::Journal) done({});
    if (way == Way::Refused)
      done(fail("ledger.overloaded", std::to_string(options_.max_waiting) + " openings wait already to be written",
                "", "send the request again later; if this lasts, the disk is too slow"));
    return way == Way::Journal || way == Way::Refused;
  }

  // Under the lock: what the journal holds is written, and `written` are those who wait for that. What it does not
  // take goes the slow way.
  void flush(std::vector<Done>& written) {
    if (held_.empty()) return;
    if (journal_->flush()) return written.swap(held_);
    journal_->drop();
    const std::size_t first = journaled_.size() - held_.size();  // they came last: an opening is written at once
    for (std::size_t i = 0; i < held_.size(); ++i)
      waiting_.push_back({std::move(journaled_[first + i]), std::move(held_[i])});
    journaled_.resize(first);
    held_.clear();
  }
  static void tell(std::vector<Done>& dones, const Status& status = {}) {
    for (Done& done : dones) done(status);
    dones.clear();
  }

  // Under the lock. False: the entry has to go the slow way. An opening does where the journal can't be moved; a
  // closing is kept there even then.
  bool journal(Entry& entry, bool later, bool& rouse) {
    if (!journal_ || entry.kind == Entry::Kind::Act || (entry.kind == Entry::Kind::Open && stuck_)) return false;
    const bool half_full = journal_->half_full();
    journaled_.emplace_back();  // first: if memory runs out here, nothing was appended
    if (!(later ? journal_->hold(entry.body) : journal_->append(entry.body))) {
      journaled_.pop_back();
      return false;
    }
    journaled_.back() = std::move(entry);
    const bool hurry = !half_full && journal_->half_full();
    rouse = hurry || journaled_.size() == 1;
    hurry_ = hurry_ || hurry;
    return true;
  }

  // Under the lock. Closings are bounded by the openings that were let in, and refusing one would lose an outcome.
  bool enqueue(Entry& entry, Done& done) {
    bool opens = entry.kind != Entry::Kind::Close;  // somebody waits for it
    if (opens && openings_ >= options_.max_waiting) return false;
    waiting_.push_back({std::move(entry), std::move(done)});
    openings_ += opens;
    return true;
  }

  // The writer thread: takes all that came, moves what was journaled, commits what waits group by group, and tells
  // those who wait.
  void write_all() {
    work_in_the_background();
    while (take()) {
      Status ready = write_earlier();
      for (std::size_t begin = 0; begin < taken_.size(); begin += kGroup)
        write_group(std::span(taken_).subspan(begin, std::min(kGroup, taken_.size() - begin)), ready);
      taken_.clear();
      tell_settled();
      checkpoint();
    }
    // What a failed move kept from being taken. What fails now stays in the journal for the next start.
    if (!write_earlier()) return;
    {
      std::lock_guard hold(mutex_);
      take_journaled();
    }
    (void)write_earlier();
  }

  // What wakes this thread goes on first, on whatever core it shares with it: a request that was journaled shall
  // leave before its entry is moved. (SCHED_BATCH takes no part in the preemption of the one who wakes.)
  static void work_in_the_background() {
#if defined(SCHED_BATCH)
    sched_param none{};
    (void)pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
#endif
  }

  // False when stopping and nothing new is left.
  bool take() {
    std::unique_lock hold(mutex_);
    rest(hold);
    rest_ = Rest::None;
    hurry_ = false;
    settling_ = asked_;
    flush(flushed_);
    taken_.swap(waiting_);
    bool journaled = take_journaled();
    bool more = !stopping_ || journaled || !taken_.empty();
    hold.unlock();
    tell(flushed_);
    return more;
  }

  // Until there is something to do, and as much of it as can be gathered while nobody waits.
  void rest(std::unique_lock<std::mutex>& hold) {
    auto called = [this] { return rest_ == Rest::None || stopping_ || hurry_; };
    if (!journal_ && openings_ == 0 && !stopping_) {
      rest_ = Rest::UntilOpening;
      wake_.wait_for(hold, kGather, called);
    }
    if (!waiting_.empty() || stopping_ || hurry_) return;
    rest_ = Rest::UntilAny;
    if (!moving_.empty() || !unwritten_.empty()) {
      wake_.wait_for(hold, kRetry, called);
      return;
    }
    wake_.wait(hold, [&] { return called() || !journaled_.empty(); });
    wake_.wait_for(hold, kJournalGather, called);
  }

  // Under the lock: the next generation begins where the one before this was, which has been moved.
  bool take_journaled() {
    if (journaled_.empty() || !moving_.empty()) return false;
    moving_.swap(journaled_);
    moving_generation_ = journal_->generation();
    journal_->begin(moving_generation_ + 1);
    return true;
  }

  // What came before all that waits: the journal's entries, without which nothing else may be written, and
  // closings that a full disk did not take. Those who asked for these know of the failure only; what became of the
  // record is in it nevertheless.
  Status write_earlier() {
    if (!moving_.empty()) {
      auto statuses = book_.append(moving_, moving_generation_);
      note(statuses);
      set_stuck(!statuses);
      if (!statuses) return fail(statuses.error());
      for (std::size_t i = 0; i < moving_.size(); ++i)
        if (const Status& status = (*statuses)[i]; !status)
          log::error("ledger.entry_refused", {{"id", moving_[i].id}, {"code", status.error().code}});
      moving_.clear();
    }
    if (!unwritten_.empty()) {
      auto statuses = book_.append(unwritten_);
      note(statuses);
      if (statuses) unwritten_.clear();
    }
    return {};
  }

  void set_stuck(bool stuck) {
    std::lock_guard hold(mutex_);
    stuck_ = stuck;
  }

  // `ready`: whether all that came before stands in the database.
  void write_group(std::span<Waiting> group, const Status& ready) {
    entries_.clear();
    for (Waiting& w : group) entries_.push_back(std::move(w.entry));
    Result<std::vector<Status>> statuses = fail(Error());
    if (ready) {
      statuses = book_.append(entries_);
      note(statuses);
    } else {
      statuses = fail(ready.error());
    }
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

  void settle() const override {
    std::unique_lock hold(mutex_);
    if (!journal_) return;
    const std::uint64_t mine = ++asked_;
    hurry_ = true;
    wake_.notify_one();
    settled_.wait(hold, [&] { return answered_ >= mine; });
  }

  void tell_settled() {
    {
      std::lock_guard hold(mutex_);
      answered_ = settling_;
    }
    settled_.notify_all();
  }

  store::DirectoryLock lock_;
  Book book_;  // this and what follows is used by the writer thread only, while it runs
  std::vector<Waiting> taken_;
  std::vector<Entry> entries_;
  std::vector<Entry> moving_;  // a generation of the journal that has to be moved
  std::int64_t moving_generation_ = 0;
  std::vector<Entry> unwritten_;  // closings
  std::vector<Done> flushed_;     // of closings that were held, and are written
  std::uint64_t settling_ = 0;
  bool healthy_ = true;
  const int interrupted_;
  const LedgerOptions options_;
  metrics::Counter& written_ = metrics::counter("sluice_ledger_entries_total", "entries written to the ledger");
  metrics::Counter& failures_ =
      metrics::counter("sluice_ledger_write_failures_total", "groups of entries that could not be written");

  // Guards what follows; held for moves of single elements and the one write to the journal, never for the
  // database.
  mutable std::mutex mutex_;
  mutable std::condition_variable wake_;
  std::vector<Waiting> waiting_;  // in the order of arrival, which is the order in the chain
  std::size_t openings_ = 0;      // and acts: accepted and not yet written
  std::optional<Journal> journal_;
  std::vector<Entry> journaled_;  // what the journal's generation holds, in its order
  std::vector<Done> held_;        // of closings that the journal holds and has not written
  bool stuck_ = false;            // the latest move failed
  Rest rest_ = Rest::None;        // the writer waits for wake_
  mutable bool hurry_ = false;    // the writer shall not gather any longer
  bool stopping_ = false;
  mutable std::uint64_t asked_ = 0;  // by settle(), counted
  std::uint64_t answered_ = 0;
  mutable std::condition_variable settled_;

  std::thread thread_;  // last: it uses all of the above
};

// What stands in the journal and not in the database.
Status move_left(Journal& journal, Book& book, const std::string& path) {
  const std::int64_t moved = book.moved_generation();
  SLUICE_TRY(auto generations, journal.above(moved));
  std::size_t entries = 0;
  for (const Journal::Generation& generation : generations) {
    std::vector<Entry> group;
    for (const std::string& body : generation.bodies) {
      auto parsed = parse_entry(body);
      if (!parsed)
        return fail("ledger.corrupt", "the journal holds what is no entry: " + parsed.error().message, path);
      SLUICE_TRY(Entry entry, parsed->opening   ? opening_entry(std::move(*parsed->opening))
                              : parsed->closing ? closing_entry(std::move(*parsed->closing))
                                                : act_entry(*parsed->act));
      group.push_back(std::move(entry));
    }
    SLUICE_TRY(auto statuses, book.append(group, generation.number));
    for (std::size_t i = 0; i < group.size(); ++i)
      if (!statuses[i])
        log::error("ledger.entry_refused", {{"id", group[i].id}, {"code", statuses[i].error().code}});
    entries += group.size();
  }
  if (entries > 0) log::info("ledger.moved_at_start", {{"entries", std::int64_t(entries)}});
  journal.begin(book.moved_generation() + 1);
  return {};
}

}  // namespace

Result<std::unique_ptr<Ledger>> open_for_writing(const std::string& data_dir, const Clock& clock,
                                                 const LedgerOptions& options) {
  if (options.journal && options.survive_power_loss)
    return fail("ledger.invalid", "a journal does not survive a loss of power", data_dir, "choose one of the two");
  SLUICE_TRY_VOID(store::make_private_directory(data_dir));
  SLUICE_TRY(auto lock, store::DirectoryLock::take(data_dir));
  SLUICE_TRY(Book book, Book::open(data_dir, options.survive_power_loss ? store::Durability::Power
                                                                        : store::Durability::Process));
  std::optional<Journal> journal;
  std::error_code ignored;
  if (options.journal || std::filesystem::exists(journal_path(data_dir), ignored)) {
    SLUICE_TRY(Journal opened, Journal::open(data_dir, options.journal_bytes));
    SLUICE_TRY_VOID(move_left(opened, book, journal_path(data_dir)));
    if (options.journal) journal.emplace(std::move(opened));
  }
  SLUICE_TRY(int interrupted, book.close_left_open(clock.utc()));
  // The head in the log is a copy outside the file: an end cut off later can be noticed by it.
  log::info("ledger.opened",
            {{"entries", book.entries()}, {"head", to_hex(book.head())}, {"interrupted", interrupted}});
  try {
    return std::make_unique<WritingLedger>(data_dir, std::move(lock), std::move(book), std::move(journal),
                                           interrupted, options);
  } catch (const std::system_error& error) {
    return fail("ledger.open", std::string("the writer thread can't be started: ") + error.what(), data_dir);
  }
}

}  // namespace sluice::ledger
