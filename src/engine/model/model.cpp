#include "engine/model/model.h"

#include "base/check.h"
#include "engine/model/families.h"

namespace sluice::engine::model {
namespace {

struct Family {
  const char* architecture;
  Result<std::unique_ptr<Model>> (*load)(const gguf::File&, const Shape&, const Options&);
};
constexpr Family kFamilies[] = {{"llama", load_llama},         {"qwen2", load_qwen2},
                                {"qwen3", load_qwen3},         {"qwen3moe", load_qwen3},
                                {"deepseek2", load_deepseek2}, {"deepseek32", load_deepseek2},
                                {"deepseek4", load_deepseek4}};

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
  for (const Family& family : kFamilies)
    if (shape.architecture == family.architecture) return family.load(file, shape, options);
  SLUICE_CHECK(false, "read_shape() knows the same architectures");
}

}  // namespace sluice::engine::model
