// Importance data: how strongly each column of a matrix is used, the mean square of the activations that meet it.
//
// Reads what llama.cpp's `llama-imatrix` writes, in both formats: GGUF (for each matrix NAME a tensor NAME.in_sum2
// with a row of sums for each expert, and NAME.counts) and the older .dat (a count of entries; for each the name,
// the number of calls and the sums). Experts that no text reached count alike in all columns. A file that is not
// of these formats, or has numbers that can't be, is quantise.importance. Immutable once read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::engine::quantise {

class Importance {
 public:
  static Result<Importance> read(const std::string& path);
  // For each matrix of the tensor `columns` positive weights, or one row for all; null if nothing is known of it.
  // An entry that fits neither is an error.
  Result<const std::vector<float>*> of(std::string_view tensor, std::uint64_t columns,
                                       std::uint64_t matrices) const;
  std::size_t size() const { return entries_.size(); }

 private:
  static Result<Importance> read_gguf(const std::string& path);
  static Result<Importance> read_old(const std::string& path);
  Status add(std::string name, std::vector<float> weights, const std::string& path);

  std::map<std::string, std::vector<float>, std::less<>> entries_;
};

}  // namespace sluice::engine::quantise
