// What a request may not ask of the engine, whichever model it has. Pure.
#pragma once

#include "base/result.h"
#include "chat/request.h"

namespace sluice::engine {

// engine.unsupported_field with the JSON path of the first field that would change the answer and that the engine
// can't honour: tools, response formats, images, several answers, penalties and whatever it does not
// know. Fields that are empty, or switched off, or for the bookkeeping of others, pass.
Status refuse_unsupported(const chat::Request& request);
Status refuse_unsupported_embedding(const chat::Request& request);

}  // namespace sluice::engine
