#include <algorithm>

#include "http/characters.h"
#include "http/codec.h"

namespace sluice::http {
namespace {

constexpr std::size_t kMaxSizeDigits = 15;            // 2^60 and a leading zero or two; never overflows
constexpr std::size_t kMaxExtensionBytes = 4 * 1024;  // of the whole body: else a body is all extension
constexpr std::size_t kMaxTrailerBytes = 8 * 1024;

}  // namespace

Error ChunkDecoder::bad(const char* what) const {
  return Error{"http.bad_request", what, "byte " + std::to_string(position_), ""};
}

// The payload is copied in runs; every other byte goes through step().
Result<std::size_t> ChunkDecoder::feed(std::string_view bytes, std::string& out) {
  std::size_t used = 0;
  while (used < bytes.size() && state_ != State::Done) {
    if (state_ == State::Data) {
      std::size_t n = std::size_t(std::min<std::uint64_t>(remaining_, bytes.size() - used));
      out.append(bytes.substr(used, n));
      remaining_ -= n;
      used += n;
      position_ += n;
      if (remaining_ == 0) state_ = State::DataCr;
      continue;
    }
    SLUICE_TRY_VOID(step(bytes[used]));
    ++used;
    ++position_;
  }
  return used;
}

Status ChunkDecoder::step(char c) {
  switch (state_) {
    case State::Size:
      if (is(c, kHex)) {
        if (++digits_ > kMaxSizeDigits) return fail(bad("a chunk size has too many digits"));
        remaining_ = remaining_ * 16 + std::uint64_t(hex_value(c));
        return {};
      }
      if (digits_ == 0) return fail(bad("a chunk must start with its size in hexadecimal"));
      if (c == ';') {
        state_ = State::SizeExtension;
        return {};
      }
      if (c != '\r') return fail(bad("a chunk size must be followed by CR LF"));
      state_ = State::SizeLf;
      return {};
    case State::SizeExtension:
      if (c == '\r') {
        state_ = State::SizeLf;
        return {};
      }
      if (!is(c, kValue)) return fail(bad("a chunk extension contains a control character"));
      if (++extra_ > kMaxExtensionBytes) return fail(bad("chunk extensions beyond the limit"));
      return {};
    case State::SizeLf:
      if (c != '\n') return fail(bad("a chunk size must be followed by CR LF"));
      state_ = remaining_ > 0 ? State::Data : State::Trailer;
      digits_ = line_ = 0;
      extra_ = remaining_ > 0 ? extra_ : 0;  // from here on it counts the trailer
      return {};
    case State::DataCr:
      if (c != '\r') return fail(bad("chunk data is longer than its size says"));
      state_ = State::DataLf;
      return {};
    case State::DataLf:
      if (c != '\n') return fail(bad("chunk data must be followed by CR LF"));
      state_ = State::Size;
      return {};
    default:
      return step_trailer(c);
  }
}

// Trailer fields are checked like header fields and then dropped: nobody here may act on a field that came after
// the body was judged.
Status ChunkDecoder::step_trailer(char c) {
  if (state_ == State::EndLf || state_ == State::TrailerLf) {
    if (c != '\n') return fail(bad("a trailer line must end with CR LF"));
    state_ = state_ == State::EndLf ? State::Done : State::Trailer;
    line_ = 0;
    colon_ = false;
    return {};
  }
  if (++extra_ > kMaxTrailerBytes) return fail(bad("a trailer beyond the limit"));
  if (c == '\r') {
    if (line_ > 0 && !colon_) return fail(bad("a trailer line without a colon"));
    state_ = line_ == 0 ? State::EndLf : State::TrailerLf;
    return {};
  }
  if (!colon_ && c == ':' && line_ > 0)
    colon_ = true;
  else if (!is(c, colon_ ? kValue : kToken))
    return fail(bad("a trailer line contains a character that it must not"));
  ++line_;
  return {};
}

void append_chunk(std::string& out, std::string_view payload) {
  if (payload.empty()) return;
  char digits[16];
  std::size_t n = 0;
  for (std::size_t size = payload.size(); size > 0; size >>= 4) digits[n++] = "0123456789abcdef"[size & 15];
  while (n > 0) out += digits[--n];
  out += "\r\n";
  out += payload;
  out += "\r\n";
}

}  // namespace sluice::http
