#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "sense/scan/byte_bits.h"
#include "sense/scan/byte_class.h"
#include "sense/scan/decode/decode_parts.h"
#include "sense/scan/phrases.h"
#include "text/utf8.h"

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kStride =
    8;  // what is looked for has at least 17 bytes, eight of which begin at such a place
constexpr std::uint64_t kEighths = 0x0101010101010101;  // these places among 64
constexpr std::size_t kWordsBefore = 48;                // bytes of the words before that are read with it
constexpr std::size_t kWordsBehind = 32;                // and of those behind
constexpr std::size_t kMinApart = 9;                    // characters with a separator between each
constexpr std::size_t kMinCodes = 6;

constexpr ByteClass kCode("0123456789abcdefABCDEFxXuU+ ,;:\n");
bool is_code(char c) { return kCode.has(c); }

constexpr ByteClass kApart(" -_*/.|,~\n");  // what keeps characters apart

// Where the same byte stands two, four and six bytes further on.
std::uint64_t alike_bits(const char* from) {
  std::uint64_t alike = 0;
  for (std::size_t i = 0; i < 64; i += 16)
    alike |= Bytes16::load(from + i).same_as(Bytes16::load(from + i + 2)).bits() << i;
  return alike & alike >> 2 & alike >> 4;
}

void put(Piece& piece, std::string_view bytes, std::size_t from) {
  piece.text += bytes;
  piece.origin.resize(piece.text.size(), static_cast<std::uint32_t>(from));
}

// One code of a list, without "U+", "0x" and "\\x"; -1: none.
int code_of(std::string_view word, int base) {
  if (word.starts_with("U+") || word.starts_with("u+") || word.starts_with("0x") || word.starts_with("0X"))
    word.remove_prefix(2);
  if (word.empty() || word.size() > 8) return -1;
  int code = 0;
  for (const char c : word) {
    const int v = hex_value(c);
    if (v < 0 || v >= base) return -1;
    code = code * base + v;
    if (code > 0x10FFFF) return -1;
  }
  return code >= 0xD800 && code < 0xE000 ? -1 : code;
}

// The list in [start, end) in this base, if it reads as text.
bool read_codes(std::string_view text, std::size_t start, std::size_t end, int base, Piece& piece) {
  std::size_t count = 0;
  for (std::size_t i = start; i < end;) {
    if (std::strchr(" ,;:\n", text[i]) != nullptr) {
      ++i;
      continue;
    }
    std::size_t stop = i;
    while (stop < end && std::strchr(" ,;:\n", text[stop]) == nullptr) ++stop;
    const std::string_view word = text.substr(i, stop - i);
    const bool short_of_it = word.size() < 2 || (base == 2 && word.size() < 7) || (base == 8 && word.size() != 3);
    const int code = short_of_it ? -1 : code_of(word, base);
    if (code < 0x20 && code != '\n' && code != '\t') return false;
    std::string character;
    text::append_utf8(character, static_cast<std::uint32_t>(code));
    put(piece, character, i);
    ++count;
    i = stop;
  }
  piece.origin.push_back(static_cast<std::uint32_t>(end));
  const auto letters = std::count_if(piece.text.begin(), piece.text.end(), [](char c) { return is_word_byte(c); });
  return count >= kMinCodes && is_readable(piece.text) && static_cast<std::size_t>(letters) * 2 >= count;
}

// [start, end) around `at` within which every second character is the same separator.
void spaced_run(std::string_view t, std::size_t at, std::size_t& start, std::size_t& end) {
  const char separator = t[at];
  start = at;
  while (start >= 2 && t[start - 2] == separator) start -= 2;
  if (start >= 1) --start;  // the character before the first separator, unless it ends a word
  if (start >= 1 && is_word_byte(t[start]) && is_word_byte(t[start - 1])) start += 2;
  end = at;
  while (end + 2 < t.size() && t[end + 2] == separator) end += 2;
  end = std::min(t.size(), end + 2);
  if (end < t.size() && is_word_byte(t[end - 1]) && is_word_byte(t[end])) end -= 2;  // it begins a word
}

}  // namespace

