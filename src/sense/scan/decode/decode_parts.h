// The parts of decode(): each knows some notations and says what a text says in them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sense/scan/decode/decode.h"

namespace sluice::sense::scan {

struct Piece {
  std::string text;
  std::vector<std::uint32_t> origin;  // of each byte in the text it was read from, and one more at the end
  // The characters were there and only stood otherwise (apart, on lines of their own, as words): many harmless
  // texts look like that, so that only findings that prove themselves count.
  bool rearranged = false;
};

// Runs of base64, base64url, base32 or hexadecimal whose bytes are readable text, in UTF-8, in UTF-16 or
// compressed (gzip, zlib, deflate). Each origin spans the whole run, since one encoded character has no text of
// its own.
std::vector<Piece> encoded_runs(std::string_view text, Unread& unread);

// Runs of base85: "<~...~>", and long ones in the alphabet of RFC 1924; short ones too, where the text has `said`
// that it has some.
std::vector<Piece> base85_runs(std::string_view text, bool said);

// What stands in uuencode below the line that begins at `begin`.
std::optional<Piece> uuencoded_at(std::string_view text, std::size_t begin);

// The dump of bytes (xxd, hexdump, od) whose first line begins at `line`; `end` moves behind those lines that are
// such, readable or not.
std::optional<Piece> dump_at(std::string_view text, std::size_t line, std::size_t& end);
// One that shows them as characters in columns (od -c, od -a) and nothing else.
std::optional<Piece> characters_at(std::string_view text, std::size_t line, std::size_t& end);

// What of `original` is shown backwards, as it is shown; `text` and `origins` are its canonical view, in which the
// pieces have their origins.
std::vector<Piece> overridden(std::string_view original, std::string_view text,
                              const std::vector<std::uint32_t>& origins, Unread& unread);

// The whole text with its escapes replaced, if it has any that matter: \n \x41 \u0041 \u{41} \101 \41 %41 &#65;
// &#x41; &amp; =41; and without control characters, what terminals obey, and line ends of quoted-printable, which
// nobody sees. Backslashes of a Windows path are none.
std::optional<Piece> unescaped(std::string_view text);

// Lists of character codes: "U+0041 U+0042", "0x41 0x42", "41 42 43", "65, 66, 67", "101 102 103" in octal,
// "01000001 01000010"; and dumps of bytes.
std::vector<Piece> code_lists(std::string_view text);

// Characters written apart ("p a s s", "4-5-3-9") and words cut into lines of equal length.
std::vector<Piece> written_apart(std::string_view text);

// Letters of Cyrillic and Greek that look like Latin ones, in words that mix both.
std::optional<Piece> without_homoglyphs(std::string_view text);

int hex_value(char c);  // -1: none
// Text that a person could have written: valid UTF-8 without control characters, half of it ASCII, six bytes or
// more.
bool is_readable(const std::string& bytes);

}  // namespace sluice::sense::scan
