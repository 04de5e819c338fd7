// What a model file is, in words; private to this room.
#pragma once

#include "engine/engine.h"
#include "engine/gguf/gguf.h"
#include "engine/model/shape.h"

namespace sluice::engine {

// Everything of ModelInfo that the file says; prompt_format, context, kv_type and kv_bytes_per_token are left to
// the engine.
ModelInfo describe(const gguf::File& file, const model::Shape& shape);

}  // namespace sluice::engine
