// What kind of file some bytes are: by their first bytes, by a name's ending, and as people write media types
// (RFC 6838). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::text {

// The media types that media_of() can tell, sorted.
std::vector<std::string> known_media();
bool is_known_media(std::string_view media);
// "IMAGE/JPG" is "image/jpeg"; what is no type that media_of() can tell is "".
std::string_view canonical_media(std::string_view written);
// By magic numbers at the very beginning; "text/plain" for UTF-8 without control characters; "" for all else.
std::string_view media_of(std::string_view bytes);
// By the ending, as "pdf" of "letter.PDF"; "" where there is none or it says nothing.
std::string_view media_of_name(std::string_view file_name);
// Whether bytes that media_of() calls `found` may be declared as `declared` (canonical): the same, or any text.
bool media_agree(std::string_view declared, std::string_view found);

}  // namespace sluice::text
