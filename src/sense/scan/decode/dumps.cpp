// Dumps of bytes as xxd, hexdump and od print them: an offset, the bytes in hexadecimal, and beside them the
// characters, which tear apart whatever goes on in the next line.
#include <algorithm>
#include <string>
#include <utility>

#include "sense/scan/decode/decode_parts.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kMostPerLine = 32;                                   // bytes
constexpr std::size_t kLeastOffset = 4, kLeastBare = 6, kMostOffset = 16;  // digits; bare: without a colon

// One line from `at` on, which moves behind it; its bytes. Empty: it is none of a dump.
std::string line_of(std::string_view t, std::size_t& at, std::size_t& group) {
  const std::size_t end = std::min(t.size(), t.find('\n', at));
  std::size_t i = at;
  while (i < end && t[i] == ' ') ++i;
  const std::size_t offset = i;
  while (i < end && hex_value(t[i]) >= 0) ++i;
  if (i - offset < kLeastOffset || i - offset > kMostOffset) return {};
  if (i < end && t[i] == ':')
    ++i;
  else if (i - offset < kLeastBare)
    return {};  // years in a row
  std::string bytes;
  for (group = 0; i < end && bytes.size() < kMostPerLine;) {
    std::size_t blanks = 0;
    while (i < end && (t[i] == ' ' || t[i] == '\t')) ++i, ++blanks;
    // Two blanks stand before the characters, and in the middle of a line of single bytes.
    const bool middle = group == 2 && bytes.size() == 8 && blanks == 2;
    if (blanks == 0 || (group != 0 && blanks > 1 && !middle)) break;
    const std::size_t word = i;
    while (i < end && hex_value(t[i]) >= 0) ++i;
    const std::size_t size = i - word;
    const bool whole = i == end || t[i] == ' ' || t[i] == '\t';
    if (size < 2 || size % 2 != 0 || size > 16 || !whole || (group != 0 && size > group)) break;
    if (group == 0) group = size;
    for (std::size_t k = word; k < i; k += 2)
      bytes += static_cast<char>(hex_value(t[k]) << 4 | hex_value(t[k + 1]));
  }
  if (!bytes.empty()) at = end < t.size() ? end + 1 : end;
  return bytes;
}

// Groups of two bytes as a little-endian machine prints them.
std::string swapped(std::string bytes) {
  for (std::size_t i = 0; i + 1 < bytes.size(); i += 2) std::swap(bytes[i], bytes[i + 1]);
  return bytes;
}

}  // namespace

std::optional<Piece> dump_at(std::string_view t, std::size_t line, std::size_t& end) {
  std::string bytes;
  std::size_t group = 0, at = line;
  bool pairs = true;
  for (;;) {
    const std::string more = line_of(t, at, group);
    if (more.empty()) break;
    bytes += more;
    pairs = pairs && group == 4;
    end = at;
  }
  if (!is_readable(bytes)) {
    if (!pairs) return std::nullopt;
    while (!bytes.empty() && bytes.back() == '\0') bytes.pop_back();
    bytes = swapped(std::move(bytes));
    while (!bytes.empty() && bytes.back() == '\0') bytes.pop_back();
    if (!is_readable(bytes)) return std::nullopt;
  }
  Piece piece{std::move(bytes), {}, false};
  // A value in it stands in both columns and on several lines: it is the dump that shows it.
  piece.origin.assign(piece.text.size() + 1, static_cast<std::uint32_t>(line));
  piece.origin.back() = static_cast<std::uint32_t>(end);
  return piece;
}

}  // namespace sluice::sense::scan
