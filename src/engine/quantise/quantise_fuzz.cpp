// Any bytes as importance data, as a model file to quantise, and as the second part of one: refused with a reason,
// or weights that are positive and finite, and a file that can be opened again.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "engine/gguf/gguf.h"
#include "engine/gguf/sample.h"
#include "engine/quantise/file.h"
#include "engine/quantise/importance.h"

namespace {

using namespace sluice::engine;
using namespace sluice::engine::quantise;

void must(bool holds) {
  if (!holds) std::abort();
}

// Removed when the program ends.
class Folder {
 public:
  Folder() : path((base() / "sluice-quantise-fuzz-XXXXXX").string()) { must(mkdtemp(path.data()) != nullptr); }
  Folder(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;

 private:
  static std::filesystem::path base() {
    return std::filesystem::exists("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path();
  }
};

const std::string& folder() {
  static const Folder kFolder;
  return kFolder.path;
}

std::string put(const char* name, std::string_view bytes) {
  std::string path = folder() + "/" + name;
  std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), std::streamsize(bytes.size()));
  return path;
}

void importance(std::string_view bytes) {
  const auto read = Importance::read(put("importance", bytes));
  if (!read) {
    must(read.error().code.starts_with("quantise.") || read.error().code.starts_with("gguf."));
    return;
  }
  for (const std::uint64_t columns : {1, 2, 4, 32}) {
    const auto weights = read->of("a", columns, 1);
    if (!weights || *weights == nullptr) continue;
    for (const float weight : **weights) must(std::isfinite(weight) && weight > 0);
  }
}

void model(std::string_view bytes, std::uint8_t choice) {
  FileOptions options;
  options.in = put("in.gguf", bytes);
  options.out = folder() + "/out.gguf";
  options.target = static_cast<Target>(choice % 5);
  options.force = true;
  const auto written = quantise_file(options);
  if (!written) {
    must(written.error().code.starts_with("gguf.") || written.error().code.starts_with("quantise."));
    return;
  }
  const auto again = gguf::File::open(options.out);
  must(again.has_value() && (*again)->tensors().size() == written->tensors.size());
}

// The first of two parts is in order; of the second the numbers and the tensor's name are as given, or all bytes.
void parts(std::string_view bytes, std::uint8_t choice) {
  gguf::Sample first;
  first.string("general.architecture", "llama").u32("split.no", 0).u32("split.count", 2);
  first.u32("split.tensors.count", 2).tensor("a", {1}, gguf::TensorType::F32, std::string(4, '\0'));
  const std::string path = put("m-00001-of-00002.gguf", first.bytes());
  std::string second(bytes);
  if (choice & 1) {
    const auto byte = [&](std::size_t i) {
      return i < bytes.size() ? std::uint8_t(bytes[i]) : std::uint8_t(i == 1 ? 2 : 1);
    };
    gguf::Sample made;
    made.u32("split.no", byte(0)).u32("split.count", byte(1)).u32("split.tensors.count", byte(2));
    made.tensor(bytes.substr(std::min<std::size_t>(3, bytes.size())), {1}, gguf::TensorType::F32,
                std::string(4, '\0'));
    second = made.bytes();
  }
  put("m-00002-of-00002.gguf", second);
  const auto file = gguf::File::open(path);
  if (!file) {
    must(file.error().code.starts_with("gguf."));
    return;
  }
  std::uint64_t sum = 0;
  for (const auto& tensor : (*file)->tensors())
    if (tensor.bytes > 0) sum += tensor.data[0] + tensor.data[tensor.bytes - 1];
  must((*file)->parts() == 2 && sum < ~std::uint64_t{0});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  switch (data[0] % 3) {
    case 0:
      importance(bytes);
      break;
    case 1:
      model(bytes, data[1]);
      break;
    default:
      parts(bytes, data[1]);
  }
  return 0;
}
