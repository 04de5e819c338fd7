#include "engine/shelf.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>

#include "engine/describe.h"
#include "engine/gguf/gguf.h"
#include "engine/model/shape.h"

namespace sluice::engine {
namespace {

namespace fs = std::filesystem;

constexpr int kDepth = 4;  // folders: owner, model and quantisation are usual
constexpr std::size_t kPartEnd = std::string_view("-00001-of-00003.gguf").size();

void describe_into(ShelfEntry& entry, const std::string& path) {
  const auto problem = [&entry](const Error& error) { entry.problem = error.code + ": " + error.message; };
  const auto file = gguf::File::open(path);
  if (!file) return problem(file.error());
  entry.bytes = (*file)->size();
  entry.parts = (*file)->parts();
  const auto type = (*file)->string("general.type");
  if (type && *type != "model" && !type->empty()) {
    entry.problem = "not a model: general.type is " + std::string(*type);
    return;
  }
  const auto shape = model::read_shape(**file);
  if (!shape) return problem(shape.error());
  const ModelInfo info = describe(**file, *shape);
  entry.name = info.name;
  entry.architecture = info.architecture;
  entry.family = info.family;
  entry.quantisation = info.quantisation;
  entry.parameters = info.parameters;
  entry.context = info.context_trained;
}

// Of all parts the worst.
Verified verified_of(const std::string& path) {
  const PartName name = part_name(path);
  if (name.index == 0) return verified(path);
  Verified worst = Verified::Yes;
  for (int i = 1; i <= name.count; ++i) worst = std::max(worst, verified(name.part(i)));
  return worst;
}

std::uint64_t bytes_of(const fs::path& path) {
  std::error_code error;
  const std::uintmax_t bytes = fs::file_size(path, error);
  return error ? 0 : bytes;
}

}  // namespace

std::string PartName::part(int i) const {
  char end[40];
  std::snprintf(end, sizeof end, "-%05d-of-%05d.gguf", i, count);
  return stem + end;
}

PartName part_name(const std::string& file) {
  PartName name;
  int index = 0, count = 0, used = 0;
  if (file.size() <= kPartEnd) return name;
  const std::string end = file.substr(file.size() - kPartEnd);
  if (std::sscanf(end.c_str(), "-%5d-of-%5d.gguf%n", &index, &count, &used) != 2 ||
      static_cast<std::size_t>(used) != kPartEnd || index < 1 || count < index)
    return name;
  name = {file.substr(0, file.size() - kPartEnd), index, count};
  if (name.part(index) != file) return {};
  return name;
}

Result<std::vector<std::string>> model_files(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (fs::recursive_directory_iterator i(folder, error), end; !error && i != end; i.increment(error)) {
    const std::string name = i->path().filename().string();
    std::error_code ignored;
    const bool hidden = name.starts_with('.');
    if (i->is_directory(ignored) && (hidden || i.depth() >= kDepth)) i.disable_recursion_pending();
    if (hidden || !name.ends_with(".gguf") || i->is_directory(ignored)) continue;
    files.push_back(i->path().lexically_relative(folder).string());
  }
  if (error)
    return fail("shelf.folder", "the folder of models can't be read: " + error.message(), folder,
                "name one, or set SLUICE_MODELS");
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::vector<ShelfEntry>> list_models(const std::string& folder) {
  SLUICE_TRY(const auto files, model_files(folder));
  std::vector<ShelfEntry> entries;
  std::map<std::string, std::uint64_t> headless;  // models in parts without the first: the first part's name
  const auto there = [&files](const std::string& f) { return std::binary_search(files.begin(), files.end(), f); };
  for (const std::string& file : files) {
    const PartName part = part_name(file);
    if (part.index > 1) {
      if (!there(part.part(1))) headless[part.part(1)] += bytes_of(fs::path(folder) / file);
      continue;
    }
    ShelfEntry entry;
    entry.file = file;
    entry.parts = std::max(part.count, 1);
    entry.bytes = bytes_of(fs::path(folder) / file);
    const std::string path = (fs::path(folder) / file).string();
    describe_into(entry, path);
    if (entry.problem.empty()) entry.verified = verified_of(path);
    entries.push_back(std::move(entry));
  }
  for (const auto& [file, bytes] : headless) {
    ShelfEntry entry;
    entry.file = file;
    entry.parts = part_name(file).count;
    entry.bytes = bytes;
    entry.problem = "gguf.split: the first part is missing";
    entries.push_back(std::move(entry));
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.file < b.file; });
  return entries;
}

}  // namespace sluice::engine
