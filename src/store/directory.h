// The data directory: made private, and held by one process at a time.
#pragma once

#include <string>

#include "base/result.h"

namespace sluice::store {

// Makes `path` and what is missing above it with mode 0700. A directory that exists keeps its mode: its owner
// chose it, and the files in it are 0600 anyway. Error: store.open.
Status make_private_directory(const std::string& path);

// Holds `directory` for this process until destroyed or the process ends, however it ends: an advisory lock
// (flock) on DIRECTORY/sluice.lock. Error: store.locked if another process, or another holder in this one, has
// it; store.open if the lock file can't be made.
class DirectoryLock {
 public:
  static Result<DirectoryLock> take(const std::string& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  int file_;  // -1 after a move
};

}  // namespace sluice::store
