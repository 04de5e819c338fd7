// How a request wants its tokens to be chosen.
#pragma once

#include "base/result.h"
#include "chat/request.h"
#include "engine/sampler/sampler.h"

namespace sluice::engine {

// `defaults` where the request says nothing; a random seed where it names none. `vocabulary`: tokens. Errors:
// engine.unsupported_field for a logit_bias that names no token, or a penalty that is no positive number.
Result<SamplerSettings> sampling_of(const chat::Request& request, SamplerSettings defaults, int vocabulary);
// Is it the extra field `repetition_penalty` (vLLM) or `repeat_penalty` (llama.cpp)?
bool is_sampling_field(const chat::ExtraField& field);

}  // namespace sluice::engine
