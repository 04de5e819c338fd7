// Words that are asked about one at a time, where others would be too common to be looked for in every text ("in",
// "my"): those that texts are searched for stand in a PhraseSet.
#pragma once

#include <algorithm>
#include <string_view>
#include <vector>

#include "sense/scan/phrases.h"

namespace sluice::sense::detect {

class WordList {
 public:
  // Of constants, with '|' between them, in lower case.
  explicit WordList(std::string_view words) {
    scan::for_each_phrase(words, [&](std::string_view word) { all_.push_back(word); });
    std::sort(all_.begin(), all_.end());
  }
  bool has(std::string_view lower) const { return std::binary_search(all_.begin(), all_.end(), lower); }

 private:
  std::vector<std::string_view> all_;
};

}  // namespace sluice::sense::detect
