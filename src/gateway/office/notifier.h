// Tells people: notices are kept in the outbox and delivered to their targets by a webhook, signed, until the
// receiver takes them (any 2xx) or they are too old.
//
// tell() never waits: what it is given is kept and delivered in the office. Each target has its own deliveries,
// one at a time, so that a receiver that fails or takes its time holds up no other. Between deliveries to a
// receiver that fails there is a pause that doubles each time (from kFirstPause to the target's longest). A
// redirect is not followed: it is a failure. What is delivered may come twice (the answer got lost, a kill in
// between): the notice's id is the same. A kill of the process may lose what was told in the last milliseconds, a
// graceful stop loses nothing.
//
// Metrics: sluice_notices_total{target,outcome} with outcome queued, delivered, failed (a delivery, which is tried
// again), expired (given up), dropped (the queue was full, or could not be written);
// sluice_notices_waiting{target}. Log: notify.failed, notify.expired, notify.dropped.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config/notify.h"
#include "gateway/office/office.h"
#include "gateway/office/outbox.h"
#include "http/client.h"

namespace sluice::gateway {

class Notifier {
 public:
  static constexpr Duration kFirstPause = std::chrono::seconds(1);

  // `targets`, `office` and `clock` outlive this; the office must not be open yet. Errors: notify.* of the outbox,
  // config.* and net.* of a target's address.
  static Result<std::unique_ptr<Notifier>> create(const std::vector<config::NotifyTarget>& targets,
                                                  const std::string& data_dir, Office& office, const Clock& clock);
  struct Token;  // only create() makes one
  Notifier(const Token&, Outbox outbox, Office& office, const Clock& clock);
  ~Notifier();

  // From any thread. A target without url is told by nothing but the log.
  void tell(Notice notice);
  // Writes what is waiting to the outbox, before a stop. After Office::close(), on the calling thread.
  void flush();

 private:
  struct Line;  // one target's deliveries
  void keep();
  net::Task<void> deliver(Line& line);
  net::Task<Status> send(Line& line, const std::string& body);
  Status settle(Line& line, const Outbox::Waiting& waiting, const Status& sent);
  void count_waiting(Line& line);

  Outbox outbox_;  // on the office's thread
  Office& office_;
  const Clock& clock_;
  std::map<std::string, std::unique_ptr<Line>> lines_;
  std::mutex lock_;           // guards what follows
  std::vector<Notice> told_;  // not in the outbox yet
};

}  // namespace sluice::gateway
