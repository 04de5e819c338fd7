#include "sense/scan/decode/inflate.h"

#include <array>
#include <cstdint>

namespace sluice::sense::scan {
namespace {

constexpr std::size_t kMostBits = 15, kLiterals = 288, kDistances = 30;

// Codes of one alphabet, by their lengths alone (RFC 1951, 3.2.2).
struct Codes {
  std::array<std::uint16_t, kMostBits + 1> count{};
  std::array<std::uint16_t, kLiterals> symbols{};

  // False: more codes than their lengths leave room for.
  bool make(const std::uint8_t* lengths, std::size_t size) {
    count = {};
    for (std::size_t i = 0; i < size; ++i) ++count[lengths[i]];
    int left = 1;
    for (std::size_t bits = 1; bits <= kMostBits; ++bits) {
      left = 2 * left - count[bits];
      if (left < 0) return false;
    }
    std::array<std::uint16_t, kMostBits + 2> first{};
    for (std::size_t bits = 1; bits <= kMostBits; ++bits)
      first[bits + 1] = static_cast<std::uint16_t>(first[bits] + count[bits]);
    for (std::size_t i = 0; i < size; ++i)
      if (lengths[i] != 0) symbols[first[lengths[i]]++] = static_cast<std::uint16_t>(i);
    return true;
  }
};

class Inflater {
 public:
  Inflater(std::string_view bytes, std::size_t most) : bytes_(bytes), most_(most) {}

  std::string run() {
    for (bool last = false; !last && !over_ && !wrong_;) {
      last = bits(1) == 1;
      switch (bits(2)) {
        case 0:
          stored();
          break;
        case 1:
          fixed();
          break;
        case 2:
          dynamic();
          break;
        default:
          wrong_ = true;
      }
    }
    return no_text_ ? std::string() : std::move(out_);
  }

 private:
  // Zeros behind the end, where `wrong_` is set.
  std::uint32_t bits(unsigned count) {
    while (held_ < count) {
      if (at_ == bytes_.size()) {
        wrong_ = true;
        return 0;
      }
      hold_ |= static_cast<std::uint32_t>(static_cast<unsigned char>(bytes_[at_++])) << held_;
      held_ += 8;
    }
    const std::uint32_t value = hold_ & ((1u << count) - 1);
    hold_ >>= count;
    held_ -= count;
    return value;
  }

