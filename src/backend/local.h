// Backend of kind `engine`: answers from the engine in this process. The Engine is shared by all loops; a
// Backend belongs to one of them.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "config/deployment.h"
#include "engine/engine.h"

namespace sluice::backend {

std::unique_ptr<Backend> make_local(net::Loop& loop, const config::Deployment& deployment,
                                    std::shared_ptr<engine::Engine> engine);

}  // namespace sluice::backend
