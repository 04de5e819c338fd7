// A file that is on its way: FILE.part with its bytes, and FILE.part.json with what is whole of it; private to
// this room. Used by one thread; another process is kept out by a lock.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "pull/listing.h"

namespace sluice::pull {

struct Piece {
  std::uint64_t begin = 0, end = 0;
};

class Partial {
 public:
  Partial() = default;
  Partial(const Partial&) = delete;
  ~Partial();

  // Goes on with what is there if it is of the same content, else begins anew. pull.busy, pull.io, pull.disk_full.
  Status open(const std::string& path, const RemoteFile& file, std::uint64_t piece);
  std::size_t pieces() const { return whole_.size(); }
  Piece piece(std::size_t index) const;
  bool whole(std::size_t index) const { return whole_[index]; }
  std::uint64_t bytes_whole() const;
  Status write(std::uint64_t offset, std::string_view bytes);
  // The piece's bytes were all written; remembered on disk.
  Status complete(std::size_t index);
  void forget_all();  // no piece is whole any more
  // Reads all, compares the digest and gives the file its name. pull.checksum: what is there is removed.
  Status finish(const std::function<void(std::uint64_t)>& reading);

 private:
  Error io_error(const std::string& what) const;
  bool read_state();
  Status save_state() const;
  Status check_space() const;

  RemoteFile file_;
  std::string path_, part_, state_;
  std::uint64_t piece_ = 0;
  std::vector<bool> whole_;
  int descriptor_ = -1;
};

// The digest of a file that is there. pull.io.
Result<std::string> digest_of(const std::string& path, const std::function<void(std::uint64_t)>& reading);

}  // namespace sluice::pull
