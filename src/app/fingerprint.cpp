// `sluice fingerprint`: prints of protected documents, made where the documents are, so that a gateway needs only
// these.
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "app/commands.h"
#include "sense/own/prints.h"

namespace sluice::app {
namespace {

constexpr std::size_t kShortestKey = 16;  // characters, as in the configuration

std::vector<config::Said> said(const std::vector<std::string>& paths) {
  std::vector<config::Said> all;
  for (const std::string& path : paths) all.push_back({path, path});
  return all;
}

Result<std::string> make_prints(const FingerprintOptions& options) {
  const char* key = std::getenv(options.key_env.c_str());
  if (key == nullptr || std::string_view(key).size() < kShortestKey)
    return fail("config.missing_secret", "the environment variable " + options.key_env + " holds no key",
                "--key-env", "set it to what openssl rand -hex 32 prints, here and where the gateway runs");
  const sense::own::WordHash hash{std::string_view(key)};
  SLUICE_TRY(const auto prints, sense::own::prints_of_files(said(options.files), said(options.except), hash));
  return sense::own::write_prints(prints, hash);
}

}  // namespace

int fingerprint(const FingerprintOptions& options) {
  const auto prints = make_prints(options);
  if (!prints) return complain(prints.error());
  if (options.out == "-") {
    std::fwrite(prints->data(), 1, prints->size(), stdout);
    return std::fflush(stdout) == 0 ? 0 : 1;
  }
  std::ofstream out(options.out, std::ios::binary | std::ios::trunc);
  out << *prints;
  out.close();
  if (!out)
    return complain({"output.unwritable", "can't write '" + options.out + "'", "--out", "write it elsewhere"});
  return 0;
}

}  // namespace sluice::app
