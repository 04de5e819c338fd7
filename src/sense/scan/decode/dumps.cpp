// Dumps of bytes as xxd, hexdump and od print them: an offset, the bytes in hexadecimal, octal or as characters
// apart, and sometimes beside them the characters, which tear apart whatever goes on in the next line.
#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "sense/scan/decode/decode_parts.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kMostPerLine = 32;                                   // bytes
constexpr std::size_t kLeastOffset = 4, kLeastBare = 6, kMostOffset = 16;  // digits; bare: without a colon
constexpr std::size_t kOctalOffset = 7;  // digits before bytes that are not hexadecimal
constexpr std::size_t kColumns = 4;      // of a character

std::size_t skip_digits(std::string_view t, std::size_t at, std::size_t end) {
  while (at < end && hex_value(t[at]) >= 0) ++at;
  return at;
}

// The bytes that one group of digits says; false: it is none of this notation. `group`: digits of the first one.
using Group = bool (*)(std::string_view word, std::size_t group, std::string& bytes);

bool hexadecimal(std::string_view word, std::size_t group, std::string& bytes) {
  if (word.size() < 2 || word.size() % 2 != 0 || word.size() > 16 || (group != 0 && word.size() > group))
    return false;
  for (std::size_t k = 0; k < word.size(); k += 2)
    bytes += static_cast<char>(hex_value(word[k]) << 4 | hex_value(word[k + 1]));
  return true;
}

// A byte, or two of them as a little-endian machine has them.
bool octal(std::string_view word, std::size_t group, std::string& bytes) {
  if ((word.size() != 3 && word.size() != 6) || (group != 0 && word.size() != group)) return false;
  std::uint32_t value = 0;
  for (const char c : word) {
    if (c > '7') return false;
    value = value << 3 | static_cast<std::uint32_t>(c - '0');
  }
  if (value > (word.size() == 3 ? 0xFFu : 0xFFFFu)) return false;
  bytes += static_cast<char>(value & 0xFF);
  if (word.size() == 6) bytes += static_cast<char>(value >> 8);
  return true;
}

// One line from `at` on, which moves behind it; its bytes. Empty: it is none of a dump.
std::string line_of(std::string_view t, std::size_t& at, std::size_t& group, Group read) {
  const std::size_t end = std::min(t.size(), t.find('\n', at));
  std::size_t i = at;
  while (i < end && t[i] == ' ') ++i;
  const std::size_t offset = i;
  i = skip_digits(t, i, end);
  if (i - offset < kLeastOffset || i - offset > kMostOffset) return {};
  if (i < end && t[i] == ':')
    ++i;
  else if (i - offset < kLeastBare)
    return {};  // years in a row
  std::string bytes;
  for (group = 0; i < end && bytes.size() < kMostPerLine;) {
    std::size_t blanks = 0;
    while (i < end && (t[i] == ' ' || t[i] == '\t')) ++i, ++blanks;
    // Two blanks stand before the characters, in the middle of a line of single bytes, and between octal words.
    const bool middle = (group == 2 && bytes.size() == 8 && blanks == 2) || (read == octal && blanks == 2);
    if (blanks == 0 || (group != 0 && blanks > 1 && !middle)) break;
    const std::size_t word = i;
    i = skip_digits(t, i, end);
    const bool whole = i == end || t[i] == ' ' || t[i] == '\t';
    if (!whole || !read(t.substr(word, i - word), group, bytes)) break;
    if (group == 0) group = i - word;
  }
  if (!bytes.empty()) at = end < t.size() ? end + 1 : end;
  return bytes;
}

// What stands in the columns of one byte, without the blanks before it; false: it is none.
bool put_character(std::string_view shown, std::string& bytes) {
  struct Name {
    std::string_view name;
    char meant;
  };
  static constexpr Name kNames[] = {{"\\n", '\n'}, {"\\t", '\t'}, {"\\r", '\r'}, {"\\\\", '\\'},
                                    {"sp", ' '},   {"nl", '\n'},  {"ht", '\t'},  {"cr", '\r'}};  // of od -a
  if (shown.size() == 1 || static_cast<unsigned char>(shown[0]) >= 0x80) {
    bytes += shown;
    return true;
  }
  if (shown == "**") return true;  // the rest of a character that the columns before have whole
  for (const Name& name : kNames) {
    if (shown != name.name) continue;
    bytes += name.meant;
    return true;
  }
  return shown.size() == 3 && octal(shown, 0, bytes);
}

// The same of one whose bytes stand as characters, in columns of one width.
std::string characters_of(std::string_view t, std::size_t& at) {
  const std::size_t end = std::min(t.size(), t.find('\n', at));
  std::size_t i = skip_digits(t, at, std::min(end, at + kOctalOffset));
  if (i != at + kOctalOffset || i == end || t[i] != ' ') return {};
  std::string bytes;
  while (i < end && bytes.size() < kMostPerLine) {
    std::size_t next = i;
    for (std::size_t column = 0; column < kColumns && next < end; ++column) {
      ++next;
      while (next < end && (static_cast<unsigned char>(t[next]) & 0xC0) == 0x80) ++next;
    }
    const std::string_view cell = t.substr(i, next - i);
    const std::size_t blanks = std::min(cell.find_first_not_of(' '), cell.size());
    if (blanks == 0) return {};
    if (blanks == cell.size())
      bytes += ' ';
    else if (!put_character(cell.substr(blanks), bytes))
      return {};
    i = next;
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

namespace {

// A value in it stands in both columns and on several lines: it is the dump that shows it.
std::optional<Piece> piece_of(std::string bytes, std::size_t line, std::size_t end) {
  while (!bytes.empty() && bytes.back() == '\0') bytes.pop_back();  // what fills the last group
  if (!is_readable(bytes)) return std::nullopt;
  Piece piece{std::move(bytes), {}, false};
  piece.origin.assign(piece.text.size() + 1, static_cast<std::uint32_t>(line));
  piece.origin.back() = static_cast<std::uint32_t>(end);
  return piece;
}

}  // namespace

std::optional<Piece> characters_at(std::string_view t, std::size_t line, std::size_t& end) {
  std::string bytes;
  std::size_t last = line;
  for (std::size_t at = line;;) {
    const std::string more = characters_of(t, at);
    if (more.empty()) break;
    bytes += more;
    last = at;
  }
  if (last > line) end = std::max(end, last);
  return piece_of(std::move(bytes), line, last);
}

std::optional<Piece> dump_at(std::string_view t, std::size_t line, std::size_t& end) {
  for (const Group read : {hexadecimal, octal}) {
    std::string bytes;
    std::size_t group = 0, at = line;
    bool pairs = read == hexadecimal;
    for (;;) {
      const std::string more = line_of(t, at, group, read);
      if (more.empty()) break;
      bytes += more;
      pairs = pairs && group == 4;
      end = std::max(end, at);
    }
    if (auto piece = piece_of(bytes, line, at)) return piece;
    if (!pairs) continue;
    if (auto piece = piece_of(swapped(std::move(bytes)), line, at)) return piece;
  }
  return characters_at(t, line, end);
}

}  // namespace sluice::sense::scan
