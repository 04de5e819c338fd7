// Where a request goes is decided for the deployment that the configuration names. Many deployments are gateways
// themselves and let a field of the body choose another model, provider, region or host, so that the text would
// not go where it was judged for. From a client such a field is refused; whoever runs Sluice makes the choice at
// the deployment.
#pragma once

#include "base/result.h"
#include "chat/request.h"

namespace sluice::gateway {

// request.steering with the field's place. A pure function.
Status refuse_steering(const chat::Request& request);

}  // namespace sluice::gateway
