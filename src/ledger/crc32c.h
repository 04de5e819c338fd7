// CRC-32C (the Castagnoli polynomial; RFC 3720, appendix B.4), for the frames of the journal. Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::ledger {

// `before`: the sum of what came before these bytes, so that crc32c(b, crc32c(a)) == crc32c(ab). By the
// processor's own instruction where it has one.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);
// The same by tables.
std::uint32_t crc32c_by_tables(std::string_view bytes, std::uint32_t before = 0);

}  // namespace sluice::ledger
