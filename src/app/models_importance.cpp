#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/progress.h"
#include "engine/measure/importance.h"
#include "engine/tensor/pool.h"

namespace sluice::app {

int models_importance(const ImportanceOptions& options) {
  auto text = read_input(options.text);
  if (!text) return complain(text.error());
  engine::measure::ImportanceOptions measure;
  measure.model = options.model;
  measure.text = std::move(*text);
  measure.text_name = std::filesystem::path(options.text).filename().string();
  measure.out = options.out;
  measure.context = options.context;
  measure.stretches = options.stretches;
  measure.threads = options.threads > 0 ? options.threads : engine::tensor::usable_processors();
  measure.force = options.force;
  ProgressLine progress;
  const auto measured = engine::measure::measure_importance(measure, [&progress](int stretch, int of) {
    progress.count("measuring", "stretches", static_cast<std::uint64_t>(stretch), static_cast<std::uint64_t>(of));
  });
  progress.finish();
  if (!measured) return complain(measured.error());
  std::printf("%zu matrices, %lld tokens in %d stretches of %d\n", measured->matrices, (long long)measured->tokens,
              measured->stretches, measured->context);
  if (measured->untouched > 0)
    std::printf("%zu matrices of experts were not reached: a longer or more varied text may reach them\n",
                measured->untouched);
  return 0;
}

}  // namespace sluice::app
