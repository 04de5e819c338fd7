#include "engine/tensor/dequantise.h"

#include <doctest/doctest.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <string>

#include "engine/tensor/random_weights.h"

namespace sluice::engine::tensor {
namespace {

using gguf::TensorType;

// The formats read bit by bit from the text of their definition: where each bit of element e lies in a block.
// Slow, and written apart from the code it judges.
int bits(const std::uint8_t* block, int first_bit, int count) {
  int value = 0;
  for (int i = 0; i < count; ++i) value |= ((block[(first_bit + i) / 8] >> ((first_bit + i) % 8)) & 1) << i;
  return value;
}
double half(const std::uint8_t* block, int byte) {
  const int word = bits(block, 8 * byte, 16), exponent = (word >> 10) & 31, mantissa = word & 1023;
  const double magnitude = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(1024 + mantissa, exponent - 25);
  return word & 0x8000 ? -magnitude : magnitude;
}

double small_element(TensorType type, const std::uint8_t* b, int e) {
  const auto nibble = [&](int base) { return bits(b, 8 * (base + e % 16) + (e < 16 ? 0 : 4), 4); };
  switch (type) {
    case TensorType::Q4_0:
      return half(b, 0) * (nibble(2) - 8);
    case TensorType::Q4_1:
      return half(b, 0) * nibble(4) + half(b, 2);
    case TensorType::Q5_0:
      return half(b, 0) * (nibble(6) + 16 * bits(b, 16 + e, 1) - 16);
    case TensorType::Q5_1:
      return half(b, 0) * (nibble(8) + 16 * bits(b, 32 + e, 1)) + half(b, 2);
    default:
      return half(b, 0) * static_cast<std::int8_t>(bits(b, 16 + 8 * e, 8));
  }
}

// Six-bit scale (which = 0) or minimum (which = 1) of a group: the first four groups have theirs in the low six
// bits of bytes 0-3 and 4-7; the last four have low nibbles or high nibbles of bytes 8-11 and their top two bits
// above.
int packed_scale(const std::uint8_t* b, int group, int which) {
  const int base = 4 * 8;  // behind d and dmin
  if (group < 4) return bits(b, base + 8 * (group + 4 * which), 6);
  return bits(b, base + 8 * (group + 4) + 4 * which, 4) + 16 * bits(b, base + 8 * (group - 4 + 4 * which) + 6, 2);
}

double k_element(TensorType type, const std::uint8_t* b, int e) {
  const int group = e / 32, i = e % 32;
  if (type == TensorType::Q6_K) {
    const int h = e / 128, r = e % 128;
    const int low = bits(b, 8 * (64 * h + r % 64) + (r < 64 ? 0 : 4), 4);
    const int high = bits(b, 8 * (128 + 32 * h + r % 32) + 2 * (r / 32), 2);
    return half(b, 208) * static_cast<std::int8_t>(b[192 + e / 16]) * (low + 16 * high - 32);
  }
  const int quants = type == TensorType::Q4_K ? 16 : 48;
  int q = bits(b, 8 * (quants + 32 * (group / 2) + i) + 4 * (group % 2), 4);
  if (type == TensorType::Q5_K) q += 16 * bits(b, 8 * (16 + i) + group, 1);
  return half(b, 0) * packed_scale(b, group, 0) * q - half(b, 2) * packed_scale(b, group, 1);
}

}  // namespace

TEST_CASE("weights of the common types are what their format's definition says, bit by bit") {
  std::mt19937 random(1);
  for (const TensorType type : {TensorType::Q4_0, TensorType::Q4_1, TensorType::Q5_0, TensorType::Q5_1,
                                TensorType::Q8_0, TensorType::Q4_K, TensorType::Q5_K, TensorType::Q6_K}) {
    const gguf::TensorTypeInfo info = gguf::tensor_type_info(type);
    for (int round = 0; round < 20; ++round) {
      const int n = static_cast<int>(info.block) * 3;
      const auto row = random_row(type, n, random);
      std::vector<float> out(static_cast<std::size_t>(n));
      dequantise(type, row.data(), n, out.data());
      for (int e = 0; e < n; ++e) {
        const std::uint8_t* block = row.data() + static_cast<std::size_t>(e) / info.block * info.bytes;
        const int inside = e % static_cast<int>(info.block);
        const double expected =
            info.block == 32 ? small_element(type, block, inside) : k_element(type, block, inside);
        CAPTURE(info.name);
        REQUIRE(static_cast<double>(out[static_cast<std::size_t>(e)]) == doctest::Approx(expected).epsilon(1e-5));
      }
    }
  }
}

TEST_CASE("blocks of every type have the values that an independent implementation gives them") {
  // One line per type: its name, the bytes of 256 elements as hex, and their values.
  std::ifstream file("src/engine/tensor/reference_blocks.txt");
  REQUIRE(file.is_open());
  int types = 0;
  for (std::string line; std::getline(file, line); ++types) {
    std::istringstream fields(line);
    std::string name, hex;
    fields >> name >> hex;
    CAPTURE(name);
    std::vector<std::uint8_t> bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2)
      bytes.push_back(static_cast<std::uint8_t>(std::stoi(hex.substr(i, 2), nullptr, 16)));
    std::uint32_t number = 0;
    while (number < 64 && !(gguf::tensor_type_info(number) && gguf::tensor_type_info(number)->name == name))
      ++number;
    REQUIRE(number < 64);
    const auto type = static_cast<TensorType>(number);
    const gguf::TensorTypeInfo info = gguf::tensor_type_info(type);
    REQUIRE(bytes.size() * info.block == 256 * std::size_t{info.bytes});
    std::vector<float> out(256);
    dequantise(type, bytes.data(), 256, out.data());
    for (float value : out) {
      float expected = 0;
      REQUIRE(static_cast<bool>(fields >> expected));
      REQUIRE(value == doctest::Approx(expected).epsilon(1e-6));
    }
  }
  CHECK(types == 20);
}

