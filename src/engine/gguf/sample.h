// For tests: GGUF files made piece by piece, well-formed or not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/gguf/types.h"

namespace sluice::engine::gguf {

// Little-endian pieces of a file.
class Bytes {
 public:
  template <class T>
  Bytes& put(T value) {
    text.append(reinterpret_cast<const char*>(&value), sizeof(T));
    return *this;
  }
  Bytes& put_string(std::string_view value) {
    put(std::uint64_t{value.size()});
    text.append(value);
    return *this;
  }
  std::string text;
};

class Sample {
 public:
  // A metadata pair whose type and value are given as they are to stand in the file.
  Sample& raw(std::string_view key, std::uint32_t type, const std::string& value) {
    pairs_.put_string(key).put(type).text.append(value);
    ++pair_count;
    return *this;
  }
  Sample& string(std::string_view key, std::string_view value) {
    return raw(key, 8, Bytes().put_string(value).text);
  }
  Sample& u32(std::string_view key, std::uint32_t value) { return raw(key, 4, Bytes().put(value).text); }
  Sample& f32(std::string_view key, float value) { return raw(key, 6, Bytes().put(value).text); }

  // `data` goes behind the data of the tensors before it, at the next aligned place.
  Sample& tensor(std::string_view name, const std::vector<std::uint64_t>& shape, TensorType type,
                 const std::string& data) {
    data_.resize((data_.size() + 31) / 32 * 32, '\0');
    const std::uint64_t offset = data_.size();
    data_ += data;
    return raw_tensor(name, static_cast<std::uint32_t>(shape.size()), shape, static_cast<std::uint32_t>(type),
                      offset);
  }
  // A description without data: the fields as they are to stand in the file.
  Sample& raw_tensor(std::string_view name, std::uint32_t dimensions, const std::vector<std::uint64_t>& shape,
                     std::uint32_t type, std::uint64_t offset) {
    tensors_.put_string(name).put(dimensions);
    for (std::uint64_t size : shape) tensors_.put(size);
    tensors_.put(type).put(offset);
    ++tensor_count;
    return *this;
  }

  std::string bytes() const {
    Bytes file;
    file.text = "GGUF";
    file.put(version).put(tensor_count).put(pair_count);
    file.text += pairs_.text + tensors_.text;
    file.text.resize((file.text.size() + 31) / 32 * 32, '\0');
    return file.text + data_;
  }

  // As they stand in the header; tests lie with them.
  std::uint32_t version = 3;
  std::uint64_t tensor_count = 0, pair_count = 0;

 private:
  Bytes pairs_, tensors_;
  std::string data_;
};

}  // namespace sluice::engine::gguf
