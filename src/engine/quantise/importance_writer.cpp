#include "engine/quantise/importance_writer.h"

#include <cstdint>

#include "engine/gguf/types.h"
#include "engine/quantise/output.h"

namespace sluice::engine::quantise {
namespace {

using gguf::ValueType;

constexpr std::uint64_t kAlignment = 32;

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_string(std::string& out, std::string_view text) {
  put(out, std::uint64_t{text.size()});
  out += text;
}

void put_key(std::string& out, std::string_view key, ValueType type) {
  put_string(out, key);
  put(out, static_cast<std::uint32_t>(type));
}

std::uint64_t aligned(std::uint64_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; }

// A matrix of floats and its place behind the header.
void put_tensor(std::string& out, const std::string& name, std::uint64_t columns, std::uint64_t rows,
                std::uint64_t& offset) {
  put_string(out, name);
  put(out, std::uint32_t{2});
  put(out, columns);
  put(out, rows);
  put(out, static_cast<std::uint32_t>(gguf::TensorType::F32));
  put(out, offset);
  offset = aligned(offset + columns * rows * sizeof(float));
}

Status write_floats(Output& output, const std::vector<float>& values) {
  const std::size_t bytes = values.size() * sizeof(float);
  SLUICE_TRY_VOID(output.write({reinterpret_cast<const char*>(values.data()), bytes}));
  return output.write(std::string(aligned(bytes) - bytes, '\0'));
}

}  // namespace

Status write_importance(const std::string& path, const std::map<std::string, Sums, std::less<>>& sums,
                        const std::string& text_name, int stretches, int context, bool force) {
  std::string header = "GGUF";
  put(header, std::uint32_t{3});
  put(header, std::uint64_t{2 * sums.size()});
  put(header, std::uint64_t{4});
  put_key(header, "general.type", ValueType::String);
  put_string(header, "imatrix");
  put_key(header, "imatrix.datasets", ValueType::Array);
  put(header, static_cast<std::uint32_t>(ValueType::String));
  put(header, std::uint64_t{1});
  put_string(header, text_name);
  put_key(header, "imatrix.chunk_count", ValueType::U32);
  put(header, static_cast<std::uint32_t>(stretches));
  put_key(header, "imatrix.chunk_size", ValueType::U32);
  put(header, static_cast<std::uint32_t>(context));
  std::uint64_t offset = 0;
  for (const auto& [name, of] : sums) {
    put_tensor(header, name + ".in_sum2", of.squares.size() / of.counts.size(), of.counts.size(), offset);
    put_tensor(header, name + ".counts", 1, of.counts.size(), offset);
  }
  header.resize(aligned(header.size()), '\0');
  Output output;
  SLUICE_TRY_VOID(output.open(path, header.size() + offset, force));
  SLUICE_TRY_VOID(output.write(header));
  for (const auto& [name, of] : sums) {
    SLUICE_TRY_VOID(write_floats(output, of.squares));
    SLUICE_TRY_VOID(write_floats(output, of.counts));
  }
  return output.keep();
}

}  // namespace sluice::engine::quantise
