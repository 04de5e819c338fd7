// Covered: ranges of a text, and whether another one meets any of them. Sorted once; then each question is a
// search.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

namespace sluice::sense::scan {

class Covered {
 public:
  void add(std::uint32_t start, std::uint32_t end) { ranges_.push_back({start, end}); }
  // After the last add(): each range's end becomes the furthest of all that begin before it or with it.
  void settle() {
    std::sort(ranges_.begin(), ranges_.end());
    for (std::size_t i = 1; i < ranges_.size(); ++i)
      ranges_[i].second = std::max(ranges_[i].second, ranges_[i - 1].second);
  }
  bool meets(std::uint32_t start, std::uint32_t end) const {
    const auto after =
        std::partition_point(ranges_.begin(), ranges_.end(), [&](const auto& range) { return range.first < end; });
    return after != ranges_.begin() && std::prev(after)->second > start;
  }

 private:
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges_;
};

}  // namespace sluice::sense::scan
