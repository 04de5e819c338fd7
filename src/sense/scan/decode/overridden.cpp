// Text that is shown backwards: behind a right-to-left override (U+202E) a reader sees "7646 3430" as 0343 6467.
#include <algorithm>
#include <string>

#include "sense/scan/decode/decode_parts.h"

namespace sluice::sense::scan {
namespace {

constexpr std::string_view kOverride = "\xE2\x80\xAE", kPop = "\xE2\x80\xAC";
constexpr std::size_t kLeast = 6;                            // bytes that are shown backwards
constexpr std::size_t kContext = 64;                         // bytes before them, which may say what they are
constexpr std::size_t kMostPieces = 256, kBytesAPiece = 64;  // each costs a small document

bool continues(std::string_view t, std::size_t at) {
  return at < t.size() && (static_cast<unsigned char>(t[at]) & 0xC0) == 0x80;
}

}  // namespace

std::vector<Piece> overridden(std::string_view original, std::string_view text,
                              const std::vector<std::uint32_t>& origins, Unread& unread) {
  std::vector<Piece> found;
  if (origins.empty()) return found;  // ASCII
  const auto canonical = [&](std::size_t byte) {
    return std::size_t(std::lower_bound(origins.begin(), origins.end() - 1, byte) - origins.begin());
  };
  for (std::size_t at = original.find(kOverride); at != original.npos;) {
    const std::size_t stop = std::min({original.size(), original.find(kPop, at), original.find('\n', at)});
    const std::size_t start = canonical(at), end = canonical(stop);
    at = original.find(kOverride, stop);
    if (end < start + kLeast) continue;
    std::size_t from = start > kContext ? start - kContext : 0;
    while (from < start && continues(text, from)) ++from;
    // Nobody writes so but to hide something.
    if (found.size() == kMostPieces + text.size() / kBytesAPiece) {
      unread.beyond("decode_backwards");
      break;
    }
    Piece piece;
    for (; from < start; ++from) {
      piece.text += text[from];
      piece.origin.push_back(static_cast<std::uint32_t>(from));
    }
    for (std::size_t last = end; last > start;) {
      std::size_t first = last - 1;
      while (first > start && continues(text, first)) --first;
      piece.text += text.substr(first, last - first);
      last = first;
    }
    piece.origin.resize(piece.text.size(), static_cast<std::uint32_t>(start));
    piece.origin.push_back(static_cast<std::uint32_t>(end));
    found.push_back(std::move(piece));
  }
  return found;
}

}  // namespace sluice::sense::scan
