// Fingerprints of protected documents: a text that quotes one is found, and the documents themselves are not kept.
//
// Winnowing (S. Schleimer, D. S. Wilkerson, A. Aiken, "Winnowing: Local Algorithms for Document Fingerprinting",
// SIGMOD 2003): of the hashes of all runs of kRun words, the least one of each kWindow neighbours is kept. A text
// is asked with all of its runs, so that a quotation of kRun + n * kWindow - 1 words shares at least n prints.
// Three prints near each other make a hit: a quotation of 20 words or more is always found, and one of less than
// 12 never.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/detectors.h"
#include "sense/own/tokens.h"
#include "sense/scan/detector.h"

namespace sluice::sense::own {

inline constexpr std::size_t kRun = 6, kWindow = 5;                             // words, runs
inline constexpr std::size_t kLeastPrints = 3;                                  // of one detector near each other
inline constexpr std::size_t kLeastCovered = 12;                                // words under them
inline constexpr std::size_t kSurelyFound = kRun + kLeastPrints * kWindow - 1;  // words in a row
static_assert(kSurelyFound == 20);

// The kept hashes of one text, sorted, each once.
std::vector<std::uint64_t> prints_of(std::string_view utf8, const WordHash& hash);

// Prints of files and folders: their texts' less those of `except`. Errors: config.value, with the file.
Result<std::vector<std::uint64_t>> prints_of_files(const std::vector<config::Said>& files,
                                                   const std::vector<config::Said>& except, const WordHash& hash);

// The form in which they travel: a line that says what they are, then a number a line.
std::string write_prints(const std::vector<std::uint64_t>& prints, const WordHash& hash);
Result<std::vector<std::uint64_t>> read_prints(const config::Said& file, const WordHash& hash);

class Prints {
 public:
  void add(const std::vector<std::uint64_t>& prints, std::uint16_t own);
  void build();  // once, after the last add()
  bool empty() const { return slots_.empty(); }
  void find(const std::vector<Token>& tokens, const WordHash::Runs& runs, std::vector<scan::Hit>& hits) const;

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::uint32_t own = 0;  // + 1; 0: empty
  };
  struct Found {
    std::uint32_t own;
    std::size_t at;  // the first token of the run
    std::uint64_t hash;
  };
  static void gather(const std::vector<Found>& found, std::size_t first, std::size_t last,
                     const std::vector<Token>& tokens, std::vector<scan::Hit>& hits);

  std::vector<Slot> added_, slots_;
  std::vector<std::uint64_t> filter_;
};

}  // namespace sluice::sense::own
