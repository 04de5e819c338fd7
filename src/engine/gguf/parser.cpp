#include "engine/gguf/parser.h"

#include <algorithm>
#include <cstring>

#include "text/utf8.h"

namespace sluice::engine::gguf {
namespace {

constexpr std::uint32_t kMagic = 0x46554747;      // "GGUF", little endian
constexpr std::uint64_t kKeyLimit = 65535;        // bytes; the specification's limit
constexpr std::uint64_t kTensorNameLimit = 64;    // bytes; the specification's limit
constexpr std::uint64_t kMaxAlignment = 1 << 20;  // bytes; real files use 32
// The least bytes that a metadata pair (key length, one byte of key, type, value) and a tensor description
// (name length, one byte of name, dimension count, one dimension, type, offset) can have.
constexpr std::uint64_t kLeastPair = 8 + 1 + 4 + 1;
constexpr std::uint64_t kLeastTensor = 8 + 1 + 4 + 8 + 4 + 8;

// A key or name for a message: cut, and control characters and quotes made visible.
std::string printable(std::string_view name) {
  std::string out;
  for (char c : name.substr(0, 80)) out += (c >= 0x20 && c < 0x7f && c != '"') ? c : '?';
  return "\"" + out + "\"";
}

bool is_scalar(ValueType type) { return type != ValueType::String && type != ValueType::Array; }

}  // namespace

Failure Parser::error(std::string code, std::string message, std::uint64_t at, std::string hint) const {
  return fail(std::move(code), std::move(message), file_.name_ + " byte " + std::to_string(at), std::move(hint));
}

template <class T>
Result<T> Parser::read(const std::string& what) {
  if (remaining() < sizeof(T))
    return error("gguf.truncated", "the file ends inside " + what, position_, "download the file again");
  T value;
  std::memcpy(&value, bytes_.data() + position_, sizeof(T));
  position_ += sizeof(T);
  return value;
}

Result<std::string_view> Parser::read_string(const std::string& what, std::uint64_t limit) {
  const std::uint64_t at = position_;
  SLUICE_TRY(auto length, read<std::uint64_t>("the length of " + what));
  if (length > remaining())
    return error(
        "gguf.truncated",
        what + " claims " + std::to_string(length) + " bytes but " + std::to_string(remaining()) + " remain", at,
        "download the file again");
  if (length > limit)
    return error(
        "gguf.key",
        what + " has " + std::to_string(length) + " bytes; at most " + std::to_string(limit) + " are allowed", at);
  std::string_view text = bytes_.substr(position_, length);
  position_ += length;
  return text;
}

Status Parser::parse() {
  SLUICE_TRY_VOID(parse_counts());
  file_.keys_.reserve(pair_count_);  // bounded by the file's size: parse_counts() checked it
  file_.values_.reserve(pair_count_);
  for (std::uint64_t i = 0; i < pair_count_; ++i) {
    SLUICE_TRY_VOID(parse_pair(i));
  }
  SLUICE_TRY_VOID(parse_alignment());
  file_.tensors_.reserve(tensor_count_);
  file_.tensor_index_.reserve(tensor_count_);
  for (std::uint64_t i = 0; i < tensor_count_; ++i) {
    SLUICE_TRY_VOID(parse_tensor(i));
  }
  SLUICE_TRY_VOID(place_tensors());
  return check_overlaps();
}

Status Parser::parse_counts() {
  SLUICE_TRY(auto magic, read<std::uint32_t>("the magic number"));
  if (magic != kMagic)
    return error("gguf.magic", "not a GGUF file: it does not begin with the bytes \"GGUF\"", 0,
                 "give the path of a .gguf file");
  SLUICE_TRY(auto version, read<std::uint32_t>("the version"));
  if (version != 0 && (version & 0xffff) == 0)
    return error("gguf.version", "the file is big-endian", 4, "convert it for little-endian machines");
  if (version != 2 && version != 3)
    return error("gguf.version", "GGUF version " + std::to_string(version) + " is not supported; 2 and 3 are", 4);
  file_.version_ = static_cast<int>(version);
  SLUICE_TRY(tensor_count_, read<std::uint64_t>("the tensor count"));
  SLUICE_TRY(pair_count_, read<std::uint64_t>("the metadata count"));
  if (tensor_count_ > remaining() / kLeastTensor)
    return error("gguf.truncated",
                 "the file claims " + std::to_string(tensor_count_) + " tensors but has " +
                     std::to_string(remaining()) + " bytes left",
                 8);
  if (pair_count_ > remaining() / kLeastPair)
    return error("gguf.truncated",
                 "the file claims " + std::to_string(pair_count_) + " metadata pairs but has " +
                     std::to_string(remaining()) + " bytes left",
                 16);
  return {};
}

Status Parser::parse_pair(std::uint64_t index) {
  const std::uint64_t at = position_;
  const std::string what = "metadata key " + std::to_string(index);
  SLUICE_TRY(auto key, read_string(what, kKeyLimit));
  if (key.empty() || key.find('\0') != key.npos || !text::valid_utf8(key))
    return error("gguf.key", what + " is empty, contains a NUL or is not UTF-8", at);
  if (file_.values_.contains(key))
    return error("gguf.duplicate", "metadata key " + printable(key) + " stands twice", at);
  SLUICE_TRY(auto value, parse_value(printable(key)));
  file_.values_.emplace(key, value);
  file_.keys_.push_back(key);
  return {};
}

Result<File::Value> Parser::parse_value(const std::string& key) {
  const std::uint64_t type_at = position_;
  SLUICE_TRY(auto type, read<std::uint32_t>("the type of " + key));
  const std::optional<int> size = value_bytes(type);
  if (!size) return error("gguf.type", key + " has the unknown value type " + std::to_string(type), type_at);
  File::Value value;
  value.type = static_cast<ValueType>(type);
  value.offset = position_;
  if (value.type == ValueType::Array) {
    SLUICE_TRY_VOID(parse_array(key, value));
  } else if (value.type == ValueType::String) {
    SLUICE_TRY(auto text, read_string("the value of " + key, bytes_.size()));
    if (!text::valid_utf8(text)) return error("gguf.value", "the value of " + key + " is not UTF-8", value.offset);
  } else {
    if (remaining() < static_cast<std::uint64_t>(*size))
      return error("gguf.truncated", "the file ends inside the value of " + key, position_);
    if (value.type == ValueType::Bool && static_cast<unsigned char>(bytes_[position_]) > 1)
      return error("gguf.value", key + " is a bool but neither 0 nor 1", position_);
    position_ += static_cast<std::uint64_t>(*size);
  }
  return value;
}

Status Parser::parse_array(const std::string& key, File::Value& value) {
  const std::uint64_t at = position_;
  SLUICE_TRY(auto element, read<std::uint32_t>("the element type of " + key));
  const std::optional<int> size = value_bytes(element);
  if (!size) return error("gguf.type", key + " is an array of the unknown type " + std::to_string(element), at);
  value.element = static_cast<ValueType>(element);
  if (value.element == ValueType::Array)
    return error("gguf.type", key + " is an array of arrays, which no known key uses", at);
  SLUICE_TRY(value.count, read<std::uint64_t>("the length of " + key));
  value.offset = position_;
  const std::uint64_t least = value.element == ValueType::String ? 8 : static_cast<std::uint64_t>(*size);
  if (value.count > remaining() / least)
    return error("gguf.truncated",
                 key + " claims " + std::to_string(value.count) + " elements but " + std::to_string(remaining()) +
                     " bytes remain",
                 at + 4, "download the file again");
  if (is_scalar(value.element)) {
    if (value.element == ValueType::Bool)
      for (std::uint64_t i = 0; i < value.count; ++i)
        if (static_cast<unsigned char>(bytes_[position_ + i]) > 1)
          return error("gguf.value", "element " + std::to_string(i) + " of " + key + " is neither 0 nor 1",
                       position_ + i);
    position_ += value.count * least;
    return {};
  }
  for (std::uint64_t i = 0; i < value.count; ++i) {
    std::uint64_t length = 0;
    if (remaining() < sizeof(length))
      return error("gguf.truncated", "the file ends inside element " + std::to_string(i) + " of " + key,
                   position_);
    std::memcpy(&length, bytes_.data() + position_, sizeof(length));
    if (length > remaining() - sizeof(length))
      return error("gguf.truncated",
                   "element " + std::to_string(i) + " of " + key + " claims " + std::to_string(length) +
                       " bytes but fewer remain",
                   position_);
    position_ += sizeof(length) + length;
  }
  return {};
}

Status Parser::parse_alignment() {
  const File::Value* value = file_.find("general.alignment");
  if (!value) return {};
  if (value->type != ValueType::U32)
    return error("gguf.alignment", "general.alignment is not a u32", value->offset);
  std::uint32_t alignment = 0;
  std::memcpy(&alignment, bytes_.data() + value->offset, sizeof(alignment));
  const bool power = alignment != 0 && (alignment & (alignment - 1)) == 0;
  if (!power || alignment < 8 || alignment > kMaxAlignment)
    return error("gguf.alignment",
                 "general.alignment is " + std::to_string(alignment) + "; it must be a power of two from 8 to " +
                     std::to_string(kMaxAlignment),
                 value->offset);
  alignment_ = alignment;
  return {};
}

Status Parser::parse_tensor(std::uint64_t index) {
  const std::uint64_t at = position_;
  const std::string what = "tensor " + std::to_string(index);
  Tensor tensor;
  SLUICE_TRY(tensor.name, read_string("the name of " + what, kTensorNameLimit));
  if (tensor.name.empty() || tensor.name.find('\0') != tensor.name.npos || !text::valid_utf8(tensor.name))
    return error("gguf.key", "the name of " + what + " is empty, contains a NUL or is not UTF-8", at);
  const std::string name = what + " " + printable(tensor.name);
  if (file_.tensor_index_.contains(tensor.name)) return error("gguf.duplicate", name + " stands twice", at);
  SLUICE_TRY(auto dimensions, read<std::uint32_t>("the dimensions of " + name));
  if (dimensions < 1 || dimensions > 4)
    return error("gguf.tensor", name + " has " + std::to_string(dimensions) + " dimensions; 1 to 4 are allowed",
                 position_ - 4);
  tensor.dimensions = static_cast<int>(dimensions);
  tensor.elements = 1;
  for (std::uint32_t d = 0; d < dimensions; ++d) {
    SLUICE_TRY(tensor.shape[d], read<std::uint64_t>("the shape of " + name));
    // At 2^56 elements no product of this file's sizes can wrap, and no file is that large.
    if (tensor.shape[d] == 0 || __builtin_mul_overflow(tensor.elements, tensor.shape[d], &tensor.elements) ||
        tensor.elements > (std::uint64_t{1} << 56))
      return error("gguf.tensor",
                   "dimension " + std::to_string(d) + " of " + name + " is " + std::to_string(tensor.shape[d]) +
                       ", which is 0 or too large",
                   position_ - 8);
  }
  SLUICE_TRY(auto type, read<std::uint32_t>("the type of " + name));
  const std::optional<TensorTypeInfo> info = tensor_type_info(type);
  if (!info)
    return error("gguf.type", name + " has the unknown element type " + std::to_string(type), position_ - 4);
  tensor.type = static_cast<TensorType>(type);
  if (tensor.shape[0] % info->block != 0)
    return error("gguf.tensor",
                 "rows of " + name + " have " + std::to_string(tensor.shape[0]) + " elements, not a multiple of " +
                     info->name + "'s block of " + std::to_string(info->block),
                 position_ - 4);
  tensor.bytes = tensor.elements / info->block * info->bytes;
  SLUICE_TRY(tensor.offset, read<std::uint64_t>("the offset of " + name));
  if (tensor.offset % alignment_ != 0)
    return error("gguf.alignment",
                 "the offset " + std::to_string(tensor.offset) + " of " + name + " is not a multiple of " +
                     std::to_string(alignment_),
                 position_ - 8);
  file_.tensor_index_.emplace(tensor.name, file_.tensors_.size());
  file_.tensors_.push_back(tensor);
  return {};
}

// Offsets are relative to the data, which begins at the next aligned byte behind the header.
Status Parser::place_tensors() {
  const std::uint64_t padding = (alignment_ - position_ % alignment_) % alignment_;
  file_.data_offset_ = std::min<std::uint64_t>(position_ + padding, bytes_.size());
  if (file_.tensors_.empty()) return {};
  if (padding > remaining()) return error("gguf.truncated", "the file ends before its tensor data", position_);
  const std::uint64_t available = bytes_.size() - file_.data_offset_;
  for (Tensor& tensor : file_.tensors_) {
    if (tensor.offset > available || tensor.bytes > available - tensor.offset)
      return error("gguf.truncated",
                   "tensor " + printable(tensor.name) + " claims " + std::to_string(tensor.bytes) +
                       " bytes at offset " + std::to_string(tensor.offset) + " but the file has " +
                       std::to_string(available) + " bytes of data",
                   file_.data_offset_, "download the file again");
    tensor.offset += file_.data_offset_;
    tensor.data = reinterpret_cast<const std::uint8_t*>(bytes_.data()) + tensor.offset;
  }
  return {};
}

Status Parser::check_overlaps() {
  std::vector<const Tensor*> order;
  order.reserve(file_.tensors_.size());
  for (const Tensor& tensor : file_.tensors_) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const Tensor* a, const Tensor* b) { return a->offset < b->offset; });
  for (std::size_t i = 1; i < order.size(); ++i)
    if (order[i]->offset < order[i - 1]->offset + order[i - 1]->bytes)
      return error("gguf.tensor",
                   "tensors " + printable(order[i - 1]->name) + " and " + printable(order[i]->name) + " overlap",
                   order[i]->offset);
  return {};
}

}  // namespace sluice::engine::gguf
