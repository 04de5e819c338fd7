// What a model's state is of: it can be taken up again only by the same.
#pragma once

#include <string>

#include "engine/gguf/gguf.h"
#include "engine/model/kv_type.h"

namespace sluice::engine {

// Names the model file, how it is computed and kept, and the program that does: another build may round otherwise.
std::string state_identity(const gguf::File& file, bool exact, model::KvType kv_type);

}  // namespace sluice::engine
