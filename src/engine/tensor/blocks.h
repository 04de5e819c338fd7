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
struct BlockQ2_K {  // w = d * (scale & 15) * q - dmin * (scale >> 4), one scale per 16 elements
  std::uint8_t scales[16];
  std::uint8_t q[64];  // 32 bytes per 128 elements: bits 2k, 2k + 1 of byte i belong to element 32 k + i
  std::uint16_t d, dmin;
};
struct BlockQ3_K {        // w = d * (scale - 32) * (q - 4), one 6-bit scale per 16 elements
  std::uint8_t high[32];  // bit k of byte i: the third bit of element 32 k + i
  std::uint8_t q[64];     // the low two bits, as Q2_K
  std::uint8_t scales[12];
  std::uint16_t d;
};
struct BlockQ6_K {  // w = d * scales[e / 16] * (q - 32) for element e
  std::uint8_t low[128];
  std::uint8_t high[64];
  std::int8_t scales[16];
  std::uint16_t d;
};

// Non-linear levels: w = d * level[q].
struct BlockIQ4_NL {
  std::uint16_t d;
  std::uint8_t q[16];
};
struct BlockIQ4_XS {  // w = d * (scale - 32) * level[q], one 6-bit scale per 32 elements
  std::uint16_t d;
  std::uint16_t scales_high;
  std::uint8_t scales_low[4];
  std::uint8_t q[128];  // 16 bytes per 32 elements, as IQ4_NL
};
// Lattices: eight (or four) neighbours are one point of a list, with signs or a shift, and a scale per 16 or 32.
struct BlockIQ2_XXS {
  std::uint16_t d;
  std::uint8_t q[64];  // per 32 elements: 4 points; then 4 x 7 bits of signs and a scale of 4
};
struct BlockIQ2_XS {
  std::uint16_t d;
  std::uint16_t q[32];  // 9 bits of point, 7 of signs
  std::uint8_t scales[8];
};
struct BlockIQ2_S {
  std::uint16_t d;
  std::uint8_t q[32];
  std::uint8_t signs[32];
  std::uint8_t high[8];
  std::uint8_t scales[8];
};
struct BlockIQ3_XXS {
  std::uint16_t d;
  std::uint8_t q[64];
  std::uint8_t signs[32];  // per 32 elements: 4 x 7 bits of signs and a scale of 4
};
struct BlockIQ3_S {
  std::uint16_t d;
  std::uint8_t q[64];
  std::uint8_t high[8];
  std::uint8_t signs[32];
  std::uint8_t scales[4];
};
struct BlockIQ1_S {
  std::uint16_t d;
  std::uint8_t q[32];
  std::uint16_t high[8];  // 4 x 3 bits of points, 3 of scale, 1 of shift
};
struct BlockIQ1_M {  // d is spread over the top nibbles of the scales' words
  std::uint8_t q[32];
  std::uint8_t high[16];  // nibbles: 3 bits of a point, 1 of shift
  std::uint8_t scales[8];
};

static_assert(sizeof(BlockQ4_0) == 18 && sizeof(BlockQ4_1) == 20 && sizeof(BlockQ5_0) == 22);
static_assert(sizeof(BlockQ5_1) == 24 && sizeof(BlockQ8_0) == 34 && sizeof(BlockQ4_K) == 144);
static_assert(sizeof(BlockQ5_K) == 176 && sizeof(BlockQ6_K) == 210 && sizeof(BlockMXFP4) == 17);
static_assert(sizeof(BlockQ2_K) == 84 && sizeof(BlockQ3_K) == 110 && sizeof(BlockIQ4_NL) == 18);
static_assert(sizeof(BlockIQ4_XS) == 136 && sizeof(BlockIQ2_XXS) == 66 && sizeof(BlockIQ2_XS) == 74);
static_assert(sizeof(BlockIQ2_S) == 82 && sizeof(BlockIQ3_XXS) == 98 && sizeof(BlockIQ3_S) == 110);
static_assert(sizeof(BlockIQ1_S) == 50 && sizeof(BlockIQ1_M) == 56);

}  // namespace sluice::engine::tensor
