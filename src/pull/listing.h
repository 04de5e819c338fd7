// What a repository holds, and which of it is meant; private to this room. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace sluice::pull {

struct RemoteFile {
  std::string path;    // in the repository
  std::string name;    // its last part
  std::string sha256;  // 64 lower-case hex characters
  std::uint64_t size = 0;
};

// The .gguf files of one page of the tree API. pull.listing, pull.unsafe.
Result<std::vector<RemoteFile>> read_listing(std::string text);

// The file of this path, or the model of this quantisation, or the only one; all parts of a model in parts.
// pull.not_found, pull.choose, pull.no_checksum.
Result<std::vector<RemoteFile>> choose(const std::vector<RemoteFile>& files, const std::string& wanted);

bool valid_repository(std::string_view repository);  // "owner/name" of the characters that hubs allow
bool valid_revision(std::string_view revision);      // a branch, tag or commit
std::string encode_path(std::string_view path);      // percent-encoded, '/' kept
bool is_sha256(std::string_view text);               // lower-case hex

}  // namespace sluice::pull
