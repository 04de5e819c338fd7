#include "sense/seams.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>
#include <vector>

#include "text/normalise.h"

namespace sluice::sense {
namespace {

// Of a piece that a value can go all the way through, of an end of a longer one, and of a row of pieces.
constexpr std::size_t kLongest = 256;
constexpr std::size_t kLongestRow = 512;
// Text before a row and behind it, which may say what it is. A value with letters in it says more of itself.
constexpr std::size_t kBefore = 64, kBehind = 24;
constexpr std::size_t kBeforeLetters = 32, kBehindLetters = 8;
constexpr std::size_t kMostPieces = 8;     // of a value
constexpr std::size_t kMostDigits = 24;    // of a number
constexpr std::size_t kMostUnmarked = 48;  // letters and digits of a value with nothing else in it
// Less where there are more rows than can be looked at: this is text of the slow kind, digits all over.
constexpr std::array<std::size_t, 2> kMostPiecesTried = {kMostPieces, 3};
constexpr std::size_t kMostText = 1 << 20;
// As many times the pieces' own text, if that is more: an agent's calls are many short texts.
constexpr std::size_t kMostTimes = 12;

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string_view first_bytes(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
  return text.substr(0, most);
}

std::string_view last_bytes(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  std::size_t from = text.size() - most;
  while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  return text.substr(from);
}

// What a stretch of text has of which values are made.
struct Stuff {
  std::size_t digits = 0, letters = 0, marks = 0;
  bool at = false;

  void add(std::string_view text) {
    for (const char c : text) {
      digits += is_digit(c);
      letters += is_letter(c);
      marks += c == '_' || c == '-' || c == '.';
      at = at || c == '@';
    }
  }
  void add(const Stuff& other) {
    digits += other.digits;
    letters += other.letters;
    marks += other.marks;
    at = at || other.at;
  }
  // An identifier of seven digits, an address, or a key.
  bool may_be_a_value() const {
    return at || digits >= 7 || (digits + marks > 0 && digits + letters + marks >= 12);
  }
  bool is_number() const { return letters == 0 && !at; }
  bool is_too_much() const {
    return is_number() ? digits > kMostDigits : !at && marks == 0 && digits + letters > kMostUnmarked;
  }
};

// Whether digits, signs or capitals of other scripts may be in it that the canonical view has as ASCII; letters of
// most scripts are none, and it would be a waste to have whole conversations made canonical.
bool may_become_ascii(std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == 0xD0 || byte == 0xD1 || (byte >= 0xE4 && byte <= 0xED)) return false;
  }
  return true;
}

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// At most one word without a digit ("NWBK 6016 1331"): nothing that is told in words.
bool is_terse(std::string_view text) {
  std::size_t plain = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (is_space(text[i])) {
      ++i;
      continue;
    }
    bool digit = false;
    for (; i < text.size() && !is_space(text[i]); ++i) digit = digit || is_digit(text[i]);
    if (!digit && ++plain > 1) return false;
  }
  return true;
}

// One text of the conversation.
struct Piece {
  std::string_view text;
  bool terse = false;  // a value may go through it and on
  bool begins_word = false, ends_word = false;
  Stuff whole;       // of one that is terse
  Stuff head, tail;  // of its first word and its last
};

Piece piece_of(std::string_view text) {
  Piece piece{text};
  piece.begins_word = !is_space(text.front());
  piece.ends_word = !is_space(text.back());
  if (text.size() <= kLongest) {
    std::string canonical;
    std::string_view seen = text;
    if (!is_ascii(text) && may_become_ascii(text)) seen = canonical = text::normalise(text).text;
    piece.terse = is_ascii(seen) && is_terse(seen);
    if (piece.terse) piece.whole.add(seen);
  }
  if (!piece.terse) {
    const std::string_view head = first_bytes(text, kLongest), tail = last_bytes(text, kLongest);
    piece.head.add(head.substr(0, std::size_t(std::find_if(head.begin(), head.end(), is_space) - head.begin())));
    piece.tail.add(
        tail.substr(std::size_t(std::find_if(tail.rbegin(), tail.rend(), is_space).base() - tail.begin())));
  }
  return piece;
}

class Rows {
 public:
  Rows(const JointText& joint, std::size_t most) : joint_(joint), most_(most) {
    pieces_.reserve(joint.sources.size());
    most_text_ = std::max(kMostText, kMostTimes * joint.text.size());
    for (const JointText::Source& source : joint.sources) pieces_.push_back(piece_of(source.text));
  }

