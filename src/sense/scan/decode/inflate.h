// Inflate (RFC 1951), with the frames of gzip (RFC 1952) and zlib (RFC 1950): what compressed bytes say, as far as
// that is text. No library is asked: what is needed here is the beginning of a text, given up at the first byte
// that is none, and never more than a given size.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sluice::sense::scan {

// At most `most` bytes of what `bytes` say; less where they end or go wrong. Empty: they are not compressed text.
// Checksums are not looked at.
std::string inflated_text(std::string_view bytes, std::size_t most);

}  // namespace sluice::sense::scan
