// The model families; private to this room. Each file reads like the paper of its family.
#pragma once

#include "engine/model/model.h"

namespace sluice::engine::model {

Result<std::unique_ptr<Model>> load_llama(const gguf::File& file, const Shape& shape, const Options& options);
MemoryNeed need_llama(const Shape& shape, const Options& options);
Result<std::unique_ptr<Model>> load_qwen2(const gguf::File& file, const Shape& shape, const Options& options);
MemoryNeed need_qwen2(const Shape& shape, const Options& options);
Result<std::unique_ptr<Model>> load_qwen3(const gguf::File& file, const Shape& shape, const Options& options);
MemoryNeed need_qwen3(const Shape& shape, const Options& options);
Result<std::unique_ptr<Model>> load_deepseek2(const gguf::File& file, const Shape& shape, const Options& options);
MemoryNeed need_deepseek2(const Shape& shape, const Options& options);
Result<std::unique_ptr<Model>> load_deepseek4(const gguf::File& file, const Shape& shape, const Options& options);
MemoryNeed need_deepseek4(const Shape& shape, const Options& options);

// With the file's weights, where they are mapped, and what the caller takes.
MemoryNeed need_with(const gguf::File& file, const Options& options, MemoryNeed need);

}  // namespace sluice::engine::model