  // False: they are too many.
  bool run() {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      if (!pieces_[i].terse) continue;
      std::size_t last = i;
      while (last + 1 < pieces_.size() && pieces_[last + 1].terse) ++last;
      if (!rows_of(i, last)) return false;
      i = last;
    }
    return true;
  }

  JointText take() {
    if (!out_.text.empty()) out_.sources = joint_.sources;
    return std::move(out_);
  }

 private:
  // Whether what stands before this piece goes on in it.
  bool tight(std::size_t piece) const {
    return piece > 0 && piece < pieces_.size() && pieces_[piece - 1].ends_word && pieces_[piece].begins_word;
  }

  // Of the terse pieces [first, last], with the end of the one before and the beginning of the one behind. A row
  // comes after those that it contains, and a conversation that grows adds rows behind.
  bool rows_of(std::size_t first, std::size_t last) {
    const std::size_t begin = first > 0 ? first - 1 : first, end = std::min(last + 2, pieces_.size());
    for (std::size_t j = begin + 1; j < end; ++j) {
      Stuff stuff = pieces_[j].terse ? pieces_[j].whole : pieces_[j].head;
      std::size_t bytes = pieces_[j].terse ? pieces_[j].text.size() : 0;
      for (std::size_t i = j; i-- > begin && j - i < most_;) {
        const Piece& piece = pieces_[i];
        stuff.add(piece.terse ? piece.whole : piece.tail);
        bytes += piece.terse ? piece.text.size() : 0;
        if (bytes > kLongestRow || stuff.is_too_much()) break;
        if (!stuff.may_be_a_value() || !cut_off(i, j)) continue;
        if (stuff.is_number() && !is_one_number(i, j)) continue;
        row(i, j, stuff.is_number());
        if (out_.text.size() > most_text_) return false;
      }
      numbers_to(first, j);
    }
    return true;
  }

  // Whether it has a neighbour that hides where it begins or ends.
  bool cut_off(std::size_t i, std::size_t j) const {
    return (pieces_[i].terse && tight(i)) || (pieces_[j].terse && tight(j + 1));
  }

  bool is_number(std::size_t piece) const {
    return piece < pieces_.size() && pieces_[piece].terse && pieces_[piece].whole.is_number();
  }
  std::size_t digits(std::size_t piece) const { return pieces_[piece].whole.digits; }

  // Ever more rows of numbers would have a right check digit by chance. Halves are one number, and groups of one
  // size, unless it is a list of such numbers that they stand in. Whatever stands between words: see numbers_to().
  bool is_one_number(std::size_t i, std::size_t j) const {
    const auto alike = [&](std::size_t a, std::size_t b) {
      return is_number(a) && is_number(b) && digits(a) <= digits(b) + 1 && digits(b) <= digits(a) + 1;
    };
    if ((i > 0 && alike(i - 1, i)) || alike(j, j + 1)) return false;
    if (j - i == 1) return true;
    for (std::size_t p = i; p < j; ++p)
      if (digits(p) != digits(i)) return false;
    return digits(j) <= digits(i);
  }

  // All the numbers that end here, if no more follow: be it a digit in each of sixteen pieces.
  void numbers_to(std::size_t first, std::size_t j) {
    if (!is_number(j) || is_number(j + 1)) return;
    std::size_t i = j, bytes = pieces_[j].text.size();
    while (i > first && is_number(i - 1) && bytes <= kLongestRow) bytes += pieces_[--i].text.size();
    const bool shown = j - i < most_ && is_one_number(i, j);
    if (bytes <= kLongestRow && i < j && !shown && cut_off(i, j)) row(i, j, true);
  }

  void row(std::size_t i, std::size_t j, bool number) {
    out_.text += kCut;
    if (pieces_[i].terse) before(i, number ? kBefore : kBeforeLetters);
    for (std::size_t p = i; p <= j; ++p) {
      const std::string_view text = pieces_[p].text;
      if (pieces_[p].terse)
        piece(p, text);
      else
        piece(p, p == i ? last_bytes(text, kLongest) : first_bytes(text, kLongest));
    }
    if (!pieces_[j].terse || j + 1 == pieces_.size()) return;
    gap(pieces_[j + 1].text.front());
    piece(j + 1, first_bytes(pieces_[j + 1].text, number ? kBehind : kBehindLetters));
  }

  void before(std::size_t i, std::size_t most) {
    std::size_t from = i, bytes = 0;
    while (from > 0 && bytes < most) bytes += pieces_[--from].text.size();
    for (std::size_t p = from; p < i; ++p) {
      piece(p, last_bytes(pieces_[p].text, most));
      gap(pieces_[p + 1].text.front());
    }
  }

  // Numbers on either side of a blank would be taken for one.
  void gap(char next) { out_.text += is_digit(out_.text.back()) || is_digit(next) ? '\n' : ' '; }

  void piece(std::size_t p, std::string_view text) {
    if (text.empty()) return;
    const auto source_start = static_cast<std::size_t>(text.data() - pieces_[p].text.data());
    out_.pieces.push_back({out_.text.size(), source_start, static_cast<std::uint32_t>(p), text.size()});
    out_.text += text;
  }

  const JointText& joint_;
  const std::size_t most_;
  std::size_t most_text_ = 0;
  std::vector<Piece> pieces_;
  JointText out_;
};

}  // namespace

std::optional<JointText> seams_of(const JointText& joint) {
  for (const std::size_t most : kMostPiecesTried) {
    Rows rows(joint, most);
    if (rows.run()) return rows.take();
  }
  return std::nullopt;
}

}  // namespace sluice::sense
