// What a deployment would be sent for a request, or why it can't be: its protocols, its dialect and, of an engine
// in this process, what no model of it does. Pure: nothing is asked of anybody.
#pragma once

#include <string>
#include <vector>

#include "backend/dialect.h"
#include "base/result.h"
#include "chat/request.h"
#include "config/deployment.h"
#include "wire/target.h"

namespace sluice::backend {

struct Outgoing {
  chat::Protocol protocol;  // that the deployment is spoken to in
  wire::Outgoing body;
};

// In the client's own protocol where the deployment speaks it, else in the first that can say all of the request:
// what none can say is told in the words of the first one that was tried. Errors: deployment.unsupported,
// request.unsupported with the client's path of the field. `row`: of this deployment.
Result<Outgoing> outgoing(const chat::Request& request, const config::Deployment& deployment, const Dialect& row);

// The deployment's row of the dialect table, with what it offers by the configuration.
Dialect dialect_of(const config::Deployment& deployment);

// The same without sending: how what would be asked differs from what the client said, or the error that the
// attempt would end with before anything is sent. Of an engine only what depends on the request alone, not on its
// model. `request` has a body.
Result<std::vector<std::string>> rehearse(const chat::Request& request, const config::Deployment& deployment);

}  // namespace sluice::backend
