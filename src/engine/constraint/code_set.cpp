#include <algorithm>

#include "engine/constraint/grammar.h"
#include "text/utf8.h"

namespace sluice::engine::constraint {

CodeSet CodeSet::range(std::uint32_t first, std::uint32_t last) {
  CodeSet out;
  return out.add(first, last);
}

CodeSet CodeSet::of(std::string_view utf8) {
  CodeSet out;
  for (std::size_t at = 0; at < utf8.size();) {
    const std::uint32_t c = text::next_code_point(utf8, at);
    out.add(c, c);
  }
  return out;
}

CodeSet& CodeSet::add(std::uint32_t first, std::uint32_t last) {
  last = std::min(last, kLast);
  if (first <= last) ranges_.emplace_back(first, last);
  tidy();
  return *this;
}

CodeSet& CodeSet::add(const CodeSet& other) {
  ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
  tidy();
  return *this;
}

CodeSet CodeSet::inverted() const {
  CodeSet out;
  std::uint32_t next = 0;
  for (const auto& [first, last] : ranges_) {
    if (first > next) out.ranges_.emplace_back(next, first - 1);
    next = last + 1;
  }
  if (next <= kLast) out.ranges_.emplace_back(next, kLast);
  out.tidy();
  return out;
}

// Sorts, joins what touches and cuts the surrogates out.
void CodeSet::tidy() {
  constexpr std::uint32_t kFirstSurrogate = 0xD800, kLastSurrogate = 0xDFFF;
  std::sort(ranges_.begin(), ranges_.end());
  std::vector<Range> joined;
  for (const auto& [first, last] : ranges_) {
    if (!joined.empty() && first <= joined.back().second + 1) {
      joined.back().second = std::max(joined.back().second, last);
    } else {
      joined.emplace_back(first, last);
    }
  }
  ranges_.clear();
  for (const auto& [first, last] : joined) {
    if (last < kFirstSurrogate || first > kLastSurrogate) {
      ranges_.emplace_back(first, last);
      continue;
    }
    if (first < kFirstSurrogate) ranges_.emplace_back(first, kFirstSurrogate - 1);
    if (last > kLastSurrogate) ranges_.emplace_back(kLastSurrogate + 1, last);
  }
}

}  // namespace sluice::engine::constraint
