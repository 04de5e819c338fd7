#include "gateway/extracting.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "base/id.h"
#include "base/log.h"
#include "base/metrics.h"

namespace sluice::gateway {
namespace {

using extract::Outcome;

constexpr std::size_t kMostWaiting = 256;  // parts before each queue
constexpr std::int64_t kKeptMicros = 10 * 60 * 1'000'000;

std::string name_of(const extract::File& file) { return file.extractor ? file.extractor->name : std::string(); }

void count(const std::string& extractor, Outcome outcome, double seconds) {
  metrics::counter(
      "sluice_extractions_total", "parts that extractors were asked for",
      {{"extractor", extractor.empty() ? "none" : extractor}, {"outcome", extract::outcome_name(outcome)}})
      .add();
  if (outcome == Outcome::Read)
    metrics::histogram("sluice_extraction_seconds", "how long extractors ran that read a part",
                       {0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30}, {{"extractor", extractor}})
        .observe(seconds);
}

}  // namespace

// One part. Who takes it from Waiting has it alone, until it is Done.
struct Extracting::Job {
  enum class Step : std::uint8_t { Waiting, Taken, Done };
  const chat::Part* part = nullptr;  // not after Done
  std::size_t message = 0, position = 0;
  std::atomic<Step> step = Step::Waiting;
  MonotonicTime began{};
  std::string key;  // of what is kept; empty: nothing
  int status = 0;   // of the program
  chat::Extraction result;
};

struct Extracting::Reading::State {
  explicit State(net::Signal signal_in) : signal(std::move(signal_in)) {}
  std::string tenant, id;
  extract::Stop stop;
  std::deque<Job> jobs;
  std::mutex lock;  // guards what follows
  std::condition_variable settled;
  std::size_t pending = 0;
  const net::Signal signal;

