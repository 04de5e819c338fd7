#include "engine/model/pass.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"

namespace sluice::engine::model {
namespace {

using tensor::Buffer;

// Below this much arithmetic a step is done before a second thread has noticed it.
constexpr std::int64_t kWorthSharing = 16 * 1024;

}  // namespace

Pass::Pass(const Shape& shape, const Options& options, Cache cache, std::span<const float> rope_divisors)
    : shape_(shape),
      compute_(options.threads, options.exact),
      cache_(std::move(cache)),
      frequencies_(rope_frequencies(shape.rope, shape.rope_dims, rope_divisors)),
      magnitude_(rope_magnitude(shape.rope)),
      most_rows_(options.rows),
      x_(options.rows, shape.embedding),
      h_(options.rows, shape.embedding),
      q_(options.rows, shape.q_width()),
      k_(options.rows, shape.kv_width()),
      v_(options.rows, shape.kv_width()),
      a_(options.rows, shape.q_width()),
      projected_(options.rows, shape.embedding),
      gate_(options.rows, shape.feed_forward),
      up_(options.rows, shape.feed_forward),
      odd_heads_(shape.head_dim % 8 != 0) {
  const auto pairs = frequencies_.size();
  cos_.resize(static_cast<std::size_t>(options.rows) * pairs);
  sin_.resize(cos_.size());
  tiles_.reserve(static_cast<std::size_t>(options.rows));
}

std::uint64_t Pass::bytes(const Shape& shape, const Options& options) {
  const int rows = options.rows;
  const std::uint64_t logits =
      static_cast<std::uint64_t>(options.slots) * static_cast<std::uint64_t>(shape.vocabulary) * sizeof(float);
  return 3 * Buffer::bytes(rows, shape.embedding) + 2 * Buffer::bytes(rows, shape.q_width()) +
         2 * Buffer::bytes(rows, shape.kv_width()) + 2 * Buffer::bytes(rows, shape.feed_forward) + logits +
         static_cast<std::uint64_t>(options.threads) * tensor::kAttentionScratch * sizeof(float);
}

void Pass::begin(std::span<const Row> rows, const tensor::Weight& embedding) {
  SLUICE_CHECK(!rows.empty() && rows.size() <= static_cast<std::size_t>(most_rows_),
               "the caller keeps to Options::rows");
  rows_ = rows;
  count_ = static_cast<int>(rows.size());
  wanted_ = 0;
  for (int i = 0; i < count_; ++i) {
    const Row& row = rows[static_cast<std::size_t>(i)];
    SLUICE_CHECK(
        row.slot >= 0 && row.slot < cache_.slots() && row.position >= 0 && row.position < cache_.context(),
        "slots and positions are the scheduler's");
    compute_.look_up(embedding, row.token, x_.row(i));
    wanted_ += row.wants_logits ? 1 : 0;
  }
  prepare_angles();
  prepare_tiles();
}

void Pass::prepare_angles() {
  const std::size_t pairs = frequencies_.size();
  for (int i = 0; i < count_; ++i) {
    const double position = rows_[static_cast<std::size_t>(i)].position;
    for (std::size_t p = 0; p < pairs; ++p) {
      const double angle = position * frequencies_[p];
      cos_[static_cast<std::size_t>(i) * pairs + p] = static_cast<float>(std::cos(angle) * magnitude_);
      sin_[static_cast<std::size_t>(i) * pairs + p] = static_cast<float>(std::sin(angle) * magnitude_);
    }
  }
}

// Adjacent rows of one slot share a walk over its keys and values.
void Pass::prepare_tiles() {
  const int group = shape_.heads / shape_.kv_heads;
  const int most = std::max(tensor::kMaxQueries / group, 1);
  tiles_.clear();
  for (int i = 0; i < count_; ++i) {
    const Row& row = rows_[static_cast<std::size_t>(i)];
    if (!tiles_.empty() && tiles_.back().rows < most) {
      const Row& last = rows_[static_cast<std::size_t>(i - 1)];
      if (last.slot == row.slot && last.position + 1 == row.position) {
        ++tiles_.back().rows;
        continue;
      }
    }
    tiles_.push_back({i, 1});
  }
}

void Pass::norm(std::span<const float> weight) { compute_.rms_norm(x_, count_, weight, shape_.epsilon, h_); }

void Pass::project_qkv(const Layer& layer) {
  const auto bias = [](const std::vector<float>& values) { return values.empty() ? nullptr : values.data(); };
  const std::array<tensor::Product, 3> products{{{&layer.q, q_.row(0), bias(layer.q_bias)},
                                                 {&layer.k, k_.row(0), bias(layer.k_bias)},
                                                 {&layer.v, v_.row(0), bias(layer.v_bias)}}};
  compute_.multiply(h_, count_, products);
}

void Pass::norm_heads(const Layer& layer) {
  const int d = shape_.head_dim;
  const auto each = [&](float* row, int heads, const std::vector<float>& weight) {
    for (int head = 0; head < heads; ++head, row += d)
      compute_.kernels().rms_norm(row, weight.data(), shape_.epsilon, d, row);
  };
  const bool parallel = count_ > 1 && std::int64_t{count_} * shape_.q_width() >= kWorthSharing;
  compute_.for_each(count_, parallel, [&](int i, float*) {
    each(q_.row(i), shape_.heads, layer.q_norm);
    each(k_.row(i), shape_.kv_heads, layer.k_norm);
  });
}

void Pass::rotate_row(Rope rope, float* row, int heads, int index) const {
  const int pairs = shape_.rope_dims / 2;
  const float* cos = cos_.data() + static_cast<std::ptrdiff_t>(index) * pairs;
  const float* sin = sin_.data() + static_cast<std::ptrdiff_t>(index) * pairs;
  for (int head = 0; head < heads; ++head) rope_turn(rope, row + head * shape_.head_dim, pairs, cos, sin);
}

void Pass::rotate(Rope rope) {
  const bool parallel = count_ > 1 && std::int64_t{count_} * shape_.q_width() >= kWorthSharing;
  compute_.for_each(count_, parallel, [&](int i, float*) {
    rotate_row(rope, q_.row(i), shape_.heads, i);
    rotate_row(rope, k_.row(i), shape_.kv_heads, i);
  });
}

void Pass::store_row(int layer, int index) {
  const Row& row = rows_[static_cast<std::size_t>(index)];
  const std::size_t at = static_cast<std::size_t>(row.position) * cache_.stride();
  const int width = shape_.kv_width();
  if (cache_.exact()) {
    std::copy_n(k_.row(index), width, cache_.keys(row.slot, layer) + at);
    std::copy_n(v_.row(index), width, cache_.values(row.slot, layer) + at);
  } else {
    compute_.kernels().to_half(k_.row(index), width, cache_.half_keys(row.slot, layer) + at);
    compute_.kernels().to_half(v_.row(index), width, cache_.half_values(row.slot, layer) + at);
  }
}

void Pass::attend_tile(int layer, const Tile& tile, int first_head, int heads, float* scratch) {
  std::array<const float*, tensor::kMaxQueries> q;
  std::array<float*, tensor::kMaxQueries> out;
  std::array<int, tensor::kMaxQueries> counts;
  tensor::Attention attention;
  for (int i = tile.first; i < tile.first + tile.rows; ++i)
    for (int head = first_head; head < first_head + heads; ++head) {
      const auto j = static_cast<std::size_t>(attention.queries++);
      q[j] = q_.row(i) + head * shape_.head_dim;
      out[j] = a_.row(i) + head * shape_.head_dim;
      counts[j] = rows_[static_cast<std::size_t>(i)].position + 1;
    }
  const int slot = rows_[static_cast<std::size_t>(tile.first)].slot;
  const int offset = first_head / (shape_.heads / shape_.kv_heads) * shape_.head_dim;
  attention.q = q.data();
  attention.out = out.data();
  attention.counts = counts.data();
  attention.stride = cache_.stride();
  attention.head_dim = shape_.head_dim;
  attention.scale = 1.0f / std::sqrt(static_cast<float>(shape_.head_dim));
  attention.scratch = scratch;
  const tensor::Kernels& kernels = odd_heads_ ? tensor::scalar_kernels() : compute_.kernels();
  if (cache_.exact()) {
    attention.k = cache_.keys(slot, layer) + offset;
    attention.v = cache_.values(slot, layer) + offset;
    kernels.attend_f32(attention);
  } else {
    attention.k = cache_.half_keys(slot, layer) + offset;
    attention.v = cache_.half_values(slot, layer) + offset;
    kernels.attend_f16(attention);
  }
}

void Pass::attend(int layer) {
  compute_.for_each(count_, std::int64_t{count_} * shape_.kv_width() >= kWorthSharing,
                    [&](int i, float*) { store_row(layer, i); });
  // A task is a tile and some heads that read the same keys; fewer heads where tasks would be too few.
  const int tiles = static_cast<int>(tiles_.size());
  int heads = std::min(shape_.heads / shape_.kv_heads, tensor::kMaxQueries);
  while (shape_.heads / shape_.kv_heads % heads != 0) --heads;
  while (heads % 2 == 0 && tiles * (shape_.heads / heads) < compute_.threads()) heads /= 2;
  const int parts = shape_.heads / heads;
  std::int64_t work = 0;
  for (const Row& row : rows_) work += std::int64_t{row.position + 1} * shape_.q_width();
  compute_.for_each(tiles * parts, work >= kWorthSharing, [&](int i, float* scratch) {
    attend_tile(layer, tiles_[static_cast<std::size_t>(i / parts)], i % parts * heads, heads, scratch);
  });
}

void Pass::add_attention(const tensor::Weight& output) {
  const std::array<tensor::Product, 1> products{{{&output, projected_.row(0), nullptr}}};
  compute_.multiply(a_, count_, products);
  compute_.add(x_, projected_, count_);
}

void Pass::add_feed_forward(const Layer& layer) {
  const std::array<tensor::Product, 2> in{
      {{&layer.gate, gate_.row(0), nullptr}, {&layer.up, up_.row(0), nullptr}}};
  compute_.multiply(h_, count_, in);
  compute_.swiglu(gate_, up_, count_, gate_);
  const std::array<tensor::Product, 1> out{{{&layer.down, projected_.row(0), nullptr}}};
  compute_.multiply(gate_, count_, out);
  compute_.add(x_, projected_, count_);
}

void Pass::finish(std::span<const float> norm, const tensor::Weight& head) {
  if (wanted_ == 0) return;
  int kept = 0;
  for (int i = 0; i < count_; ++i) {
    if (!rows_[static_cast<std::size_t>(i)].wants_logits) continue;
    if (kept != i) std::copy_n(x_.row(i), shape_.embedding, x_.row(kept));
    ++kept;
  }
  compute_.rms_norm(x_, kept, norm, shape_.epsilon, h_);
  const std::size_t needed = static_cast<std::size_t>(kept) * static_cast<std::size_t>(shape_.vocabulary);
  if (logits_.size() < needed) logits_.resize(needed);
  const std::array<tensor::Product, 1> products{{{&head, logits_.data(), nullptr}}};
  compute_.multiply(h_, kept, products);
}

std::span<float> Pass::logits(int i) {
  SLUICE_CHECK(i >= 0 && i < wanted_, "only rows that wanted logits have them");
  const auto size = static_cast<std::size_t>(shape_.vocabulary);
  return std::span(logits_).subspan(static_cast<std::size_t>(i) * size, size);
}

}  // namespace sluice::engine::model
