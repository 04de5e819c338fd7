#include "config/engine_models.h"

#include <algorithm>
#include <filesystem>

#include "config/settings.h"

namespace sluice::config {
namespace {

constexpr std::string_view kEnding = ".gguf";

struct ModelFile {
  std::string name;
  std::string path;
  Node at;
};

// Of "R1-Q4-00001-of-00003.gguf" the stem, and which part it is; 0: no part.
std::pair<std::string, int> stem_and_part(std::string name) {
  name.resize(name.size() - kEnding.size());
  constexpr std::string_view kShape = "-00000-of-00000";
  if (name.size() <= kShape.size()) return {name, 0};
  const std::string_view tail = std::string_view(name).substr(name.size() - kShape.size());
  int part = 0;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool digit = tail[i] >= '0' && tail[i] <= '9';
    if (kShape[i] == '0' ? !digit : tail[i] != kShape[i]) return {name, 0};
    if (i < 6 && digit) part = part * 10 + (tail[i] - '0');
  }
  return {name.substr(0, name.size() - kShape.size()), part};
}

std::vector<ModelFile> files_of_folder(Fields& fields, const Node& node, const std::string& folder) {
  std::vector<ModelFile> files;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    const std::string file = it->path().filename().string();
    if (!file.ends_with(kEnding) || file.starts_with('.') || file.size() == kEnding.size()) continue;
    auto [stem, part] = stem_and_part(file);
    if (part <= 1) files.push_back({std::move(stem), it->path().string(), node});
  }
  if (error) {
    fields.add(node, node.error("unreadable", "can't read the folder " + folder + ": " + error.message()));
  } else if (files.empty()) {
    fields.add(node, node.error("value", "there is no .gguf file in " + folder,
                                "sluice models pull fetches one; folders in the folder are not looked into"));
  }
  std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return files;
}

void add_file(Fields& fields, const Node& at, std::string name, const Context& context,
              std::vector<ModelFile>& files) {
  auto written = at.text();
  if (!written) return fields.add(at, std::move(written).error());
  std::string path = resolve_path(context, *written);
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored))
    return fields.add(
        at, at.error("no_such_file", "there is no file " + path, "paths are relative to the folder of this file"));
  const std::string file = std::filesystem::path(path).filename().string();
  if (name.empty() && (!file.ends_with(kEnding) || file.size() == kEnding.size()))
    return fields.add(at, at.error("value", "a model file's name ends in .gguf", "or write name: path"));
  if (name.empty()) name = stem_and_part(file).first;
  files.push_back({std::move(name), std::move(path), at});
}

std::vector<ModelFile> model_files(Fields& fields, const Node& node, const Context& context) {
  std::vector<ModelFile> files;
  if (node.type() == Node::Type::List) {
    const std::vector<Node> list = node.list().value();
    for (const Node& each : list) add_file(fields, each, "", context, files);
  } else if (node.type() == Node::Type::Map) {
    const auto map = node.map();
    if (!map) fields.add(node, map.error());
    for (const Entry& entry : map.value_or(std::vector<Entry>()))
      add_file(fields, entry.value, entry.key, context, files);
  } else if (auto folder = node.text()) {
    return files_of_folder(fields, node, resolve_path(context, *folder));
  } else {
    fields.add(node, std::move(folder).error());
  }
  if (files.empty() && !fields.failed())
    fields.add(node,
               node.error("value", "expected a folder, or at least one file", "or write model: with one file"));
  return files;
}

}  // namespace

std::string_view group_of(std::string_view deployment) { return deployment.substr(0, deployment.find('/')); }

std::vector<Deployment> read_engine_models(Fields& fields, const Deployment& common, const Context& context) {
  std::vector<Deployment> out;
  const Node node = *fields.node("models");
  for (ModelFile& file : model_files(fields, node, context)) {
    if (!valid_name(file.name)) {
      fields.add(file.at, file.at.error("value", "the model of " + file.path + " needs a name",
                                        "write models as a map, name: path; letters, digits, '.', '_' and '-'"));
      continue;
    }
    Deployment d = common;
    d.group = common.name;
    d.name = common.name + "/" + file.name;
    d.model = file.path;
    if (!d.cache_folder.empty()) d.cache_folder += "/model-" + file.name;  // a folder serves one cache
    d.where = file.at.file() + ":" + std::to_string(file.at.place().line);
    const auto same = [&](const Deployment& other) { return other.name == d.name; };
    if (auto other = std::find_if(out.begin(), out.end(), same); other != out.end())
      fields.add(file.at, file.at.error("duplicate_name",
                                        other->model + " and " + file.path + " would both be named " + file.name,
                                        "write models as a map, name: path"));
    out.push_back(std::move(d));
  }
  return out;
}

}  // namespace sluice::config
