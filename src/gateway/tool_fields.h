// Tools that a request offers, and the fields beside them that have the upstream search, run or fetch something,
// for the obligations no_tools and no_server_tools. Pure functions.
//
// Vendors invent such fields every month, so a list of them would always be behind: under these obligations only
// what is known to do nothing of the kind goes on (how a text is sampled, which form it has, who asks), and what a
// field that nobody here knows would do is not guessed.
#pragma once

#include <string_view>

#include "base/result.h"
#include "chat/request.h"
#include "json/doc.h"

namespace sluice::gateway {

// By name, a field that has the upstream act, or offers it tools, also inside another one: what policies mean by a
// request with tools.
bool asks_to_act(const chat::ExtraField& field);
// An item or block that hands tools over in the middle of a conversation.
bool hands_over_tools(json::Value item);

// policy.obligation with the place: the request offers tools, or has anything that may let the upstream act.
Status refuse_tools(const chat::Request& request);
// The same for tools that the upstream runs itself. Tools that a client runs (functions, custom tools, Anthropic's
// bash, text editor and computer, local shells) may stay.
Status refuse_server_tools(const chat::Request& request);

// A model that searches or runs code whatever it is asked, by the vendors' names of such models: neither
// obligation can be met there. `model`: as the deployment names it.
bool acts_by_itself(std::string_view model);

}  // namespace sluice::gateway
