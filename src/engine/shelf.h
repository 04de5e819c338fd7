// The model files of a folder, and what each of them is.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "engine/manifest.h"

namespace sluice::engine {

struct ShelfEntry {
  std::string file;  // as seen from the folder; of a model in parts the first
  int parts = 1;
  std::uint64_t bytes = 0;  // of all parts
  std::string problem;      // why it can't be used, "code: message"; then the rest is empty
  std::string name, architecture, family, quantisation;
  std::uint64_t parameters = 0;
  int context = 0;  // positions as trained
  Verified verified = Verified::NoManifest;
};

// Every .gguf file in the folder and its folders, four deep, in order of name; hidden ones and links to folders
// left out. A file that can't be read is an entry with a problem. shelf.folder: the folder can't be read.
Result<std::vector<ShelfEntry>> list_models(const std::string& folder);

// The names of all .gguf files of the folder, parts as they are.
Result<std::vector<std::string>> model_files(const std::string& folder);

// "-00002-of-00003.gguf" at a name's end.
struct PartName {
  std::string stem;  // what stands before it
  int index = 0;     // counted from 1; 0: the name has no such end
  int count = 0;
  std::string part(int i) const;  // the name of the i-th
};
PartName part_name(const std::string& file);

}  // namespace sluice::engine
