// Identifiers and digests. Thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

// "req_" + 26 lower-case base32 characters: the second, so that ids of one time sort together, then 95 random
// bits.
std::string random_id(std::string_view prefix);

// Bytes from the same generator, which nobody can guess.
void fill_random(std::span<std::uint8_t> bytes);

// SHA-256 (FIPS 180-4), 32 bytes.
std::array<std::uint8_t, 32> sha256(std::string_view bytes);
std::string sha256_hex(std::string_view bytes);
// HMAC-SHA-256 (RFC 2104) as 64 hex characters.
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);
std::string to_hex(std::span<const std::uint8_t> bytes);

// Compares in time that depends on the lengths only.
bool equal_constant_time(std::string_view a, std::string_view b);

}  // namespace sluice
