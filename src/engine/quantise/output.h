// A file that is whole or not there: written beside its place and renamed. Private to this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sluice::engine::quantise {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  ~Output();  // what was not kept is removed
  // quantise.exists, quantise.io, quantise.disk_full where fewer than `bytes` are free.
  Status open(const std::string& path, std::uint64_t bytes, bool force);
  Status write(std::string_view bytes);
  Status keep();  // synchronises and renames
  std::uint64_t written() const { return written_; }

 private:
  Error io_error(const std::string& what) const;

  std::string path_, beside_;
  int descriptor_ = -1;
  std::uint64_t written_ = 0, expected_ = 0;
};

}  // namespace sluice::engine::quantise
