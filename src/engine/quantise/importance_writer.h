// Writes importance data in llama.cpp's GGUF format; importance.h reads them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::engine::quantise {

struct Sums {
  std::vector<float> squares;  // [matrices][columns]
  std::vector<float> counts;   // [matrices] rows that were summed
};

// quantise.exists, quantise.io, quantise.disk_full.
Status write_importance(const std::string& path, const std::map<std::string, Sums, std::less<>>& sums,
                        const std::string& text_name, int stretches, int context, bool force);

}  // namespace sluice::engine::quantise
