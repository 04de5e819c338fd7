// The policy in force, and how another takes its place while requests run.
//
// A request asks for current() when it is judged, and keeps what it got until it has ended: its retries, its
// fallbacks and the approval it may use are all of one revision. What of it was not sent yet when another policy
// comes into force is decided by that one as well (gateway/later.h), and both must allow it. After reload() has
// returned, every request that is judged is judged by the new policy. A file that can't be used never replaces
// what is in force.
//
// A revision names one state of a file: records and approvals are bound to it. So a file that has changed under a
// revision that this process has had in force is refused (policy.same_revision).
//
// Thread-safe. reload() takes as long as reading and proving the file; current() never waits for it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "policy/policy.h"

namespace sluice::gateway {

class ActivePolicy {
 public:
  using Snapshot = std::shared_ptr<const policy::Policy>;
  using Read = std::function<Result<Snapshot>()>;  // with every check that a start makes

  enum class Change { Unchanged, Replaced };
  struct Failure {
    Error error;
    UtcTime time;
  };
  struct State {
    Snapshot policy;
    UtcTime since;                  // when it came into force
    std::optional<Failure> failed;  // of the latest reload; absent: it went well, or there was none
  };

  // The first one; `clock` outlives this.
  Status start(Read read, const Clock& clock);
  void set(Snapshot policy);  // without a file: for tests of what uses it

  Snapshot current() const;
  State state() const;
  // Called with a policy that passed every check, before it takes effect; its error keeps the old one in force.
  using Record = std::function<Status(const policy::Policy& next)>;
  // Reads the file now. What happened is in the log (policy.reloaded, policy.unchanged, policy.reload_failed) and
  // in the metrics sluice_policy_reloads_total{outcome} and sluice_policy_reload_failed.
  Result<Change> reload(const Record& record);

 private:
  Result<Change> read_and_replace(const Record& record);

  Read read_;
  const Clock* clock_ = &system_clock();
  std::mutex reloading_;                      // one at a time; guards what follows
  std::map<std::string, std::string> known_;  // digest by revision, of all that were in force
  mutable std::mutex lock_;                   // guards what follows; held for a look or a swap only
  State state_;
};

}  // namespace sluice::gateway
