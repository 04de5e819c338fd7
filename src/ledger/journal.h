// The ledger's journal, DIR/ledger.journal: entries stand in it after one write by whoever brings them, and move
// to the database later, many together. What was appended survives a kill of the process at any moment.
//
// The file has a head page and two areas of equal size, allocated when it is made: a write into them needs no room
// that the disk may not have. The entries of one generation (1, 2, ...) are frames, one after the other, in one
// area: the even generations in the first, the odd ones in the second. A generation is moved as a whole, and the
// transaction that moves it notes its number in the database (book.h). So after a kill those generations are moved
// that are newer than the number there: no entry twice, and none left out. Generation g + 2 overwrites g, which
// must be moved before.
//
//   frame: length of the body (4 bytes), CRC-32C of what follows here (4), generation (8), body; little-endian
//
// A generation ends at the first frame that is torn or of another generation. One that begins anew needs no mark:
// its first frame makes it.
//
// Threads: one at a time; newest_generation() beside a writer, from any process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace sluice::ledger {

std::string journal_path(const std::string& data_dir);

class Journal {
 public:
  struct Generation {
    std::int64_t number = 0;          // 0: none
    std::vector<std::string> bodies;  // in the order in which they were appended
  };

  // Opens the file, or makes one (mode 0600) with areas of that many bytes; one that is there keeps its size.
  // Errors: ledger.open, ledger.full (no room for the file), ledger.io, ledger.corrupt (no journal).
  static Result<Journal> open(const std::string& data_dir, std::size_t area_bytes);
  Journal(Journal&& other) noexcept;
  Journal& operator=(Journal&&) = delete;
  ~Journal();

  // What the file holds of generations above `moved`, oldest first; ledger.io.
  Result<std::vector<Generation>> above(std::int64_t moved) const;
  // What is appended from now on is of this generation.
  void begin(std::int64_t generation);
  std::int64_t generation() const { return generation_; }

  // False if the area has no room for it or the file does not take it; nothing was appended then.
  bool append(std::string_view body);
  // The same without writing: what is held goes with the next append(), in one write, or by flush(). False: no
  // room.
  bool hold(std::string_view body);
  bool flush();  // false: the file does not take it, and it is held on
  void drop() { frames_.clear(); }
  bool half_full() const { return end_ + frames_.size() > area_bytes_ / 2; }

  // The newest generation that the file holds something of; 0: none, or no file.
  static std::int64_t newest_generation(const std::string& data_dir);

 private:
  Journal(int file, std::size_t area_bytes) : file_(file), area_bytes_(area_bytes) {}
  Status make(const std::string& path);
  Result<bool> read_head(const std::string& path);
  std::size_t area_of(std::int64_t generation) const;
  Result<Generation> read_area(int area, std::size_t most_frames) const;

  int file_;
  std::size_t area_bytes_;
  std::int64_t generation_ = 0;
  std::size_t end_ = 0;  // of the latest frame that was written, from the area's beginning
  std::string frames_;   // not written yet; its memory is kept
};

}  // namespace sluice::ledger
