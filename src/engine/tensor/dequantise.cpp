#include "engine/tensor/dequantise.h"

#include <cmath>
#include <cstring>

#include "base/check.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/dequantise_small.h"
#include "engine/tensor/half.h"

namespace sluice::engine::tensor {
namespace {

using gguf::TensorType;

void dequantise(const BlockQ4_0& block, float* out) {
  const float d = half_to_float(block.d);
  for (int i = 0; i < 16; ++i) {
    out[i] = d * static_cast<float>((block.q[i] & 15) - 8);
    out[i + 16] = d * static_cast<float>((block.q[i] >> 4) - 8);
  }
}

void dequantise(const BlockQ4_1& block, float* out) {
  const float d = half_to_float(block.d), m = half_to_float(block.m);
  for (int i = 0; i < 16; ++i) {
    out[i] = d * static_cast<float>(block.q[i] & 15) + m;
    out[i + 16] = d * static_cast<float>(block.q[i] >> 4) + m;
  }
}

// The 5-bit numbers of a block: low nibble of element i, fifth bit from `high`.
template <class Block>
void unpack_five_bits(const Block& block, int (&q)[32]) {
  std::uint32_t high;
  std::memcpy(&high, block.high, sizeof(high));
  for (int i = 0; i < 16; ++i) {
    q[i] = (block.q[i] & 15) | static_cast<int>((high >> i) & 1) << 4;
    q[i + 16] = (block.q[i] >> 4) | static_cast<int>((high >> (i + 16)) & 1) << 4;
  }
}

void dequantise(const BlockQ5_0& block, float* out) {
  int q[32];
  unpack_five_bits(block, q);
  const float d = half_to_float(block.d);
  for (int i = 0; i < 32; ++i) out[i] = d * static_cast<float>(q[i] - 16);
}

void dequantise(const BlockQ5_1& block, float* out) {
  int q[32];
  unpack_five_bits(block, q);
  const float d = half_to_float(block.d), m = half_to_float(block.m);
  for (int i = 0; i < 32; ++i) out[i] = d * static_cast<float>(q[i]) + m;
}

void dequantise(const BlockQ8_0& block, float* out) {
  const float d = half_to_float(block.d);
  for (int i = 0; i < 32; ++i) out[i] = d * static_cast<float>(block.q[i]);
}

// The E2M1 numbers doubled are integers; the scale is halved for it.
void dequantise(const BlockMXFP4& block, float* out) {
  constexpr std::int8_t kDoubled[16] = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};
  const float d = std::ldexp(1.0f, block.e - 128);
  for (int i = 0; i < 16; ++i) {
    out[i] = d * static_cast<float>(kDoubled[block.q[i] & 15]);
    out[i + 16] = d * static_cast<float>(kDoubled[block.q[i] >> 4]);
  }
}

void dequantise(const BlockQ4_K& block, float* out) {
  std::uint8_t scales[8], minima[8];
  unpack_scales(block.scales, scales, minima);
  const float d = half_to_float(block.d), dmin = half_to_float(block.dmin);
  for (int g = 0; g < 8; ++g) {
    const float scale = d * static_cast<float>(scales[g]), minimum = dmin * static_cast<float>(minima[g]);
    const std::uint8_t* bytes = block.q + 32 * (g / 2);
    for (int i = 0; i < 32; ++i) {
      const int q = g % 2 == 0 ? bytes[i] & 15 : bytes[i] >> 4;
      out[32 * g + i] = scale * static_cast<float>(q) - minimum;
    }
  }
}

void dequantise(const BlockQ5_K& block, float* out) {
  std::uint8_t scales[8], minima[8];
  unpack_scales(block.scales, scales, minima);
  const float d = half_to_float(block.d), dmin = half_to_float(block.dmin);
  for (int g = 0; g < 8; ++g) {
    const float scale = d * static_cast<float>(scales[g]), minimum = dmin * static_cast<float>(minima[g]);
    const std::uint8_t* bytes = block.q + 32 * (g / 2);
    for (int i = 0; i < 32; ++i) {
      const int low = g % 2 == 0 ? bytes[i] & 15 : bytes[i] >> 4;
      const int q = low | ((block.high[i] >> g) & 1) << 4;
      out[32 * g + i] = scale * static_cast<float>(q) - minimum;
    }
  }
}

// Each half of the block (128 elements) has 64 bytes of low nibbles and 32 bytes of high bit pairs: quarter k of
// the half takes nibble k / 2 of bytes 32 * (k % 2) + i and bits 2k, 2k + 1 of high byte i.
void dequantise(const BlockQ6_K& block, float* out) {
  const float d = half_to_float(block.d);
  for (int e = 0; e < kSuper; ++e) {
    const int half = e / 128, quarter = e % 128 / 32, i = e % 32;
    const int byte = block.low[64 * half + 32 * (quarter % 2) + i];
    const int low = quarter < 2 ? byte & 15 : byte >> 4;
    const int high = (block.high[32 * half + i] >> (2 * quarter)) & 3;
    out[e] = d * static_cast<float>(block.scales[e / 16]) * static_cast<float>((low | high << 4) - 32);
  }
}

template <class Block>
void dequantise_blocks(const std::uint8_t* row, int n, int block_elements, float* out) {
  const auto* blocks = reinterpret_cast<const Block*>(row);
  for (int i = 0; i < n / block_elements; ++i) dequantise(blocks[i], out + i * block_elements);
}

}  // namespace