namespace {

// Dumps of bytes, each of whose lines is looked at once.
class Dumps {
 public:
  explicit Dumps(std::string_view text) : t_(text) {}
  // The dump in whose first line the eight codes at i stand; i moves behind it.
  bool take(std::size_t& i, std::vector<Piece>& found) {
    if (i < done_) return false;
    constexpr std::size_t kFar = 64;  // from the beginning of a line to its first eight
    std::size_t line = i;
    while (line > 0 && i - line < kFar && t_[line - 1] != '\n' && is_code(t_[line - 1])) --line;
    if (line == 0 || t_[line - 1] == '\n')
      if (take_at(line, i, found)) return true;
    const std::size_t next = t_.substr(i, kStride).find('\n');  // the end of what stands before it
    return next != t_.npos && i + next + 1 >= done_ && take_at(i + next + 1, i, found);
  }

  // Those of characters in columns have no eight codes in a row. They begin with offset zero; a window's first
  // line may be one in the middle.
  void characters(std::vector<Piece>& found) {
    static constexpr std::string_view kFirst = "0000000 ";
    const std::size_t line = t_.substr(0, kLongestLine).find('\n') + 1;
    try_characters(0, found);
    if (line > 0) try_characters(line, found);
    for (std::size_t at = t_.find(kFirst); at != t_.npos; at = t_.find(kFirst, at + 1))
      if (at > 0 && t_[at - 1] == '\n') try_characters(at, found);
  }

 private:
  static constexpr std::size_t kLongestLine = 256;

  bool take_at(std::size_t line, std::size_t& i, std::vector<Piece>& found) {
    auto dump = dump_at(t_, line, done_);
    if (!dump) return false;
    found.push_back(std::move(*dump));
    i = done_;
    return true;
  }

  void try_characters(std::size_t line, std::vector<Piece>& found) {
    if (line < done_) return;
    if (auto piece = characters_at(t_, line, done_)) found.push_back(std::move(*piece));
  }

  std::string_view t_;
  std::size_t done_ = 0;
};

// The list of codes around the eight at i, if it is one; returns where its characters end.
std::size_t code_list(std::string_view t, std::size_t i, std::vector<Piece>& found) {
  std::size_t start = i, end = i;
  while (start > 0 && is_code(t[start - 1])) --start;
  while (end < t.size() && is_code(t[end])) ++end;
  // A word before the list may end in letters that are hexadecimal digits.
  while (start < end && start > 0 && is_word_byte(t[start - 1]) && is_word_byte(t[start])) ++start;
  while (end > start && end < t.size() && is_word_byte(t[end]) && is_word_byte(t[end - 1])) --end;
  for (const int base : {2, 10, 16, 8}) {
    Piece piece;
    if (end < start + 3 * kMinCodes - 1 || !read_codes(t, start, end, base, piece)) continue;
    found.push_back(std::move(piece));
    break;
  }
  return end;
}

// The characters around the separator at `at` that stand apart, if they are enough; moves `taken` behind them.
void spaced(std::string_view t, std::size_t at, std::size_t& taken, std::vector<Piece>& found) {
  if (at < taken) return;                                // one run is looked at once, however long it is
  if (t[at + 1] == t[at] && t[at + 3] == t[at]) return;  // "--------"
  std::size_t start = 0, end = 0;
  spaced_run(t, at, start, end);
  if (start < taken || end - start + 1 < 2 * kMinApart) return;
  // With the words around it, which say what it is: "the pass for root is W r e n + 8 3".
  Piece piece{{}, {}, true};
  std::size_t from = std::max(taken, start > kWordsBefore ? start - kWordsBefore : 0);
  while (from < start && (static_cast<unsigned char>(t[from]) & 0xC0) == 0x80) ++from;
  for (; from < start; ++from) put(piece, t.substr(from, 1), from);
  for (std::size_t k = start; k < end; k += 2) put(piece, t.substr(k, 1), k);
  std::size_t behind = std::min(t.size(), end + kWordsBehind);
  while (behind > end && behind < t.size() && (static_cast<unsigned char>(t[behind]) & 0xC0) == 0x80) --behind;
  for (std::size_t k = end; k < behind; ++k) put(piece, t.substr(k, 1), k);
  piece.origin.push_back(static_cast<std::uint32_t>(behind));
  taken = end;
  if (text::valid_utf8(piece.text)) found.push_back(std::move(piece));
}

constexpr ByteClass kLine("\n");

// After which of these line breaks the next one comes four to nine bytes further on; `next`: those of the next 64.
std::uint64_t short_lines(std::uint64_t here, std::uint64_t next) {
  if (here == 0) return 0;
  std::uint64_t near = 0, right = 0;
  for (int step = 1; step <= 9; ++step) (step < 4 ? near : right) |= here >> step | next << (64 - step);
  return here & right & ~near;
}

// Lines of one length below nine, the last one perhaps shorter: those around the line break at `at`.
void cut_lines(std::string_view t, std::size_t at, std::size_t& taken, std::vector<Piece>& found) {
  const std::size_t width = t.find('\n', at + 1) - at;
  if (at < taken || at + 1 < width || (at + 1 > width && t[at - width] != '\n')) return;
  Piece piece{{}, {}, true};
  std::size_t line = at + 1 - width, lines = 0;
  while (line < t.size()) {
    const std::size_t end = std::min(t.size(), t.find('\n', line));
    if (end - line > width - 1) break;
    for (std::size_t k = line; k < end; ++k) put(piece, t.substr(k, 1), k);
    ++lines;
    line = end + 1;
    if (piece.text.size() % (width - 1) != 0) break;  // the shorter last line
  }
  taken = std::min(line, t.size());
  piece.origin.push_back(static_cast<std::uint32_t>(taken));
  if (lines >= 3 && text::valid_utf8(piece.text)) found.push_back(std::move(piece));
}

}  // namespace

