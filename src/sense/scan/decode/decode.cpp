#include "sense/scan/decode/decode.h"

#include <cstdint>
#include <string>
#include <utility>

#include "sense/scan/decode/decode_parts.h"
#include "sense/scan/decode/rewritten.h"
#include "text/utf8.h"

namespace sluice::sense::scan {
namespace {

constexpr int kMaxDepth = 3;
constexpr int kMaxEscapes = 6;  // levels of nothing but escapes: JSON in strings of JSON, with code in it
constexpr std::size_t kMaxPieces = 4096;  // each costs a small document

class Decoder {
 public:
  explicit Decoder(std::string_view text) : budget_(4 * text.size() + 4096) {}

  // Everything that `text` says otherwise; `origin` leads to the outermost text, empty for that text itself.
  // `escapes`: whether nothing but escapes was read so far.
  void expand(std::string_view text, const std::vector<std::uint32_t>& origin, int depth, bool escapes) {
    if (depth >= kMaxDepth) {
      if (auto piece = escapes && depth < kMaxEscapes ? unescaped(text) : std::nullopt)
        keep(std::move(*piece), origin, depth, escapes);
      return;
    }
    for (Piece& piece : encoded_runs(text)) keep(std::move(piece), origin, depth);
    for (Piece& piece : base85_runs(text, false)) keep(std::move(piece), origin, depth);
    for (Piece& piece : code_lists(text)) keep(std::move(piece), origin, depth);
    for (Piece& piece : written_apart(text)) keep(std::move(piece), origin, depth);
    if (auto piece = unescaped(text)) keep(std::move(*piece), origin, depth, escapes);
    if (auto piece = without_homoglyphs(text)) keep(std::move(*piece), origin, depth);
    for (const auto edits : {gaps_in_numbers, joints_of_strings, breaks_in_words}) {
      for (Piece& piece : rewritten(text, edits(text))) keep(std::move(piece), origin, depth);
    }
  }

  std::vector<Decoded> take() { return std::move(found_); }

 private:
  void keep(Piece piece, const std::vector<std::uint32_t>& origin, int depth, bool escapes = false) {
    if (found_.size() == kMaxPieces) return;
    shorten(piece);
    if (piece.text.empty()) return;
    budget_ -= piece.text.size();
    if (!origin.empty()) {
      for (std::uint32_t& at : piece.origin) at = origin[at];
    }
    expand(piece.text, piece.origin, depth + 1, escapes);
    Decoded decoded{text::normalise(piece.text), piece.rearranged, escapes ? depth + 1 : 0};
    for (std::uint32_t& at : decoded.view.origin) at = piece.origin[at];
    found_.push_back(std::move(decoded));
  }

  // To what may still be made: the beginning of what was blown up with blanks is more than nothing.
  void shorten(Piece& piece) const {
    if (piece.text.size() <= budget_) return;
    std::size_t size = budget_;
    while (size > 0 && (static_cast<unsigned char>(piece.text[size]) & 0xC0) == 0x80) --size;
    piece.text.resize(size);
    piece.origin.resize(size + 1);
  }

  std::size_t budget_;  // bytes of text that may still be made
  std::vector<Decoded> found_;
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

std::vector<Decoded> decode(std::string_view utf8) {
  Decoder decoder(utf8);
  decoder.expand(utf8, {}, 0, true);
  return decoder.take();
}

}  // namespace sluice::sense::scan
