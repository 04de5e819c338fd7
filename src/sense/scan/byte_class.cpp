#include "sense/scan/byte_class.h"

#include <algorithm>

namespace sluice::sense::scan {

bool ByteClass::has_avx2() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0;
#else
  return false;
#endif
}

void ByteClass::fill_plain(const char* from, std::size_t blocks, const ByteClass& characters, std::uint64_t* out) {
  for (std::size_t block = 0; block < blocks; ++block) {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < 64; ++i) bits |= std::uint64_t{characters.has(from[64 * block + i])} << i;
    out[block] = bits;
  }
}

void ClassBits::fill(std::size_t at) {
  static const ByteClass::Fill best = ByteClass::has_avx2() ? ByteClass::fill_avx2 : ByteClass::fill_plain;
  first_ = at;
  end_ = at + 64 * kBlocks;
  const std::string_view rest = text_.substr(std::min(at, text_.size()));
  const std::size_t whole = std::min(rest.size() / 64, kBlocks);
  best(rest.data(), whole, class_, bits_.data());
  if (whole == kBlocks) return;
  std::array<char, 64> last;
  last.fill('\x80');  // of no class
  const std::string_view tail = rest.substr(64 * whole);
  std::copy(tail.begin(), tail.end(), last.begin());
  best(last.data(), 1, class_, &bits_[whole]);
  std::fill(bits_.begin() + static_cast<std::ptrdiff_t>(whole) + 1, bits_.end(), 0);
}

}  // namespace sluice::sense::scan
