// Own patterns: regular expressions in RE2's syntax, which take time linear in the text whatever they say.
#pragma once

#include <re2/re2.h>
#include <re2/set.h>

#include <memory>
#include <vector>

#include "base/result.h"
#include "config/detectors.h"
#include "sense/scan/detector.h"

namespace sluice::sense::own {

// Compiled once, shared by the detectors made of it. Immutable.
class Patterns {
 public:
  using Check = bool (*)(std::string_view alnum);
  struct One {
    std::unique_ptr<RE2> regex;
    Check check = nullptr;
    bool group = false;                // what is found is the first group
    std::vector<std::string> context;  // in lower case; empty: not needed
  };
  // Errors: config.value at the place of what can't be meant.
  static Result<std::shared_ptr<const Patterns>> compile(const std::vector<config::OwnPattern>& written);

  // The detector's hits are Kind::Own with `own` counted from `first`.
  std::unique_ptr<scan::Detector> detector(scan::PhraseSet& set, std::uint16_t first) const;
  const std::vector<One>& all() const { return all_; }
  // Which of them may match somewhere in the text.
  std::vector<int> candidates(std::string_view text) const;

 private:
  std::vector<One> all_;
  std::unique_ptr<RE2::Set> set_;  // null: asked one by one
};

}  // namespace sluice::sense::own
