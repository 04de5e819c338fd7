// How a model is loaded for an engine; private to this room.
#pragma once

#include "engine/engine.h"
#include "engine/model/model.h"

namespace sluice::engine {

model::Options model_options(const LoadOptions& options, const model::Shape& shape);

}  // namespace sluice::engine