  void settle(Job& job) {
    std::lock_guard guard(lock);
    job.part = nullptr;
    job.step = Job::Step::Done;
    if (--pending > 0) return;
    signal.set();
    settled.notify_all();
  }
};

Extracting::Reading::Reading(Extracting& all, net::Loop& loop)
    : all_(all), signal_(loop), state_(std::make_shared<State>(signal_)) {}

Extracting::Reading::~Reading() {
  cancel();
  std::unique_lock guard(state_->lock);
  state_->settled.wait(guard, [this] { return state_->pending == 0; });
}

void Extracting::Reading::cancel() {
  state_->stop.set();
  for (Job& job : state_->jobs) {
    Job::Step expected = Job::Step::Waiting;
    if (!job.step.compare_exchange_strong(expected, Job::Step::Taken)) continue;
    job.result.failed = extract::outcome_name(Outcome::Cancelled);
    state_->settle(job);
  }
}

void Extracting::Reading::give(chat::Request& request) const {
  for (const Job& job : state_->jobs)
    request.messages[job.message].parts[job.position].extraction =
        std::make_shared<const chat::Extraction>(job.result);
}

void Extracting::Reading::forget() const {
  for (const Job& job : state_->jobs)
    if (!job.key.empty()) all_.kept_.forget(state_->tenant, job.key);
}

Extracting::Extracting(const config::Extractors& settings, const Clock& clock, std::string secret)
    : reader_(settings),
      clock_(clock),
      secret_(std::move(secret)),
      runners_(settings.at_once, kMostWaiting),
      clerk_(1, kMostWaiting) {}

void Extracting::forget_all() { (void)kept_.sweep(UtcTime{INT64_MAX}); }

std::unique_ptr<Extracting::Reading> Extracting::begin(const chat::Request& request, const std::string& tenant,
                                                       const std::string& id, net::Loop& loop) {
  std::unique_ptr<Reading> reading;
  for (std::size_t m = 0; m < request.messages.size(); ++m) {
    const std::vector<chat::Part>& parts = request.messages[m].parts;
    for (std::size_t p = 0; p < parts.size(); ++p) {
      if (!extract::may_be_read(parts[p])) continue;
      if (!reading) reading = std::make_unique<Reading>(*this, loop);
      Job& job = reading->state_->jobs.emplace_back();
      job.part = &parts[p];
      job.message = m;
      job.position = p;
      job.began = clock_.monotonic();
    }
  }
  if (!reading) return reading;
  const std::shared_ptr<State>& state = reading->state_;
  state->tenant = tenant;
  state->id = id;
  state->pending = state->jobs.size();
  const bool too_many = state->jobs.size() > std::size_t(reader_.settings().parts_a_request);
  for (std::size_t i = 0; i < state->jobs.size(); ++i) {
    if (!too_many && clerk_.post([this, state, i] { look(state, i); })) continue;
    Job& job = state->jobs[i];
    job.step = Job::Step::Taken;
    finish(*state, job, {}, too_many ? Outcome::TooMany : Outcome::Busy);
  }
  return reading;
}

// Whatever goes wrong, memory included, the part is unread and whoever waits goes on. True: `work` left the job to
// somebody else.
template <class Work>
bool Extracting::guarded(State& state, Job& job, Work work) {
  Job::Step expected = Job::Step::Waiting;
  if (!job.step.compare_exchange_strong(expected, Job::Step::Taken)) return false;  // cancelled
  try {
    return work();
  } catch (const std::exception&) {
  }
  job.result.text.clear();
  job.result.failed = "failed";  // short enough to take no memory
  state.settle(job);
  return false;
}

// On the clerk's thread: what can be said without running a program. The bytes of what can't go again, and are
// decoded anew when its turn comes: what waits takes no more memory than its request.
void Extracting::look(const std::shared_ptr<State>& state, std::size_t index) {
  Job& job = state->jobs[index];
  const bool to_be_run = guarded(*state, job, [&] {
    const extract::File file = reader_.open(*job.part);
    if (file.outcome != Outcome::Read) return finish(*state, job, file, file.outcome);
    if (find(*state, job, file)) return finish(*state, job, file, Outcome::Kept);
    return true;
  });
  if (!to_be_run) return;
  job.step = Job::Step::Waiting;
  bool posted = false;
  try {
    posted = runners_.post([this, state, index] { work(state, index); });
  } catch (const std::exception&) {
  }
  if (!posted) guarded(*state, job, [&] { return finish(*state, job, {}, Outcome::Busy); });
}

// On a runner's thread.
void Extracting::work(const std::shared_ptr<State>& state, std::size_t index) {
  Job& job = state->jobs[index];
  guarded(*state, job, [&] {
    const extract::File file = reader_.open(*job.part);
    if (file.outcome != Outcome::Read) return finish(*state, job, file, file.outcome);
    if (find(*state, job, file)) return finish(*state, job, file, Outcome::Kept);  // it came twice
    extract::Text text = reader_.read(file, state->stop);
    job.status = text.status;
    if (text.outcome == Outcome::Read) {
      (void)kept_.put(state->tenant, job.key, {text.text, {}, {}, UtcTime{clock_.utc().micros + kKeptMicros}});
      job.result.text = std::move(text.text);
    }
    return finish(*state, job, file, text.outcome);
  });
}

bool Extracting::find(const State& state, Job& job, const extract::File& file) {
  const std::string key = hmac_sha256_hex(secret_, state.tenant + '\n' + file.extractor->name);
  job.key = hmac_sha256_hex(key, file.bytes);
  std::optional<Remembered> kept = kept_.get(state.tenant, job.key, clock_.utc());
  if (kept) job.result.text = std::move(kept->text);
  return kept.has_value();
}

// False, for guarded(): the job is settled.
bool Extracting::finish(State& state, Job& job, const extract::File& file, Outcome outcome) {
  const bool read = outcome == Outcome::Read || outcome == Outcome::Kept;
  job.result.by = name_of(file);
  if (!read) {
    job.result.text.clear();
    job.result.failed = extract::outcome_name(outcome);
  }
  const double seconds = std::chrono::duration<double>(clock_.monotonic() - job.began).count();
  count(job.result.by, outcome, seconds);
  const log::Level level = read ? log::Level::Info : log::Level::Warn;
  log::write(level, read ? "extract.read" : "extract.unread",
             {{"id", state.id},
              {"extractor", job.result.by},
              {"outcome", extract::outcome_name(outcome)},
              {"status", job.status},
              {"bytes", file.bytes.size()},
              {"text_bytes", job.result.text.size()},
              {"ms", std::int64_t(seconds * 1000)}});
  state.settle(job);
  return false;
}

}  // namespace sluice::gateway
