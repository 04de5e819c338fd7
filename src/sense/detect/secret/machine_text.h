// What programs write as text and nobody reads: lines of encoded data, digests beside the name of their function.
// Words and looks inside of them are chance, a name or a secret there is none. What such data says is judged where
// it is decoded (sense/scan/decode). Pure; asked only where something was found.
#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::sense::detect {

// Whether the place lies in a line of a binary patch of git, of uuencode, or in "<~...~>" of ascii85.
bool in_encoded_line(std::string_view text, std::size_t at);

// Whether the place lies in a long run of letters and digits without order, such as base64: a name in there is
// none.
bool in_drawn_run(std::string_view text, std::size_t start, std::size_t end);

// "sha512-...", "h1:...", "SHA256:...": whether what stands right before the value says that it is a digest.
bool is_digest(std::string_view lower, std::size_t start);

// "\xe7\x40ab", "\347@", and what such bytes look like when they are read as characters: no text of anybody.
bool has_byte_escapes(std::string_view value);
bool is_noise(std::string_view value);

// A name that programs give: "addressLine1", "oauth2_scope", "read:user", "FIELD_3"; not "kettle_lamp42".
bool is_code_name(std::string_view value);
// Whether the value is one of a list of single words: between commas, bars, brackets, or alone on its line below
// another such line.
bool is_listed(std::string_view text, std::size_t start, std::size_t end);

// "^[a-f0-9]{64}$": what a value has to look like.
bool is_pattern(std::string_view value);

// The name of the field whose value begins here, in lower case ("kid" in {"kid": "..."}); empty if none is
// written.
std::string_view field_before(std::string_view lower, std::size_t start);
// Whether such a field holds what everybody may know: ids, digests, members of public keys, attributes of a page.
bool is_public_field(std::string_view field);
// Whether the place is inside of a quoted attribute of a page that holds names: class="...", d="...".
bool in_attribute(std::string_view lower, std::size_t at);

// Whether lines before or behind the one around [start, end) have a hexadecimal number of the same length, and no
// word for a secret: a list of digests.
bool in_list_of_digests(std::string_view lower, std::size_t start, std::size_t end);

// Whether the place lies in base64 that is broken into lines of one length, as certificates and attachments are.
bool in_wrapped_base64(std::string_view text, std::size_t at);

}  // namespace sluice::sense::detect
