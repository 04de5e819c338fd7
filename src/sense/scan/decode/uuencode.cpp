// uuencode (POSIX.1-2017, "uuencode"): lines of a character that counts bytes and of four characters for every
// three of them. Its lines look like anything, so that it is read behind "begin 644 name" only.
#include <algorithm>
#include <string>
#include <utility>

#include "sense/scan/decode/decode_parts.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kMoreCharacters = 2;  // behind a line's groups: a check character, a carriage return

// The bytes of a line; empty: it is none, or the one of no bytes at the end. Blanks at its end may be gone.
std::string bytes_of(std::string_view line) {
  if (line.empty() || line[0] < ' ' || line[0] > '`') return {};
  const std::size_t count = static_cast<std::size_t>(line[0] - ' ') & 63, groups = (count + 2) / 3;
  const std::string_view rest = line.substr(1);
  if (rest.size() > groups * 4 + kMoreCharacters) return {};
  std::string bytes;
  for (std::size_t group = 0; group < groups; ++group) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 4; ++k) {
      const char c = group * 4 + k < rest.size() ? rest[group * 4 + k] : ' ';
      if (c < ' ' || c > '`') return {};
      three = three << 6 | (static_cast<std::uint32_t>(c - ' ') & 63);
    }
    for (int shift = 16; shift >= 0; shift -= 8) bytes += static_cast<char>(three >> shift & 0xFF);
  }
  bytes.resize(count);
  return bytes;
}

}  // namespace

std::optional<Piece> uuencoded_at(std::string_view t, std::size_t begin) {
  const std::size_t head = t.find('\n', begin);
  std::string bytes;
  std::size_t end = head;
  while (end < t.size()) {
    const std::size_t next = std::min(t.find('\n', end + 1), t.size());
    const std::string more = bytes_of(t.substr(end + 1, next - end - 1));
    if (more.empty()) break;
    bytes += more;
    end = next;
  }
  if (!is_readable(bytes)) return std::nullopt;
  Piece piece{std::move(bytes), {}, false};
  piece.origin.assign(piece.text.size() + 1, static_cast<std::uint32_t>(head + 1));
  piece.origin.back() = static_cast<std::uint32_t>(end);
  return piece;
}

}  // namespace sluice::sense::scan
