// Whatever the bytes: valid UTF-8 comes out, offsets are in order, and nothing is left to normalise.
#include <cstdlib>

#include "text/normalise.h"
#include "text/utf8.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const sluice::text::Normalised n = sluice::text::normalise(input);
  if (!sluice::text::valid_utf8(n.text) || n.origin.size() != n.text.size() + 1) std::abort();
  if (n.origin.back() != size) std::abort();
  for (std::size_t i = 0; i < n.text.size(); ++i) {
    if (n.origin[i] > n.origin[i + 1]) std::abort();
  }
  if (sluice::text::normalise(n.text).text != n.text) std::abort();
  const std::string composed = sluice::text::nfc(input);
  if (sluice::text::nfc(composed) != composed) std::abort();
  return 0;
}
