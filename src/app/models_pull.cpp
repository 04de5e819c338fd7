#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "app/commands.h"
#include "app/progress.h"
#include "engine/manifest.h"
#include "pull/pull.h"

namespace sluice::app {
namespace {

std::string variable(const char* name, const char* otherwise) {
  const char* value = std::getenv(name);
  return value && *value ? value : otherwise;
}

}  // namespace

int models_pull(const PullOptions& options) {
  pull::Options p;
  const std::size_t colon = options.what.find(':');
  p.repository = options.what.substr(0, colon);
  if (colon != options.what.npos) p.wanted = options.what.substr(colon + 1);
  p.folder = models_folder(options.folder);
  p.endpoint = options.endpoint.empty() ? variable("HF_ENDPOINT", p.endpoint.c_str()) : options.endpoint;
  p.revision = options.revision;
  p.token = variable("HF_TOKEN", "");
  p.ca_file = options.ca_file;
  p.connections = options.connections;
  p.piece = static_cast<std::uint64_t>(options.piece_mib) << 20;
  p.force = options.force;
  p.retry_delay = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(options.retry_seconds));
  ProgressLine line;
  const auto pulled = pull::pull(p, [&line](const pull::Progress& progress) {
    const std::string what = (progress.checking ? "checking " : "") + progress.file;
    line.update(what, progress.done, progress.total, progress.begun);
  });
  line.finish();
  if (!pulled) return complain(pulled.error());
  for (const pull::Pulled& file : *pulled) {
    const std::string name = std::filesystem::path(file.path).filename().string();
    const Status written = engine::save_manifest(file.path + ".sha256", {{file.sha256, name}});
    if (!written) return complain(written.error());
    engine::remember_verified(file.path, file.sha256);
    std::printf("%s  %s  sha256:%s%s\n", file.path.c_str(), bytes_words(static_cast<double>(file.bytes)).c_str(),
                file.sha256.c_str(), file.there ? "  (was there)" : "");
  }
  return 0;
}

}  // namespace sluice::app
