// Fronts: which page speaks which protocol. Pure.
//
// Clients differ in what they put before a path (the SDKs of OpenAI end a base address with /v1, DeepSeek's pages
// use none, /beta or /anthropic), so each front is found below every one of these prefixes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "chat/request.h"

namespace sluice::gateway {

// A page that asks a model.
struct Front {
  chat::Protocol protocol;
  chat::Operation operation;
};

// A request's path without the prefix ("/v1", "/beta", "/anthropic", ...): "/chat/completions".
std::string_view page_name(std::string_view path);
// The front of this path; nullopt if it is none.
std::optional<Front> front_of(std::string_view path);
// The protocol whose error shape a client of this path reads; OpenAI's for anything else.
chat::Protocol error_protocol(std::string_view path);

}  // namespace sluice::gateway
