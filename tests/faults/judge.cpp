// The judge whose detectors fail: the standard ones, each behind one that spoils it.
#include "sense/judge.h"

#include <cstring>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>

#include "faults.h"

namespace sluice::sense {
namespace {

thread_local Duration extra{};  // that this thread's judgement has taken, as far as its clock goes

class JudgeClock : public Clock {
 public:
  UtcTime utc() const override { return system_clock().utc(); }
  MonotonicTime monotonic() const override { return std::chrono::steady_clock::now() + extra; }
};

// What it found is lost with it: the crash of just the detector that would have known.
class Spoilt : public scan::Detector {
 public:
  explicit Spoilt(std::unique_ptr<scan::Detector> inner) : inner_(std::move(inner)) {}
  const char* name() const override { return inner_->name(); }
  Status detect(const scan::Document& doc, std::vector<scan::Hit>& hits) const override {
    char how[16];
    if (!faults::text("detectors", how, sizeof how)) return inner_->detect(doc, hits);
    std::vector<scan::Hit> lost;
    Status status = inner_->detect(doc, lost);
    if (std::strcmp(how, "throw") == 0) throw std::runtime_error("a fault");
    if (std::strcmp(how, "error") == 0) return fail("sense.fault", "a fault");
    if (std::strcmp(how, "slow") == 0) extra += std::chrono::seconds(3);
    if (std::strcmp(how, "sleep") == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2100));
    return status;
  }

 private:
  std::unique_ptr<scan::Detector> inner_;
};

class FaultyJudge : public Judge {
 public:
  explicit FaultyJudge(std::unique_ptr<Judge> inner) : inner_(std::move(inner)) {}
  Judgement judge(const chat::Request& request, const JudgeOptions& options) const override {
    return guarded([&] { return inner_->judge(request, options); });
  }
  Judgement judge_text(std::string_view text, const JudgeOptions& options) const override {
    return guarded([&] { return inner_->judge_text(text, options); });
  }

 private:
  template <class Work>
  static Judgement guarded(Work work) {
    if (faults::number("judge_off") != 0) return {};
    extra = {};
    const std::int64_t nth = faults::number("judge_allocation");
    if (nth != 0) faults::fail_allocation(nth);
    Judgement judgement = work();
    if (nth != 0) faults::fail_allocation(0);
    return judgement;
  }

  std::unique_ptr<Judge> inner_;
};

std::vector<std::unique_ptr<scan::Detector>> spoilt_detectors(scan::PhraseSet& set) {
  auto detectors = standard_detectors(set);
  for (auto& detector : detectors) detector = std::make_unique<Spoilt>(std::move(detector));
  return detectors;
}

}  // namespace

Result<std::unique_ptr<Judge>> faulty_create(const config::OwnDetectors& own) asm(
    "__wrap__ZN6sluice5sense5Judge6createERKNS_6config12OwnDetectorsE");
Result<std::unique_ptr<Judge>> faulty_create(const config::OwnDetectors& own) {
  static const JudgeClock clock;
  JudgeParts parts{spoilt_detectors, &clock, nullptr, {}};
  SLUICE_TRY_VOID(add_own(parts, own));
  SLUICE_TRY(auto judge, make_judge(parts));
  return std::unique_ptr<Judge>(std::make_unique<FaultyJudge>(std::move(judge)));
}

}  // namespace sluice::sense
