// A GGUF model file (versions 2 and 3), mapped and checked.
//
// The file is untrusted input: every count, length, offset, size and type is checked against the bytes that
// remain before it is used, types come from closed tables, nothing recurses, and nothing is allocated in
// proportion to a number that the file merely claims. After open() every view that this class hands out lies
// inside the mapping. Immutable; may be read from many threads. Views and tensor data are valid while the
// File lives.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "engine/gguf/types.h"

namespace sluice::engine::gguf {

// One tensor of the file: `shape[0]` is the dimension whose elements lie next to each other (the row length).
struct Tensor {
  std::string_view name;
  TensorType type = TensorType::F32;
  int dimensions = 0;                              // 1..4
  std::array<std::uint64_t, 4> shape{1, 1, 1, 1};  // unused ones are 1
  std::uint64_t elements = 0;
  std::uint64_t bytes = 0;
  std::uint64_t offset = 0;  // of the data, from the beginning of the file
  const std::uint8_t* data = nullptr;

  std::uint64_t row_length() const { return shape[0]; }  // elements
  std::uint64_t rows() const { return elements / shape[0]; }
};

class File {
  struct Private {};  // only open() and from_bytes() can make one, so only they construct

 public:
  explicit File(Private) {}
  // Errors: gguf.io (cannot be opened or mapped), gguf.magic, gguf.version, gguf.truncated, gguf.key,
  // gguf.value, gguf.type, gguf.alignment, gguf.tensor, gguf.duplicate; `where` is "NAME byte N" with the key
  // or tensor concerned in the message. The file must not be truncated while it is open: the kernel would end
  // the process with SIGBUS on the next touch of a lost page.
  // Of a model in parts (NAME-00001-of-00003.gguf) the first is given, and the tensors of all are found in it;
  // gguf.split where they don't belong together.
  static Result<std::unique_ptr<File>> open(const std::string& path);
  // `bytes` must outlive the File. `name` is what to call it in messages.
  static Result<std::unique_ptr<File>> from_bytes(std::string_view bytes, std::string name);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Metadata. nullopt: the key is absent or its value has another type.
  bool has(std::string_view key) const;
  std::optional<std::string_view> string(std::string_view key) const;
  std::optional<std::uint64_t> unsigned_integer(std::string_view key) const;  // any integer type, value >= 0
  std::optional<std::int64_t> integer(std::string_view key) const;            // any integer type that fits
  std::optional<double> number(std::string_view key) const;                   // any integer or float type
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::vector<std::string_view>> strings(std::string_view key) const;  // array of strings
  std::optional<std::vector<float>> floats(std::string_view key) const;              // array of f32 or f64
  std::optional<std::vector<std::int64_t>> integers(std::string_view key) const;     // array of any integer type
  std::optional<std::vector<bool>> booleans(std::string_view key) const;
  std::optional<std::uint64_t> array_size(std::string_view key) const;  // of an array of any type
  std::vector<std::string_view> keys() const;                           // in file order
  // A value's type and bytes as they stand in the file, for whoever writes another file; empty if there is none.
  std::string_view raw_value(std::string_view key) const;
  // "string", "u32", "array of string"; "absent" if there is no such key. For messages.
  std::string value_type(std::string_view key) const;

  // The same, but absence (gguf.missing_key) and a wrong type (gguf.key_type) are errors that name the key.
  Result<std::string_view> require_string(std::string_view key) const;
  Result<std::uint64_t> require_unsigned(std::string_view key) const;
  Result<double> require_number(std::string_view key) const;
  Result<std::vector<std::string_view>> require_strings(std::string_view key) const;

  // Tensors, in file order.
  const std::vector<Tensor>& tensors() const { return tensors_; }
  const Tensor* tensor(std::string_view name) const;  // nullptr if there is none

  int version() const { return version_; }
  const std::string& name() const { return name_; }  // path, or the name given to from_bytes
  std::string_view bytes() const { return bytes_; }  // the whole file, of a model in parts the first
  std::uint64_t size() const;                        // bytes of all parts
  bool mapped() const { return mapping_ != nullptr; }
  int parts() const { return static_cast<int>(parts_.size()) + 1; }
  // "header-sha256:" + SHA-256 hex of everything before the tensor data: metadata, names, shapes, types,
  // offsets.
  std::string header_digest() const;
  // "sha256:..." of the whole file if it has at most `limit` bytes, else header_digest().
  std::string digest(std::uint64_t limit = 64u << 20) const;
  // SHA-256 hex of what tells this file from another of the same header: its size, its time of change, and samples
  // of its data. A copy may have another one.
  std::string fingerprint() const;

 private:
  friend class Parser;
  static Result<std::unique_ptr<File>> open_one(const std::string& path);
  Status open_parts();
  Status take_part(std::unique_ptr<File> part);
  struct Value {
    ValueType type = ValueType::U8;
    ValueType element = ValueType::U8;  // of an array
    std::uint64_t count = 1;            // of an array
    std::uint64_t offset = 0;           // of the scalar, the string's length field or the first element
  };
  const Value* find(std::string_view key) const;
  const Value* find_array(std::string_view key) const;
  std::string_view string_at(std::uint64_t& offset) const;
  template <class T>
  T scalar_at(std::uint64_t offset) const;
  std::optional<std::int64_t> integer_at(ValueType type, std::uint64_t offset) const;
  Failure wrong(std::string_view key, const char* expected) const;

  std::string name_;
  std::string_view bytes_;
  void* mapping_ = nullptr;         // of the whole file, or null
  std::vector<std::uint64_t> own_;  // a copy, where the given bytes were not aligned for the tensors
  int version_ = 0;
  std::uint64_t data_offset_ = 0;  // first byte of tensor data
  std::vector<std::string_view> keys_;
  std::unordered_map<std::string_view, Value> values_;
  std::vector<Tensor> tensors_;
  std::unordered_map<std::string_view, std::size_t> tensor_index_;
  std::vector<std::unique_ptr<File>> parts_;  // behind the first; their tensors are in tensors_ too
};

}  // namespace sluice::engine::gguf
