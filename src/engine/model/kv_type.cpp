#include "engine/model/kv_type.h"

#include <cstring>
#include <string>

#include "base/check.h"
#include "engine/model/shape.h"
#include "engine/tensor/blocks.h"
#include "engine/tensor/kernels.h"

namespace sluice::engine::model {

const char* kv_type_name(KvType type) {
  switch (type) {
    case KvType::F16:
      return "f16";
    case KvType::Q8_0:
      return "q8_0";
    case KvType::F32:
      break;
  }
  return "f32";
}

std::optional<KvType> kv_type_called(std::string_view name) {
  for (const KvType type : {KvType::F16, KvType::Q8_0})
    if (name == kv_type_name(type)) return type;
  return std::nullopt;
}

KvType index_type(KvType type) { return type == KvType::Q8_0 ? KvType::F16 : type; }

int kv_stride(KvType type) {
  return type == KvType::F32 ? 4 : type == KvType::F16 ? 2 : static_cast<int>(sizeof(tensor::BlockQ8_0));
}

std::size_t kv_bytes(KvType type, int n) {
  const auto elements = static_cast<std::size_t>(n);
  if (type != KvType::Q8_0) return elements * (type == KvType::F32 ? 4 : 2);
  SLUICE_CHECK(n % tensor::kGroup == 0, "check_kv_type() refuses other widths");
  return elements / tensor::kGroup * sizeof(tensor::BlockQ8_0);
}

void kv_store(const tensor::Kernels& kernels, KvType type, const float* from, int n, std::byte* to) {
  switch (type) {
    case KvType::F16:
      return kernels.to_half(from, n, reinterpret_cast<std::uint16_t*>(to));
    case KvType::Q8_0:
      return kernels.to_q8_0(from, n, reinterpret_cast<std::uint8_t*>(to));
    case KvType::F32:
      std::memcpy(to, from, static_cast<std::size_t>(n) * sizeof(float));
  }
}

void kv_attend(const tensor::Kernels& kernels, KvType type, const tensor::Attention& attention) {
  switch (type) {
    case KvType::F16:
      return kernels.attend_f16(attention);
    case KvType::Q8_0:
      return kernels.attend_q8_0(attention);
    case KvType::F32:
      return kernels.attend_f32(attention);
  }
}

Status check_kv_type(const Shape& shape, KvType type, bool exact) {
  if (type != KvType::Q8_0) return {};
  if (exact)
    return fail("engine.unsupported", "exact mode keeps keys and values in F32, and a q8_0 cache is asked for", "",
                "leave out one of them");
  // Latent attention reads a position's vector as a whole, others each head's.
  const int width = shape.latent.kv_rank > 0 ? shape.key_width() : shape.head_dim;
  if (width % tensor::kGroup == 0) return {};
  return fail("engine.unsupported",
              "a q8_0 cache is asked for, whose blocks have " + std::to_string(tensor::kGroup) +
                  " numbers; this model's keys have " + std::to_string(width),
              "", "take the f16 cache");
}

}  // namespace sluice::engine::model
