#include "sense/detect/context/words.h"

#include <algorithm>

namespace sluice::sense::detect {
namespace {

// The hits that end or begin near [start, end), as long as `take` wants another.
template <typename Hits, typename Take>
void each_near(const Hits& all, std::size_t start, std::size_t end, std::size_t before, std::size_t after,
               Take take) {
  const std::size_t from = start > before ? start - before : 0;
  auto hit = std::lower_bound(all.begin(), all.end(), from,
                              [](const scan::PhraseHit& h, std::size_t at) { return h.end < at; });
  // Hits are ordered by their ends and no phrase is longer than 60 bytes, which bounds how far to look.
  for (; hit != all.end() && hit->end <= end + after + 60; ++hit) {
    const bool beside = hit->end <= start || (hit->start >= end && hit->start <= end + after);
    if (beside && !take(*hit)) return;
  }
}

}  // namespace

Tags Words::around(const scan::Document& doc, std::size_t start, std::size_t end, std::size_t before,
                   std::size_t after, Tags enough) const {
  Tags found = 0;
  each_near(hits(doc), start, end, before, after, [&](const scan::PhraseHit& hit) {
    found |= tags(hit);
    return (found & enough) == 0;
  });
  return found;
}

Tags Words::around_cell(const scan::Document& doc, std::size_t start, std::size_t end, std::size_t before,
                        std::size_t after) const {
  if (doc.heads.empty()) return around(doc, start, end, before, after);
  const auto head_at = [&](std::size_t at) {  // behind the last head that begins there or before
    return std::partition_point(doc.heads.begin(), doc.heads.end(),
                                [&](const scan::Document::Head& head) { return head.start <= at; });
  };
  const auto own = head_at(start);
  Tags found = 0;
  each_near(hits(doc), start, end, before, after, [&](const scan::PhraseHit& hit) {
    const auto head = head_at(hit.start);
    const bool in_head = head != doc.heads.begin() && hit.start < std::prev(head)->end;
    if (!in_head || head == own) found |= tags(hit);
    return true;
  });
  return found;
}

}  // namespace sluice::sense::detect