std::vector<Piece> code_lists(std::string_view t) {
  std::vector<Piece> found;
  ClassBits codes(t, kCode);
  Dumps dumps(t);
  dumps.characters(found);
  std::size_t next = 0;
  for (std::size_t at = 0; at < t.size(); at += 64) {
    std::uint64_t eights = codes.of(at);
    eights &= eights >> 1;
    eights &= eights >> 2;
    eights &= eights >> 4;
    for_each_bit(eights & kEighths, [&](std::size_t bit) {
      std::size_t i = at + bit;
      if (i < next) return;
      const std::size_t end = dumps.take(i, found) ? i : code_list(t, i, found);
      next = std::max(i, end / kStride * kStride) + kStride;
    });
  }
  return found;
}

std::vector<Piece> written_apart(std::string_view t) {
  std::vector<Piece> found;
  std::size_t taken = 0;
  Block block;
  ClassBits separators(t, kApart), lines(t, kLine);
  for (std::size_t at = 0; at + kStride <= t.size(); at += 64) {
    const std::uint64_t places = separators.of(at) & (kEighths | kEighths << 1);
    if (places == 0) continue;
    for_each_bit(places & alike_bits(block.of(t, at)), [&](std::size_t bit) {
      if (at + bit / kStride * kStride + kStride <= t.size()) spaced(t, at + bit, taken, found);
    });
  }
  std::uint64_t here = lines.of(0);
  for (std::size_t at = 0; at < t.size(); at += 64) {
    const std::uint64_t next = lines.of(at + 64);
    for_each_bit(short_lines(here, next), [&](std::size_t bit) { cut_lines(t, at + bit, taken, found); });
    here = next;
  }
  return found;
}