void unpack_scales(const std::uint8_t packed[12], std::uint8_t scales[8], std::uint8_t minima[8]) {
  for (int g = 0; g < 4; ++g) {
    scales[g] = packed[g] & 63;
    minima[g] = packed[g + 4] & 63;
    scales[g + 4] = static_cast<std::uint8_t>((packed[g + 8] & 15) | (packed[g] >> 6) << 4);
    minima[g + 4] = static_cast<std::uint8_t>((packed[g + 8] >> 4) | (packed[g + 4] >> 6) << 4);
  }
}

bool quantised(TensorType type) {
  switch (type) {
    case TensorType::Q4_0:
    case TensorType::Q4_1:
    case TensorType::Q5_0:
    case TensorType::Q5_1:
    case TensorType::Q8_0:
    case TensorType::Q4_K:
    case TensorType::Q5_K:
    case TensorType::Q6_K:
    case TensorType::MXFP4:
    case TensorType::Q2_K:
    case TensorType::Q3_K:
    case TensorType::IQ4_NL:
    case TensorType::IQ4_XS:
    case TensorType::IQ2_XXS:
    case TensorType::IQ2_XS:
    case TensorType::IQ2_S:
    case TensorType::IQ3_XXS:
    case TensorType::IQ3_S:
    case TensorType::IQ1_S:
    case TensorType::IQ1_M:
      return true;
    default:
      return false;
  }
}

bool supported(TensorType type) {
  return type == TensorType::F32 || type == TensorType::F16 || type == TensorType::BF16 || quantised(type);
}

std::string supported_names() {
  std::string names;
  for (std::uint32_t number = 0; number < 64; ++number) {
    const auto info = gguf::tensor_type_info(number);
    if (info && supported(static_cast<TensorType>(number)))
      names += (names.empty() ? "" : ", ") + std::string(info->name);
  }
  return names;
}

void dequantise(TensorType type, const std::uint8_t* row, int n, float* out) {
  const auto* halves = reinterpret_cast<const std::uint16_t*>(row);
  switch (type) {
    case TensorType::F32:
      std::memcpy(out, row, sizeof(float) * static_cast<std::size_t>(n));
      return;
    case TensorType::F16:
      for (int i = 0; i < n; ++i) out[i] = half_to_float(halves[i]);
      return;
    case TensorType::BF16:
      for (int i = 0; i < n; ++i) out[i] = bf16_to_float(halves[i]);
      return;
    case TensorType::Q4_0:
      return dequantise_blocks<BlockQ4_0>(row, n, kGroup, out);
    case TensorType::Q4_1:
      return dequantise_blocks<BlockQ4_1>(row, n, kGroup, out);
    case TensorType::Q5_0:
      return dequantise_blocks<BlockQ5_0>(row, n, kGroup, out);
    case TensorType::Q5_1:
      return dequantise_blocks<BlockQ5_1>(row, n, kGroup, out);
    case TensorType::Q8_0:
      return dequantise_blocks<BlockQ8_0>(row, n, kGroup, out);
    case TensorType::MXFP4:
      return dequantise_blocks<BlockMXFP4>(row, n, kGroup, out);
    case TensorType::Q4_K:
      return dequantise_blocks<BlockQ4_K>(row, n, kSuper, out);
    case TensorType::Q5_K:
      return dequantise_blocks<BlockQ5_K>(row, n, kSuper, out);
    case TensorType::Q6_K:
      return dequantise_blocks<BlockQ6_K>(row, n, kSuper, out);
    case TensorType::Q2_K:
      return dequantise_blocks<BlockQ2_K>(row, n, kSuper, out);
    case TensorType::Q3_K:
      return dequantise_blocks<BlockQ3_K>(row, n, kSuper, out);
    case TensorType::IQ4_NL:
      return dequantise_blocks<BlockIQ4_NL>(row, n, kGroup, out);
    case TensorType::IQ4_XS:
      return dequantise_blocks<BlockIQ4_XS>(row, n, kSuper, out);
    case TensorType::IQ1_S:
      return dequantise_blocks<BlockIQ1_S>(row, n, kSuper, out);
    case TensorType::IQ1_M:
      return dequantise_blocks<BlockIQ1_M>(row, n, kSuper, out);
    case TensorType::IQ2_XXS:
      return dequantise_blocks<BlockIQ2_XXS>(row, n, kSuper, out);
    case TensorType::IQ2_XS:
      return dequantise_blocks<BlockIQ2_XS>(row, n, kSuper, out);
    case TensorType::IQ2_S:
      return dequantise_blocks<BlockIQ2_S>(row, n, kSuper, out);
    case TensorType::IQ3_XXS:
      return dequantise_blocks<BlockIQ3_XXS>(row, n, kSuper, out);
    case TensorType::IQ3_S:
      return dequantise_blocks<BlockIQ3_S>(row, n, kSuper, out);
    default:
      SLUICE_CHECK(false, "the type was checked with supported() when the model was loaded");
  }
}

}  // namespace sluice::engine::tensor
