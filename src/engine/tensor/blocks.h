// Layouts of the quantised blocks as they lie in a GGUF file (little endian, no padding). Only plain data: this
// header is also read by files that are compiled for newer instruction sets, which must not emit shared inline
// functions.
//
// In the formulas, q is the unsigned number stored for an element, d and m are 16-bit floats.
#pragma once

#include <cstdint>

namespace sluice::engine::tensor {

inline constexpr int kGroup = 32;   // elements of a small block, and of an activation group
inline constexpr int kSuper = 256;  // elements of a K block: 8 groups

struct BlockQ4_0 {  // w = d * (q - 8); byte i holds elements i (low nibble) and i + 16
  std::uint16_t d;
  std::uint8_t q[16];
};
struct BlockQ4_1 {  // w = d * q + m
  std::uint16_t d, m;
  std::uint8_t q[16];
};
struct BlockQ5_0 {  // w = d * (q - 16); bit i of `high` is the fifth bit of element i
  std::uint16_t d;
  std::uint8_t high[4];
  std::uint8_t q[16];
};
struct BlockQ5_1 {  // w = d * q + m
  std::uint16_t d, m;
  std::uint8_t high[4];
  std::uint8_t q[16];
};
struct BlockQ8_0 {  // w = d * q
  std::uint16_t d;
  std::int8_t q[32];
};
struct BlockMXFP4 {  // Open Compute MX v1.0: w = 2^(e - 127) times the E2M1 number of q; byte i holds elements i
                     // and i + 16
  std::uint8_t e;
  std::uint8_t q[16];
};
// K blocks: group g of 32 elements has its own 6-bit scale s and minimum t, packed in `scales`.
struct BlockQ4_K {  // w = d * s[g] * q - dmin * t[g]; 32 bytes hold two groups (low nibbles, high nibbles)
  std::uint16_t d, dmin;
  std::uint8_t scales[12];
  std::uint8_t q[128];
};
struct BlockQ5_K {  // the same; bit g of high[i] is the fifth bit of element i of group g
  std::uint16_t d, dmin;
  std::uint8_t scales[12];
  std::uint8_t high[32];
  std::uint8_t q[128];
};
struct BlockQ6_K {  // w = d * scales[e / 16] * (q - 32) for element e
  std::uint8_t low[128];
  std::uint8_t high[64];
  std::int8_t scales[16];
  std::uint16_t d;
};

static_assert(sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20 && sizeof(BlockQ5_0) == 22);
static_assert(sizeof(BlockQ5_1) == 24 && sizeof(BlockQ8_0) == 34 && sizeof(BlockQ4_K) == 144);
static_assert(sizeof(BlockQ5_K) == 176 && sizeof(BlockQ6_K) == 210 && sizeof(BlockMXFP4) == 17);

}  // namespace sluice::engine::tensor
