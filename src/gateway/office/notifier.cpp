#include "gateway/office/notifier.h"

#include <algorithm>

#include "base/id.h"
#include "base/log.h"
#include "base/metrics.h"

namespace sluice::gateway {
namespace {

constexpr std::size_t kMostTold = 100'000;          // notices in memory while the disk does not take them
constexpr std::size_t kMostAnswerBytes = 64 << 10;  // of a receiver's answer, which nobody reads
constexpr int kMostDoublings = 20;

void count(const std::string& target, const char* outcome, double n = 1) {
  metrics::counter("sluice_notices_total", "notices to people, by what became of them",
                   {{"target", target}, {"outcome", outcome}})
      .add(n);
}

std::int64_t micros(Duration d) { return std::chrono::duration_cast<std::chrono::microseconds>(d).count(); }

}  // namespace

struct Notifier::Line {
  Line(net::Loop& loop, const config::NotifyTarget& t, http::ClientOptions options)
      : target(t), client(loop, std::move(options)), more(loop) {}
  const config::NotifyTarget& target;
  http::Client client;
  net::Signal more;
  bool at_root = false;      // its address has no path
  std::int64_t waiting = 0;  // in the outbox
  int failures = 0;          // deliveries in a row that failed

  Duration pause() const {
    Duration longest = target.longest_pause;
    return std::min(longest, kFirstPause * (std::int64_t(1) << std::clamp(failures - 1, 0, kMostDoublings)));
  }
};

struct Notifier::Token {};

Notifier::Notifier(const Token&, Outbox outbox, Office& office, const Clock& clock)
    : outbox_(std::move(outbox)), office_(office), clock_(clock) {}
Notifier::~Notifier() = default;

Result<std::unique_ptr<Notifier>> Notifier::create(const std::vector<config::NotifyTarget>& targets,
                                                   const std::string& data_dir, Office& office,
                                                   const Clock& clock) {
  SLUICE_TRY(Outbox outbox, Outbox::open(data_dir));
  auto notifier = std::make_unique<Notifier>(Token(), std::move(outbox), office, clock);
  std::vector<std::string> names;
  for (const config::NotifyTarget& target : targets) {
    if (target.url.empty()) continue;
    http::ClientOptions options;
    SLUICE_TRY(options.origin, http::Origin::parse(target.url));
    options.ca_file = target.ca_file;
    options.connect_timeout = options.head_timeout = target.timeout;
    options.connections = 1;
    const bool at_root = options.origin.base_path.empty();
    auto line = std::make_unique<Line>(office.loop(), target, std::move(options));
    line->at_root = at_root;
    SLUICE_TRY(line->waiting, notifier->outbox_.waiting(target.name));
    notifier->count_waiting(*line);
    notifier->lines_[target.name] = std::move(line);
    names.push_back(target.name);
  }
  SLUICE_TRY(std::int64_t gone, notifier->outbox_.keep_only(names));
  if (gone > 0)
    log::warn("notify.dropped",
              {{"count", gone}, {"reason", "their target is not in the configuration any more"}});
  for (auto& [name, line] : notifier->lines_) office.loop().spawn(notifier->deliver(*line));
  return notifier;
}

void Notifier::tell(Notice notice) {
  auto line = lines_.find(notice.target);
  if (line == lines_.end()) return;
  {
    std::lock_guard guard(lock_);
    if (told_.size() >= kMostTold) return count(notice.target, "dropped");
    told_.push_back(std::move(notice));
    if (told_.size() > 1) return;  // the office has been told already
  }
  office_.post([this] { keep(); });
}

void Notifier::flush() { keep(); }

// What was told since the last time, in one transaction.
void Notifier::keep() {
  std::vector<Notice> told;
  {
    std::lock_guard guard(lock_);
    told.swap(told_);
  }
  std::map<std::string, int> dropped;
  auto full = [&](const Notice& notice) {
    Line& line = *lines_.at(notice.target);
    if (line.waiting < line.target.queue) {
      ++line.waiting;
      return false;
    }
    ++dropped[notice.target];
    return true;
  };
  std::erase_if(told, full);
  if (told.empty() && dropped.empty()) return;
  Status kept = told.empty() ? Status() : outbox_.add(told);
  for (const Notice& notice : told) {
    Line& line = *lines_.at(notice.target);
    count(notice.target, kept ? "queued" : "dropped");
    if (!kept) --line.waiting;
    line.more.set();
  }
  for (auto& [name, line] : lines_) count_waiting(*line);
  for (const auto& [name, n] : dropped) {
    count(name, "dropped", n);
    log::error("notify.dropped", {{"target", name}, {"count", n}, {"reason", "its queue is full"}});
  }
  if (!kept)
    log::error("notify.dropped",
               {{"count", told.size()}, {"reason", kept.error().code}, {"message", kept.error().message}});
}

net::Task<void> Notifier::deliver(Line& line) {
  for (;;) {
    line.more.reset();
    auto next = outbox_.next(line.target.name);
    const UtcTime now = clock_.utc();
    if (!next) {
      log::error("notify.failed", {{"target", line.target.name}, {"code", next.error().code}});
      ++line.failures;
      co_await line.more.wait_for(line.pause());
      continue;
    }
    if (!*next) {
      co_await line.more.wait();
      continue;
    }
    const Outbox::Waiting waiting = std::move(**next);
    // What a clock that was ahead has put off for longer than any pause is due.
    const std::int64_t wait = waiting.due.micros - now.micros;
    if (wait > 0 && wait <= micros(line.target.longest_pause)) {
      co_await line.more.wait_for(std::chrono::microseconds(wait));
      continue;
    }
    Status sent = co_await send(line, waiting.body);
    Status settled = settle(line, waiting, sent);
    count_waiting(line);
    if (!sent || !settled) co_await office_.loop().sleep(line.pause());
  }
}

net::Task<Status> Notifier::send(Line& line, const std::string& body) {
  http::Request request;
  request.method = "POST";
  if (line.at_root) request.target = "/";
  request.headers.add("Content-Type", "application/json");
  request.headers.add("x-sluice-signature", notice_signature(line.target.secret, clock_.utc(), body));
  request.body = body;
  auto response = co_await line.client.send(std::move(request));
  if (!response) co_return fail(response.error());
  const int status = response->status();
  if (status / 100 == 2) {
    (void)co_await response->read_all(kMostAnswerBytes, line.target.timeout);  // so that the connection is kept
    co_return Status();
  }
  co_return fail("notify.refused", "the receiver answered with status " + std::to_string(status), "",
                 status / 100 == 3 ? "write the address that it leads to into the configuration" : "");
}

Status Notifier::settle(Line& line, const Outbox::Waiting& waiting, const Status& sent) {
  const std::string& name = line.target.name;
  if (sent) {
    line.failures = 0;
    --line.waiting;
    count(name, "delivered");
    return outbox_.remove(waiting.number);
  }
  ++line.failures;
  count(name, "failed");
  const UtcTime now = clock_.utc();
  log::warn("notify.failed", {{"target", name},
                              {"code", sent.error().code},
                              {"message", sent.error().message},
                              {"failures", waiting.failures + 1},
                              {"waiting", line.waiting}});
  if (now.micros - waiting.made.micros >= micros(line.target.give_up)) {
    --line.waiting;
    count(name, "expired");
    log::error("notify.expired", {{"target", name}, {"failures", waiting.failures + 1}});
    return outbox_.remove(waiting.number);
  }
  return outbox_.postpone(waiting.number, {now.micros + micros(line.pause())});
}

void Notifier::count_waiting(Line& line) {
  metrics::gauge("sluice_notices_waiting", "notices that wait for their delivery", {{"target", line.target.name}})
      .set(double(line.waiting));
}

}  // namespace sluice::gateway
