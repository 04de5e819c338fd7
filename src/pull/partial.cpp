#include "pull/partial.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/sha256.h"
#include "json/doc.h"
#include "json/writer.h"

namespace sluice::pull {
namespace {

constexpr std::size_t kReadBytes = 4u << 20;
constexpr std::uint64_t kMostPieces = 1u << 16;  // the state is written anew with each

Result<std::string> digest_of(int descriptor, const std::string& path,
                              const std::function<void(std::uint64_t)>& reading) {
  Sha256Stream digest;
  std::vector<char> buffer(kReadBytes);
  for (std::uint64_t done = 0;;) {
    const ssize_t got = ::pread(descriptor, buffer.data(), buffer.size(), static_cast<off_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail("pull.io", std::string("the file can't be read: ") + std::strerror(errno), path);
    if (got == 0) return digest.hex();
    digest.add({buffer.data(), static_cast<std::size_t>(got)});
    done += static_cast<std::uint64_t>(got);
    if (reading) reading(done);
  }
}

}  // namespace

Result<std::string> digest_of(const std::string& path, const std::function<void(std::uint64_t)>& reading) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return fail("pull.io", std::string("the file can't be read: ") + std::strerror(errno), path);
  auto digest = digest_of(descriptor, path, reading);
  ::close(descriptor);
  return digest;
}

Partial::~Partial() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Error Partial::io_error(const std::string& what) const {
  if (errno == ENOSPC || errno == EDQUOT)
    return {"pull.disk_full",
            "the disk is full; " + std::to_string(file_.size - bytes_whole()) + " of " +
                std::to_string(file_.size) + " bytes are still to come",
            path_, "make room and give the same command again: it goes on from here"};
  return {"pull.io", what + ": " + std::strerror(errno), path_, "check the folder and its permissions"};
}

Piece Partial::piece(std::size_t index) const {
  const std::uint64_t begin = index * piece_;
  return {begin, std::min(begin + piece_, file_.size)};
}

std::uint64_t Partial::bytes_whole() const {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < whole_.size(); ++i)
    if (whole_[i]) bytes += piece(i).end - piece(i).begin;
  return bytes;
}

Status Partial::open(const std::string& path, const RemoteFile& file, std::uint64_t piece) {
  file_ = file;
  path_ = path;
  part_ = path + ".part";
  state_ = path + ".part.json";
  piece_ = std::max(piece, file.size / kMostPieces + 1);
  whole_.assign((file.size + piece_ - 1) / piece_, false);
  descriptor_ = ::open(part_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor_ < 0) return fail(io_error("the file can't be written"));
  struct stat status{};
  if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode))
    return fail("pull.io", "this is no regular file", part_, "remove it");
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0)
    return fail("pull.busy", "another process fetches this file", part_, "wait for it");
  const bool goes_on = static_cast<std::uint64_t>(status.st_size) == file.size && read_state();
  if (goes_on) return check_space();
  whole_.assign(whole_.size(), false);
  if (::ftruncate(descriptor_, 0) != 0) return fail(io_error("the file can't be written"));
  const Status room = check_space();
  if (!room) {  // nothing of it is worth keeping
    ::unlink(part_.c_str());
    return room;
  }
  if (::ftruncate(descriptor_, static_cast<off_t>(file.size)) != 0)
    return fail(io_error("the file can't be written"));
  return save_state();
}

// A hole takes no room, so what is there already counts by its blocks.
Status Partial::check_space() const {
  struct stat status{};
  struct statvfs space{};
  if (::fstat(descriptor_, &status) != 0 || ::fstatvfs(descriptor_, &space) != 0) return {};
  const std::uint64_t there = static_cast<std::uint64_t>(status.st_blocks) * 512;
  const std::uint64_t needed = file_.size > there ? file_.size - there : 0;
  const std::uint64_t free = std::uint64_t{space.f_bavail} * space.f_frsize;
  if (needed <= free) return {};
  return fail("pull.disk_full",
              std::to_string(needed) + " bytes are still to come; " + std::to_string(free) + " are free", path_,
              "make room, or name another folder with --to");
}

// True if it is about the same content in the same pieces.
bool Partial::read_state() {
  std::ostringstream text;
  text << std::ifstream(state_, std::ios::binary).rdbuf();
  const auto doc = json::Doc::parse(text.str());
  if (!doc) return false;
  const json::Value root = (*doc)->root();
  const auto whole = root["whole"].string();
  const auto size = static_cast<std::int64_t>(file_.size), piece = static_cast<std::int64_t>(piece_);
  if (root["sha256"].string() != file_.sha256 || root["size"].integer() != size ||
      root["piece"].integer() != piece || !whole || whole->size() != whole_.size())
    return false;
  for (std::size_t i = 0; i < whole_.size(); ++i) whole_[i] = (*whole)[i] == '1';
  return true;
}

Status Partial::save_state() const {
  json::Writer w;
  std::string whole;
  for (bool one : whole_) whole += one ? '1' : '0';
  w.object().member("sha256", file_.sha256).member("size", file_.size).member("piece", piece_);
  w.member("whole", whole).end();
  const std::string beside = state_ + ".new";
  {
    std::ofstream out(beside, std::ios::binary | std::ios::trunc);
    out << w.text();
    out.flush();
    if (!out) return fail(io_error("the state can't be written"));
  }
  if (std::rename(beside.c_str(), state_.c_str()) != 0) return fail(io_error("the state can't be renamed"));
  return {};
}

Status Partial::write(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(io_error("the file can't be written"));
    offset += static_cast<std::uint64_t>(put);
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return {};
}

Status Partial::complete(std::size_t index) {
  whole_[index] = true;
  return save_state();
}

void Partial::forget_all() { whole_.assign(whole_.size(), false); }

Status Partial::finish(const std::function<void(std::uint64_t)>& reading) {
  SLUICE_TRY(const std::string digest, digest_of(descriptor_, part_, reading));
  if (digest != file_.sha256) {
    ::unlink(state_.c_str());
    ::unlink(part_.c_str());
    return fail("pull.checksum",
                "the SHA-256 of what came is " + digest + ", the hub lists " + file_.sha256 + "; it was removed",
                path_, "try again; if it stays so, what lies between you and the hub changes bytes");
  }
  if (::fsync(descriptor_) != 0) return fail(io_error("the file can't be written"));
  if (std::rename(part_.c_str(), path_.c_str()) != 0) return fail(io_error("the file can't be renamed"));
  ::unlink(state_.c_str());
  return {};
}

}  // namespace sluice::pull
