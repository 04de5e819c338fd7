// The closed type tables of GGUF: metadata value types and tensor element types.
#pragma once

#include <cstdint>
#include <optional>

namespace sluice::engine::gguf {

enum class ValueType : std::uint32_t {
  U8 = 0,
  I8 = 1,
  U16 = 2,
  I16 = 3,
  U32 = 4,
  I32 = 5,
  F32 = 6,
  Bool = 7,
  String = 8,
  Array = 9,
  U64 = 10,
  I64 = 11,
  F64 = 12
};

// Bytes of a scalar; 0 for String and Array; nullopt for numbers outside the table.
std::optional<int> value_bytes(std::uint32_t type);
const char* value_type_name(ValueType type);  // "u32", "string"

// Element types of tensors as numbered in the file. Quantised types store blocks of `block` elements in
// `bytes` bytes.
enum class TensorType : std::uint32_t {
  F32 = 0,
  F16 = 1,
  Q4_0 = 2,
  Q4_1 = 3,
  Q5_0 = 6,
  Q5_1 = 7,
  Q8_0 = 8,
  Q8_1 = 9,
  Q2_K = 10,
  Q3_K = 11,
  Q4_K = 12,
  Q5_K = 13,
  Q6_K = 14,
  Q8_K = 15,
  IQ2_XXS = 16,
  IQ2_XS = 17,
  IQ3_XXS = 18,
  IQ1_S = 19,
  IQ4_NL = 20,
  IQ3_S = 21,
  IQ2_S = 22,
  IQ4_XS = 23,
  I8 = 24,
  I16 = 25,
  I32 = 26,
  I64 = 27,
  F64 = 28,
  IQ1_M = 29,
  BF16 = 30,
  TQ1_0 = 34,
  TQ2_0 = 35,
  MXFP4 = 39
};

struct TensorTypeInfo {
  const char* name;     // "Q4_K"
  std::uint32_t block;  // elements
  std::uint32_t bytes;  // of one block
};

// nullopt for numbers outside the table (removed types included).
std::optional<TensorTypeInfo> tensor_type_info(std::uint32_t type);
inline TensorTypeInfo tensor_type_info(TensorType type) {
  return *tensor_type_info(static_cast<std::uint32_t>(type));
}

}  // namespace sluice::engine::gguf
