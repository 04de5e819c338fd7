// `models:` of a deployment of kind engine: several files that share its memory. Private to this room.
#pragma once

#include <vector>

#include "config/deployment.h"
#include "config/parts.h"
#include "config/reader.h"

namespace sluice::config {

// One deployment for each model, named "deployment/model", all else as `common` has it. The value is a folder
// (every .gguf file in it), a list of files, or a map of names and files. Errors go to `fields`.
std::vector<Deployment> read_engine_models(Fields& fields, const Deployment& common, const Context& context);

// "shelf" of "shelf/qwen3"; the name itself where it is of no group.
std::string_view group_of(std::string_view deployment);

}  // namespace sluice::config
