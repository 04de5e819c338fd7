#include "store/directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace sluice::store {
namespace {

std::string reason(int error) { return std::generic_category().message(error); }

// The process id that the holder of the lock wrote into the file; empty if it can't be read.
std::string holder(int file) {
  char text[24];
  ssize_t length = pread(file, text, sizeof text, 0);
  std::string id;
  for (ssize_t i = 0; i < length && text[i] >= '0' && text[i] <= '9'; ++i) id += text[i];
  return id;
}

}  // namespace

Status make_private_directory(const std::string& path) {
  for (std::size_t end = 1; end <= path.size(); ++end) {
    if (end < path.size() && path[end] != '/') continue;
    std::string part = path.substr(0, end);
    if (mkdir(part.c_str(), 0700) == 0 || errno == EEXIST) continue;
    // A directory above may exist and be closed to writing (EACCES, EROFS): only the last one decides.
    struct stat info{};
    if (stat(part.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) continue;
    return fail("store.open", "the directory can't be made: " + reason(errno), part,
                "create it, or name another data directory");
  }
  struct stat info{};
  if (stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) return {};
  return fail("store.open", "this is no directory", path, "name another data directory");
}

Result<DirectoryLock> DirectoryLock::take(const std::string& directory) {
  std::string path = directory + "/sluice.lock";
  int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0)
    return fail("store.open", "the lock file can't be opened: " + reason(errno), path,
                "make the data directory writable for the user that runs this program");
  DirectoryLock lock(file);
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail("store.open", "the file can't be locked: " + reason(errno), path);
    std::string id = holder(file);
    return fail("store.locked",
                "another process" + (id.empty() ? "" : " (" + id + ")") + " uses the data directory", directory,
                "stop that process, or give this one a data directory of its own");
  }
  std::string id = std::to_string(getpid()) + "\n";
  // For the message above only; the lock holds without it.
  if (ftruncate(file, 0) == 0) [[maybe_unused]]
    ssize_t written = pwrite(file, id.data(), id.size(), 0);
  return lock;
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

DirectoryLock::~DirectoryLock() {
  if (file_ >= 0) close(file_);
}

}  // namespace sluice::store
