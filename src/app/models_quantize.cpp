#include <cstdio>
#include <map>

#include "app/commands.h"
#include "app/progress.h"
#include "engine/quantise/file.h"
#include "engine/tensor/pool.h"

namespace sluice::app {
namespace {

const char* name_of(engine::gguf::TensorType type) { return engine::gguf::tensor_type_info(type).name; }

std::string count_of(std::size_t n) { return std::to_string(n) + (n == 1 ? " tensor" : " tensors"); }

// Where a tensor's shape forced another type than the rule's.
void print_fallbacks(const engine::quantise::Written& written) {
  std::map<std::string, std::vector<std::string>> forced;
  for (const auto& tensor : written.tensors)
    if (tensor.to != tensor.wanted)
      forced[std::string(name_of(tensor.to)) + " instead of " + name_of(tensor.wanted)].push_back(tensor.name);
  for (const auto& [types, names] : forced)
    std::printf("%s: %s whose rows are no whole number of blocks, %s%s\n", types.c_str(),
                count_of(names.size()).c_str(), names.front().c_str(), names.size() > 1 ? " and others" : "");
}

void print(const engine::quantise::Written& written, bool with_importance) {
  struct Count {
    std::size_t all = 0, weighed = 0;
  };
  std::map<std::string, Count> types;
  for (const auto& tensor : written.tensors) {
    Count& count = types[std::string(name_of(tensor.to)) + (tensor.kept ? " kept" : "")];
    ++count.all;
    count.weighed += tensor.weighed ? 1 : 0;
  }
  for (const auto& [type, count] : types) {
    std::printf("%-10s %s", type.c_str(), count_of(count.all).c_str());
    if (with_importance) std::printf(", %zu with importance data", count.weighed);
    std::printf("\n");
  }
  print_fallbacks(written);
  const auto in = static_cast<double>(written.bytes_in), out = static_cast<double>(written.bytes_out);
  std::printf("%s to %s\n", bytes_words(in).c_str(), bytes_words(out).c_str());
  if (written.again)
    std::fprintf(
        stderr,
        "sluice: the file was quantised already, and what was lost then stays lost; quantise the original "
        "for the best quality\n");
}

}  // namespace

int models_quantize(const QuantizeOptions& options) {
  const auto target = engine::quantise::target_of(options.to);
  if (!target)
    return complain(
        {"quantise.type", "there is no type " + options.to, "--to", "Q8_0, Q6_K, Q5_K_M, Q4_K_M or MXFP4"});
  engine::quantise::FileOptions file;
  file.in = options.in;
  file.out = options.out;
  file.target = *target;
  file.importance = options.importance;
  file.force = options.force;
  file.threads = options.threads > 0 ? options.threads : engine::tensor::usable_processors();
  ProgressLine progress;
  const auto written = engine::quantise::quantise_file(
      file, [&progress](const std::string&, std::uint64_t done, std::uint64_t total) {
        progress.update("quantising", done, total);
      });
  progress.finish();
  if (!written) return complain(written.error());
  print(*written, !options.importance.empty());
  return 0;
}

}  // namespace sluice::app
