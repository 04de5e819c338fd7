// Sealed thoughts: what a vendor gives a client in a form that only the vendor reads, to be sent back with the
// next turn: encrypted reasoning of the Responses API, Anthropic's redacted thinking, encrypted reasoning details
// of chat, and what Anthropic's own tools found (encrypted_content of a search's results, encrypted_index of a
// citation). Nobody can judge such a text, so it is restricted, unless it came out of an answer that this gateway
// gave the same owner: then it is as sensitive as the conversation that it came from. Only its hash is remembered.
//
// Pure functions; whoever calls them keeps the hashes.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "chat/request.h"

namespace sluice::gateway {

// Hashes of the sealed texts in a piece of an answer, one event or a whole one as the deployment sent it, added to
// `hashes`, up to a bound. What is no JSON holds none.
void note_sealed(std::string_view raw, std::vector<std::string>& hashes);

// Marks the parts and fields of the request that hold sealed texts only, if all of them are known, as read; and
// those that tell of a vendor's own tools, if what is sealed in them is known and all else is text, which is
// judged.
void admit_sealed(chat::Request& request, const std::function<bool(const std::string& hash)>& known);

}  // namespace sluice::gateway
