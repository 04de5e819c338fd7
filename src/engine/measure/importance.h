// Importance data of a model, measured on a text: for each matrix the mean square of what each of its columns is
// multiplied with. models quantize takes them, and so does llama.cpp: the file is of its GGUF format
// (quantise/importance.h).
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace sluice::engine::measure {

struct ImportanceOptions {
  std::string model;  // a .gguf file, as little quantised as can be had
  std::string text;   // what to read; special tokens in it are text like any other
  std::string text_name;
  std::string out;
  int context = 512;  // tokens per stretch, at most what the model has
  int stretches = 0;  // at most so many; 0: all
  int threads = 1;
  bool force = false;  // replace `out`
};

struct Measured {
  int context = 0, stretches = 0;
  std::int64_t tokens = 0;
  std::size_t matrices = 0;   // a tensor of experts counts as all of them
  std::size_t untouched = 0;  // experts that no token chose: a longer text may reach them
};

// Errors: gguf.*, engine.unsupported, engine.memory, compare.text, quantise.exists, quantise.io,
// quantise.disk_full.
Result<Measured> measure_importance(const ImportanceOptions& options,
                                    const std::function<void(int stretch, int of)>& watch = {});

}  // namespace sluice::engine::measure