TEST_CASE("all 65536 half floats have the value of their bits, and come back from it") {
  for (std::uint32_t word = 0; word < 65536; ++word) {
    const auto value = static_cast<std::uint16_t>(word);
    const std::uint8_t bytes[2] = {static_cast<std::uint8_t>(word), static_cast<std::uint8_t>(word >> 8)};
    const float wide = half_to_float(value);
    if ((word >> 10 & 31) == 31) {
      CHECK(((word & 1023) ? std::isnan(wide) : std::isinf(wide)));
    } else {
      CHECK(static_cast<double>(wide) == half(bytes, 0));
    }
    if (!std::isnan(wide)) CHECK(float_to_half(wide) == value);
  }
}

TEST_CASE("floats round to the nearest half, ties to even, and bfloat16 likewise") {
  std::mt19937 random(2);
  for (int round = 0; round < 100000; ++round) {
    const float value = std::bit_cast<float>(static_cast<std::uint32_t>(random()));
    if (!std::isfinite(value)) continue;
    if (std::fabs(value) < 65504) {
      const std::uint16_t got = float_to_half(value);
      const double error = std::fabs(static_cast<double>(half_to_float(got)) - static_cast<double>(value));
      for (int step : {-1, 1}) {
        const float other = half_to_float(static_cast<std::uint16_t>(got + step));
        if (!std::isfinite(other) || std::signbit(other) != std::signbit(value)) continue;
        const double distance = std::fabs(static_cast<double>(other) - static_cast<double>(value));
        CHECK((error < distance || (error == distance && got % 2 == 0)));
      }
    }
    const std::uint16_t brain = float_to_bf16(value);
    const float back = bf16_to_float(brain);
    if (std::isfinite(back))
      CHECK(std::fabs(static_cast<double>(back) - static_cast<double>(value)) <=
            std::fabs(static_cast<double>(value)) / 256 + 1e-40);
  }
  CHECK(float_to_half(65520.0f) == 0x7c00);
  CHECK(float_to_half(65519.0f) == 0x7bff);
  CHECK(std::isnan(half_to_float(float_to_half(std::nanf("")))));
}

}  // namespace sluice::engine::tensor
