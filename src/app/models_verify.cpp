#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/progress.h"
#include "engine/manifest.h"
#include "engine/shelf.h"

namespace sluice::app {
namespace {

namespace fs = std::filesystem;

engine::Reading shown_by(ProgressLine& progress) {
  return [&progress](const std::string& path, std::uint64_t done, std::uint64_t size) {
    progress.update(fs::path(path).filename().string(), done, size);
  };
}

// One manifest for a folder, and one for each file, part by part.
Status write_manifests(const std::string& target) {
  ProgressLine progress;
  std::error_code ignored;
  const bool folder = fs::is_directory(target, ignored);
  std::vector<std::string> names;
  const fs::path base = folder ? fs::path(target) : fs::path(target).parent_path();
  if (folder) {
    SLUICE_TRY(names, engine::model_files(target));
    if (names.empty()) return fail("manifest.missing", "the folder has no .gguf file", target);
  } else if (const auto part = engine::part_name(fs::path(target).filename().string()); part.index == 1) {
    for (int i = 1; i <= part.count; ++i) names.push_back(part.part(i));
  } else {
    names.push_back(fs::path(target).filename().string());
  }
  std::vector<engine::ManifestLine> lines;
  for (const std::string& name : names) {
    SLUICE_TRY(auto digest, engine::sha256_of_file((base / name).string(), shown_by(progress)));
    lines.push_back({std::move(digest), name});
  }
  progress.finish();
  if (folder) {
    SLUICE_TRY_VOID(engine::save_manifest((base / "SHA256SUMS").string(), lines));
  } else {
    for (const auto& line : lines) {
      SLUICE_TRY_VOID(engine::save_manifest((base / (line.name + ".sha256")).string(), {line}));
    }
  }
  for (const auto& line : lines) {
    engine::remember_verified((base / line.name).string(), line.sha256);
    std::printf("%s  %s\n", line.sha256.c_str(), line.name.c_str());
  }
  return {};
}

}  // namespace

int models_verify(const ShelfOptions& options) {
  const std::string target = models_folder(options.path);
  if (options.write) {
    const Status written = write_manifests(target);
    return written ? 0 : complain(written.error());
  }
  const auto expected = engine::expected_of(target);
  if (!expected) return complain(expected.error());
  ProgressLine progress;
  int status = 0;
  bool forgotten = false;
  for (const engine::Expected& one : *expected) {
    const auto right = engine::verify_file(one, shown_by(progress));
    progress.finish();
    if (!right) {
      std::printf("FAILED  %s\n", one.path.c_str());
      status = complain(right.error());
      continue;
    }
    std::printf("ok      %s\n", one.path.c_str());
    forgotten = forgotten || !*right;
  }
  if (forgotten)
    std::fprintf(stderr, "sluice: this file system has no attributes, so 'models ls' will say 'not checked'\n");
  return status;
}

}  // namespace sluice::app
