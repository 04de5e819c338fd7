// What the tests of sense share: case files, and a judge made once.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "sense/sense.h"

namespace sluice::sense::testing {

struct Case {
  bool found = true;  // '+'
  std::string text;
  int line = 0;
};

// Lines "+ text" and "- text" of a file of tests/cases/sense; README.md there explains the form.
std::vector<Case> read_cases(const std::string& file);

struct Labelled {
  std::string label, text;  // "public" or a category
};

// Lines "label<tab>text" of a file, \n and \t written out; README.md of tests/cases/sense explains the form.
std::vector<Labelled> read_labelled(const std::string& path);

const Judge& standard_judge();
// For long texts, which under sanitizers take more than the two seconds that a request has.
inline JudgeOptions patient() {
  JudgeOptions options;
  options.time_limit = std::chrono::hours(1);
  return options;
}

bool has(const Judgement& judgement, std::string_view detector);

}  // namespace sluice::sense::testing
