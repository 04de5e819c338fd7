// The seam behind sense.h: a Judge made of given detectors and a given clock, so that a test can put in a detector
// that fails, throws or takes its time. Programs use Judge::create().
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/time.h"
#include "sense/scan/detector.h"
#include "sense/sense.h"

namespace sluice::sense {

struct JudgeParts {
  // Adds phrases to the set, which is built after the last of these has run.
  using MakeDetectors = std::function<std::vector<std::unique_ptr<scan::Detector>>(scan::PhraseSet&)>;
  MakeDetectors make;
  const Clock* clock = &system_clock();  // outlives the Judge
};

Result<std::unique_ptr<Judge>> make_judge(const JudgeParts& parts);

// The detectors of Judge::create(), for parts that want these and more.
std::vector<std::unique_ptr<scan::Detector>> standard_detectors(scan::PhraseSet& set);

}  // namespace sluice::sense
