// Backend of kind `engine`: answers from the engine in this process. The Engine is shared by all loops; a
// Backend belongs to one of them.
#pragma once

#include <memory>

#include "backend/backend.h"
#include "config/deployment.h"
#include "engine/engine.h"
#include "engine/model_set.h"

namespace sluice::backend {

std::unique_ptr<Backend> make_local(net::Loop& loop, const config::Deployment& deployment,
                                    std::shared_ptr<engine::Engine> engine);
// One of several models, which is loaded when it is asked: an answer's first chunk waits for it.
std::unique_ptr<Backend> make_local(net::Loop& loop, const config::Deployment& deployment,
                                    std::shared_ptr<engine::ModelSet> set, std::size_t model);

}  // namespace sluice::backend
