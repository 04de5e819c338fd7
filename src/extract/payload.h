// The bytes that a part carries, and what the client says they are. Pure.
//
// Strict, because whatever an upstream could read otherwise must stay unread: a part with one member more than the
// known ones (a file's id beside its bytes), with bytes in a place of their own, or with bytes that another
// decoder could take for others, has no payload.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chat/request.h"
#include "extract/outcome.h"

namespace sluice::extract {

struct Payload {
  Outcome outcome = Outcome::UnknownForm;  // Read: the rest is there
  std::string_view declared;               // media type, canonical; "" where only the name says it
  std::string_view named;                  // by the file's ending; "" where it says nothing
  std::string base64;                      // not decoded yet
};

// Of a part of any protocol: OpenAI's image_url, input_image, file, input_file and input_audio, Anthropic's image
// and document.
Payload payload_of(const chat::Part& part);

// Canonical base64 (RFC 4648, section 4, padded, no white space, no bits left over); nullopt for anything else.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace sluice::extract
