#include "engine/quantise/output.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sluice::engine::quantise {

Output::~Output() {
  if (descriptor_ < 0) return;
  ::unlink(beside_.c_str());
  ::close(descriptor_);
}

Error Output::io_error(const std::string& what) const {
  if (errno == ENOSPC || errno == EDQUOT)
    return {"quantise.disk_full",
            "the disk is full after " + std::to_string(written_) + " of " + std::to_string(expected_) + " bytes",
            path_, "make room, or write elsewhere"};
  return {"quantise.io", what + ": " + std::strerror(errno), path_, "check the path and its permissions"};
}

Status Output::open(const std::string& path, std::uint64_t bytes, bool force) {
  path_ = path;
  beside_ = path + ".writing";
  expected_ = bytes;
  struct stat status{};
  if (::lstat(path.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode))
      return fail("quantise.exists", "what is there is no regular file", path, "name another");
    if (!force) return fail("quantise.exists", "the file is there already", path, "name another, or give --force");
  }
  const std::size_t slash = path.find_last_of('/');
  const std::string folder = slash == path.npos ? "." : path.substr(0, slash + 1);
  struct statvfs space{};
  if (::statvfs(folder.c_str(), &space) == 0) {
    const std::uint64_t free = std::uint64_t{space.f_bavail} * space.f_frsize;
    if (free < bytes)
      return fail("quantise.disk_full",
                  "the file will have " + std::to_string(bytes) + " bytes; " + std::to_string(free) + " are free",
                  path, "make room, or write elsewhere");
  }
  descriptor_ = ::open(beside_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor_ < 0) return fail(io_error("the file can't be written"));
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    ::close(descriptor_);
    descriptor_ = -1;  // the other process' file stays
    return fail("quantise.exists", "another process is writing this file", beside_, "wait for it");
  }
  if (::ftruncate(descriptor_, 0) != 0) return fail(io_error("the file can't be written"));
  return {};
}

Status Output::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(io_error("the file can't be written"));
    bytes.remove_prefix(static_cast<std::size_t>(put));
    written_ += static_cast<std::uint64_t>(put);
  }
  return {};
}

Status Output::keep() {
  if (::fsync(descriptor_) != 0) return fail(io_error("the file can't be written"));
  if (std::rename(beside_.c_str(), path_.c_str()) != 0) return fail(io_error("the file can't be renamed"));
  ::close(descriptor_);
  descriptor_ = -1;
  return {};
}

}  // namespace sluice::engine::quantise
