// What compressed bytes say (raw deflate, RFC 1951; in the frames of zlib, RFC 1950, and gzip, RFC 1952), as far
// as that is text: given up at the first byte that no text has, and never more than a given size.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::sense::scan {

struct Inflated {
  std::string text;      // empty: the bytes are not compressed text
  bool more = false;     // there is more of it than was asked for
  bool cut_off = false;  // the bytes of a frame end before it does
};

// At most `most` bytes of what `bytes` say; less where they end or go wrong. Checksums are not looked at.
// Thread-safe.
Inflated inflated_text(std::string_view bytes, std::size_t most);

}  // namespace sluice::sense::scan
