#include "engine/model/model.h"

#include "base/check.h"
#include "engine/model/families.h"

namespace sluice::engine::model {
namespace {

struct Family {
  const char* architecture;
  Result<std::unique_ptr<Model>> (*load)(const gguf::File&, const Shape&, const Options&);
  MemoryNeed (*need)(const Shape&, const Options&);
};
constexpr Family kFamilies[] = {{"llama", load_llama, need_llama},
                                {"qwen2", load_qwen2, need_qwen2},
                                {"qwen3", load_qwen3, need_qwen3},
                                {"qwen3moe", load_qwen3, need_qwen3},
                                {"deepseek2", load_deepseek2, need_deepseek2},
                                {"deepseek32", load_deepseek2, need_deepseek2},
                                {"deepseek4", load_deepseek4, need_deepseek4}};

const Family& family_of(const Shape& shape) {
  for (const Family& family : kFamilies)
    if (shape.architecture == family.architecture) return family;
  SLUICE_CHECK(false, "read_shape() knows the same architectures");
}

}  // namespace

Result<std::unique_ptr<Model>> Model::load(const gguf::File& file, const Options& options) {
  SLUICE_CHECK(options.threads >= 1 && options.slots >= 1 && options.rows >= 1,
               "the engine fills in the defaults");
  SLUICE_TRY(const Shape shape, read_shape(file));
  if (options.context < 1 || options.context > shape.context)
    return fail("engine.unsupported",
                "a context of " + std::to_string(options.context) +
                    " positions was asked for; the model has 1 to " + std::to_string(shape.context),
                file.name(), "set a smaller `context`");
  SLUICE_TRY_VOID(check_kv_type(shape, options.kv_type, options.exact));
  return family_of(shape).load(file, shape, options);
}

MemoryNeed Model::need(const Shape& shape, const Options& options) {
  return family_of(shape).need(shape, options);
}

MemoryNeed need_with(const gguf::File& file, const Options& options, MemoryNeed need) {
  need.weights = file.mapped() ? file.size() : 0;
  need.buffers += options.beside;
  return need;
}

}  // namespace sluice::engine::model
