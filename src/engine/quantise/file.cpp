#include "engine/quantise/file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>

#include "engine/quantise/importance.h"
#include "engine/quantise/output.h"
#include "engine/quantise/quantise.h"
#include "engine/tensor/dequantise.h"
#include "engine/tensor/pool.h"

namespace sluice::engine::quantise {
namespace {

using gguf::TensorType;

constexpr std::uint64_t kBatchBytes = 8u << 20;  // of floats that are worked on at once
constexpr std::uint64_t kDefaultAlignment = 32;

std::uint64_t bytes_of(const gguf::Tensor& tensor, TensorType type) {
  const gguf::TensorTypeInfo info = gguf::tensor_type_info(type);
  return tensor.elements / info.block * info.bytes;
}

bool is_integer(TensorType type) { return type >= TensorType::I8 && type <= TensorType::F64; }

bool is_quantised(TensorType type) { return gguf::tensor_type_info(type).block > 1; }

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_string(std::string& out, std::string_view text) {
  put(out, std::uint64_t{text.size()});
  out += text;
}

// Everything before the tensors' data.
std::string header_of(const gguf::File& file, const std::vector<Written::Matrix>& plan, Target target,
                      std::uint64_t alignment) {
  constexpr std::uint32_t kMagic = 0x46554747, kVersion = 3, kQuantisationVersion = 2;
  constexpr std::string_view kFileType = "general.file_type", kQuantisation = "general.quantization_version";
  std::string pairs;
  std::uint64_t count = 0;
  const auto put_number = [&](std::string_view key, std::uint32_t value) {
    put_string(pairs, key);
    put(pairs, static_cast<std::uint32_t>(gguf::ValueType::U32));
    put(pairs, value);
    ++count;
  };
  for (std::string_view key : file.keys()) {
    if (key == kFileType || key == kQuantisation || key.starts_with("split.")) continue;
    put_string(pairs, key);
    pairs += file.raw_value(key);
    ++count;
  }
  put_number(kQuantisation, kQuantisationVersion);
  put_number(kFileType, file_type(target));
  std::string header;
  put(header, kMagic);
  put(header, kVersion);
  put(header, std::uint64_t{file.tensors().size()});
  put(header, count);
  header += pairs;
  std::uint64_t offset = 0;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    const gguf::Tensor& tensor = file.tensors()[i];
    put_string(header, tensor.name);
    put(header, static_cast<std::uint32_t>(tensor.dimensions));
    for (int d = 0; d < tensor.dimensions; ++d) put(header, tensor.shape[static_cast<std::size_t>(d)]);
    put(header, static_cast<std::uint32_t>(plan[i].to));
    put(header, offset);
    offset = (offset + bytes_of(tensor, plan[i].to) + alignment - 1) / alignment * alignment;
  }
  header.resize((header.size() + alignment - 1) / alignment * alignment, '\0');
  return header;
}

// Lets the pages of what was read go; they come from the file again if need be.
void forget(const gguf::Tensor& tensor) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = (reinterpret_cast<std::uintptr_t>(tensor.data) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(tensor.data) + tensor.bytes) / page * page;
  if (begin < end) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
}

// The first value that can't be had, if any.
class Complaint {
 public:
  void about(std::uint64_t row, std::uint64_t column, float value) {
    const std::lock_guard lock(mutex_);
    if (row_ && (*row_ < row || (*row_ == row && column_ <= column))) return;
    row_ = row;
    column_ = column;
    value_ = value;
  }
  std::optional<Error> error(const gguf::Tensor& tensor, TensorType to) const {
    if (!row_) return std::nullopt;
    const char* what = std::isfinite(value_) ? " is too large for " : " is no finite number, as needed for ";
    return Error{"quantise.value",
                 "element " + std::to_string(column_) + " of row " + std::to_string(*row_) + " of " +
                     std::string(tensor.name) + what + gguf::tensor_type_info(to).name,
                 "", "the file is damaged, or was converted wrongly"};
  }

 private:
  std::mutex mutex_;
  std::optional<std::uint64_t> row_;
  std::uint64_t column_ = 0;
  float value_ = 0;
};

class Run {
 public:
  Run(const FileOptions& options, const Watch& watch, const gguf::File& file, Written& written)
      : watch_(watch), file_(file), written_(written), pool_(options.threads), options_(options) {}

  Status plan() {
    if (!options_.importance.empty()) {
      SLUICE_TRY(importance_, Importance::read(options_.importance));
    }
    const Mixture mixture(file_, options_.target);
    for (const gguf::Tensor& tensor : file_.tensors()) {
      const Choice choice = mixture.choose(tensor);
      Written::Matrix one{std::string(tensor.name), tensor.type, choice.type, choice.wanted, choice.kept, false};
      if (!is_integer(tensor.type) && !tensor::supported(tensor.type))
        return fail("quantise.type", one.name + " is " + gguf::tensor_type_info(tensor.type).name +
                                         ", which can't be read; " + tensor::supported_names() + " can");
      if (!choice.kept) {
        SLUICE_TRY(const auto* weights, importance_.of(tensor.name, tensor.row_length(), matrices(tensor)));
        one.weighed = weights != nullptr;
        written_.again = written_.again || (is_quantised(tensor.type) && tensor.type != choice.type);
      }
      total_ += tensor.bytes;
      written_.tensors.push_back(std::move(one));
    }
    return {};
  }

