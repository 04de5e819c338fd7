#include "sense/scan/decode/decode.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "sense/scan/byte_bits.h"
#include "sense/scan/decode/decode_parts.h"
#include "sense/scan/decode/rewritten.h"
#include "text/utf8.h"

namespace sluice::sense::scan {
namespace {

constexpr int kMaxEncodings = 3;   // one inside of the other: base64, base85, lists of codes
constexpr int kMaxEscapes = 6;     // levels: JSON in strings of JSON, with code in it
constexpr int kMaxRearranged = 3;  // levels of whatever kind behind which characters are still put together
// Decoded text, by the length of what it is decoded from.
constexpr std::size_t kTimes = 8, kMore = 64 * 1024;
// Each piece costs a small document; the shortest run that becomes one has sixteen characters.
constexpr std::size_t kMaxPieces = 4096, kBytesAPiece = 16;

// What was read to come to a text.
struct Level {
  int escapes = 0, encodings = 0;
  int all = 0;              // with what was put together
  bool rearranged = false;  // something was
};

bool is_same_but_for_backslashes(std::string_view one, std::string_view other) {
  const auto skip = [](std::string_view t, std::size_t at) {
    return std::min(t.find_first_not_of('\\', at), t.size());
  };
  std::size_t i = skip(one, 0), k = skip(other, 0);
  while (i < one.size() && k < other.size() && one[i] == other[k]) {
    i = skip(one, i + 1);
    k = skip(other, k + 1);
  }
  return i == one.size() && k == other.size();
}

// Whether the levels of escapes that are left say more than backslashes, which may be very many: a ruler of them
// has a level each time that it can be halved.
bool hides_more(std::string_view text, Piece unescaped_text) {
  constexpr int kMostHalves = 32;
  for (int level = 0; level < kMostHalves; ++level) {
    if (!is_same_but_for_backslashes(text, unescaped_text.text)) return true;
    std::optional<Piece> next = unescaped(unescaped_text.text);
    if (!next) return false;
    unescaped_text = std::move(*next);
  }
  return true;
}

text::Normalised canonical(Piece piece) {
  if (is_ascii(piece.text)) return {std::move(piece.text), std::move(piece.origin)};
  text::Normalised view = text::normalise(piece.text);
  for (std::uint32_t& at : view.origin) at = piece.origin[at];
  return view;
}

class Decoder {
 public:
  Decoder(std::string_view text, Unread& unread)
      : budget_(kTimes * text.size() + kMore), most_(kMaxPieces + text.size() / kBytesAPiece), unread_(unread) {}

  // Everything that `text` says otherwise; `origin` leads to the outermost text, empty for that text itself.
  void expand(std::string_view text, const std::vector<std::uint32_t>& origin, const Level& level) {
    Level encoded = level, escaped = level, rearranged = level;
    ++encoded.encodings, ++encoded.all;
    ++escaped.escapes, ++escaped.all;
    ++rearranged.all, rearranged.rearranged = true;
    keep(encoded_runs(text, unread_), origin, encoded);
    keep(base85_runs(text, false), origin, encoded);
    keep(code_lists(text), origin, encoded);
    if (level.all < kMaxRearranged) keep(written_apart(text), origin, rearranged);
    // Of what was put together not all levels are read: they are of the text that it was put together of.
    if (!level.rearranged || level.all < kMaxRearranged)
      if (auto piece = unescaped(text)) unescape(text, std::move(*piece), origin, escaped);
    if (level.all >= kMaxRearranged) return;
    if (auto piece = without_homoglyphs(text)) keep(std::move(*piece), origin, rearranged);
    for (const auto edits : {gaps_in_numbers, joints_of_strings, breaks_in_words})
      keep(rewritten(text, edits(text)), origin, rearranged);
  }

  std::vector<Decoded> take() { return std::move(found_); }

 private:
  void unescape(std::string_view text, Piece piece, const std::vector<std::uint32_t>& origin, const Level& level) {
    if (level.escapes <= kMaxEscapes)
      keep(std::move(piece), origin, level);
    else if (hides_more(text, std::move(piece)))
      unread_.beyond("decode_escapes");
  }

  void keep(std::vector<Piece> pieces, const std::vector<std::uint32_t>& origin, const Level& level) {
    if (level.encodings > kMaxEncodings) {
      if (!pieces.empty()) unread_.beyond("decode_depth");
      return;
    }
    for (Piece& piece : pieces) keep(std::move(piece), origin, level);
  }

  void keep(Piece piece, const std::vector<std::uint32_t>& origin, const Level& level) {
    if (found_.size() >= most_) return unread_.beyond("decode_pieces");
    const bool escapes = level.all == level.escapes;  // each level is shorter than the text before
    if (!escapes) shorten(piece);
    if (piece.text.empty()) return;
    if (!origin.empty()) {
      for (std::uint32_t& at : piece.origin) at = origin[at];
    }
    const bool together = piece.rearranged;
    Decoded decoded{canonical(std::move(piece)), together, escapes ? level.escapes : 0};
    const std::size_t hash = std::hash<std::string_view>()(decoded.view.text);
    if (is_known(decoded, hash, level)) return;
    if (!escapes) budget_ -= std::min(budget_, decoded.view.text.size());
    expand(decoded.view.text, decoded.view.origin, level);
    known_.emplace(hash, Known{found_.size(), level});
    found_.push_back(std::move(decoded));
  }

  // A run of base64 says the same in each level of the escapes around it.
  bool is_known(const Decoded& decoded, std::size_t hash, const Level& level) const {
    const auto [first, last] = known_.equal_range(hash);
    return std::any_of(first, last, [&](const auto& entry) {
      const auto& [index, known] = entry.second;
      const Decoded& other = found_[index];
      return known.escapes <= level.escapes && known.encodings <= level.encodings && known.all <= level.all &&
             known.rearranged <= level.rearranged && other.escapes == decoded.escapes &&
             other.rearranged == decoded.rearranged && other.view.text == decoded.view.text &&
             other.view.origin == decoded.view.origin;
    });
  }

  // To what may still be made: the beginning of what was blown up with blanks is more than nothing.
  void shorten(Piece& piece) {
    if (piece.text.size() <= budget_) return;
    unread_.beyond("decode_size");
    std::size_t size = budget_;
    while (size > 0 && (static_cast<unsigned char>(piece.text[size]) & 0xC0) == 0x80) --size;
    piece.text.resize(size);
    piece.origin.resize(size + 1);
  }

  struct Known {
    std::size_t index;  // in found_
    Level level;
  };

  std::size_t budget_;      // bytes of text that may still be made
  const std::size_t most_;  // pieces
  Unread& unread_;
  std::vector<Decoded> found_;
  std::unordered_multimap<std::size_t, Known> known_;  // by the hash of their text
};

}  // namespace

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_readable(const std::string& bytes) {
  if (bytes.size() < 6 || !text::valid_utf8(bytes)) return false;
  std::size_t plain = 0;
  for (const char c : bytes) {
    const auto b = static_cast<unsigned char>(c);
    if ((b < 0x20 && b != '\n' && b != '\r' && b != '\t') || b == 0x7F) return false;
    if (b < 0x80) ++plain;
  }
  return plain * 2 >= bytes.size();
}

std::vector<Decoded> decode(std::string_view utf8, Unread& unread) {
  Decoder decoder(utf8, unread);
  decoder.expand(utf8, {}, {});
  return decoder.take();
}

}  // namespace sluice::sense::scan
