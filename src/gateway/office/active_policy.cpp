#include "gateway/office/active_policy.h"

#include "base/log.h"
#include "base/metrics.h"

namespace sluice::gateway {
namespace {

void count(const char* outcome) {
  metrics::counter("sluice_policy_reloads_total", "times that the policy file was read again",
                   {{"outcome", outcome}})
      .add();
}

metrics::Gauge& failed_gauge() {
  return metrics::gauge("sluice_policy_reload_failed", "1 while the latest policy file could not be used");
}

}  // namespace

Status ActivePolicy::start(Read read, const Clock& clock) {
  read_ = std::move(read);
  clock_ = &clock;
  SLUICE_TRY(Snapshot policy, read_());
  set(std::move(policy));
  failed_gauge().set(0);
  return {};
}

void ActivePolicy::set(Snapshot policy) {
  std::lock_guard reloading(reloading_);
  known_[policy->revision()] = policy->digest();
  std::lock_guard guard(lock_);
  state_ = State{std::move(policy), clock_->utc(), {}};
}

ActivePolicy::Snapshot ActivePolicy::current() const {
  std::lock_guard guard(lock_);
  return state_.policy;
}

ActivePolicy::State ActivePolicy::state() const {
  std::lock_guard guard(lock_);
  return state_;
}

Result<ActivePolicy::Change> ActivePolicy::read_and_replace(const Record& record) {
  SLUICE_TRY(Snapshot next, read_());
  Snapshot old = current();
  if (next->revision() == old->revision() && next->digest() == old->digest()) return Change::Unchanged;
  auto known = known_.find(next->revision());
  if (known != known_.end() && known->second != next->digest())
    return fail("policy.same_revision",
                "the file is another one, but is still named revision \"" + next->revision() + "\"", "revision",
                "give it a name of its own: records and approvals are bound to the revision");
  SLUICE_TRY_VOID(record(*next));
  known_[next->revision()] = next->digest();
  std::lock_guard guard(lock_);
  state_.policy = std::move(next);
  state_.since = clock_->utc();
  return Change::Replaced;
}

Result<ActivePolicy::Change> ActivePolicy::reload(const Record& record) {
  std::lock_guard reloading(reloading_);
  const std::string before = current()->revision();
  auto change = read_and_replace(record);
  failed_gauge().set(change ? 0 : 1);
  {
    std::lock_guard guard(lock_);
    state_.failed.reset();
    if (!change) state_.failed = Failure{change.error(), clock_->utc()};
  }
  if (!change) {
    const Error& e = change.error();
    count("refused");
    log::error(
        "policy.reload_failed",
        {{"code", e.code}, {"message", e.message}, {"at", e.where}, {"hint", e.hint}, {"in_force", before}});
  } else if (*change == Change::Unchanged) {
    count("unchanged");
    log::info("policy.unchanged", {{"revision", before}});
  } else {
    count("replaced");
    Snapshot now = current();
    log::info("policy.reloaded", {{"revision", now->revision()}, {"digest", now->digest()}, {"replaces", before}});
  }
  return change;
}

}  // namespace sluice::gateway
