// What the gateway refuses by the request alone, whoever asks and wherever it would go.
#pragma once

#include "base/result.h"
#include "chat/request.h"

namespace sluice::gateway {

// request.steering and request.unsupported, with the field's place. A pure function.
Status refuse_request(const chat::Request& request);

}  // namespace sluice::gateway
