#include "engine/tensor/dequantise_small.h"

#include <bit>
#include <cstring>

#include "engine/tensor/half.h"
#include "engine/tensor/lattices.h"

namespace sluice::engine::tensor {
namespace {

constexpr float kLevels4[16] = {-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113};
constexpr float kLevels2[4] = {8, 25, 43, 0};
constexpr float kLevels3Xxs[8] = {4, 12, 20, 28, 36, 44, 52, 62};
constexpr float kLevels3S[8] = {1, 3, 5, 7, 9, 11, 13, 15};
constexpr float kShift1 = 0.125f;  // of the ternary points, to either side

std::uint32_t word(const std::uint8_t* bytes) {
  std::uint32_t value;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

// Seven signs are stored; the eighth makes the number of negative ones even.
unsigned eight_signs(std::uint32_t seven) {
  seven &= 127;
  return static_cast<unsigned>(seven | (static_cast<std::uint32_t>(std::popcount(seven)) & 1) << 7);
}

// The coordinates of a point times `scale`, negative where a bit of `signs` says so.
template <int kBits, int kCoordinates>
void place(std::uint16_t point, const float* levels, float scale, unsigned signs, float* out) {
  for (int i = 0; i < kCoordinates; ++i) {
    const float value = scale * levels[(point >> (kBits * i)) & ((1 << kBits) - 1)];
    out[i] = (signs >> i) & 1 ? -value : value;
  }
}

void place_ternary(std::uint16_t point, float scale, float shift, float* out) {
  for (int i = 0; i < 8; ++i) out[i] = scale * (static_cast<float>((point >> (2 * i)) & 3) - 1 + shift);
}

// Two bits of element e.
int two_bits(const std::uint8_t (&q)[64], int e) {
  const int r = e % 128;
  return (q[32 * (e / 128) + r % 32] >> (2 * (r / 32))) & 3;
}

}  // namespace

void dequantise(const BlockQ2_K& block, float* out) {
  const float d = half_to_float(block.d), dmin = half_to_float(block.dmin);
  for (int e = 0; e < kSuper; ++e) {
    const int scale = block.scales[e / 16];
    out[e] = d * static_cast<float>(scale & 15) * static_cast<float>(two_bits(block.q, e)) -
             dmin * static_cast<float>(scale >> 4);
  }
}

// Scale s has its low four bits in a nibble of bytes 0-7 (low nibbles first) and its high two in bytes 8-11.
void dequantise(const BlockQ3_K& block, float* out) {
  const float d = half_to_float(block.d);
  for (int e = 0; e < kSuper; ++e) {
    const int s = e / 16;
    const int low = (block.scales[s % 8] >> (s < 8 ? 0 : 4)) & 15;
    const int high = (block.scales[8 + s % 4] >> (2 * (s / 4))) & 3;
    const int third = (block.high[e % 32] >> (e / 32)) & 1;
    out[e] =
        d * static_cast<float>((low | high << 4) - 32) * static_cast<float>(two_bits(block.q, e) + 4 * third - 4);
  }
}

void dequantise(const BlockIQ4_NL& block, float* out) {
  const float d = half_to_float(block.d);
  for (int i = 0; i < 16; ++i) {
    out[i] = d * kLevels4[block.q[i] & 15];
    out[i + 16] = d * kLevels4[block.q[i] >> 4];
  }
}

void dequantise(const BlockIQ4_XS& block, float* out) {
  for (int g = 0; g < kSuper / kGroup; ++g) {
    const int low = (block.scales_low[g / 2] >> (4 * (g % 2))) & 15, high = (block.scales_high >> (2 * g)) & 3;
    const float d = half_to_float(block.d) * static_cast<float>((low | high << 4) - 32);
    for (int i = 0; i < 16; ++i) {
      out[kGroup * g + i] = d * kLevels4[block.q[16 * g + i] & 15];
      out[kGroup * g + i + 16] = d * kLevels4[block.q[16 * g + i] >> 4];
    }
  }
}

void dequantise(const BlockIQ2_XXS& block, float* out) {
  for (int g = 0; g < kSuper / kGroup; ++g) {
    const std::uint32_t rest = word(block.q + 8 * g + 4);
    const float scale = half_to_float(block.d) * (0.5f + static_cast<float>(rest >> 28)) * 0.25f;
    for (int p = 0; p < 4; ++p)
      place<2, 8>(kGrid2Xxs[block.q[8 * g + p]], kLevels2, scale, eight_signs(rest >> (7 * p)),
                  out + kGroup * g + 8 * p);
  }
}

void dequantise(const BlockIQ2_XS& block, float* out) {
  for (int p = 0; p < kSuper / 8; ++p) {
    const int nibble = (block.scales[p / 4] >> (p % 4 < 2 ? 0 : 4)) & 15;
    const float scale = half_to_float(block.d) * (0.5f + static_cast<float>(nibble)) * 0.25f;
    place<2, 8>(kGrid2Xs[block.q[p] & 511], kLevels2, scale, eight_signs(block.q[p] >> 9), out + 8 * p);
  }
}

void dequantise(const BlockIQ2_S& block, float* out) {
  for (int p = 0; p < kSuper / 8; ++p) {
    const int nibble = (block.scales[p / 4] >> (p % 4 < 2 ? 0 : 4)) & 15;
    const int high = (block.high[p / 4] >> (2 * (p % 4))) & 3;
    const float scale = half_to_float(block.d) * (0.5f + static_cast<float>(nibble)) * 0.25f;
    place<2, 8>(kGrid2S[block.q[p] | high << 8], kLevels2, scale, block.signs[p], out + 8 * p);
  }
}

void dequantise(const BlockIQ3_XXS& block, float* out) {
  for (int g = 0; g < kSuper / kGroup; ++g) {
    const std::uint32_t rest = word(block.signs + 4 * g);
    const float scale = half_to_float(block.d) * (0.5f + static_cast<float>(rest >> 28)) * 0.5f;
    for (int p = 0; p < 8; ++p)
      place<3, 4>(kGrid3Xxs[block.q[8 * g + p]], kLevels3Xxs, scale,
                  eight_signs(rest >> (7 * (p / 2))) >> (4 * (p % 2)), out + kGroup * g + 4 * p);
  }
}

void dequantise(const BlockIQ3_S& block, float* out) {
  for (int p = 0; p < kSuper / 4; ++p) {
    const int g = p / 8, nibble = (block.scales[g / 2] >> (4 * (g % 2))) & 15;
    const int high = (block.high[g] >> (p % 8)) & 1;
    const float scale = half_to_float(block.d) * static_cast<float>(1 + 2 * nibble);
    place<3, 4>(kGrid3S[block.q[p] | high << 8], kLevels3S, scale, block.signs[p / 2] >> (4 * (p % 2)),
                out + 4 * p);
  }
}

void dequantise(const BlockIQ1_S& block, float* out) {
  for (int g = 0; g < kSuper / kGroup; ++g) {
    const unsigned high = block.high[g];
    const float scale = half_to_float(block.d) * static_cast<float>(2 * ((high >> 12) & 7) + 1);
    for (int p = 0; p < 4; ++p)
      place_ternary(kGrid1[block.q[4 * g + p] | ((high >> (3 * p)) & 7) << 8], scale,
                    high & 0x8000 ? -kShift1 : kShift1, out + kGroup * g + 8 * p);
  }
}

void dequantise(const BlockIQ1_M& block, float* out) {
  std::uint16_t scales[4];
  std::memcpy(scales, block.scales, sizeof(scales));
  unsigned bits = 0;
  for (int i = 0; i < 4; ++i) bits |= static_cast<unsigned>(scales[i] >> 12) << (4 * i);
  const float d = half_to_float(static_cast<std::uint16_t>(bits));
  for (int p = 0; p < kSuper / 8; ++p) {
    const int g = p / 4, half = p % 4 / 2;  // a scale per 16 elements, four of them in a word
    const int nibble = (block.high[p / 2] >> (4 * (p % 2))) & 15;
    const float scale = d * static_cast<float>(2 * ((scales[g / 2] >> (6 * (g % 2) + 3 * half)) & 7) + 1);
    place_ternary(kGrid1[block.q[p] | (nibble & 7) << 8], scale, nibble & 8 ? -kShift1 : kShift1, out + 8 * p);
  }
}

}  // namespace sluice::engine::tensor
