#include "sense/scan/decode/rewritten.h"

#include <algorithm>

namespace sluice::sense::scan {
namespace {

// Bytes around a place in which words are looked for that say what it is, and in which what is found may begin.
constexpr std::size_t kBefore = 120, kBehind = 80;

bool continues_character(std::string_view t, std::size_t at) {
  return at < t.size() && (static_cast<unsigned char>(t[at]) & 0xC0) == 0x80;
}

bool is_word(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// A piece begins and ends where a word does: half of a number would be another one.
constexpr std::size_t kLongestWord = 40;
std::size_t word_end(std::string_view t, std::size_t at) {
  std::size_t end = at;
  while (at > 0 && end < t.size() && end - at < kLongestWord && is_word(t[end - 1]) && is_word(t[end])) ++end;
  return end;
}
std::size_t word_start(std::string_view t, std::size_t at) {
  std::size_t start = at;
  while (start > 0 && at - start < kLongestWord && is_word(t[start]) && is_word(t[start - 1])) --start;
  return start;
}

void copy(std::string_view t, std::size_t from, std::size_t to, Piece& piece) {
  piece.text.append(t, from, to - from);
  for (; from < to; ++from) piece.origin.push_back(static_cast<std::uint32_t>(from));
}

}  // namespace

std::vector<Piece> rewritten(std::string_view t, const std::vector<Edit>& edits) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < edits.size();) {
    Piece piece{{}, {}, true};
    std::size_t at = edits[i].start > kBefore ? word_start(t, edits[i].start - kBefore) : 0, end;
    while (continues_character(t, at)) ++at;
    do {
      copy(t, at, edits[i].start, piece);
      if (edits[i].blank) {
        piece.text += ' ';
        piece.origin.push_back(static_cast<std::uint32_t>(edits[i].start));
      }
      // The last of what stands instead is the last of what stood there, so that what is found goes as far.
      for (std::size_t k = 0; k < edits[i].instead.size(); ++k) {
        piece.text += edits[i].instead[k];
        piece.origin.push_back(static_cast<std::uint32_t>(std::min(edits[i].start + k, edits[i].end - 1)));
      }
      at = edits[i].end;
      end = word_end(t, std::min(t.size(), at + kBehind));
      ++i;
    } while (i < edits.size() && edits[i].start <= end + kBefore);
    while (continues_character(t, end)) ++end;
    copy(t, at, end, piece);
    piece.origin.push_back(static_cast<std::uint32_t>(end));
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace sluice::sense::scan
