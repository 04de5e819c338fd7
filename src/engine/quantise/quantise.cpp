#include "engine/quantise/quantise.h"

#include <cstring>

#include "base/check.h"
#include "engine/quantise/blocks.h"
#include "engine/tensor/half.h"

namespace sluice::engine::quantise {
namespace {

using gguf::TensorType;

constexpr float kLargestHalf = 65504;

template <class Block>
void fill_row(const float* x, int n, const float* importance, Effort effort, std::uint8_t* out) {
  constexpr int kElements = sizeof(Block) > 64 ? tensor::kSuper : tensor::kGroup;
  for (int begin = 0; begin < n; begin += kElements) {
    Block block;
    fill(x + begin, importance ? importance + begin : nullptr, effort, block);
    std::memcpy(out, &block, sizeof block);
    out += sizeof block;
  }
}

template <class Convert>
void put_halves(const float* x, int n, std::uint8_t* out, Convert convert) {
  for (int i = 0; i < n; ++i) {
    const std::uint16_t bits = convert(x[i]);
    std::memcpy(out + 2 * i, &bits, sizeof bits);
  }
}

void fill_any(TensorType type, const float* x, int n, const float* importance, Effort effort, std::uint8_t* out) {
  switch (type) {
    case TensorType::F32:
      std::memcpy(out, x, sizeof(float) * static_cast<std::size_t>(n));
      return;
    case TensorType::F16:
      return put_halves(x, n, out, tensor::float_to_half);
    case TensorType::BF16:
      return put_halves(x, n, out, tensor::float_to_bf16);
    case TensorType::Q8_0:
      return fill_row<tensor::BlockQ8_0>(x, n, importance, effort, out);
    case TensorType::Q5_0:
      return fill_row<tensor::BlockQ5_0>(x, n, importance, effort, out);
    case TensorType::Q5_1:
      return fill_row<tensor::BlockQ5_1>(x, n, importance, effort, out);
    case TensorType::MXFP4:
      return fill_row<tensor::BlockMXFP4>(x, n, importance, effort, out);
    case TensorType::Q4_K:
      return fill_row<tensor::BlockQ4_K>(x, n, importance, effort, out);
    case TensorType::Q5_K:
      return fill_row<tensor::BlockQ5_K>(x, n, importance, effort, out);
    case TensorType::Q6_K:
      return fill_row<tensor::BlockQ6_K>(x, n, importance, effort, out);
    default:
      SLUICE_CHECK(false, "the type was checked with can_quantise()");
  }
}

}  // namespace

bool can_quantise(TensorType type) {
  switch (type) {
    case TensorType::F32:
    case TensorType::F16:
    case TensorType::BF16:
    case TensorType::Q8_0:
    case TensorType::Q5_0:
    case TensorType::Q5_1:
    case TensorType::MXFP4:
    case TensorType::Q4_K:
    case TensorType::Q5_K:
    case TensorType::Q6_K:
      return true;
    default:
      return false;
  }
}

// Scales are 16-bit floats; with the fewest levels (Q4_K: the span over 15, that over 63) they overflow last.
float largest_value(TensorType type) {
  if (type == TensorType::F32 || type == TensorType::BF16) return 3.4e38f;
  return type == TensorType::F16 || type == TensorType::Q5_1 ? kLargestHalf : 8 * kLargestHalf;
}

void quantise_row(TensorType type, const float* x, int n, const float* importance, std::uint8_t* out) {
  fill_any(type, x, n, importance, Effort::Searched, out);
}

void round_row(TensorType type, const float* x, int n, std::uint8_t* out) {
  fill_any(type, x, n, nullptr, Effort::Rounded, out);
}

}  // namespace sluice::engine::quantise
