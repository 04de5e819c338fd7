// UTF-8 (RFC 3629): validation, decoding, and a cutter that never splits a character. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::text {

bool valid_utf8(std::string_view bytes);
std::size_t first_invalid(std::string_view bytes);     // offset of the first invalid byte; size() if all is valid
std::size_t count_code_points(std::string_view utf8);  // precondition: valid
void append_utf8(std::string& out, std::uint32_t code_point);
// Decodes the character at `pos` and advances; U+FFFD and one byte for what is invalid.
std::uint32_t next_code_point(std::string_view bytes, std::size_t& pos);
// How many trailing bytes of `bytes` begin a character that is not complete yet (0..3): a stream holds them back.
std::size_t incomplete_tail(std::string_view bytes);
// Invalid bytes replaced with U+FFFD.
std::string repair_utf8(std::string_view bytes);

}  // namespace sluice::text
