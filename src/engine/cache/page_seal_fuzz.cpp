// Any bytes as the file of a kept page: opened only if they are what was sealed, for this tenant and key.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "engine/cache/page_seal.h"

namespace {

using namespace sluice::engine;

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kSeal = [] {
    std::string name = (std::filesystem::temp_directory_path() / "sluice-page-fuzz-XXXXXX").string();
    must(mkdtemp(name.data()) != nullptr);
    auto seal = PageSeal::open(name, "model", 96, 2);
    must(seal.has_value());
    std::filesystem::remove_all(name);
    return std::move(*seal);
  }();
  static const Page kPage(96, std::byte{7});
  static const std::string kFile = kSeal.seal(kPage, "t", "k", 1'800'000'000);
  if (size < 3) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  must(!kSeal.unseal(bytes, "t", "k").has_value());
  // The real file with some bytes changed, cut or longer.
  std::string changed = kFile;
  for (std::size_t i = 1; i + 1 < size; i += 2) changed[data[i] % changed.size()] ^= char(data[i + 1]);
  if (data[0] & 1) changed.resize(changed.size() - std::min<std::size_t>(changed.size(), data[0] / 4));
  if (data[0] & 2) changed += bytes;
  const auto opened = kSeal.unseal(changed, "t", "k");
  must(opened.has_value() == (changed == kFile));
  if (opened) must(*opened->page == kPage);
  must(!kSeal.unseal(kFile, "u", "k").has_value() && !kSeal.unseal(kFile, "t", "l").has_value());
  return 0;
}
