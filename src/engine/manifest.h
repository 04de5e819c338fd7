// SHA-256 manifests of model files, in the format of sha256sum: a line "HEX  NAME" a file, names as seen from the
// manifest's own folder. `sha256sum -c` reads what is written here, and the other way round.
//
// That a file was checked is remembered on the file itself (the attribute user.sluice.sha256: digest, size and
// time of its last change), so that a listing needs not read it again. A file that changed since counts as
// unchecked. Errors: manifest.io (a file that can't be read or written), manifest.line (a line that is not of
// this format, or a name that leads out of the folder), manifest.missing (no manifest, or it has no such file),
// manifest.mismatch (the digest is another).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::engine {

struct ManifestLine {
  std::string sha256;  // 64 lower-case hex characters
  std::string name;    // relative, without ".."
};

Result<std::vector<ManifestLine>> parse_manifest(std::string_view text, const std::string& where);
std::string write_manifest(const std::vector<ManifestLine>& lines);
Result<std::vector<ManifestLine>> read_manifest(const std::string& path);
// Written beside it first and then renamed over `path`.
Status save_manifest(const std::string& path, const std::vector<ManifestLine>& lines);

// Called with a file, the bytes of it that were read and its size; often enough for a progress bar.
using Reading = std::function<void(const std::string& path, std::uint64_t done, std::uint64_t size)>;

// The digest of a whole file; manifest.io also if it changed while it was read.
Result<std::string> sha256_of_file(const std::string& path, const Reading& reading = {});

// A file to check and what it should be. For a model file of which FILE.sha256 or SHA256SUMS beside it tells; all
// parts of a model in parts, of which the first is named. For a folder: whatever its manifests name.
struct Expected {
  std::string path, sha256;
};
Result<std::vector<Expected>> expected_of(const std::string& file_or_folder);

// Reads the file, compares, and remembers on it that it was right. False: right, but the file system remembers no
// attributes.
Result<bool> verify_file(const Expected& expected, const Reading& reading = {});
// The same without reading, of a file whose digest was computed just now.
bool remember_verified(const std::string& path, const std::string& sha256);

enum class Verified { Yes, Changed, Not, NoManifest };
// By what is remembered, without reading the file: Yes where the manifest's digest was found in this very file,
// Changed where it was found in an earlier state of it.
Verified verified(const std::string& path);
const char* verified_name(Verified verified);  // "verified", "changed since", "not checked", "no manifest"

}  // namespace sluice::engine
