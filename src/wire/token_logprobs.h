// Inside this room: log-probabilities of tokens in the one form that all of OpenAI's protocols can be written
// from.
#pragma once

#include <string>

#include "json/doc.h"

namespace sluice::wire {

// Elements of a JSON array of {"token", "logprob", "bytes", "top_logprobs"}, comma-separated, each with all four:
// `bytes` are made from the token where they are absent, `top_logprobs` is empty then. Empty if it is no array, or
// has no elements.
std::string token_logprobs(json::Value array);

}  // namespace sluice::wire
