// For tests: the bytes of a GGUF file that has metadata and no tensors.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::engine {

class SampleFile {
 public:
  SampleFile& text(std::string_view key, std::string_view value) { return begin(key, 8).put_text(value); }
  SampleFile& number(std::string_view key, std::uint32_t value) { return begin(key, 4).put(value); }
  SampleFile& flag(std::string_view key, bool value) {
    return begin(key, 7).put(static_cast<std::uint8_t>(value));
  }
  SampleFile& texts(std::string_view key, const std::vector<std::string>& values) {
    begin(key, 9).put(std::uint32_t{8}).put(std::uint64_t{values.size()});
    for (const std::string& value : values) put_text(value);
    return *this;
  }
  SampleFile& types(std::string_view key, const std::vector<std::int32_t>& values) {
    return array(key, 5, values);
  }
  SampleFile& floats(std::string_view key, const std::vector<float>& values) { return array(key, 6, values); }

  std::string bytes() const {
    SampleFile head;
    head.put_raw("GGUF", 4).put(std::uint32_t{3}).put(std::uint64_t{0}).put(std::uint64_t{count_});
    std::string all = head.body_ + body_;
    all.resize((all.size() + 31) / 32 * 32, '\0');
    return all;
  }

 private:
  SampleFile& begin(std::string_view key, std::uint32_t type) {
    ++count_;
    return put_text(key).put(type);
  }
  template <class T>
  SampleFile& array(std::string_view key, std::uint32_t type, const std::vector<T>& values) {
    begin(key, 9).put(type).put(std::uint64_t{values.size()});
    for (const T value : values) put(value);
    return *this;
  }
  SampleFile& put_text(std::string_view value) {
    return put(std::uint64_t{value.size()}).put_raw(value.data(), value.size());
  }
  template <class T>
  SampleFile& put(T value) {
    return put_raw(&value, sizeof(value));
  }
  SampleFile& put_raw(const void* data, std::size_t size) {
    body_.append(static_cast<const char*>(data), size);
    return *this;
  }

  std::string body_;
  std::uint64_t count_ = 0;
};

}  // namespace sluice::engine