  Status write() {
    const std::uint64_t alignment = file_.unsigned_integer("general.alignment").value_or(kDefaultAlignment);
    const std::string header = header_of(file_, written_.tensors, options_.target, alignment);
    std::uint64_t size = header.size();
    for (std::size_t i = 0; i < written_.tensors.size(); ++i)
      size += bytes_of(file_.tensors()[i], written_.tensors[i].to) + alignment;
    SLUICE_TRY_VOID(output_.open(options_.out, size, options_.force));
    SLUICE_TRY_VOID(output_.write(header));
    for (std::size_t i = 0; i < written_.tensors.size(); ++i) {
      const gguf::Tensor& tensor = file_.tensors()[i];
      SLUICE_TRY_VOID(write_tensor(tensor, written_.tensors[i]));
      const std::uint64_t padding = (alignment - output_.written() % alignment) % alignment;
      SLUICE_TRY_VOID(output_.write(std::string(padding, '\0')));
      forget(tensor);
    }
    SLUICE_TRY_VOID(output_.keep());
    written_.bytes_in = file_.size();
    written_.bytes_out = output_.written();
    return {};
  }

 private:
  static std::uint64_t matrices(const gguf::Tensor& tensor) { return tensor.shape[2] * tensor.shape[3]; }

  Status write_tensor(const gguf::Tensor& tensor, const Written::Matrix& plan) {
    const std::uint64_t floats = tensor.row_length() * sizeof(float);
    const std::uint64_t batch = std::max<std::uint64_t>(kBatchBytes / floats, 1);
    std::string out;
    for (std::uint64_t first = 0; first < tensor.rows(); first += batch) {
      const std::uint64_t rows = std::min(batch, tensor.rows() - first);
      SLUICE_TRY_VOID(convert(tensor, plan, first, rows, out));
      SLUICE_TRY_VOID(output_.write(out));
      done_ += tensor.bytes / tensor.rows() * rows;
      if (watch_) watch_(plan.name, done_, total_);
    }
    return {};
  }

  // Rows [first, first + count), as they go to the file.
  Status convert(const gguf::Tensor& tensor, const Written::Matrix& plan, std::uint64_t first, std::uint64_t count,
                 std::string& out) {
    const std::uint64_t bytes_in = tensor.bytes / tensor.rows(),
                        bytes_out = bytes_of(tensor, plan.to) / tensor.rows();
    out.resize(count * bytes_out);
    const auto* begin = reinterpret_cast<const char*>(tensor.data) + first * bytes_in;
    if (plan.from == plan.to) out.assign(begin, count * bytes_in);
    if (is_integer(plan.from)) return {};
    SLUICE_TRY(const auto* weights, importance_.of(tensor.name, tensor.row_length(), matrices(tensor)));
    const float most = plan.from == plan.to ? largest_value(TensorType::F32) : largest_value(plan.to);
    const std::uint64_t length = tensor.row_length();
    std::vector<std::vector<float>> values(static_cast<std::size_t>(pool_.threads()), std::vector<float>(length));
    Complaint complaint;
    pool_.run(static_cast<int>(count), [&](int task, int thread) {
      const std::uint64_t row = first + static_cast<std::uint64_t>(task);
      float* x = values[static_cast<std::size_t>(thread)].data();
      tensor::dequantise(tensor.type, tensor.data + row * bytes_in, static_cast<int>(length), x);
      for (std::uint64_t i = 0; i < length; ++i)
        if (!(std::fabs(x[i]) <= most)) return complaint.about(row, i, x[i]);
      if (plan.from == plan.to) return;
      const float* importance = nullptr;
      if (weights) importance = weights->data() + (weights->size() > length ? row / tensor.shape[1] * length : 0);
      quantise_row(plan.to, x, static_cast<int>(length), importance,
                   reinterpret_cast<std::uint8_t*>(out.data()) + static_cast<std::uint64_t>(task) * bytes_out);
    });
    if (auto error = complaint.error(tensor, plan.to)) return fail(std::move(*error));
    return {};
  }

  const Watch& watch_;
  const gguf::File& file_;
  Written& written_;
  tensor::Pool pool_;
  const FileOptions& options_;
  Importance importance_;
  Output output_;
  std::uint64_t done_ = 0, total_ = 0;
};

}  // namespace

Result<Written> quantise_file(const FileOptions& options, const Watch& watch) {
  SLUICE_TRY(const auto file, gguf::File::open(options.in));
  Written written;
  Run run(options, watch, *file, written);
  SLUICE_TRY_VOID(run.plan());
  SLUICE_TRY_VOID(run.write());
  return written;
}

}  // namespace sluice::engine::quantise
