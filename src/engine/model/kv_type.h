// The numbers that keys and values are kept in. Q8_0 is ggml's: blocks of 32 numbers that share a 16-bit scale
// (tensor/blocks.h), 8.5 bits a number. What an indexer scores by stays F16 then: it chooses, and one key chosen
// otherwise changes an answer more than many that are a little off.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.h"

namespace sluice::engine::tensor {
struct Attention;
struct Kernels;
}  // namespace sluice::engine::tensor

namespace sluice::engine::model {

struct Shape;

enum class KvType { F16, Q8_0, F32 };  // F32: exact mode's

const char* kv_type_name(KvType type);                        // "f16", "q8_0", "f32"
std::optional<KvType> kv_type_called(std::string_view name);  // those that can be chosen: f16 and q8_0
KvType index_type(KvType type);                               // of an indexer's keys beside such keys and values

int kv_stride(KvType type);  // bytes after which numbers like the first come again, for compression

// Bytes of a vector of `n` numbers; for Q8_0 a multiple of 32.
std::size_t kv_bytes(KvType type, int n);
void kv_store(const tensor::Kernels& kernels, KvType type, const float* from, int n, std::byte* to);
// The attention's keys and values are of this type.
void kv_attend(const tensor::Kernels& kernels, KvType type, const tensor::Attention& attention);

// Whether a model can keep its keys and values so. Errors: engine.unsupported where the vectors that are read by
// themselves are no whole blocks, with their width; where exact mode, whose cache is F32, is asked for another.
Status check_kv_type(const Shape& shape, KvType type, bool exact);

}  // namespace sluice::engine::model
