// One GGUF file into another of smaller types, row by row: memory stays small whatever the files' sizes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/quantise/mixture.h"

namespace sluice::engine::quantise {

struct FileOptions {
  std::string in, out;  // of a model in parts the first; the result is one file
  Target target = Target::Q4_K_M;
  std::string importance;  // a file of importance data, or none
  bool force = false;      // replace `out`
  int threads = 1;
};

struct Written {
  struct Matrix {
    std::string name;
    gguf::TensorType from, to, wanted;   // wanted != to: the shape has no room for it
    bool kept = false, weighed = false;  // left as it was; with importance data
  };
  std::vector<Matrix> tensors;
  std::uint64_t bytes_in = 0, bytes_out = 0;
  bool again = false;  // what was quantised already was quantised once more
};

// The tensor that is being written, and bytes of all input tensors that are done.
using Watch = std::function<void(const std::string& tensor, std::uint64_t done, std::uint64_t total)>;

// The file is written beside `out` and renamed when it is whole; metadata are kept but for general.file_type and
// general.quantization_version, which say what it is now, and the keys of the split. Errors: gguf.* from the
// input, quantise.exists, quantise.io, quantise.disk_full (with the arithmetic, before anything is written),
// quantise.type (a type that can't be read), quantise.value (not finite or too large; tensor and place are named),
// quantise.importance.
Result<Written> quantise_file(const FileOptions& options, const Watch& watch = {});

}  // namespace sluice::engine::quantise
