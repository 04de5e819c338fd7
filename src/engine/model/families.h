// The model families; private to this room. Each file reads like the paper of its family.
#pragma once

#include "engine/model/model.h"

namespace sluice::engine::model {

Result<std::unique_ptr<Model>> load_llama(const gguf::File& file, const Shape& shape, const Options& options);
Result<std::unique_ptr<Model>> load_qwen2(const gguf::File& file, const Shape& shape, const Options& options);
Result<std::unique_ptr<Model>> load_qwen3(const gguf::File& file, const Shape& shape, const Options& options);
Result<std::unique_ptr<Model>> load_deepseek2(const gguf::File& file, const Shape& shape, const Options& options);
Result<std::unique_ptr<Model>> load_deepseek4(const gguf::File& file, const Shape& shape, const Options& options);

}  // namespace sluice::engine::model
