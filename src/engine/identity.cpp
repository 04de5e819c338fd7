#include "engine/identity.h"

#include <fstream>
#include <vector>

#include "base/id.h"
#include "base/sha256.h"
#include "engine/tensor/kernels.h"

namespace sluice::engine {
namespace {

// Of the program's own file; where that can't be read, something new at every start.
std::string program_digest() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  if (!file) return random_id("program_");
  Sha256Stream digest;
  std::vector<char> piece(1 << 20);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
    digest.add({piece.data(), static_cast<std::size_t>(file.gcount())});
  return digest.hex();
}

}  // namespace

std::string state_identity(const gguf::File& file, bool exact, model::KvType kv_type) {
  return file.digest() + " " + file.fingerprint() + " " + tensor::best_kernels().name +
         (exact ? " exact " : " fast ") + model::kv_type_name(kv_type) + " " + program_digest();
}

}  // namespace sluice::engine
