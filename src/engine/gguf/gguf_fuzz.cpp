// libFuzzer: no bytes make the reader touch anything outside them.
#include <string_view>

#include "engine/gguf/gguf.h"

namespace {

std::uint64_t touch(const sluice::engine::gguf::File& file) {
  std::uint64_t sum = 0;
  for (std::string_view key : file.keys()) {
    if (auto text = file.string(key)) sum += text->empty() ? 0 : static_cast<unsigned char>(text->back());
    if (auto texts = file.strings(key))
      for (std::string_view text : *texts) sum += text.empty() ? 0 : static_cast<unsigned char>(text.back());
    if (auto numbers = file.integers(key)) sum += numbers->size();
    if (auto numbers = file.floats(key)) sum += numbers->size();
    sum += file.unsigned_integer(key).value_or(0);
  }
  for (const auto& tensor : file.tensors()) sum += tensor.data[0] + tensor.data[tensor.bytes - 1];
  return sum;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto file = sluice::engine::gguf::File::from_bytes({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (file) {
    volatile std::uint64_t sink = touch(**file);
    (void)sink;
  }
  return 0;
}
