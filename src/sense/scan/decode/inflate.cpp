#include "sense/scan/decode/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <array>

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kFewest = 8;            // bytes that may say anything
constexpr std::size_t kPiece = 256;           // bytes of text looked at together
constexpr int kFramed = 15 + 32, kRaw = -15;  // zlib's words for a gzip or zlib frame, and for none

// zlib's state is made once a thread: a text may have thousands of runs that could be compressed, and hardly one
// is.
class Inflater {
 public:
  Inflater() { ready_ = inflateInit2(&stream_, kRaw) == Z_OK; }
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Inflated run(std::string_view bytes, std::size_t most, int frame) {
    Inflated made;
    std::string& out = made.text;
    if (!ready_ || inflateReset2(&stream_, frame) != Z_OK) return made;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));  // which only reads them
    stream_.avail_in = static_cast<uInt>(std::min<std::size_t>(bytes.size(), UINT_MAX));
    std::array<char, kPiece> piece;
    int status = Z_OK;
    while (status == Z_OK && out.size() < most) {
      stream_.next_out = reinterpret_cast<Bytef*>(piece.data());
      stream_.avail_out = static_cast<uInt>(std::min(piece.size(), most - out.size()));
      status = inflate(&stream_, Z_NO_FLUSH);
      const std::size_t size = static_cast<std::size_t>(reinterpret_cast<char*>(stream_.next_out) - piece.data());
      // Nearly every other use of compression is over here after a few bytes.
      if (std::any_of(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(size), is_no_text)) return {};
      out.append(piece.data(), size);
    }
    made.more = status == Z_OK;
    made.cut_off = status == Z_BUF_ERROR && frame == kFramed;
    return made;
  }

 private:
  static bool is_no_text(char c) {
    const auto b = static_cast<unsigned char>(c);
    return (b < 0x20 && b != '\n' && b != '\r' && b != '\t') || b == 0x7F;
  }

  z_stream stream_{};
  bool ready_ = false;
};

bool is_framed(std::string_view bytes) {
  if (bytes.starts_with("\x1F\x8B\x08")) return true;
  const auto first = static_cast<unsigned char>(bytes[0]), second = static_cast<unsigned char>(bytes[1]);
  return (first & 0x8F) == 8 && (first * 256 + second) % 31 == 0;
}

}  // namespace

Inflated inflated_text(std::string_view bytes, std::size_t most) {
  if (bytes.size() < kFewest) return {};
  static thread_local Inflater inflater;
  // Without a frame, as PHP's gzdeflate() and SAML make it.
  return inflater.run(bytes, most, is_framed(bytes) ? kFramed : kRaw);
}

}  // namespace sluice::sense::scan
