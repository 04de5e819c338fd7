#include "text/utf8.h"

#include <cstring>

namespace sluice::text {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

unsigned char byte_at(std::string_view bytes, std::size_t pos) { return static_cast<unsigned char>(bytes[pos]); }

// How many bytes from `pos` are ASCII, eight at a time while that lasts.
std::size_t skip_ascii(std::string_view bytes, std::size_t pos) {
  while (bytes.size() - pos >= 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes.data() + pos, 8);
    if ((word & 0x8080808080808080U) != 0) break;
    pos += 8;
  }
  while (pos < bytes.size() && byte_at(bytes, pos) < 0x80) ++pos;
  return pos;
}

// What RFC 3629 section 4 allows after a leading byte: the sequence's length and the range of its second byte,
// which excludes overlong forms, surrogates and what lies above U+10FFFF. Length 0: not a leading byte.
struct Lead {
  unsigned length;
  unsigned char second_min;
  unsigned char second_max;
};

constexpr Lead lead_of(unsigned char first) {
  if (first < 0x80) return {1, 0, 0};
  if (first < 0xC2) return {0, 0, 0};
  if (first < 0xE0) return {2, 0x80, 0xBF};
  if (first == 0xE0) return {3, 0xA0, 0xBF};
  if (first == 0xED) return {3, 0x80, 0x9F};
  if (first < 0xF0) return {3, 0x80, 0xBF};
  if (first == 0xF0) return {4, 0x90, 0xBF};
  if (first < 0xF4) return {4, 0x80, 0xBF};
  if (first == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

// How many bytes from `pos` agree with the character that the byte there opens, at most its length.
unsigned agreeing_bytes(std::string_view bytes, std::size_t pos, const Lead& lead) {
  if (lead.length == 0) return 0;
  unsigned count = 1;
  while (count < lead.length && pos + count < bytes.size()) {
    const unsigned char next = byte_at(bytes, pos + count);
    const unsigned char low = count == 1 ? lead.second_min : 0x80;
    const unsigned char high = count == 1 ? lead.second_max : 0xBF;
    if (next < low || next > high) break;
    ++count;
  }
  return count;
}

// The length of the valid character at `pos`, or 0.
unsigned valid_length(std::string_view bytes, std::size_t pos) {
  const Lead lead = lead_of(byte_at(bytes, pos));
  return agreeing_bytes(bytes, pos, lead) == lead.length ? lead.length : 0;
}

}  // namespace

std::size_t first_invalid(std::string_view bytes) {
  std::size_t pos = skip_ascii(bytes, 0);
  while (pos < bytes.size()) {
    const unsigned length = valid_length(bytes, pos);
    if (length == 0) return pos;
    pos += length;
    if (pos < bytes.size() && byte_at(bytes, pos) < 0x80) pos = skip_ascii(bytes, pos);
  }
  return bytes.size();
}

bool valid_utf8(std::string_view bytes) { return first_invalid(bytes) == bytes.size(); }

std::size_t count_code_points(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) code_point = kReplacement;
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  } else {
    put(0xF0 | (code_point >> 18));
    put(0x80 | ((code_point >> 12) & 0x3F));
    put(0x80 | ((code_point >> 6) & 0x3F));
    put(0x80 | (code_point & 0x3F));
  }
}

std::uint32_t next_code_point(std::string_view bytes, std::size_t& pos) {
  if (pos >= bytes.size()) return kReplacement;
  const unsigned char first = byte_at(bytes, pos);
  const unsigned length = valid_length(bytes, pos);
  if (length == 0) {
    ++pos;
    return kReplacement;
  }
  std::uint32_t code_point = length == 1 ? first : first & (0xFFU >> (length + 1));
  for (unsigned i = 1; i < length; ++i) code_point = (code_point << 6) | (byte_at(bytes, pos + i) & 0x3FU);
  pos += length;
  return code_point;
}

std::size_t incomplete_tail(std::string_view bytes) {
  for (std::size_t back = 1; back <= 3 && back <= bytes.size(); ++back) {
    const std::size_t pos = bytes.size() - back;
    const unsigned char byte = byte_at(bytes, pos);
    if ((byte & 0xC0) == 0x80) continue;  // looks for the leading byte
    const Lead lead = lead_of(byte);
    return lead.length > back && agreeing_bytes(bytes, pos, lead) == back ? back : 0;
  }
  return 0;
}

std::string repair_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    const std::size_t good = first_invalid(bytes);
    out.append(bytes.substr(0, good));
    bytes.remove_prefix(good);
    if (bytes.empty()) break;
    append_utf8(out, kReplacement);
    bytes.remove_prefix(1);
  }
  return out;
}

}  // namespace sluice::text
