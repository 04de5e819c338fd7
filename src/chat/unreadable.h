// Unreadable: content in a field that the decoder does not know, in a form that no detector reads and that an
// upstream may: ids of tokens, embeddings, pictures and other bytes in base64.
#pragma once

#include <string_view>

#include "json/doc.h"

namespace sluice::chat {

// Whether `value`, which stands under `name`, is or holds such content. Decided by names that engines have for it,
// and by shape:
// - under a name for token ids (prompt_token_ids, input_ids, tokens, ..._ids) any array of integers, or a string
// of
//   numbers; under one for embeddings (prompt_embeds) any array or string;
// - under a name for pictures, sound or films a link or sixteen characters of base64, or four numbers in a row;
// - under any name a data URL, base64 of 64 characters or more that is no text, base64 that begins like a picture,
// a
//   PDF file or an archive, hexadecimal digits of more than 128, or sixteen numbers in a row.
// Words of a turn (text, content, output, arguments, ...) are text, and only a data URL or a file in them is not.
// Not taken for content: what names tokens of the answer (logit_bias, allowed_token_ids, stop_token_ids,
// logprobs), the values that a JSON schema lists (enum, examples), signatures, and identifiers and hashes of up to
// 128 characters.
bool is_unreadable(std::string_view name, json::Value value);

// Whether a member of this name holds what its vendor has encrypted: encrypted_content, encrypted_index, ...
bool is_encrypted_name(std::string_view name);
// Extraction::by of a part that is text but for that, which came out of an answer of ours (gateway/sealed.h).
inline constexpr std::string_view kEarlierAnswer = "an earlier answer";
// Whether a member of this name points at content that the upstream holds: file_id, container, ...
bool names_elsewhere(std::string_view name);

}  // namespace sluice::chat
