// Any bytes as a hub's listing: refused, or files whose names stay in the folder and whose digests are digests.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "pull/listing.h"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace sluice::pull;
  const auto files = read_listing(std::string(reinterpret_cast<const char*>(data), size));
  if (!files) {
    must(files.error().code.starts_with("pull.") && !files.error().message.empty());
    return 0;
  }
  for (const RemoteFile& file : *files) {
    must(file.name.find('/') == std::string::npos && file.name != ".." && file.name.ends_with(".gguf"));
    must(file.path.ends_with(file.name));
    must(encode_path(file.path).find_first_of(" ?#\r\n") == std::string::npos);
  }
  for (const std::string wanted : {"", "Q4_K_M", "a.gguf"}) {
    const auto chosen = choose(*files, wanted);
    if (!chosen) continue;
    must(!chosen->empty());
    for (const RemoteFile& file : *chosen) must(is_sha256(file.sha256));
  }
  return 0;
}
