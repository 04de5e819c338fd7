// The seam behind sense.h: a Judge made of given detectors and a given clock, so that a test can put in a detector
// that fails, throws or takes its time. Programs use Judge::create().
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "base/time.h"
#include "sense/kinds.h"
#include "sense/own/own.h"
#include "sense/scan/detector.h"
#include "sense/sense.h"

namespace sluice::sense {

struct JudgeParts {
  // Adds phrases to the set, which is built after the last of these has run.
  using MakeDetectors = std::function<std::vector<std::unique_ptr<scan::Detector>>(scan::PhraseSet&)>;
  MakeDetectors make;
  const Clock* clock = &system_clock();  // outlives the Judge
  std::shared_ptr<const own::Own> own;   // null: no detectors of administrators
  std::vector<OwnMeaning> meanings;      // of each of them
};

Result<std::unique_ptr<Judge>> make_judge(const JudgeParts& parts);

// Puts the own detectors in. Errors: config.value.
Status add_own(JudgeParts& parts, const config::OwnDetectors& own);
// Whether each of them finds its examples, and none of those that it must not. Errors: config.example.
Status check_examples(const Judge& judge, const config::OwnDetectors& own);

// The detectors of Judge::create(), for parts that want these and more.
std::vector<std::unique_ptr<scan::Detector>> standard_detectors(scan::PhraseSet& set);

}  // namespace sluice::sense