namespace {

// The Latin letter that a character of two bytes looks like, by its lead byte from kFirstLead on and its second
// one; 0: none.
constexpr std::size_t kFirstLead = 0xC4, kLastLead = 0xD6;
using TwinTable = std::array<char, (kLastLead - kFirstLead + 1) * 64>;

constexpr TwinTable twin_table() {
  struct Twin {
    std::string_view letter;
    char latin;
  };
  constexpr Twin kTwins[] = {
      {"а", 'a'}, {"е", 'e'}, {"о", 'o'}, {"р", 'p'}, {"с", 'c'}, {"х", 'x'}, {"у", 'y'}, {"і", 'i'}, {"ј", 'j'},
      {"ѕ", 's'}, {"ԁ", 'd'}, {"һ", 'h'}, {"ո", 'n'}, {"ԛ", 'q'}, {"ѡ", 'w'}, {"ɡ", 'g'}, {"А", 'A'}, {"В", 'B'},
      {"С", 'C'}, {"Е", 'E'}, {"Н", 'H'}, {"К", 'K'}, {"М", 'M'}, {"О", 'O'}, {"Р", 'P'}, {"Т", 'T'}, {"Х", 'X'},
      {"І", 'I'}, {"Ѕ", 'S'}, {"Ј", 'J'}, {"У", 'Y'}, {"α", 'a'}, {"ο", 'o'}, {"ρ", 'p'}, {"ν", 'v'}, {"ι", 'i'},
      {"κ", 'k'}, {"τ", 't'}, {"υ", 'u'}, {"Α", 'A'}, {"Β", 'B'}, {"Ε", 'E'}, {"Ζ", 'Z'}, {"Η", 'H'}, {"Ι", 'I'},
      {"Κ", 'K'}, {"Μ", 'M'}, {"Ν", 'N'}, {"Ο", 'O'}, {"Ρ", 'P'}, {"Τ", 'T'}, {"Υ", 'Y'}, {"Χ", 'X'}, {"ı", 'i'}};
  TwinTable table{};
  for (const Twin& twin : kTwins) {
    const auto lead = static_cast<unsigned char>(twin.letter[0]),
               tail = static_cast<unsigned char>(twin.letter[1]);
    table[(lead - kFirstLead) * 64 + (tail & 0x3F)] = twin.latin;
  }
  return table;
}
constexpr TwinTable kTwinTable = twin_table();

char twin_at(std::string_view t, std::size_t i) {
  const auto lead = static_cast<unsigned char>(t[i]);
  if (lead < kFirstLead || lead > kLastLead || i + 1 >= t.size()) return 0;
  const auto tail = static_cast<unsigned char>(t[i + 1]);
  return (tail & 0xC0) == 0x80 ? kTwinTable[(lead - kFirstLead) * 64 + (tail & 0x3F)] : '\0';
}

// Whether a word has Latin letters and such as look like them.
bool mixes_alphabets(std::string_view t) {
  const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  Block block;
  std::size_t word_end = 0;  // of the word that was looked at last
  for (std::size_t at = 0; at < t.size(); at += 64) {
    std::uint64_t leads = bits64(block.of(t, at), [](Bytes16 b) {
      return b.between(static_cast<char>(kFirstLead), static_cast<char>(kLastLead));
    });
    for (; leads != 0; leads &= leads - 1) {
      const std::size_t i = at + static_cast<std::size_t>(std::countr_zero(leads));
      if (i < word_end || twin_at(t, i) == 0) continue;
      std::size_t word_start = i;
      while (word_start > word_end && is_word_byte(t[word_start - 1])) --word_start;
      word_end = i;
      while (word_end < t.size() && is_word_byte(t[word_end])) ++word_end;
      const std::string_view word = t.substr(word_start, word_end - word_start);
      if (std::any_of(word.begin(), word.end(), is_letter)) return true;
    }
  }
  return false;
}

}  // namespace

std::optional<Piece> without_homoglyphs(std::string_view t) {
  if (is_ascii(t) || !mixes_alphabets(t)) return std::nullopt;
  Piece piece;
  piece.text.reserve(t.size());
  piece.origin.reserve(t.size() + 1);
  for (std::size_t i = 0; i < t.size();) {
    const char latin = twin_at(t, i);
    std::size_t next = i;
    text::next_code_point(t, next);
    put(piece, latin != 0 ? std::string_view(&latin, 1) : t.substr(i, next - i), i);
    i = next;
  }
  piece.origin.push_back(static_cast<std::uint32_t>(t.size()));
  return piece;
}

}  // namespace sluice::sense::scan
