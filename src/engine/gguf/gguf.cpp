#include "engine/gguf/gguf.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "base/check.h"
#include "base/id.h"
#include "engine/gguf/parser.h"

namespace sluice::engine::gguf {
namespace {

constexpr std::size_t kDataAlignment = 32;  // of tensor data in memory

std::string system_error(const std::string& what) { return what + ": " + std::strerror(errno); }

// Closes at the end of the scope.
struct Descriptor {
  int number;
  ~Descriptor() {
    if (number >= 0) ::close(number);
  }
};

constexpr std::uint64_t kMostParts = 1000;

// "-00001-of-00003.gguf" with the numbers of a part, counted from 0.
std::string part_suffix(std::uint64_t index, std::uint64_t count) {
  char text[40];
  std::snprintf(text, sizeof text, "-%05u-of-%05u.gguf", static_cast<unsigned>(index + 1),
                static_cast<unsigned>(count));
  return text;
}

}  // namespace

Result<std::unique_ptr<File>> File::open(const std::string& path) {
  SLUICE_TRY(auto file, open_one(path));
  SLUICE_TRY_VOID(file->open_parts());
  return file;
}

Status File::open_parts() {
  const std::uint64_t count = unsigned_integer("split.count").value_or(1);
  if (count <= 1) return {};
  if (count > kMostParts)
    return fail("gguf.split",
                "split.count is " + std::to_string(count) + ", more than " + std::to_string(kMostParts), name_);
  const std::uint64_t index = unsigned_integer("split.no").value_or(0);
  const std::string first = part_suffix(0, count);
  if (index != 0 || !name_.ends_with(first))
    return fail("gguf.split",
                "the file is part " + std::to_string(index + 1) + " of " + std::to_string(count) +
                    ", and not named as the first of them",
                name_, "name the file that ends in " + first);
  const std::string stem = name_.substr(0, name_.size() - first.size());
  for (std::uint64_t i = 1; i < count; ++i) {
    SLUICE_TRY(auto part, open_one(stem + part_suffix(i, count)));
    if (part->unsigned_integer("split.no") != i || part->unsigned_integer("split.count") != count)
      return fail(
          "gguf.split",
          "the file does not say that it is part " + std::to_string(i + 1) + " of " + std::to_string(count),
          part->name_, "download all parts of one model again");
    SLUICE_TRY_VOID(take_part(std::move(part)));
  }
  const std::uint64_t tensors = unsigned_integer("split.tensors.count").value_or(tensors_.size());
  if (tensors != tensors_.size())
    return fail("gguf.split",
                "split.tensors.count is " + std::to_string(tensors) + "; the parts have " +
                    std::to_string(tensors_.size()) + " tensors",
                name_, "download all parts of one model again");
  return {};
}

Status File::take_part(std::unique_ptr<File> part) {
  for (const Tensor& tensor : part->tensors_) {
    if (tensor_index_.contains(tensor.name))
      return fail("gguf.duplicate", "tensor " + std::string(tensor.name) + " stands in two parts", part->name_);
    tensor_index_.emplace(tensor.name, tensors_.size());
    tensors_.push_back(tensor);
  }
  parts_.push_back(std::move(part));
  return {};
}

std::uint64_t File::size() const {
  std::uint64_t bytes = bytes_.size();
  for (const auto& part : parts_) bytes += part->bytes_.size();
  return bytes;
}

Result<std::unique_ptr<File>> File::open_one(const std::string& path) {
  // O_NONBLOCK: a FIFO must not hang the start; it is refused below as not a regular file.
  Descriptor descriptor{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (descriptor.number < 0)
    return fail("gguf.io", system_error("cannot open the model file"), path, "check the path and its permissions");
  struct stat status{};
  if (::fstat(descriptor.number, &status) != 0 || !S_ISREG(status.st_mode))
    return fail("gguf.io", "the model is not a regular file", path);
  if (status.st_size < 24)
    return fail("gguf.truncated",
                "the file has " + std::to_string(status.st_size) + " bytes, less than a GGUF header", path);
  const auto size = static_cast<std::size_t>(status.st_size);
  void* mapping = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor.number, 0);
  if (mapping == MAP_FAILED) return fail("gguf.io", system_error("cannot map the model file"), path);
  auto file = std::make_unique<File>(Private());
  file->name_ = path;
  file->mapping_ = mapping;
  file->bytes_ = std::string_view(static_cast<const char*>(mapping), size);
  SLUICE_TRY_VOID(Parser(*file).parse());
  return file;
}

Result<std::unique_ptr<File>> File::from_bytes(std::string_view bytes, std::string name) {
  auto file = std::make_unique<File>(Private());
  file->name_ = std::move(name);
  if (reinterpret_cast<std::uintptr_t>(bytes.data()) % kDataAlignment != 0) {
    const std::size_t slack = kDataAlignment / sizeof(std::uint64_t);
    file->own_.resize(bytes.size() / sizeof(std::uint64_t) + 1 + slack);
    auto* start = reinterpret_cast<char*>(file->own_.data());
    start += (kDataAlignment - reinterpret_cast<std::uintptr_t>(start) % kDataAlignment) % kDataAlignment;
    if (!bytes.empty()) std::memcpy(start, bytes.data(), bytes.size());
    bytes = std::string_view(start, bytes.size());
  }
  file->bytes_ = bytes;
  SLUICE_TRY_VOID(Parser(*file).parse());
  return file;
}

File::~File() {
  if (mapping_) ::munmap(mapping_, bytes_.size());
}

const File::Value* File::find(std::string_view key) const {
  auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

const File::Value* File::find_array(std::string_view key) const {
  const Value* value = find(key);
  return value && value->type == ValueType::Array ? value : nullptr;
}

bool File::has(std::string_view key) const { return find(key) != nullptr; }

// Lengths and offsets were checked by the parser.
std::string_view File::string_at(std::uint64_t& offset) const {
  const auto length = scalar_at<std::uint64_t>(offset);
  std::string_view text = bytes_.substr(offset + sizeof(length), length);
  offset += sizeof(length) + length;
  return text;
}

template <class T>
T File::scalar_at(std::uint64_t offset) const {
  SLUICE_CHECK(offset + sizeof(T) <= bytes_.size(), "the parser checked every value's place");
  T value;
  std::memcpy(&value, bytes_.data() + offset, sizeof(T));
  return value;
}

std::optional<std::int64_t> File::integer_at(ValueType type, std::uint64_t offset) const {
  switch (type) {
    case ValueType::U8:
      return scalar_at<std::uint8_t>(offset);
    case ValueType::I8:
      return scalar_at<std::int8_t>(offset);
    case ValueType::U16:
      return scalar_at<std::uint16_t>(offset);
    case ValueType::I16:
      return scalar_at<std::int16_t>(offset);
    case ValueType::U32:
      return scalar_at<std::uint32_t>(offset);
    case ValueType::I32:
      return scalar_at<std::int32_t>(offset);
    case ValueType::I64:
      return scalar_at<std::int64_t>(offset);
    case ValueType::U64: {
      const auto value = scalar_at<std::uint64_t>(offset);
      if (value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
      return static_cast<std::int64_t>(value);
    }
    default:
      return std::nullopt;
  }
}

std::optional<std::string_view> File::string(std::string_view key) const {
  const Value* value = find(key);
  if (!value || value->type != ValueType::String) return std::nullopt;
  std::uint64_t offset = value->offset;
  return string_at(offset);
}

std::optional<std::int64_t> File::integer(std::string_view key) const {
  const Value* value = find(key);
  return value ? integer_at(value->type, value->offset) : std::nullopt;
}

std::optional<std::uint64_t> File::unsigned_integer(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return std::nullopt;
  if (value->type == ValueType::U64) return scalar_at<std::uint64_t>(value->offset);
  const std::optional<std::int64_t> number = integer_at(value->type, value->offset);
  if (!number || *number < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*number);
}

std::optional<double> File::number(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return std::nullopt;
  if (value->type == ValueType::F32) return scalar_at<float>(value->offset);
  if (value->type == ValueType::F64) return scalar_at<double>(value->offset);
  if (value->type == ValueType::U64) return static_cast<double>(scalar_at<std::uint64_t>(value->offset));
  const std::optional<std::int64_t> number = integer_at(value->type, value->offset);
  if (!number) return std::nullopt;
  return static_cast<double>(*number);
}

std::optional<bool> File::boolean(std::string_view key) const {
  const Value* value = find(key);
  if (!value || value->type != ValueType::Bool) return std::nullopt;
  return scalar_at<std::uint8_t>(value->offset) != 0;
}

std::optional<std::vector<std::string_view>> File::strings(std::string_view key) const {
  const Value* value = find_array(key);
  if (!value || value->element != ValueType::String) return std::nullopt;
  std::vector<std::string_view> out;
  out.reserve(value->count);
  std::uint64_t offset = value->offset;
  for (std::uint64_t i = 0; i < value->count; ++i) out.push_back(string_at(offset));
  return out;
}

std::optional<std::vector<float>> File::floats(std::string_view key) const {
  const Value* value = find_array(key);
  if (!value || (value->element != ValueType::F32 && value->element != ValueType::F64)) return std::nullopt;
  std::vector<float> out;
  out.reserve(value->count);
  for (std::uint64_t i = 0; i < value->count; ++i)
    out.push_back(value->element == ValueType::F32 ? scalar_at<float>(value->offset + 4 * i)
                                                   : static_cast<float>(scalar_at<double>(value->offset + 8 * i)));
  return out;
}

std::optional<std::vector<std::int64_t>> File::integers(std::string_view key) const {
  const Value* value = find_array(key);
  if (!value || value->element == ValueType::String) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(*value_bytes(static_cast<std::uint32_t>(value->element)));
  std::vector<std::int64_t> out;
  out.reserve(value->count);
  for (std::uint64_t i = 0; i < value->count; ++i) {
    const std::optional<std::int64_t> number = integer_at(value->element, value->offset + size * i);
    if (!number) return std::nullopt;
    out.push_back(*number);
  }
  return out;
}

std::optional<std::vector<bool>> File::booleans(std::string_view key) const {
  const Value* value = find_array(key);
  if (!value || value->element != ValueType::Bool) return std::nullopt;
  std::vector<bool> out;
  out.reserve(value->count);
  for (std::uint64_t i = 0; i < value->count; ++i) out.push_back(scalar_at<std::uint8_t>(value->offset + i) != 0);
  return out;
}

std::optional<std::uint64_t> File::array_size(std::string_view key) const {
  const Value* value = find_array(key);
  if (!value) return std::nullopt;
  return value->count;
}

std::vector<std::string_view> File::keys() const { return keys_; }

std::string_view File::raw_value(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return {};
  const bool array = value->type == ValueType::Array;
  const ValueType type = array ? value->element : value->type;
  // Before the first element stand the type and, of an array, the elements' type and their count.
  const std::uint64_t begin = value->offset - (array ? 16 : 4);
  std::uint64_t end = value->offset;
  if (type == ValueType::String) {
    for (std::uint64_t i = 0; i < value->count; ++i) (void)string_at(end);
  } else {
    end += value->count * static_cast<std::uint64_t>(*value_bytes(static_cast<std::uint32_t>(type)));
  }
  return bytes_.substr(begin, end - begin);
}

std::string File::value_type(std::string_view key) const {
  const Value* value = find(key);
  if (!value) return "absent";
  if (value->type == ValueType::Array) return std::string("array of ") + value_type_name(value->element);
  return value_type_name(value->type);
}

Failure File::wrong(std::string_view key, const char* expected) const {
  const Value* value = find(key);
  if (!value)
    return fail("gguf.missing_key", "metadata key " + std::string(key) + " is missing", name_,
                "convert the model with a current converter");
  return fail("gguf.key_type",
              "metadata key " + std::string(key) + " is " + value_type(key) + ", expected " + expected,
              name_ + " byte " + std::to_string(value->offset));
}

Result<std::string_view> File::require_string(std::string_view key) const {
  if (auto value = string(key)) return *value;
  return wrong(key, "string");
}
Result<std::uint64_t> File::require_unsigned(std::string_view key) const {
  if (auto value = unsigned_integer(key)) return *value;
  return wrong(key, "an integer that is not negative");
}
Result<double> File::require_number(std::string_view key) const {
  if (auto value = number(key)) return *value;
  return wrong(key, "a number");
}
Result<std::vector<std::string_view>> File::require_strings(std::string_view key) const {
  if (auto value = strings(key)) return std::move(*value);
  return wrong(key, "array of string");
}

const Tensor* File::tensor(std::string_view name) const {
  auto found = tensor_index_.find(name);
  return found == tensor_index_.end() ? nullptr : &tensors_[found->second];
}

std::string File::header_digest() const { return "header-sha256:" + sha256_hex(bytes_.substr(0, data_offset_)); }

std::string File::digest(std::uint64_t limit) const {
  if (!parts_.empty()) {  // the headers of all parts
    std::string digests = header_digest();
    for (const auto& part : parts_) digests += part->header_digest();
    return "header-sha256:" + sha256_hex(digests);
  }
  return bytes_.size() <= limit ? "sha256:" + sha256_hex(bytes_) : header_digest();
}

}  // namespace sluice::engine::gguf