  std::size_t symbol(const Codes& codes) {
    std::uint32_t code = 0, first = 0, index = 0;
    for (std::size_t length = 1; length <= kMostBits && !wrong_; ++length) {
      code |= bits(1);
      const std::uint32_t count = codes.count[length];
      if (code - first < count) return codes.symbols[index + (code - first)];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    wrong_ = true;
    return 0;
  }

  // A byte that no text has ends it all: nearly every other use of compression is over here after a few bytes.
  void put(char c) {
    const auto b = static_cast<unsigned char>(c);
    if ((b < 0x20 && b != '\n' && b != '\r' && b != '\t') || b == 0x7F) no_text_ = over_ = true;
    out_ += c;
    over_ = over_ || out_.size() >= most_;
  }

  void stored() {
    hold_ = held_ = 0;
    const std::uint32_t size = bits(16), check = bits(16);
    if (wrong_ || size != (check ^ 0xFFFF)) {
      wrong_ = true;
      return;
    }
    for (std::uint32_t i = 0; i < size && !over_ && !wrong_; ++i) {
      const char c = static_cast<char>(bits(8));
      if (!wrong_) put(c);
    }
  }

  void fixed() {
    std::array<std::uint8_t, kLiterals> lengths;
    for (std::size_t i = 0; i < kLiterals; ++i) lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    std::array<std::uint8_t, kDistances> distances;
    distances.fill(5);
    literals_.make(lengths.data(), lengths.size());
    distances_.make(distances.data(), distances.size());
    block();
  }

  void dynamic() {
    constexpr std::array<std::uint8_t, 19> kOrder = {16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                     11, 4,  12, 3, 13, 2, 14, 1, 15};
    const std::size_t literals = bits(5) + 257, distances = bits(5) + 1, codes = bits(4) + 4;
    std::array<std::uint8_t, kLiterals + 32> lengths{};
    for (std::size_t i = 0; i < codes; ++i) lengths[kOrder[i]] = static_cast<std::uint8_t>(bits(3));
    wrong_ = wrong_ || literals > 286 || distances > kDistances || !literals_.make(lengths.data(), 19);
    lengths.fill(0);
    for (std::size_t i = 0; i < literals + distances && !wrong_;) {
      const std::size_t length = symbol(literals_);
      if (length < 16) {
        lengths[i++] = static_cast<std::uint8_t>(length);
        continue;
      }
      wrong_ = wrong_ || (length == 16 && i == 0);
      if (wrong_) return;
      const std::uint8_t again = length == 16 ? lengths[i - 1] : std::uint8_t{0};
      std::size_t times = length == 16 ? 3 + bits(2) : length == 17 ? 3 + bits(3) : 11 + bits(7);
      if (i + times > literals + distances) wrong_ = true;
      for (; times > 0 && !wrong_; --times) lengths[i++] = again;
    }
    wrong_ = wrong_ || !literals_.make(lengths.data(), literals) ||
             !distances_.make(lengths.data() + literals, distances);
    block();
  }

  void block() {
    constexpr std::array<std::uint16_t, 29> kLength = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                                       15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                                       67, 83, 99, 115, 131, 163, 195, 227, 258};
    constexpr std::array<std::uint8_t, 29> kLengthBits = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2,
                                                          2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0};
    constexpr std::array<std::uint16_t, kDistances> kDistance = {
        1,   2,   3,   4,   5,   7,    9,    13,   17,   25,   33,   49,   65,    97,    129,
        193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577};
    while (!over_ && !wrong_) {
      const std::size_t literal = symbol(literals_);
      if (wrong_ || literal == 256) return;
      if (literal < 256) {
        put(static_cast<char>(literal));
        continue;
      }
      if (literal - 257 >= kLength.size()) {
        wrong_ = true;
        return;
      }
      std::size_t length = kLength[literal - 257] + bits(kLengthBits[literal - 257]);
      const std::size_t far = symbol(distances_);
      if (wrong_ || far >= kDistance.size()) {
        wrong_ = true;
        return;
      }
      const std::size_t distance = kDistance[far] + bits(static_cast<unsigned>(far < 2 ? 0 : far / 2 - 1));
      if (wrong_ || distance > out_.size()) {
        wrong_ = true;
        return;
      }
      for (; length > 0 && !over_; --length) put(out_[out_.size() - distance]);
    }
  }

  std::string_view bytes_;
  std::size_t most_;
  std::size_t at_ = 0;
  std::uint32_t hold_ = 0;
  unsigned held_ = 0;
  bool over_ = false, wrong_ = false, no_text_ = false;
  Codes literals_, distances_;
  std::string out_;
};

// What is behind the header of a gzip member; empty where there is none.
std::string_view behind_gzip_header(std::string_view bytes) {
  const auto flags = static_cast<unsigned char>(bytes[3]);
  std::size_t at = 10;
  if ((flags & 4) != 0) {
    if (at + 2 > bytes.size()) return {};
    at += 2 + static_cast<unsigned char>(bytes[at]) + std::size_t{256} * static_cast<unsigned char>(bytes[at + 1]);
  }
  for (const unsigned named : {8u, 16u}) {  // a file's name and a comment, up to a zero
    if ((flags & named) == 0 || at > bytes.size()) continue;
    const std::size_t zero = bytes.find('\0', at);
    if (zero == bytes.npos) return {};
    at = zero + 1;
  }
  if ((flags & 2) != 0) at += 2;
  return at < bytes.size() ? bytes.substr(at) : std::string_view();
}

}  // namespace

std::string inflated_text(std::string_view bytes, std::size_t most) {
  if (bytes.size() < 8) return {};
  if (bytes.starts_with("\x1F\x8B\x08"))
    return bytes.size() > 18 ? Inflater(behind_gzip_header(bytes), most).run() : std::string();
  const auto first = static_cast<unsigned char>(bytes[0]), second = static_cast<unsigned char>(bytes[1]);
  if ((first & 0x8F) == 8 && (first * 256 + second) % 31 == 0) return Inflater(bytes.substr(2), most).run();
  return Inflater(bytes, most).run();  // raw, as PHP's gzdeflate() and SAML make it
}

}  // namespace sluice::sense::scan
