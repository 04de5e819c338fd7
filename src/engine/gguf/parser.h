// Reads the header of a GGUF file into a File; private to this room.
#pragma once

#include "engine/gguf/gguf.h"

namespace sluice::engine::gguf {

class Parser {
 public:
  explicit Parser(File& file) : file_(file), bytes_(file.bytes_) {}
  Status parse();

 private:
  std::uint64_t remaining() const { return bytes_.size() - position_; }
  Failure error(std::string code, std::string message, std::uint64_t at, std::string hint = {}) const;
  template <class T>
  Result<T> read(const std::string& what);
  Result<std::string_view> read_string(const std::string& what, std::uint64_t limit);
  Status parse_counts();
  Status parse_pair(std::uint64_t index);
  Result<File::Value> parse_value(const std::string& key);
  Status parse_array(const std::string& key, File::Value& value);
  Status parse_alignment();
  Status parse_tensor(std::uint64_t index);
  Status place_tensors();
  Status check_overlaps();

  File& file_;
  std::string_view bytes_;
  std::uint64_t position_ = 0;
  std::uint64_t tensor_count_ = 0;
  std::uint64_t pair_count_ = 0;
  std::uint64_t alignment_ = 32;
};

}  // namespace sluice::engine::gguf
