#include "gateway/keeping.h"

#include <algorithm>

#include "base/log.h"
#include "base/metrics.h"

namespace sluice::gateway {
namespace {

constexpr Duration kBetweenSweeps = std::chrono::seconds(5);
constexpr std::int64_t kDayMicros = 86'400'000'000;

void count(const char* what, std::size_t n) {
  if (n == 0) return;
  metrics::counter("sluice_content_expired_total", "kept texts that were deleted since their time was over",
                   {{"store", what}})
      .add(double(n));
}

}  // namespace

engine::Keep kept_in_engine(const policy::Verdict& verdict) {
  engine::Keep keep = engine::Keep::Disk;
  for (const policy::ObligationUse& use : verdict.obligations) switch (use.kind) {
      case policy::Obligation::NoStore:
      case policy::Obligation::RetainDays:
        return engine::Keep::Nothing;
      case policy::Obligation::LogNoContent:
      case policy::Obligation::LogHashOnly:
      case policy::Obligation::LogRedacted:
        keep = engine::Keep::Memory;
        break;
      default:
        break;
    }
  return keep;
}

void Keeping::join(const policy::Verdict& verdict) {
  if (verdict.obliges(policy::Obligation::NoStore)) allowed = false;
  if (auto most = verdict.least(policy::Obligation::RetainDays)) days = std::min(days.value_or(*most), *most);
}

std::optional<UtcTime> Keeping::until(UtcTime since) const {
  if (!days) return std::nullopt;
  return UtcTime{since.micros + *days * kDayMicros};
}

std::optional<UtcTime> sooner(std::optional<UtcTime> a, std::optional<UtcTime> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

Keeping keeping_of(const policy::Decision& decision, const std::vector<std::string>& deployments) {
  Keeping keeping;
  for (const policy::Verdict& verdict : decision.verdicts)
    if (std::find(deployments.begin(), deployments.end(), verdict.deployment) != deployments.end())
      keeping.join(verdict);
  return keeping;
}

Keeping keeping_of(Shared& shared, const policy::Policy& policy, const Origin& origin) {
  policy::Subject subject = origin.subject;
  subject.time = shared.policy_time.now();
  std::vector<const config::Deployment*> places;
  for (const std::string& name : origin.deployments) places.push_back(shared.settings.deployment(name));
  policy::Decision decision = policy.decide(origin.judged, subject, places);
  Keeping keeping = keeping_of(decision, origin.deployments);
  // A hold was approved, or there would be no answer.
  for (const policy::Verdict& verdict : decision.verdicts)
    if (verdict.state() == policy::State::Denied) keeping.allowed = false;
  return keeping;
}

void keep_by_policy_in_force(Shared& shared) {
  ActivePolicy::Snapshot policy = shared.policy.current();
  for (Memory* memory : {&shared.reasoning, &shared.responses}) {
    for (const std::shared_ptr<const Origin>& origin : memory->origins()) {
      Keeping keeping = keeping_of(shared, *policy, *origin);
      if (!keeping.allowed)
        memory->forget(*origin);
      else if (auto until = keeping.until(origin->time))
        memory->limit(*origin, *until);
    }
  }
  // Neither pages of prompts nor texts of files tell where they came from.
  if (shared.extracting) shared.extracting->forget_all();
  for (const auto& [name, engine] : shared.engines) engine->forget_prefixes();
  for (const auto& [name, member] : shared.members)
    if (member.model == 0) member.set->forget_prefixes(policy->digest());
}

void sweep(Shared& shared) {
  const UtcTime now = shared.policy_time.now();
  count("reasoning", shared.reasoning.sweep(now));
  count("responses", shared.responses.sweep(now));
  if (shared.extracting) count("extracted", shared.extracting->sweep(now));
  auto texts = shared.desk->sweep();
  if (texts) return count("approvals", *texts);
  log::error("retain.not_swept", {{"code", texts.error().code}, {"message", texts.error().message}});
}

net::Task<void> sweep_for_good(Shared& shared) {
  for (;;) {
    sweep(shared);
    co_await shared.office.loop().sleep(kBetweenSweeps);
  }
}

}  // namespace sluice::gateway
