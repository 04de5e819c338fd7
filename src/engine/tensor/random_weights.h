// For tests: weights of every type, as random bytes and as floats encoded by the formats' definitions.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "engine/gguf/types.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/half.h"

namespace sluice::engine::tensor {

inline constexpr gguf::TensorType kAllTypes[] = {
    gguf::TensorType::F32,     gguf::TensorType::F16,    gguf::TensorType::BF16,   gguf::TensorType::Q4_0,
    gguf::TensorType::Q4_1,    gguf::TensorType::Q5_0,   gguf::TensorType::Q5_1,   gguf::TensorType::Q8_0,
    gguf::TensorType::Q4_K,    gguf::TensorType::Q5_K,   gguf::TensorType::Q6_K,   gguf::TensorType::MXFP4,
    gguf::TensorType::Q2_K,    gguf::TensorType::Q3_K,   gguf::TensorType::IQ4_NL, gguf::TensorType::IQ4_XS,
    gguf::TensorType::IQ2_XXS, gguf::TensorType::IQ2_XS, gguf::TensorType::IQ2_S,  gguf::TensorType::IQ3_XXS,
    gguf::TensorType::IQ3_S,   gguf::TensorType::IQ1_S,  gguf::TensorType::IQ1_M};

// Random bytes for n elements (whole blocks) whose 16-bit scales are ordinary numbers.
inline std::vector<std::uint8_t> random_row(gguf::TensorType type, int n, std::mt19937& random) {
  using gguf::TensorType;
  const gguf::TensorTypeInfo info = gguf::tensor_type_info(type);
  const std::size_t blocks = static_cast<std::size_t>(n) / info.block;
  std::vector<std::uint8_t> row(blocks * info.bytes);
  for (std::uint8_t& byte : row) byte = static_cast<std::uint8_t>(random());
  std::uniform_real_distribution<float> real(-0.1f, 0.1f);
  const auto put_half = [&](std::size_t at) {
    const std::uint16_t half = float_to_half(real(random));
    std::memcpy(row.data() + at, &half, 2);
  };
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::size_t at = b * info.bytes;
    if (type == TensorType::F32) {
      const float value = real(random);
      std::memcpy(row.data() + at, &value, 4);
    } else if (type == TensorType::BF16) {
      const std::uint16_t value = float_to_bf16(real(random));
      std::memcpy(row.data() + at, &value, 2);
    } else if (type == TensorType::Q6_K) {
      put_half(at + 208);
    } else if (type == TensorType::Q2_K) {
      put_half(at + 80);
      put_half(at + 82);
    } else if (type == TensorType::Q3_K) {
      put_half(at + 108);
    } else if (type == TensorType::MXFP4) {
      row[at] = static_cast<std::uint8_t>(118 + row[at] % 8);
    } else if (type == TensorType::IQ1_M) {  // the scale is spread over the top nibbles of four words
      const std::uint16_t half = float_to_half(real(random));
      for (std::size_t i = 0; i < 4; ++i) {
        std::uint8_t& top = row[at + 48 + 2 * i + 1];
        top = static_cast<std::uint8_t>((top & 15) | ((half >> (4 * i)) & 15) << 4);
      }
    } else {
      put_half(at);
      const bool second = type == TensorType::Q4_1 || type == TensorType::Q5_1 || type == TensorType::Q4_K ||
                          type == TensorType::Q5_K;
      if (second) put_half(at + 2);
    }
  }
  return row;
}

// Floats as F32, F16, BF16, Q8_0 or Q4_0 bytes; n a multiple of the type's block.
inline std::string encode(gguf::TensorType type, const float* x, std::size_t n) {
  using gguf::TensorType;
  std::string out;
  const auto put = [&out](const auto& value) { out.append(reinterpret_cast<const char*>(&value), sizeof(value)); };
  if (type == TensorType::F32) out.assign(reinterpret_cast<const char*>(x), n * 4);
  for (std::size_t i = 0; i < n && type == TensorType::F16; ++i) put(float_to_half(x[i]));
  for (std::size_t i = 0; i < n && type == TensorType::BF16; ++i) put(float_to_bf16(x[i]));
  for (std::size_t begin = 0; begin + kGroup <= n && type == TensorType::Q8_0; begin += kGroup) {
    float largest = 0;
    for (int i = 0; i < kGroup; ++i)
      largest = std::max(largest, std::fabs(x[begin + static_cast<std::size_t>(i)]));
    BlockQ8_0 block{};
    block.d = float_to_half(largest / 127);
    for (int i = 0; i < kGroup && largest > 0; ++i)
      block.q[i] = static_cast<std::int8_t>(std::lround(x[begin + static_cast<std::size_t>(i)] / (largest / 127)));
    put(block);
  }
  for (std::size_t begin = 0; begin + kGroup <= n && type == TensorType::Q4_0; begin += kGroup) {
    float extreme = 0;  // the value of the largest magnitude becomes q = 0, that is -8 d
    for (int i = 0; i < kGroup; ++i)
      if (std::fabs(x[begin + static_cast<std::size_t>(i)]) > std::fabs(extreme))
        extreme = x[begin + static_cast<std::size_t>(i)];
    BlockQ4_0 block{};
    const float d = extreme / -8;
    block.d = float_to_half(d);
    const auto number = [&](int i) {
      const float scaled = d != 0 ? x[begin + static_cast<std::size_t>(i)] / d + 8 : 8;
      return static_cast<std::uint8_t>(std::clamp(std::lround(scaled), 0L, 15L));
    };
    for (int i = 0; i < 16; ++i) block.q[i] = static_cast<std::uint8_t>(number(i) | number(i + 16) << 4);
    put(block);
  }
  return out;
}

}  // namespace sluice::engine::tensor
