// The detectors that administrators add in the configuration, made ready once: compiled patterns, dictionaries as
// tables, documents as fingerprints. What a detector's finding means for the label stands in sense
// (sense/kinds.h); here they are numbers: patterns first, then dictionaries, then fingerprints, as they were
// written.
#pragma once

#include <memory>
#include <vector>

#include "base/result.h"
#include "config/detectors.h"
#include "sense/scan/detector.h"

namespace sluice::sense::own {

// Immutable; thread-safe. Outlives its detectors.
class Own {
 public:
  // Reads the files that are named. Errors: config.value at the place of what can't be meant.
  static Result<std::shared_ptr<const Own>> compile(const config::OwnDetectors& written);
  struct Parts;
  explicit Own(std::unique_ptr<const Parts> parts);
  ~Own();

  // None where nothing is configured. Adds context words to the set, which is built after that.
  std::vector<std::unique_ptr<scan::Detector>> detectors(scan::PhraseSet& set) const;

 private:
  class WordDetector;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace sluice::sense::own
